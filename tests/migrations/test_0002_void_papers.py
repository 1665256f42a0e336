"""Papers become void: those of parcels put aside before are, the others are not."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import PrintJob
from tests.builders import Stage, World
from tests.commands.test_stopping import put_down
from warehouse import migrations
from warehouse.db import Database


def test_labels_of_parcels_put_aside_before_are_void_and_nothing_else_changes(whole: Database):
    world = World(whole)
    aside = world.bring(Stage.LABELLED)
    with whole.transaction() as session:
        session.execute(sa.update(PrintJob).values(state="sent"))
    world.stop(aside)
    put_down(world, aside)
    goes = world.bring(Stage.LABELLED, lines={world.add_goods("CAP"): 1})
    migrations.downgrade(whole, "0001")
    migrations.upgrade(whole)
    void = {j.number: j.void_reason for j in world.all(PrintJob, document_kind="waybill")}
    assert void == {aside.waybill_no: "set aside", goes.waybill_no: ""}
    lists = world.all(PrintJob, document_kind="pick_list")
    assert [job.void_reason for job in lists] == ["", ""]
    assert world.differences() == []

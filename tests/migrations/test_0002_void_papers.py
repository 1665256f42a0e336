"""Papers become void: those of parcels put aside before are, the others are not."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import PrintJob
from tests.builders import Stage, World
from tests.commands.test_stopping import put_down
from tests.migrations.test_schema import bare
from warehouse import migrations
from warehouse.db import Database

__all__ = ["bare"]


def test_labels_of_parcels_put_aside_before_are_void_and_nothing_else_changes(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    aside = world.bring(Stage.LABELLED)
    with bare.transaction() as session:
        session.execute(sa.update(PrintJob).values(state="sent"))
    world.stop(aside)
    put_down(world, aside)
    goes = world.bring(Stage.LABELLED, lines={world.add_goods("CAP"): 1})
    migrations.downgrade(bare, "0001")
    migrations.upgrade(bare)
    void = {j.number: j.void_reason for j in world.all(PrintJob, document_kind="waybill")}
    assert void == {aside.waybill_no: "set aside", goes.waybill_no: ""}
    lists = world.all(PrintJob, document_kind="pick_list")
    assert [job.void_reason for job in lists] == ["", ""]
    assert world.differences() == []

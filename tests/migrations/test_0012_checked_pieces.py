"""Checks and releases keep what they say while a check learns which pieces it counted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database
from warehouse.inventory.models import AllocationRelease
from warehouse.picking.commands.exceptions import ReportShort, report_short


def test_counted_scans_and_releases_go_through(whole: Database):
    world = World(whole)
    work = world.bring(Stage.CHECKED)
    second = world.bring(Stage.HALF_PICKED, work=world.released([(work.goods["MUG"], 2)]))
    task = world.open_tasks(second.wave_id)[0]
    world.do(report_short, ReportShort, by="picker", task_id=task.id)
    before = world.rows()
    with whole.transaction() as session:
        row = session.scalars(sa.select(AllocationRelease)).one()
        values = {c.name: getattr(row, c.name) for c in sa.inspect(AllocationRelease).columns}
        session.execute(
            sa.insert(AllocationRelease).values(values | {"id": 90, "reason": "swapped"})
        )
    migrations.downgrade(whole, "0011")
    with whole.engine.connect() as connection:
        reasons = connection.execute(sa.text("SELECT reason FROM allocation_release ORDER BY id"))
        assert list(reasons.scalars()) == ["short", "short"]
    migrations.upgrade(whole)
    after = world.rows()
    assert before["check_scan"]
    assert after["check_scan"] == before["check_scan"]
    with pytest.raises(DatabaseError, match="history"), whole.transaction() as session:
        session.execute(sa.text("DELETE FROM allocation_release"))

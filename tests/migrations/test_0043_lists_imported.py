"""Imports of before were of orders, and stay so; lists go when there is no place for them."""

from __future__ import annotations

from tests.builders import World
from warehouse import migrations
from warehouse.db import Database
from warehouse.orders.commands.importing.runs import StartImport, start_import
from warehouse.orders.import_models import ImportKind, ImportReject, ImportRun
from warehouse.text import say


def test_imports_of_orders_come_through_and_lists_go_when_taken_back(whole: Database):
    world = World(whole)
    files = ({"name": "x.csv", "path": "/x", "bytes": 1},)
    runs = [
        world.do(start_import, StartImport, by="boss", files=files, kind=kind).subject_id
        for kind in (ImportKind.ORDERS, ImportKind.SKUS)
    ]
    for run_id in runs:
        world.add(
            ImportReject(
                run_id=run_id, file="x", row_no=1, column="", value="", reason=say("x").to_json()
            )
        )
    migrations.downgrade(whole, "0042")
    migrations.upgrade(whole)
    assert [(run.id, run.kind, run.rows_new) for run in world.all(ImportRun)] == [
        (runs[0], ImportKind.ORDERS, 0)
    ]
    assert [row.run_id for row in world.all(ImportReject)] == [runs[0]]

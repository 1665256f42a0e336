"""Imports of before know of no unread columns; what a later one knew is forgotten, its rows not."""

from __future__ import annotations

from tests.builders import World
from warehouse import migrations
from warehouse.db import Database
from warehouse.orders.commands.importing.runs import (
    EndImport,
    StartImport,
    end_import,
    start_import,
)
from warehouse.orders.import_models import ImportKind, ImportRun


def test_imports_come_through_without_what_they_knew_of_columns(whole: Database):
    world = World(whole)
    files = ({"name": "x.csv", "path": "/x", "bytes": 1},)
    run = world.do(start_import, StartImport, by="boss", files=files, kind=ImportKind.SKUS)
    world.do(
        end_import, EndImport, by="boss", run_id=run.subject_id, rows_new=3, not_read=("Colour",)
    )
    assert world.one(ImportRun).not_read == ["Colour"]
    migrations.downgrade(whole, "0045")
    migrations.upgrade(whole)
    (kept,) = world.all(ImportRun)
    assert (kept.id, kept.rows_new, kept.not_read) == (run.subject_id, 3, None)

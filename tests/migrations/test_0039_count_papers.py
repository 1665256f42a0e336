"""Sheets printed before they had numbers ask for none; sheets with numbers serve a bin once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import World
from tests.counts import opened
from warehouse import migrations
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.papers import PrintCountSheets, print_count_sheets
from warehouse.counting.rows import CountRow
from warehouse.counting.sheet_models import CountPaper, CountPaperBin
from warehouse.db import Database


def test_counts_with_sheets_under_way_come_through(whole: Database):
    world = World(whole)
    world.stock(world.sku("TEE"), "A-1", 3)
    world.station()
    count = opened(world, "A-1")
    given = {"by": "boss", "session_id": count.id}
    world.do(print_count_sheets, PrintCountSheets, **given)
    migrations.downgrade(whole, "0038")
    assert not sa.inspect(whole.engine).has_table("count_paper")
    migrations.upgrade(whole)
    assert world.all(CountPaper) == []
    world.do(print_count_sheets, PrintCountSheets, **given)
    before = world.one(CountPaperBin)
    with pytest.raises(IntegrityError):
        world.add(CountPaperBin(paper_id=before.paper_id, count_bin_id=before.count_bin_id))
    migrations.downgrade(whole, "0038")
    migrations.upgrade(whole)
    row = CountRow(row=0, bin_code="A-1", sku_code="TEE", pieces=3)
    outcome = world.do(taking_in([[row]]), TakeInCounts, name="x", sha256="x", lines=1,
                       counted_by=world.person("boss"), **given)  # fmt: skip
    assert outcome.facts["bins"] == 1

"""What was missing at the check has a word of its own, and is a short pick when taken back."""

from __future__ import annotations

from tests.builders import World
from warehouse import migrations
from warehouse.catalog.models import Bin
from warehouse.counting.events import AskForBin, ask_for_bin
from warehouse.counting.models import CountBin, CountDoubt, CountEvent
from warehouse.db import Database


def test_the_causes_of_counts_come_through_and_back(whole: Database):
    world = World(whole)
    for code in ("A-01", "A-02"):
        world.bin(code)
        bin_id = world.one(Bin, code=code).id
        world.do(ask_for_bin, AskForBin, by="boss", bin_id=bin_id)
        world.add(CountDoubt(bin_id=bin_id, event=CountEvent.MISSING_AT_CHECK, at=world.now))
    with whole.transaction() as session:
        first = session.query(CountBin).order_by(CountBin.id).first()
        first.event = CountEvent.MISSING_AT_CHECK
    kept = [(row.id, row.session_id, row.is_live) for row in world.all(CountBin)]
    migrations.downgrade(whole, "0044")
    migrations.upgrade(whole)
    assert [(row.id, row.session_id, row.is_live) for row in world.all(CountBin)] == kept
    assert [row.event for row in world.all(CountBin)] == ["short_pick", "asked"]
    assert [row.event for row in world.all(CountDoubt)] == ["short_pick", "short_pick"]

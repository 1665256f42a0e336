"""Goods that end too soon to be sold are told at the dock, to whoever counts and who confirms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.builders import World
from tests.dock import Dock
from warehouse.commands import Tone
from warehouse.receiving.models import Fault
from warehouse.receiving.near_end import near_end

TODAY = date(2026, 3, 2)  # by the clock of a World


@pytest.fixture
def dock(world: World) -> Dock:
    dock = Dock(world)
    dock.supplier()
    return dock


def told(dock: Dock, receipt: int) -> list[tuple[str, str, int, int, int]]:
    with dock.world.database.reading() as session:
        return [
            (x.code, x.lot, x.pieces, x.left, x.wanted)
            for x in near_end(session, receipt, dock.world.now.astimezone(dock.world.zone).date())
        ]


@pytest.mark.parametrize(("left", "is_told"), [(5, True), (29, True), (30, False), (31, False)])
def test_pieces_with_fewer_days_left_than_the_sku_is_sold_with(dock: Dock, left, is_told):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True, days_before_expiry=30)
    receipt = dock.blind()
    day = TODAY + timedelta(days=left)
    said = dock.count(receipt, milk, 5, lot="L1", best_before=day)
    assert (said.tone is Tone.ATTENTION) is is_told
    assert (f"Good for {left} days more" in str(said.message)) is is_told
    again = dock.count(receipt, milk, 2)
    assert again.tone is said.tone
    assert told(dock, receipt) == ([("MILK", "L1", 7, left, 30)] if is_told else [])


def test_faulty_pieces_and_goods_that_may_be_sold_to_their_last_day_are_not_told(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True, days_before_expiry=30)
    soap = dock.tracked("SOAP", is_lot_tracked=True, is_expiry_tracked=True)
    receipt = dock.blind()
    faulty = dock.count(
        receipt, milk, 5, lot="L1", best_before=TODAY + timedelta(days=5), fault=Fault.DAMAGED
    )
    assert "Good for" not in str(faulty.message)
    assert dock.count(receipt, soap, 5, lot="S1", best_before=TODAY).tone is Tone.OK
    assert told(dock, receipt) == []

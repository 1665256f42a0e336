"""One SKU's numbers are the same wherever they are read, and what is held back says why."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from tests.builders import World
from tests.tracked import by_lot, put
from warehouse.api.shapes.stock import list_skus, list_stock, show_bin, show_sku
from warehouse.catalog.models import Bin, BinKind
from warehouse.inventory.models import Lot, Unfound
from warehouse.inventory.standing import Held, held_back, stands_in, stands_of
from warehouse.settings import load_settings
from warehouse.supplying.stock import Asked, stocks_of
from warehouse.tracing.commands.blocking import BlockLot, block_lot

DAY = date(2026, 3, 2)


def test_what_is_held_back_is_told_by_bin_and_lot_and_adds_up_everywhere(database):
    world = World(database)
    world.site()
    serum = by_lot(world, is_expiry_tracked=True, days_before_expiry=10)
    for code, lot, pieces, days in (
        ("A-01", "GOOD", 40, 90), ("A-01", "BAD", 30, 80), ("A-02", "OLD", 24, -1),
        ("A-02", "NEAR", 7, 5), ("A-03", "GOOD", 6, 90), ("A-04", "GOOD", 5, 90),
    ):  # fmt: skip
        put(world, serum, code, pieces, lot=lot, day=DAY + timedelta(days=days))
    world.bin("R-01", kind=BinKind.RESERVE)
    for code, pieces in (("R-01", 50), ("DOCK", 9), ("QUARANTINE", 3)):
        put(world, serum, code, pieces, lot="GOOD", day=DAY + timedelta(days=90))
    world.do(block_lot, BlockLot, lot_id=world.one(Lot, code="BAD").id, reason="smells")
    keep = {"sku_id": serum.id, "at": world.now, "person_id": 1}
    world.add(Unfound(bin_id=world.one(Bin, code="A-03").id, pieces=2, **keep))
    with database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == "A-04").values(is_pick_closed=True))
    with database.reading() as session:
        asked = Asked(day=DAY, settings=load_settings(session))
        stock = stocks_of(session, asked, [serum.id])[serum.id]
        stands = stands_of(session, [serum.id], day=DAY)[serum.id]
        shown = show_sku(session, serum.code, day=DAY)
        (row,) = [r for r in list_skus(session, day=DAY, limit=50)["skus"] if r["code"] == "SERUM"]
        balances = list_stock(session, day=DAY, sku=serum.code, limit=50)["stock"]
        first = show_bin(session, "A-01", day=DAY)["stock"]
        here = stands_in(session, [world.one(Bin, code="A-01").id], day=DAY)
    assert (stock.on_hand, stock.reserved, stock.held_back, stock.available) == (174, 0, 80, 94)
    assert held_back(stands) == {
        Held.BLOCKED: 30, Held.EXPIRED: 24, Held.ENDING: 7, Held.NOT_FOUND: 2, Held.CLOSED: 5,
        Held.DOCK: 9, Held.QUARANTINE: 3,
    }  # fmt: skip
    assert sum(s.available for s in stands) == shown["available"] == row["available"] == 94
    assert sum(b["available"] for b in balances) == 94
    assert [(s.lot, s.on_hand, s.available, s.why) for s in here] == [
        ("BAD", 30, 0, Held.BLOCKED), ("GOOD", 40, 40, None),
    ]  # fmt: skip
    assert first[0]["available"] == 40
    assert first[0]["held_back"] == [{"why": "blocked", "pieces": 30, "lot": "BAD"}]

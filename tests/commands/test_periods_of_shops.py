"""What the shops sold in a period adds up to what was sold in it."""

from __future__ import annotations

from datetime import date, timedelta

from tests.builders import World
from tests.commands.test_handover import hand, two_matched_parcels, visit
from tests.plans import plan, sent_by
from warehouse.dispatch.commands.handover import CloseHandover, close_handover
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.orders.models import Shop
from warehouse.supplying.periods import periods


def sold(world: World, day: date, shop: str = "") -> dict[str, int]:
    """Return SKU code → pieces sold on a day: by all, or by one shop."""
    with world.database.reading() as session:
        rows = list(periods(session, day, day, world.zone, shop=shop))
    pieces = {p.code: p.of_shop if p.of_shop is not None else p.stock.sold for p in rows}
    return {code: n for code, n in pieces.items() if n}


def test_parcels_of_an_order_count_for_its_shop_on_the_days_they_left(world: World):
    work, _, _, first, second = two_matched_parcels(world)
    shop = world.one(Shop).code
    handover = visit(world, world.carrier_id(work))
    monday = world.now.astimezone(world.zone).date()
    hand(world, handover, first)
    world.do(close_handover, CloseHandover, by="shipper", handover_id=handover)
    world.now += timedelta(days=1)
    handover = visit(world, world.carrier_id(work))
    hand(world, handover, second)
    tuesday = monday + timedelta(days=1)
    assert sold(world, monday)
    assert sold(world, tuesday)
    for day in (monday, tuesday):
        assert sold(world, day, shop) == sold(world, day)
    world.now += timedelta(days=1)
    world.do(undo_handover, UndoHandover, by="shipper", handover_id=handover)
    left = sold(world, tuesday)
    for day in (tuesday, tuesday + timedelta(days=1)):
        assert sold(world, day, shop) == sold(world, day)
    assert sold(world, tuesday + timedelta(days=1)) == {code: -n for code, n in left.items()}


def test_what_a_shop_sold_walks_through_no_move_but_those_that_left_then(world: World):
    work, *_, first, _ = two_matched_parcels(world)
    hand(world, visit(world, world.carrier_id(work)), first)
    with sent_by(world.database) as sent:
        sold(world, world.now.astimezone(world.zone).date(), world.one(Shop).code)
    ((statement, given),) = [one for one in sent if "move.reason = 'dispatch'" in one[0]]
    assert any("ix_move_dispatched_at" in step for step in plan(world.database, statement, given))

"""What is bought and proposed: what orders lack, what suppliers owe, and what sales really say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.builders import Goods, Stage, World
from tests.commands.test_exchange import faulty, sent
from tests.commands.test_short import short
from tests.commands.test_supplying import (
    asked,
    bring,
    level,
    sell,
    settle,
    stock,
    supplier,
    undo,
)
from tests.dock import Dock
from tests.stocking import PutStock
from warehouse.catalog.models import Bin, BinKind
from warehouse.inventory.models import Move, MoveReason
from warehouse.kitting.commands.kit import Part, SaveKit, save_kit
from warehouse.orders.commands.holds import CancelOrder, cancel_order
from warehouse.orders.models import Shop
from warehouse.receiving.accounts import Settlement
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.supplying.commands.reorder import OrderProposal, order_proposal
from warehouse.supplying.commands.terms import SetShare, SetTerms, set_share, set_terms
from warehouse.supplying.forecasting import Proposal, TooFew
from warehouse.supplying.offers import offers_of
from warehouse.supplying.proposals import measured_lead_days, proposals_of
from warehouse.supplying.reordering import reorders
from warehouse.supplying.rules import Alert


@pytest.fixture
def world(database) -> World:
    world = World(database)
    world.site()
    return world


def proposed(world: World, goods: Goods) -> Proposal | TooFew:
    with world.database.reading() as session:
        return proposals_of(session, asked(world), [goods.id])[goods.id]


def sold_on(world: World, goods: Goods, days_ago: Sequence[int], pieces: int) -> None:
    """Send pieces off on these days before today, out of A-01."""
    courier, today = world.one(Bin, kind=BinKind.COURIER).code, world.now
    for n in days_ago:
        world.now = today - timedelta(days=n)
        bring(world, goods, courier, pieces, source="A-01", reason=MoveReason.DISPATCH)
    world.now = today


def delivered(dock: Dock, goods: Goods) -> None:
    """Book what an order of five pieces brings."""
    receipt = dock.start(dock.order({goods: 5}).number)
    dock.count(receipt, goods, 5)
    dock.finish(receipt)
    dock.book(receipt)


def test_what_a_picker_did_not_find_is_wanted_still_and_sold_to_nobody(world):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    world.bin("R-01", kind=BinKind.RESERVE)
    bring(world, tee, "R-01", 2)
    work = world.bring(Stage.TOTE_BOUND, work=world.released({tee: 5}))
    (task,) = world.open_tasks(work.wave_id)
    world.pick(task, 3)
    assert (stock(world, tee).may_sell, stock(world, tee).position) == (2, 2)
    short(world, task.id)
    found = stock(world, tee)
    assert (found.standing.held, found.may_sell, found.position) == (2, 0, 0)
    world.do(cancel_order, CancelOrder, order_id=work.order_id, note="called off")
    assert stock(world, tee).may_sell == 2


def test_what_is_out_for_exchange_is_not_bought_a_second_time(world):
    dock = Dock(world)
    dock.supplier()
    tee = world.sku("TEE")
    faulty(dock, tee, 10)
    level(world, tee, 5, 10)
    assert stock(world, tee).to_order == 10
    exchange, (line,) = sent(dock, {"TEE": 10})
    found = stock(world, tee)
    assert (found.standing.owed, found.standing.on_the_way, found.position) == (10, 0, 10)
    assert (found.to_order, found.may_sell) == (0, 0)
    settled = {"exchange_id": exchange, "line_id": line.id}
    world.do(settle_exchange, SettleExchange, kind=Settlement.REPLACED, pieces=4, **settled)
    found = stock(world, tee)
    assert (found.standing.owed, found.standing.dock, found.position) == (6, 4, 10)
    world.do(
        settle_exchange, SettleExchange, kind=Settlement.CREDITED, pieces=6, amount_fen=600,
        **settled,
    )  # fmt: skip
    found = stock(world, tee)
    assert (found.standing.owed, found.position, found.to_order) == (0, 4, 6)


def test_handovers_taken_back_on_another_day_are_no_demand(world):
    tee = world.sku("TEE")
    start = world.now
    world.now = start - timedelta(days=60)
    world.stock(tee, "A-01", 500)
    world.now = start
    for n in range(40, 0, -2):
        sold_on(world, tee, [n], 10)
        world.now = start - timedelta(days=n - 1)
        last = world.all(Move)[-1].id
        world.do(undo, PutStock, postings=(), id=f"undo-{last}")
        world.now = start
    settle(world)
    assert proposed(world, tee) == TooFew(days=56, pieces=0, sale_days=0)


def test_days_out_of_stock_are_left_out_of_the_demand_and_told(world):
    tee = world.sku("TEE")
    start = world.now
    world.now = start - timedelta(days=57)
    world.stock(tee, "A-01", 112)
    world.now = start
    sold_on(world, tee, range(56, 28, -1), 4)
    settle(world)
    found = proposed(world, tee)
    assert isinstance(found, Proposal)
    assert (found.a_day, found.days, found.left_out) == (4, 28, 28)


def test_goods_that_came_lately_are_not_dead_because_others_sold_long_ago(world):
    """Of one SKU the last piece was sold, of the other one the samples were scrapped."""
    tee, cap = world.sku("TEE"), world.sku("CAP")
    start = world.now
    world.now = start - timedelta(days=300)
    world.stock(tee, "A-01", 5)
    world.stock(cap, "A-02", 1)
    world.now = start
    sold_on(world, tee, [300], 5)
    world.now = start - timedelta(days=300)
    bring(world, cap, "SCRAP", 1, source="A-02", reason=MoveReason.SCRAP)
    for n, found in ((60, (Alert.SLOW,)), (59, ())):
        world.now = start - timedelta(days=n)
        bring(world, tee, "A-01", 50)
        bring(world, cap, "A-02", 50)
        world.now = start
        settle(world)
        assert (stock(world, tee).alerts, stock(world, cap).alerts) == (found, found)


def test_what_goes_into_kits_is_not_dead(world):
    ring, cap = world.sku("RING"), world.sku("CAP")
    start = world.now
    world.now = start - timedelta(days=300)
    for goods, place in ((ring, "A-01"), (cap, "A-02")):
        world.stock(goods, place, 50)
    world.now = start - timedelta(days=5)
    bring(world, ring, "KITTING", 30, source="A-01", reason=MoveReason.ASSEMBLE)
    world.now = start
    settle(world)
    assert (stock(world, ring).alerts, stock(world, cap).alerts) == ((), (Alert.DEAD,))
    assert stock(world, ring).idle_days == 5


def test_what_goes_into_kits_is_demand_for_the_parts_and_none_for_the_kits(world):
    ring, gift = world.sku("RING"), world.sku("GIFT")
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="RING", pieces=2),))
    start = world.now
    world.now = start - timedelta(days=40)
    world.stock(ring, "A-01", 500)
    world.bin("A-02")
    for n in range(40, 0, -1):
        world.now = start - timedelta(days=n)
        bring(world, ring, "KITTING", 6, source="A-01", reason=MoveReason.ASSEMBLE)
        bring(world, gift, "A-02", 3, source="KITTING", reason=MoveReason.ASSEMBLE)
        bring(world, gift, "KITTING", 1, source="A-02", reason=MoveReason.TAKE_APART)
        bring(world, ring, "A-01", 2, source="KITTING", reason=MoveReason.TAKE_APART)
    world.now = start
    settle(world)
    parts, kits = proposed(world, ring), proposed(world, gift)
    assert isinstance(parts, Proposal)
    assert (parts.a_day, parts.spread, parts.days) == (4, 0, 40)
    assert kits == TooFew(days=39, pieces=0, sale_days=0, left_out=1)  # none stood there at first
    assert (stock(world, ring).sold, stock(world, ring).cover) == (0, 340 * 40 // 160)
    assert (stock(world, gift).sold, stock(world, gift).cover) == (0, None)


def test_a_lead_time_typed_for_a_sku_is_not_that_of_the_suppliers_other_goods(world):
    dock = Dock(world)
    mill = dock.supplier("YZ", lead_days=5)
    tee, gear = world.sku("TEE"), world.sku("GEAR")
    start = world.now
    world.now = start - timedelta(days=90)
    world.stock(gear, "A-01", 500)
    for n in range(3):
        world.now = start - timedelta(days=60 - n)
        delivered(dock, tee)
    world.now = start
    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=gear.id)
    sell(world, gear, 40, 4)
    settle(world)
    found = proposed(world, gear)
    assert isinstance(found, Proposal)
    assert (found.lead.days, found.lead.deliveries) == (0, 3)
    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=gear.id, lead_days=60)
    found = proposed(world, gear)
    assert isinstance(found, Proposal)
    assert (found.lead.days, found.lead.deliveries) == (60, 0)


def test_deliveries_take_days_of_the_sites_calendar(world):
    """Ordered late on Monday and here early on Tuesday, in Shanghai: one day."""
    dock = Dock(world)
    mill = dock.supplier("YZ")
    tee = world.sku("TEE")
    world.now = datetime(2026, 1, 5, 15, 30, tzinfo=UTC)
    order = dock.order({tee: 5})
    world.now = datetime(2026, 1, 5, 16, 30, tzinfo=UTC)
    receipt = dock.start(order.number)
    dock.count(receipt, tee, 5)
    dock.finish(receipt)
    dock.book(receipt)
    with world.database.reading() as session:
        day = date(2026, 3, 2)
        assert measured_lead_days(session, [mill], day, world.zone) == {mill: [1]}
        assert measured_lead_days(session, [mill], day, UTC) == {mill: [0]}


def test_what_is_kept_for_a_shop_is_kept_until_the_shop_has_sold_it(world):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    first = world.shop()
    second = world.add(Shop(code="PDD", name="P", platform="pdd")).id
    world.released({tee: 10})  # sold before anything was kept

    def offered() -> dict[str, int]:
        with world.database.reading() as session:
            return {offer.shop: offer.pieces for offer in offers_of(session, asked(world))}

    world.do(set_share, SetShare, shop_id=first, sku_id=tee.id, percent=0, kept=40)
    assert offered() == {"TB": 40, "PDD": 50}
    world.bring(Stage.DISPATCHED, work=world.released({tee: 15}))
    called_off = world.released({tee: 25})
    world.order({tee: 30}, shop_state="unpaid")
    assert offered() == {"TB": 0, "PDD": 50}
    world.do(cancel_order, CancelOrder, order_id=called_off.order_id, note="called off")
    assert offered() == {"TB": 25, "PDD": 50}
    world.released({tee: 30})
    assert offered() == {"TB": 0, "PDD": 45}
    world.do(set_share, SetShare, shop_id=second, sku_id=tee.id, kept=5)
    world.do(set_share, SetShare, shop_id=first, sku_id=tee.id, percent=0, kept=40)
    assert offered() == {"TB": 40, "PDD": 5}


def test_while_the_main_supplier_is_not_in_use_the_next_one_sells_it(world):
    tee, mill, loom = world.sku("TEE"), supplier(world), supplier(world, "LOOM")
    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=tee.id, price_fen=100)
    terms = {"price_fen": 120, "pack_pieces": 12, "is_main": False}
    world.do(set_terms, SetTerms, supplier_id=loom, sku_id=tee.id, **terms)
    level(world, tee, 5, 10)

    def proposal() -> tuple[str, int, int | None, int | None]:
        with world.database.reading() as session:
            (found,) = reorders(session, asked(world))
        (line,) = found.lines
        assert found.supplier is not None
        return found.supplier.code, line.pieces, line.price_fen, line.stock.cost_fen

    assert proposal() == ("MILL", 10, 100, 100)
    world.do(save_supplier, SaveSupplier, supplier_id=mill, name="MILL", is_active=False)
    assert proposal() == ("LOOM", 12, 120, 120)
    world.do(save_supplier, SaveSupplier, supplier_id=mill, name="MILL", is_active=True)
    assert proposal() == ("MILL", 10, 100, 100)
    world.do(save_supplier, SaveSupplier, supplier_id=mill, name="MILL", is_active=False)
    world.do(order_proposal, OrderProposal, supplier_id=loom)
    assert stock(world, tee).standing.drafted == 12

"""What may be sold, what is bought and what was sold: from orders, receipts and the ledger."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, Work, World
from tests.stocking import PutStock, put_stock
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import perform
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, Move, MoveReason, StockBalance
from warehouse.orders.models import Shop
from warehouse.receiving.commands.purchases import (
    MakePurchase,
    PlaceOrder,
    Wanted,
    make_purchase,
    place_order,
)
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.models import PurchaseLine, PurchaseOrder
from warehouse.settings import load_settings
from warehouse.supplying.commands.levels import (
    SetLevel,
    TakeProposals,
    set_level,
    take_proposals,
)
from warehouse.supplying.commands.reorder import Chosen, OrderProposal, order_proposal
from warehouse.supplying.commands.terms import (
    DropTerms,
    SetShare,
    SetTerms,
    drop_terms,
    set_share,
    set_terms,
)
from warehouse.supplying.flows import add_up
from warehouse.supplying.models import DayFlow, Flow, FlowMark, LevelSource, StockLevel, SupplierSku
from warehouse.supplying.offers import offers_of
from warehouse.supplying.periods import periods
from warehouse.supplying.reordering import reorders
from warehouse.supplying.rules import Alert
from warehouse.supplying.stock import Asked, SkuStock, StockQuestion, stocks_of


@pytest.fixture
def world(database) -> World:
    world = World(database)
    world.site()
    return world


def asked(world: World) -> Asked:
    with world.database.reading() as session:
        return Asked(day=world.now.astimezone(world.zone).date(), settings=load_settings(session))


def stock(world: World, goods: Goods) -> SkuStock:
    with world.database.reading() as session:
        return stocks_of(session, asked(world), [goods.id])[goods.id]


def supplier(world: World, code: str = "MILL", lead_days: int = 14) -> int:
    made = world.do(save_supplier, SaveSupplier, code=code, name=code, lead_days=lead_days)
    return made.subject_id or 0


def level(world: World, goods: Goods, reorder_at: int, up_to: int, safety: int = 0) -> None:
    world.do(
        set_level, SetLevel, sku_id=goods.id, safety=safety, reorder_at=reorder_at,
        order_up_to=up_to,
    )  # fmt: skip


def bring(
    world: World, goods: Goods, target: str, pieces: int, source: str = "SUPPLIER",
    reason: MoveReason = MoveReason.RECEIVE, lot_id: int | None = None,
) -> None:  # fmt: skip
    posting = ledger.Posting(
        sku_id=goods.id, from_bin_id=world.one(Bin, code=source).id,
        to_bin_id=world.one(Bin, code=target).id, pieces=pieces, reason=reason, lot_id=lot_id,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(posting,))


def settle(world: World) -> None:
    """Add the moves up; PostgreSQL looks ahead first, and takes them the next time."""
    add_up(world.database, world.zone)
    add_up(world.database, world.zone)


def test_every_piece_counts_once_and_what_is_wanted_is_taken_off(world):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 30)
    world.bin("R-01", kind=BinKind.RESERVE)
    bring(world, tee, "R-01", 50)
    bring(world, tee, "DOCK", 7)
    bring(world, tee, "QUARANTINE", 3)
    world.bring(Stage.WAVED, lines={tee: 4})
    world.released({tee: 5})
    world.audited({tee: 6})
    held = world.audited({tee: 2})
    world.stop(Work(order_ids=[held], consignment_id=0, goods={}))
    world.order({tee: 90}, shop_state="unpaid")
    mill = supplier(world)
    assert mill
    world.do(
        make_purchase, MakePurchase, supplier="MILL", lines=(Wanted(sku_code="TEE", pieces=40),),
        expected_on=date(2026, 3, 20), is_ordered=True,
    )  # fmt: skip
    world.do(
        make_purchase, MakePurchase, supplier="MILL", lines=(Wanted(sku_code="TEE", pieces=11),)
    )
    level(world, tee, 20, 60, safety=8)
    found = stock(world, tee)
    there = found.standing
    assert (there.shelf, there.reserve, there.reserved, there.dock, there.quarantine) == (
        30, 50, 4, 7, 3,
    )  # fmt: skip
    assert (there.promised, there.held, there.on_the_way, there.drafted) == (11, 2, 40, 11)
    assert (found.on_hand, found.reserved, found.next_on) == (90, 4, date(2026, 3, 20))
    assert found.may_sell == 30 + 50 - 4 - 11 - 2 - 8
    assert found.position == 76 + 7 + 51 - 13
    world.settings(is_dock_sellable=True)
    assert stock(world, tee).may_sell == 62


def test_blocked_and_expired_lots_are_sold_to_nobody(world):
    milk = world.sku("MILK")
    with world.database.transaction() as session:
        session.execute(sa.text("UPDATE sku SET is_lot_tracked = :t, is_expiry_tracked = :t"
                                " WHERE id = :id"), {"t": True, "id": milk.id})  # fmt: skip
    world.bin("A-01")
    for code, day, pieces in (
        ("GOOD", date(2026, 9, 1), 10), ("OLD", date(2026, 3, 1), 4), ("BAD", date(2026, 9, 1), 5),
    ):  # fmt: skip
        with world.database.transaction() as session:
            lot_id = ledger.lot_named(session, milk.id, code, day, world.now)
            if code == "BAD":
                session.execute(sa.update(Lot).where(Lot.id == lot_id).values(blocked_at=world.now))
        bring(world, milk, "A-01", pieces, lot_id=lot_id)
    found = stock(world, milk)
    assert (found.on_hand, found.standing.unfit, found.may_sell) == (19, 9, 10)
    world.settings(is_dock_sellable=True)
    bring(world, milk, "DOCK", 7, lot_id=world.one(Lot, code="BAD").id)
    bring(world, milk, "DOCK", 2, lot_id=world.one(Lot, code="GOOD").id)
    level(world, milk, 12, 12)
    found = stock(world, milk)
    assert (found.standing.unfit, found.standing.dock_unfit) == (9, 7)
    assert (found.may_sell, found.position) == (12, 12)
    with world.database.reading() as session:
        question = StockQuestion(asked(world))
        query = question.select().with_only_columns(question.may_sell, question.position)
        row = session.execute(query.where(Sku.id == milk.id)).one()
    assert tuple(row) == (12, 12)


def test_shops_see_their_share_and_what_is_kept_for_them(world):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    first = world.shop()
    second = world.add(Shop(code="PDD", name="Pinduoduo", platform="pdd")).id

    def offered() -> dict[str, int]:
        with world.database.reading() as session:
            return {o.shop: o.pieces for o in offers_of(session, asked(world))}

    assert offered() == {"TB": 100, "PDD": 100}
    world.do(set_share, SetShare, shop_id=first, percent=50)
    assert offered() == {"TB": 50, "PDD": 100}
    world.do(set_share, SetShare, shop_id=second, sku_id=tee.id, percent=20, kept=40)
    assert offered() == {"TB": 30, "PDD": 52}
    world.do(set_share, SetShare, shop_id=first)
    assert offered() == {"TB": 60, "PDD": 52}
    world.refused(InvalidInput, set_share, SetShare, shop_id=first, kept=3)


def test_a_proposal_becomes_one_draft_however_often_it_is_taken(world):
    tee, mug = world.sku("TEE"), world.sku("MUG")
    world.stock(tee, "A-01", 10)
    mill = supplier(world)
    for goods, pack in ((tee, 12), (mug, 1)):
        world.do(
            set_terms, SetTerms, supplier_id=mill, sku_id=goods.id, price_fen=1250,
            pack_pieces=pack,
        )  # fmt: skip
        level(world, goods, 20, 50)
    with world.database.reading() as session:
        (found,) = reorders(session, asked(world))
    assert [(x.stock.code, x.pieces, x.amount_fen) for x in found.lines] == [
        ("MUG", 50, 62_500), ("TEE", 48, 60_000),
    ]  # fmt: skip
    done = world.do(order_proposal, OrderProposal, supplier_id=mill,
                    lines=(Chosen(sku_id=tee.id, pieces=60),))  # fmt: skip
    order = world.one(PurchaseOrder)
    assert (order.id, str(order.state)) == (done.subject_id, "draft")
    assert order.expected_on == date(2026, 3, 16)
    (line,) = world.all(PurchaseLine)
    assert (line.sku_id, line.pieces, line.price_fen) == (tee.id, 60, 1250)
    world.refused(RuleViolation, order_proposal, OrderProposal, supplier_id=mill,
                  lines=(Chosen(sku_id=tee.id, pieces=60),))  # fmt: skip
    world.do(order_proposal, OrderProposal, supplier_id=mill)
    world.refused(RuleViolation, order_proposal, OrderProposal, supplier_id=mill)
    assert [line.pieces for line in world.all(PurchaseLine)] == [60, 50]
    world.do(place_order, PlaceOrder, purchase_id=order.id)
    assert stock(world, tee).to_order == 0


def test_more_than_one_paper_says_becomes_several_and_nothing_is_lost(world):
    tee, mug, mill = world.sku("TEE"), world.sku("MUG"), supplier(world)
    for goods, pack in ((tee, 7), (mug, 1)):
        world.do(
            set_terms, SetTerms, supplier_id=mill, sku_id=goods.id, price_fen=1, pack_pieces=pack
        )
    level(world, tee, 20, 250_000)
    level(world, mug, 20, 40)
    given = {"supplier_id": mill, "lines": (Chosen(sku_id=tee.id, pieces=10_000_001),)}
    said = world.refused(InvalidInput, order_proposal, OrderProposal, **given)
    assert str(said).startswith("TEE: This must be 1 to")
    done = world.do(order_proposal, OrderProposal, supplier_id=mill)
    assert "3 purchase orders are made, PO20260302-001 to PO20260302-003" in str(done.message)
    lines = [(n.purchase_order_id, n.sku_id, n.pieces) for n in world.all(PurchaseLine)]
    first = lines[0][0]
    assert lines == [
        (first, mug.id, 40), (first, tee.id, 83_335), (first + 1, tee.id, 83_335),
        (first + 2, tee.id, 83_335),
    ]  # fmt: skip
    world.refused(RuleViolation, order_proposal, OrderProposal, supplier_id=mill)


def test_what_a_supplier_sold_who_is_no_longer_in_use_wants_another_one(world):
    tee, mill = world.sku("TEE"), supplier(world)
    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=tee.id)
    level(world, tee, 20, 60)
    world.do(save_supplier, SaveSupplier, supplier_id=mill, name="MILL", is_active=False)
    with world.database.reading() as session:
        (found,) = reorders(session, asked(world))
    assert (found.supplier, found.pieces) == (None, 60)


def test_two_people_who_order_at_once_order_once(world):
    tee, mill = world.sku("TEE"), supplier(world)
    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=tee.id)
    level(world, tee, 20, 50)
    acts = [
        (order_proposal, world.command(OrderProposal, by=who, supplier_id=mill))
        for who in ("li", "wang")
    ]
    assert isinstance(world.overlap(*acts), RuleViolation)
    assert len(world.all(PurchaseOrder)) == 1


def test_a_sku_has_one_supplier_it_is_bought_of(world):
    tee, mill, loom = world.sku("TEE"), supplier(world), supplier(world, "LOOM")

    def main() -> list[int]:
        return [t.supplier_id for t in world.all(SupplierSku) if t.is_main]

    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=tee.id, is_main=False)
    assert main() == [mill]
    world.do(set_terms, SetTerms, supplier_id=loom, sku_id=tee.id, price_fen=5)
    assert main() == [loom]
    world.do(drop_terms, DropTerms, supplier_id=loom, sku_id=tee.id)
    assert main() == [mill]
    for bad in ({"pack_pieces": 0}, {"price_fen": -1}, {"lead_days": 401}, {"least_pieces": -1}):
        world.refused(InvalidInput, set_terms, SetTerms, supplier_id=mill, sku_id=tee.id, **bad)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"safety": -1}, "safety"),
        ({"safety": 9, "reorder_at": 5}, "reorder_at"),
        ({"order_up_to": 5}, "reorder_at"),
        ({"reorder_at": 9, "order_up_to": 5}, "order_up_to"),
        ({"reorder_at": 2_000_000}, "reorder_at"),
    ],
)
def test_levels_out_of_order_are_refused(world, bad, field):
    tee = world.sku("TEE")
    error = world.refused(InvalidInput, set_level, SetLevel, sku_id=tee.id, **bad)
    assert error.facts["field"] == field


def sell(world: World, goods: Goods, days: int, pieces: int) -> None:
    """Send pieces off on each of so many days before today."""
    courier = world.one(Bin, kind=BinKind.COURIER).code
    today = world.now
    for n in range(days, 0, -1):
        world.now = today - timedelta(days=n)
        bring(world, goods, courier, pieces, source="A-01", reason=MoveReason.DISPATCH)
    world.now = today


def test_levels_are_proposed_of_sales_and_taken_over_by_a_person(world):
    tee, mug = world.sku("TEE"), world.sku("MUG")
    mill = supplier(world, lead_days=10)
    world.do(set_terms, SetTerms, supplier_id=mill, sku_id=tee.id)
    start, world.now = world.now, world.now - timedelta(days=40)
    for goods in (tee, mug):
        world.stock(goods, "A-01", 500)
    world.now = start
    sell(world, tee, 40, 4)
    settle(world)
    outcome = world.do(take_proposals, TakeProposals, sku_ids=(tee.id, mug.id))
    assert outcome.facts == {"taken": 1, "left": 1}
    kept = world.one(StockLevel)
    assert (kept.sku_id, kept.source) == (tee.id, LevelSource.PROPOSED)
    assert kept.reorder_at == pytest.approx(40 + kept.safety, abs=1)
    assert kept.order_up_to == pytest.approx(68 + kept.safety, abs=1)
    assert kept.safety < 8
    found = stock(world, tee)
    assert (found.sold, found.idle_days, found.cover) == (160, 1, 340 * 40 // 160)


@pytest.mark.parametrize(("age", "weeks", "cover"), [
    (27, 8, None), (28, 8, 100), (55, 8, 100), (56, 8, 100), (80, 8, 100), (175, 52, 100),
])  # fmt: skip
def test_cover_is_of_the_very_days_whose_sales_count(world, age: int, weeks: int, cover):
    world.settings(sales_weeks=weeks)
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    settle(world)
    today = asked(world).day
    facts = {"sku_id": tee.id, "kind": Flow.SOLD}
    with world.database.transaction() as session:
        session.execute(sa.delete(DayFlow))
        for n in range(1, age + 1):
            session.add(DayFlow(day=today - timedelta(days=n), pieces=-1, **facts))
        session.add(DayFlow(day=today, pieces=-7, **facts))  # a day that has only begun
    assert stock(world, tee).cover == cover
    question = StockQuestion(asked(world))
    with world.database.reading() as session:
        query = question.select().with_only_columns(question.cover).where(Sku.id == tee.id)
        assert session.scalar(query) == (999_999 if cover is None else cover)


def test_flows_are_of_the_days_of_the_site_and_a_handover_taken_back_sells_nothing(world):
    tee = world.sku("TEE")
    world.now = world.now.replace(hour=15, minute=59, second=50)  # 23:59:50 in Shanghai
    world.stock(tee, "A-01", 10)
    courier = world.one(Bin, kind=BinKind.COURIER).code
    bring(world, tee, courier, 3, source="A-01", reason=MoveReason.DISPATCH)
    world.now += timedelta(seconds=20)
    bring(world, tee, courier, 2, source="A-01", reason=MoveReason.DISPATCH)
    last = world.all(Move)[-1].id
    world.do(undo, PutStock, postings=(), id=f"undo-{last}")
    bring(world, tee, "A-01", 1, source=courier, reason=MoveReason.CUSTOMER_RETURN)
    settle(world)
    flows = {(f.day, f.kind): f.pieces for f in world.all(DayFlow, sku_id=tee.id)}
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    assert {key: pieces for key, pieces in flows.items() if pieces} == {
        (monday, Flow.OPENED): 10, (monday, Flow.SOLD): -3, (tuesday, Flow.RETURNED): 1,
    }  # fmt: skip
    settle(world)
    assert {(f.day, f.kind): f.pieces for f in world.all(DayFlow)} == flows


def test_moves_that_cancel_each_other_out_are_added_up_like_any_others(world):
    """A piece counted in the bin beside its own, goods sent for exchange and back the same day."""
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 10)
    world.bin("A-02")
    settle(world)
    bring(world, tee, "COUNT-DIFFERENCE", 1, source="A-01", reason=MoveReason.COUNT)
    bring(world, tee, "A-02", 1, source="COUNT-DIFFERENCE", reason=MoveReason.COUNT)
    bring(world, tee, "SUPPLIER", 2, source="A-01", reason=MoveReason.EXCHANGE_OUT)
    for _ in range(2):
        bring(world, tee, "A-01", 1, source="SUPPLIER", reason=MoveReason.EXCHANGE_IN)
    settle(world)
    assert world.one(FlowMark).done_to == max(m.id for m in world.all(Move))
    bring(world, tee, "A-01", 12, source="SUPPLIER", reason=MoveReason.RECEIVE)
    settle(world)
    assert {f.kind: f.pieces for f in world.all(DayFlow)} == {Flow.OPENED: 10, Flow.RECEIVED: 12}


def undo(session, command):
    ledger.reverse(session, command, int(command.id.removeprefix("undo-")))
    return put_stock(session, command)


def test_moves_of_a_writer_still_at_work_are_not_passed_over(world):
    """On PostgreSQL a lower number may be committed after a higher one was added up."""
    if world.database.is_sqlite:
        pytest.skip("SQLite writes one after another")
    tee = world.sku("TEE")
    world.bin("A-01")
    world.bin("A-02")
    with world.database.transaction() as slow:
        first = _receive(world, tee, "A-01", 5)
        perform(slow, put_stock, first)
        bring(world, tee, "A-02", 7, source="OPENING")
        settle(world)
        settle(world)
        assert world.all(DayFlow) == []
    settle(world)
    settle(world)
    assert {f.kind: f.pieces for f in world.all(DayFlow)} == {Flow.RECEIVED: 5, Flow.OPENED: 7}
    assert world.one(FlowMark).done_to == max(m.id for m in world.all(Move))


def _receive(world: World, goods: Goods, target: str, pieces: int):
    posting = ledger.Posting(
        sku_id=goods.id, from_bin_id=world.one(Bin, code="SUPPLIER").id,
        to_bin_id=world.one(Bin, code=target).id, pieces=pieces, reason=MoveReason.RECEIVE,
    )  # fmt: skip
    return world.command(PutStock, postings=(posting,))


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_period_closes_with_what_stands_here(world, is_settled):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    courier = world.one(Bin, kind=BinKind.COURIER).code
    world.now += timedelta(days=3)
    bring(world, tee, "A-01", 50)
    bring(world, tee, courier, 90, source="A-01", reason=MoveReason.DISPATCH)
    bring(world, tee, "A-01", 4, source=courier, reason=MoveReason.CUSTOMER_RETURN)
    bring(world, tee, "COUNT-DIFFERENCE", 3, source="A-01", reason=MoveReason.COUNT)
    bring(world, tee, "SCRAP", 1, source="A-01", reason=MoveReason.SCRAP)
    world.now += timedelta(days=3)
    bring(world, tee, courier, 20, source="A-01", reason=MoveReason.DISPATCH)
    if is_settled:
        settle(world)
    with world.database.reading() as session:
        (found,) = periods(session, date(2026, 3, 4), date(2026, 3, 6), world.zone)
        (whole,) = periods(session, date(2026, 3, 1), date(2026, 3, 8), world.zone)
    period = found.stock
    assert (period.opening, period.received, period.sold, period.returned) == (100, 50, 90, 4)
    assert (period.counted, period.other, period.closing) == (-3, -1, 60)
    assert (whole.stock.opening, whole.stock.closing) == (0, 40)


def test_filters_find_exactly_what_the_rules_alert(world):
    codes = ("OUT", "SAFE", "BUY", "OVER", "SLOW", "DEAD", "OK", "FULL")
    goods = {code: world.sku(code) for code in codes}
    start = world.now
    for n, (code, days) in enumerate({"SLOW": 70, "DEAD": 200}.items()):
        world.now = start - timedelta(days=days)
        world.stock(goods[code], f"B-{n}", 5)
    world.now = start - timedelta(days=30)
    for n, code in enumerate(("SAFE", "BUY", "OVER", "OK", "OUT", "FULL")):
        world.stock(goods[code], f"C-{n}", 1 if code == "OUT" else 50)
    world.now = start - timedelta(days=1)
    courier = world.one(Bin, kind=BinKind.COURIER).code
    for n, (code, sold) in enumerate({"OVER": 1, "OK": 30}.items(), start=2):
        bring(world, goods[code], courier, sold, source=f"C-{n}", reason=MoveReason.DISPATCH)
    world.now = start
    level(world, goods["SAFE"], 60, 90, safety=55)
    level(world, goods["BUY"], 60, 90)
    level(world, goods["FULL"], 50, 50)
    world.audited({goods["OUT"]: 2})
    settle(world)
    now = asked(world)
    found: dict[Alert, set[str]] = {}
    with world.database.reading() as session:
        question = StockQuestion(now)
        for alert in Alert:
            query = question.select().where(question.is_alert(alert))
            found[alert] = {row.code for row in session.execute(query)}
        every = stocks_of(session, now).values()
    assert found == {alert: {s.code for s in every if alert in s.alerts} for alert in Alert}
    assert {alert: codes for alert, codes in found.items() if codes} == {
        Alert.OUT: {"OUT"},
        Alert.UNDER_SAFETY: {"SAFE"},
        Alert.UNDER_REORDER: {"SAFE", "BUY"},
        Alert.OVER: {"OVER"},
        Alert.SLOW: {"SLOW"},
        Alert.DEAD: {"DEAD"},
    }


def plan_of(world: World, query) -> list[str]:
    """Return the steps of a query's plan, as the database tells them."""
    with world.database.writer.connect() as connection:
        sql = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        if world.database.is_sqlite:
            rows = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {sql}".replace(":", "\\:")))
            return [row[3] for row in rows]
        old_parcels(connection)
        rows = connection.execute(sa.text(f"EXPLAIN {sql}".replace(":", "\\:")))
        return [row[0] for row in rows]


def old_parcels(connection: sa.Connection, count: int = 5000) -> None:
    """Put bins of old parcels among the balances: PostgreSQL plans by what it has counted."""
    plain = [c for c in Bin.__table__.columns if c.name not in ("id", "code")]
    many = sa.func.generate_series(1, count).table_valued("n").render_derived()
    first = sa.select(sa.func.min(Bin.id)).scalar_subquery()
    code = sa.literal("OLD-") + sa.cast(many.c.n, sa.String)
    bins = sa.select(code, *plain).join_from(Bin, many, sa.true()).where(Bin.id == first)
    connection.execute(sa.insert(Bin).from_select(["code", *(c.name for c in plain)], bins))
    rows = (
        sa.select(Bin.id, sa.func.min(Sku.id), sa.true())
        .join(Sku, sa.true())
        .where(Bin.code.like("OLD-%"))
        .group_by(Bin.id)
    )
    connection.execute(
        sa.insert(StockBalance).from_select(["bin_id", "sku_id", "is_in_work"], rows)
    )
    connection.execute(sa.text("ANALYZE bin, stock_balance"))


def test_the_stock_page_reads_no_move_and_no_balance_of_old_parcels(world: World):
    world.sku()
    query = StockQuestion(asked(world)).select()
    steps = plan_of(world, query.order_by(StockQuestion(asked(world)).sorts["code"]).limit(51))
    assert not [step for step in steps if re.search(r"\bmove\b", step)]
    assert not [
        step for step in steps if re.search(r"SCAN (stock_balance|day_flow)(?! USING)", step)
    ]
    assert any("ix_stock_balance_standing" in step for step in steps)

"""What a piece costs, and what counts make of it: who may decide, how exact the book was."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from tests.counts import Count, opened
from tests.dock import Dock
from warehouse.counting.commands.deciding import ApproveLines, approve_lines
from warehouse.counting.desk import accuracy_of
from warehouse.counting.models import CountLine, CountSession, DifferenceReason, LineState
from warehouse.errors import Forbidden
from warehouse.receiving.commands.purchases import ClosePurchase, close_purchase
from warehouse.supplying.commands.terms import SetTerms, set_terms
from warehouse.supplying.costs import costs_of


def missing_nine(world: World, tee: Goods, mug: Goods) -> Count:
    """A count that finds one of ten TEE."""
    world.settings(count_limit_pieces=100, count_limit_yuan=500, count_recount_pieces=100)
    count = opened(world, "A-1")
    count.count("A-1", {tee: 1, mug: 5})
    return count


def cat_approves(count: Count, refused: str = "") -> None:
    given: dict[str, Any] = {"session_id": count.id, "reason": DifferenceReason.LOST}
    if not refused:
        count.world.do(approve_lines, ApproveLines, by="cat", **given)
        return
    error = count.world.refused(Forbidden, approve_lines, ApproveLines, by="cat", **given)
    assert refused in str(error)


def test_a_price_that_only_the_supplier_terms_say_bounds_who_decides(world: World, shelf):
    tee, mug = shelf
    supplier = Dock(world).supplier()
    world.do(set_terms, SetTerms, supplier_id=supplier, sku_id=tee.id, price_fen=500_000)
    count = missing_nine(world, tee, mug)
    assert count.line("A-1", tee).price_fen == 500_000
    cat_approves(count, "larger than you may decide")


def test_goods_left_without_a_price_are_beyond_a_limit_of_money(world: World, shelf):
    tee, mug = shelf
    supplier = Dock(world).supplier()
    world.do(set_terms, SetTerms, supplier_id=supplier, sku_id=mug.id, price_fen=100)
    count = missing_nine(world, tee, mug)
    cat_approves(count, "Nobody knows what a piece costs in 1 difference")


def test_where_nobody_says_prices_pieces_and_percent_decide_alone(world: World, shelf):
    count = missing_nine(world, *shelf)
    with world.database.transaction() as session:
        session.execute(sa.update(CountSession).values(limit_percent=80))
    cat_approves(count, "larger than you may decide")
    with world.database.transaction() as session:
        session.execute(sa.update(CountSession).values(limit_percent=90, limit_pieces=8))
    cat_approves(count, "larger than you may decide")
    with world.database.transaction() as session:
        session.execute(sa.update(CountSession).values(limit_pieces=9))
    cat_approves(count)


@pytest.mark.parametrize(("is_priced", "state"), [
    (True, LineState.RECOUNT), (False, LineState.DIFFERENT),
])  # fmt: skip
def test_a_recount_is_asked_for_by_pieces_where_nobody_says_prices(
    world: World, shelf, *, is_priced: bool, state: LineState
):
    tee, mug = shelf
    if is_priced:
        supplier = Dock(world).supplier()
        world.do(set_terms, SetTerms, supplier_id=supplier, sku_id=mug.id, price_fen=100)
    world.settings(count_recount_pieces=9, count_recount_yuan=50)
    count = opened(world, "A-1")
    count.count("A-1", {tee: 1, mug: 5})
    assert count.line("A-1", tee).state is state


def test_without_a_limit_of_money_no_price_is_asked_for(world: World, shelf):
    tee, mug = shelf
    world.settings(count_limit_pieces=100, count_limit_yuan=0, count_recount_pieces=100)
    count = opened(world, "A-1")
    count.count("A-1", {tee: 1, mug: 5})
    cat_approves(count)


@pytest.mark.parametrize(("is_ordered", "is_closed", "costs"), [
    (True, False, 1250), (True, True, None), (False, False, None), (False, True, None),
])  # fmt: skip
def test_only_an_order_really_placed_says_a_price(
    dock: Dock, *, is_ordered: bool, is_closed: bool, costs: int | None
):
    tee = dock.world.sku("TEE")
    order = dock.order({tee: 4}, is_ordered=is_ordered)
    if is_closed:
        dock.world.do(close_purchase, ClosePurchase, purchase_id=order.id, reason="called off")
    with dock.world.database.reading() as session:
        assert costs_of(session, [tee.id]).get(tee.id) == costs


def test_the_book_is_as_exact_by_value_as_by_piece_at_one_price(dock: Dock):
    world = dock.world
    tee, mug = world.sku("TEE"), world.sku("MUG")
    dock.order({tee: 1, mug: 1})
    world.stock(tee, "A-1", 1000)
    world.stock(mug, "A-2", 10)
    world.settings(count_recount_pieces=9)
    count = opened(world, "A-1", "A-2")
    count.count("A-1", {tee: 1000})
    count.count("A-2", {mug: 9})
    assert [line.price_fen for line in count.lines()] == [1250, 1250]
    assert by_value(world, count) == pytest.approx(100 * 1009 / 1010)
    with world.database.transaction() as session:  # as lines that agreed were kept before
        session.execute(sa.update(CountLine).where(CountLine.variance == 0).values(price_fen=0))
    assert by_value(world, count) == pytest.approx(100 * 1009 / 1010)


def by_value(world: World, count: Count) -> float | None:
    with world.database.reading() as session:
        return accuracy_of(session, count.id).by_value

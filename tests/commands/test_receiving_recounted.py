"""A count at the dock that is doubted: counted anew by somebody else, before it is booked."""

from __future__ import annotations

import pytest

from tests.builders import Goods, World
from tests.dock import Dock
from warehouse.errors import InvalidInput, RuleViolation, SamePerson, StaleScreen
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.counting import CountGoods, UndoCount, count_goods, undo_count
from warehouse.receiving.commands.finishing import FinishCount, finish_count
from warehouse.receiving.commands.recounting import RecountGoods, recount_goods
from warehouse.receiving.models import Receipt, ReceiptCount, ReceiptFocus, ReceiptLine
from warehouse.receiving.papers import goods_receipt

Counted = tuple[Dock, Goods, Goods, int]


@pytest.fixture
def counted(world: World) -> Counted:
    """Lei has counted 9 shirts, of which the order has 10, and 2 mugs nobody announced."""
    dock = Dock(world)
    dock.supplier()
    tee, mug = world.sku("TEE"), world.sku("MUG")
    order = dock.order({tee: 10})
    receipt = dock.start(order.number)
    dock.count(receipt, tee, 9)
    dock.count(receipt, mug, 2)
    return dock, tee, mug, receipt


def sums(world: World, receipt_id: int) -> dict[int, int]:
    return {n.sku_id: n.sound for n in world.all(ReceiptLine, receipt_id=receipt_id)}


@pytest.mark.parametrize("is_finished", [False, True], ids=["counting", "counted"])
def test_a_line_is_counted_anew_by_another_and_confirmed_by_a_third(counted, *, is_finished):
    dock, tee, mug, receipt = counted
    world = dock.world
    if is_finished:
        dock.finish(receipt)
    ask = {"by": "boss", "receipt_id": receipt, "sku_ids": (tee.id,)}
    world.refused(InvalidInput, recount_goods, RecountGoods, reason=" ", **ask)
    world.do(recount_goods, RecountGoods, reason="Lei has left, and ten came", **ask)
    assert world.state(Receipt, receipt) == "counting"
    assert sums(world, receipt) == {tee.id: 0, mug.id: 2}
    again = {"receipt_id": receipt, "barcode": tee.barcode, "pieces": 10}
    said = world.refused(RuleViolation, count_goods, CountGoods, by="lei", **again)
    assert "Somebody else counts it again" in str(said)
    world.do(count_goods, CountGoods, by="hua", **again)
    dock.finish(receipt, by="hua")
    for by in ("lei", "hua"):  # Lei's mugs stand
        world.refused(SamePerson, book_receipt, BookReceipt, by=by, receipt_id=receipt)
    world.do(book_receipt, BookReceipt, by="boss", receipt_id=receipt)
    assert world.standing(tee)["DOCK"] == 10
    world.refused(StaleScreen, recount_goods, RecountGoods, reason="late", **ask)
    assert world.differences() == []


def test_of_the_whole_receipt_nothing_is_left_to_undo_or_to_ask(counted):
    dock, tee, mug, receipt = counted
    world = dock.world
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    dock.count(receipt, phone, 2, by="li", serial="S1")
    assert world.one(ReceiptFocus, person_id=world.person("li")).asks == 1
    given = {"by": "boss", "receipt_id": receipt, "reason": "start over"}
    world.do(recount_goods, RecountGoods, **given)
    assert sums(world, receipt) == {tee.id: 0}
    assert [c for c in world.all(ReceiptCount) if c.undone_at is None] == []
    assert world.one(ReceiptFocus, person_id=world.person("li")).asks == 0
    world.refused(RuleViolation, recount_goods, RecountGoods, **given)
    for by in ("lei", "li"):
        world.refused(RuleViolation, undo_count, UndoCount, by=by, receipt_id=receipt)
    dock.count(receipt, phone, 1, by="lei", serial="S1")
    dock.count(receipt, mug, 1, by="li")
    assert sums(world, receipt) == {tee.id: 0, phone.id: 1, mug.id: 1}


def test_two_who_ask_at_once_take_back_once(counted):
    dock, tee, _, receipt = counted
    world = dock.world
    given = {"receipt_id": receipt, "sku_ids": (tee.id,), "reason": "twice"}
    both = [(recount_goods, world.command(RecountGoods, by=by, **given)) for by in ("boss", "chef")]
    assert isinstance(world.overlap(*both), RuleViolation)
    assert sums(world, receipt)[tee.id] == 0


def test_goods_nobody_announced_do_not_drop_out_when_they_are_to_be_counted_again(counted):
    dock, tee, mug, receipt = counted
    world = dock.world
    dock.finish(receipt)
    world.do(
        recount_goods, RecountGoods, by="boss", receipt_id=receipt, sku_ids=(mug.id,),
        reason="three?",
    )  # fmt: skip
    given = {"receipt_id": receipt}
    said = world.refused(RuleViolation, finish_count, FinishCount, by="hua", **given)
    assert "MUG was asked to be counted again: count it" in str(said)
    none = {"none_there": (mug.id,), **given}
    said = world.refused(RuleViolation, finish_count, FinishCount, by="lei", **none)
    assert "You counted MUG here before" in str(said)
    world.do(finish_count, FinishCount, by="hua", **none)
    assert dock.lines(receipt)[mug.id] == (None, 0, 0)
    with world.database.transaction() as session:
        paper = goods_receipt(session, session.get_one(Receipt, receipt), world.zone)
    assert [(line.sku_code, line.accepted) for line in paper.lines] == [("TEE", 9), ("MUG", 0)]
    world.refused(SamePerson, book_receipt, BookReceipt, by="hua", **given)
    dock.book(receipt, by="boss")
    assert (world.standing(tee)["DOCK"], world.standing(mug)) == (9, {})


def test_a_recount_that_is_done_lets_the_count_be_finished_and_undone_does_not(counted):
    dock, _, mug, receipt = counted
    world = dock.world
    world.do(
        recount_goods, RecountGoods, by="boss", receipt_id=receipt, sku_ids=(mug.id,), reason="x"
    )
    dock.count(receipt, mug, 3, by="hua")
    world.do(undo_count, UndoCount, by="hua", receipt_id=receipt)
    world.refused(RuleViolation, finish_count, FinishCount, by="hua", receipt_id=receipt)
    dock.count(receipt, mug, 3, by="hua")
    dock.finish(receipt, by="hua")
    dock.book(receipt, by="boss")
    assert world.standing(mug)["DOCK"] == 3


def test_whoever_was_doubted_in_everything_does_not_confirm(counted):
    dock, tee, mug, receipt = counted
    world = dock.world
    world.do(recount_goods, RecountGoods, by="boss", receipt_id=receipt, reason="all of it")
    dock.count(receipt, tee, 10, by="hua")
    dock.count(receipt, mug, 2, by="hua")
    dock.finish(receipt, by="hua")
    world.refused(SamePerson, book_receipt, BookReceipt, by="lei", receipt_id=receipt)
    dock.book(receipt, by="boss")

"""The ledger itself: moves, promises, reversals, and the proof that they agree."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.builders import Goods, Stage, World
from warehouse.catalog.models import Bin
from warehouse.commands import Command, Outcome, perform
from warehouse.errors import InsufficientStock, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import (
    Allocation,
    Move,
    MoveReason,
    ReleaseReason,
    StockBalance,
)
from warehouse.inventory.proof import differences
from warehouse.orders.models import ConsignmentLine
from warehouse.text import say


def in_ledger(world: World, work):
    """Run `work(session, command)` as a command of its own."""

    def handler(session, command: Command) -> Outcome:
        work(session, command)
        return Outcome(screen="test", message=say("Done."))

    return world.do(handler, Command)


class Shelf:
    """Two shelves, ten TEE on the first, and the line of an order that wants some."""

    def __init__(self, world: World) -> None:
        work = world.bring(Stage.READY, lines={world.sku("TEE"): 10})
        self.world, self.tee = world, work.goods["TEE"]
        self.a, self.b = world.one(Bin, code="A-01").id, world.bin("B-01")
        self.opening = world.one(Bin, code="OPENING").id
        self.line_id = world.one(ConsignmentLine, consignment_id=work.consignment_id).id

    def move(self, pieces: int, *, frm: int | None = None, to: int | None = None, **more):
        return ledger.Posting(
            sku_id=self.tee.id, from_bin_id=frm or self.a, to_bin_id=to or self.b,
            pieces=pieces, reason=MoveReason.TRANSFER, **more,
        )  # fmt: skip

    def post(self, *postings: ledger.Posting):
        in_ledger(self.world, lambda s, c: ledger.post(s, c, postings))

    def promise(self, pieces: int) -> int:
        ids: list[int] = []
        promise = ledger.Promise(
            consignment_line_id=self.line_id, bin_id=self.a, sku_id=self.tee.id, pieces=pieces
        )
        in_ledger(self.world, lambda s, _: ids.extend(ledger.reserve(s, [promise])))
        return ids[0]

    def balances(self) -> list[tuple[int, int, int]]:
        return [self.world.balance(code, self.tee) for code in ("A-01", "B-01")]


@pytest.fixture
def shelf(world: World) -> Shelf:
    return Shelf(world)


def refused(shelf: Shelf, error: type[Exception], *postings: ledger.Posting) -> None:
    with shelf.world.nothing_written(), pytest.raises(error):
        shelf.post(*postings)


def test_a_move_takes_here_and_gives_there(shelf: Shelf):
    shelf.post(shelf.move(3))
    assert shelf.balances() == [(7, 0, 7), (3, 0, 3)]


def test_a_bin_gives_no_more_than_it_has_free(shelf: Shelf):
    shelf.promise(4)
    refused(shelf, InsufficientStock, shelf.move(7))
    shelf.post(shelf.move(6))
    assert shelf.balances() == [(4, 4, 0), (6, 0, 6)]


def test_an_unknown_balance_is_an_empty_one(shelf: Shelf):
    refused(shelf, InsufficientStock, shelf.move(1, frm=shelf.b, to=shelf.a))


@pytest.mark.parametrize("count", [1, 30], ids=["one by one", "together"])
def test_goods_come_from_outside_and_go_back_few_or_many_alike(world: World, count: int):
    skus = [world.sku(f"S-{n:02d}").id for n in range(30)]
    supplier, scrap = (world.one(Bin, code=code).id for code in ("SUPPLIER", "SCRAP"))
    shelf = world.bin("A-01")

    def post(frm: int, to: int, pieces: int) -> None:
        moves = [
            ledger.Posting(sku_id=sku_id, from_bin_id=frm, to_bin_id=to, pieces=pieces + sku_id,
                           reason=MoveReason.TRANSFER)
            for sku_id in reversed(skus)
        ]  # fmt: skip
        for at in range(0, len(moves), count):
            in_ledger(world, lambda s, c, at=at: ledger.post(s, c, moves[at : at + count]))

    post(supplier, shelf, 5)
    post(supplier, shelf, 1)
    post(shelf, scrap, 2)
    found = {(b.bin_id, b.sku_id): b for b in world.all(StockBalance)}
    assert {key: b.on_hand for key, b in found.items()} == {
        (bin_id, sku): pieces
        for sku in skus
        for bin_id, pieces in ((supplier, -6 - 2 * sku), (shelf, 4 + sku), (scrap, 2 + sku))
    }
    assert {(b.changes, b.is_virtual) for b in found.values()} == {
        (2, True), (3, False), (1, True)
    }  # fmt: skip
    assert world.differences() == []


def test_one_of_many_moves_that_lacks_pieces_stops_them_all(shelf: Shelf):
    goods = [shelf.world.sku(f"S-{n}") for n in range(8)]
    moves = [
        ledger.Posting(sku_id=one.id, from_bin_id=shelf.opening, to_bin_id=shelf.b, pieces=3,
                       reason=MoveReason.OPENING)
        for one in goods
    ]  # fmt: skip
    refused(shelf, InsufficientStock, *moves, shelf.move(11))
    shelf.post(*moves, shelf.move(10))
    assert shelf.balances() == [(0, 0, 0), (10, 0, 10)]
    assert [shelf.world.balance("B-01", one)[0] for one in goods] == [3] * 8


def test_moves_of_one_command_are_made_all_or_none(shelf: Shelf):
    refused(shelf, InsufficientStock, shelf.move(5), shelf.move(6))


def test_pieces_passed_on_within_one_command_need_not_stand_there_before(shelf: Shelf):
    shelf.post(shelf.move(5), shelf.move(5, frm=shelf.b, to=shelf.opening))
    assert shelf.balances() == [(5, 0, 5), (0, 0, 0)]


@pytest.mark.parametrize("pieces", [0, -1])
def test_a_move_has_at_least_one_piece(shelf: Shelf, pieces: int):
    refused(shelf, ValueError, shelf.move(pieces))


def test_the_outside_may_go_below_zero_and_nothing_else(shelf: Shelf):
    supplier = shelf.world.one(Bin, code="SUPPLIER").id
    shelf.post(shelf.move(5, frm=supplier, to=shelf.b))
    assert shelf.world.balance("SUPPLIER", shelf.tee) == (-5, 0, -5)


def test_a_promise_reserves_and_a_move_out_of_it_resolves_it(shelf: Shelf):
    allocation = shelf.promise(4)
    shelf.post(shelf.move(3, allocation_id=allocation))
    assert shelf.balances() == [(7, 1, 6), (3, 0, 3)]
    refused(shelf, StaleScreen, shelf.move(2, allocation_id=allocation))


def test_no_more_is_promised_than_is_free(shelf: Shelf):
    shelf.promise(10)
    with shelf.world.nothing_written(), pytest.raises(InsufficientStock):
        shelf.promise(1)


def test_a_release_gives_back_what_is_still_open(shelf: Shelf):
    allocation = shelf.promise(4)
    shelf.post(shelf.move(1, allocation_id=allocation))
    freed: list[int] = []
    for _ in range(2):
        in_ledger(
            shelf.world,
            lambda s, c: freed.append(ledger.release(s, c, [allocation], ReleaseReason.CANCELLED)),
        )
    assert freed == [3, 0]
    assert shelf.balances() == [(9, 0, 9), (1, 0, 1)]


def test_a_reversal_mirrors_the_move_and_renews_its_promise(shelf: Shelf):
    allocation = shelf.promise(4)
    shelf.post(shelf.move(3, allocation_id=allocation))
    move = shelf.world.one(Move, allocation_id=allocation)
    in_ledger(shelf.world, lambda s, c: ledger.reverse(s, c, move.id))
    assert shelf.balances() == [(10, 4, 6), (0, 0, 0)]
    with shelf.world.nothing_written(), pytest.raises(StaleScreen):
        in_ledger(shelf.world, lambda s, c: ledger.reverse(s, c, move.id))


def test_a_move_whose_pieces_went_on_cannot_be_reversed(shelf: Shelf):
    shelf.post(shelf.move(3))
    move = shelf.world.one(Move, reason="transfer")
    shelf.post(shelf.move(1, frm=shelf.b, to=shelf.opening))
    with shelf.world.nothing_written(), pytest.raises(InsufficientStock):
        in_ledger(shelf.world, lambda s, c: ledger.reverse(s, c, move.id))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"on_hand": -1}, "covered"),
        ({"reserved": 11}, "covered"),
        ({"reserved": -1}, "reserved_not_negative"),
    ],
)
def test_the_database_itself_refuses_a_senseless_balance(shelf: Shelf, values, constraint):
    of_a = sa.update(StockBalance).where(StockBalance.bin_id == shelf.a)
    with pytest.raises(DatabaseError, match=constraint), shelf.world.database.transaction() as s:
        s.execute(of_a.values(**values))


def test_a_balance_that_drifted_is_found(shelf: Shelf):
    allocation = shelf.promise(4)
    assert allocation
    of_a = sa.update(StockBalance).where(StockBalance.bin_id == shelf.a)
    with shelf.world.database.reading() as session:
        session.execute(of_a.values(on_hand=12, reserved=5))
        found = [(d.kind, d.bin, d.sku, d.kept, d.computed) for d in differences(session)]
    assert found == [("on_hand", "A-01", "TEE", 12, 10), ("reserved", "A-01", "TEE", 5, 4)]


def test_a_balance_that_is_missing_is_found(shelf: Shelf):
    with shelf.world.database.reading() as session:
        session.execute(sa.delete(StockBalance).where(StockBalance.bin_id == shelf.a))
        found = [(d.kind, d.bin, d.kept, d.computed) for d in differences(session)]
    assert found == [("on_hand", "A-01", 0, 10)]


@pytest.mark.parametrize("kind", ["picked", "given_back"])
def test_a_promise_that_nothing_explains_is_found(shelf: Shelf, kind: str):
    """Its reserved pieces are changed with it, so that the balance by itself looks right."""
    promise = shelf.promise(4)
    shelf.post(shelf.move(1, allocation_id=promise))
    moved = shelf.world.all(Move, allocation_id=promise)[0].id
    shelf.post(shelf.move(1, allocation_id=promise))
    in_ledger(shelf.world, lambda s, c: ledger.reverse(s, c, moved))
    in_ledger(
        shelf.world, lambda s, c: ledger.release(s, c, [promise], ReleaseReason.SHORT, most=1)
    )
    assert shelf.world.differences() == []
    column = Allocation.picked if kind == "picked" else Allocation.released
    with shelf.world.database.reading() as session:
        session.execute(sa.update(Allocation).values({column: column + 1}))
        of_a = sa.update(StockBalance).where(StockBalance.bin_id == shelf.a)
        session.execute(of_a.values(reserved=StockBalance.reserved - 1))
        found = [(d.kind, d.bin, d.subject, d.kept, d.computed) for d in differences(session)]
    assert found == [(kind, "A-01", f"#{promise}", 2, 1)]


def test_a_balance_that_is_hidden_among_totes_or_outside_is_found(shelf: Shelf):
    of_a = sa.update(StockBalance).where(StockBalance.bin_id == shelf.a)
    for flag, kept in (("is_virtual", 1), ("is_in_work", 2)):
        with shelf.world.database.reading() as session:
            _unguard(session)
            session.execute(of_a.values({flag: True}))
            found = [(d.kind, d.bin, d.kept, d.computed) for d in differences(session)]
        assert found == [("kind_of_bin", "A-01", kept, 0)]


def _unguard(session: Session) -> None:
    """Take the database's own guards off the balances, until the session is undone."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ALTER TABLE stock_balance DISABLE TRIGGER USER"))
        return
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    for name in session.scalars(sa.text(triggers), {"table": "stock_balance"}).all():
        session.execute(sa.text(f'DROP TRIGGER "{name}"'))


def test_two_people_reversing_one_move_reverse_it_once(shelf: Shelf):
    shelf.post(shelf.move(3))
    move = shelf.world.one(Move, reason="transfer")

    def undo(session, command: Command) -> Outcome:
        ledger.reverse(session, command, move.id)
        return Outcome(screen="test", message=say("Done."))

    acts = [(undo, shelf.world.command(Command, by=by)) for by in ("picker", "other")]
    assert isinstance(shelf.world.overlap(*acts), StaleScreen)
    assert shelf.balances() == [(10, 0, 10), (0, 0, 0)]


def test_pieces_taken_in_another_order_at_once_do_not_lock_each_other_out(world: World):
    """Two commands over the same two bins, each naming them the other way about."""
    first, second = world.sku("TEE"), world.sku("MUG")
    for goods in (first, second):
        world.stock(goods, f"A-{goods.code}", 10)
    bins = {goods.code: world.one(Bin, code=f"A-{goods.code}").id for goods in (first, second)}
    away = world.bin("B-01")

    def posting(goods: Goods) -> ledger.Posting:
        return ledger.Posting(
            sku_id=goods.id, from_bin_id=bins[goods.code], to_bin_id=away, pieces=1,
            reason=MoveReason.TRANSFER,
        )  # fmt: skip

    from tests.stocking import PutStock, put_stock

    acts = [
        (put_stock, world.command(PutStock, postings=tuple(posting(g) for g in order)))
        for order in ((first, second), (second, first))
    ]
    assert not isinstance(world.overlap(*acts), Exception)
    assert world.balance("B-01", first) == world.balance("B-01", second) == (2, 0, 2)


def test_a_command_without_moves_touches_nothing(world: World):
    with world.database.transaction() as session:
        perform(session, _nothing, world.command(Command))
    assert world.all(Move) == []


def _nothing(session, command: Command) -> Outcome:
    ledger.post(session, command, [])
    assert ledger.reserve(session, []) == []
    assert ledger.release(session, command, [], ReleaseReason.CANCELLED) == 0
    return Outcome(screen="test", message=say("Done."))

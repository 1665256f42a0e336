"""The ledger against a model of itself: any sequence of acts, every number after each."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy.orm import Session

from tests.builders import World
from tests.machines import run_machine
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Command, Outcome, execute, new_id
from warehouse.db import Database
from warehouse.errors import CommandReused, InsufficientStock, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, Move, MoveReason, ReleaseReason
from warehouse.inventory.proof import differences
from warehouse.inventory.queries import balance_of
from warehouse.orders.models import Consignment, ConsignmentLine, Order, OrderLine, ShopState
from warehouse.text import say

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "15"))
STEPS = 25
SEED = int(os.environ.get("LEDGER_SEED", random.randrange(2**32)))
SHELVES = 3
SKUS = 2

Key = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Act(Command):
    """One act on the ledger, whatever it is (for tests)."""

    kind: str
    args: tuple[int, ...]


@dataclass
class Promised:
    key: Key
    pieces: int
    picked: int = 0
    released: int = 0

    @property
    def open(self) -> int:
        return self.pieces - self.picked - self.released


@dataclass
class Moved:
    sku: int
    frm: int
    to: int
    pieces: int
    allocation_id: int | None = None
    is_reversed: bool = False


@dataclass
class Book:
    """What the ledger should say."""

    on_hand: dict[Key, int] = field(default_factory=dict)
    promises: dict[int, Promised] = field(default_factory=dict)
    moves: dict[int, Moved] = field(default_factory=dict)

    def reserved(self, key: Key) -> int:
        return sum(p.open for p in self.promises.values() if p.key == key)

    def free(self, key: Key) -> int:
        return self.on_hand.get(key, 0) - self.reserved(key)

    def shift(self, sku: int, frm: int, to: int, pieces: int) -> None:
        for bin_id, change in ((frm, -pieces), (to, pieces)):
            self.on_hand[bin_id, sku] = self.on_hand.get((bin_id, sku), 0) + change


def never(_session: Session, _command: Act) -> Outcome:
    raise AssertionError("a command with a used id was run")


class LedgerMachine(RuleBasedStateMachine):
    """Bins and SKUs are made anew for each run, so that runs share one database."""

    database: Database

    @initialize()
    def make(self) -> None:
        self.world = World(self.database)
        self.book = Book()
        self.sent: list[tuple[Act, Outcome]] = []
        mark = new_id()[:8]
        with self.database.transaction() as session:
            bins = [Bin(code=f"{mark}-{n}", kind=BinKind.SHELF) for n in range(SHELVES)]
            skus = [Sku(code=f"{mark}-{n}", name="x") for n in range(SKUS)]
            session.add_all([*bins, *skus])
            session.flush()
            self.bins = [b.id for b in bins]
            self.skus = [s.id for s in skus]
        self.outside = self.world.one(Bin, code="SUPPLIER").id
        self.lines = self._lines(mark)

    def _lines(self, mark: str) -> list[int]:
        """Return a consignment line for each SKU, to promise pieces to."""
        shop_id, at = self.world.shop(), self.world.now
        with self.database.transaction() as session:
            order = Order(
                shop_id=shop_id, order_no=mark, shop_state=ShopState.PAID, created_at=at,
                received_at=at,
            )  # fmt: skip
            order.lines = [
                OrderLine(line_key=str(n), sku_id=sku, pieces=1) for n, sku in enumerate(self.skus)
            ]
            session.add(order)
            session.flush()
            consignment = Consignment(created_at=at)
            consignment.lines = [
                ConsignmentLine(order_line_id=line.id, sku_id=line.sku_id, pieces=10_000)
                for line in order.lines
            ]
            session.add(consignment)
            session.flush()
            return [line.id for line in consignment.lines]

    # Acts

    def act(self, work: Any, kind: str, *args: int) -> Outcome:
        def handler(session: Session, command: Act) -> Outcome:
            facts = work(session, command) or {}
            return Outcome(screen="test", message=say("Done."), facts=facts)

        command = self.world.command(Act, kind=kind, args=args)
        outcome = execute(self.database, handler, command)
        self.sent.append((command, outcome))
        return outcome

    def refused(self, error: type[Exception], work: Any, kind: str, *args: int) -> None:
        try:
            self.act(work, kind, *args)
        except error:
            return
        raise AssertionError(f"{kind}{args} was not refused")

    bins_ = st.integers(0, SHELVES - 1)
    skus_ = st.integers(0, SKUS - 1)
    pieces_ = st.integers(1, 9)

    def posting(self, sku: int, frm: int, to: int, pieces: int, **more: Any) -> ledger.Posting:
        return ledger.Posting(
            sku_id=sku, from_bin_id=frm, to_bin_id=to, pieces=pieces,
            reason=MoveReason.TRANSFER, **more,
        )  # fmt: skip

    def post(self, posting: ledger.Posting) -> Any:
        def work(session: Session, command: Act) -> None:
            ledger.post(session, command, [posting])

        return work

    def note_move(self, outcome_of: Act, moved: Moved) -> None:
        move = self.world.one(Move, command_id=outcome_of.id)
        self.book.moves[move.id] = moved
        self.book.shift(moved.sku, moved.frm, moved.to, moved.pieces)

    @rule(sku=skus_, to=bins_, pieces=pieces_)
    def receive(self, sku: int, to: int, pieces: int) -> None:
        sku, to = self.skus[sku], self.bins[to]
        self.act(self.post(self.posting(sku, self.outside, to, pieces)), "in", sku, to, pieces)
        self.note_move(self.sent[-1][0], Moved(sku, self.outside, to, pieces))

    @rule(sku=skus_, frm=bins_, to=bins_, pieces=pieces_)
    def move(self, sku: int, frm: int, to: int, pieces: int) -> None:
        if frm == to:
            return
        sku, frm, to = self.skus[sku], self.bins[frm], self.bins[to]
        work = self.post(self.posting(sku, frm, to, pieces))
        if self.book.free((frm, sku)) < pieces:
            self.refused(InsufficientStock, work, "move", sku, frm, to, pieces)
            return
        self.act(work, "move", sku, frm, to, pieces)
        self.note_move(self.sent[-1][0], Moved(sku, frm, to, pieces))

    @rule(sku=skus_, at=bins_, pieces=pieces_)
    def reserve(self, sku: int, at: int, pieces: int) -> None:
        line_id, sku, at = self.lines[sku], self.skus[sku], self.bins[at]
        promise = ledger.Promise(consignment_line_id=line_id, bin_id=at, sku_id=sku, pieces=pieces)

        def work(session: Session, _command: Act) -> dict[str, Any]:
            return {"ids": ledger.reserve(session, [promise])}

        if self.book.free((at, sku)) < pieces:
            self.refused(InsufficientStock, work, "reserve", sku, at, pieces)
            return
        (allocation_id,) = self.act(work, "reserve", sku, at, pieces).facts["ids"]
        self.book.promises[allocation_id] = Promised((at, sku), pieces)

    @precondition(lambda self: self.book.promises)
    @rule(data=st.data(), to=bins_, pieces=pieces_)
    def take_out_of_a_promise(self, data: st.DataObject, to: int, pieces: int) -> None:
        allocation_id = data.draw(st.sampled_from(sorted(self.book.promises)))
        promised = self.book.promises[allocation_id]
        (frm, sku), to = promised.key, self.bins[to]
        if frm == to:
            return
        work = self.post(self.posting(sku, frm, to, pieces, allocation_id=allocation_id))
        if promised.open < pieces:
            self.refused(StaleScreen, work, "pick", allocation_id, to, pieces)
            return
        self.act(work, "pick", allocation_id, to, pieces)
        promised.picked += pieces
        self.note_move(self.sent[-1][0], Moved(sku, frm, to, pieces, allocation_id))

    @precondition(lambda self: self.book.promises)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        ids = data.draw(st.lists(st.sampled_from(sorted(self.book.promises)), max_size=3))

        def work(session: Session, command: Act) -> dict[str, Any]:
            return {"freed": ledger.release(session, command, set(ids), ReleaseReason.CANCELLED)}

        freed = self.act(work, "release", *ids).facts["freed"]
        assert freed == sum(self.book.promises[i].open for i in set(ids))
        for i in ids:
            self.book.promises[i].released += self.book.promises[i].open

    @precondition(lambda self: self.book.moves)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        move_id = data.draw(st.sampled_from(sorted(self.book.moves)))
        moved = self.book.moves[move_id]

        def work(session: Session, command: Act) -> None:
            ledger.reverse(session, command, move_id)

        if moved.is_reversed:
            self.refused(StaleScreen, work, "reverse", move_id)
            return
        is_here = moved.to == self.outside or self.book.free((moved.to, moved.sku)) >= moved.pieces
        if not is_here:
            self.refused(InsufficientStock, work, "reverse", move_id)
            return
        self.act(work, "reverse", move_id)
        moved.is_reversed = True
        if moved.allocation_id is not None:
            self.book.promises[moved.allocation_id].picked -= moved.pieces
        self.book.shift(moved.sku, moved.to, moved.frm, moved.pieces)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        command, outcome = data.draw(st.sampled_from(self.sent))
        again = execute(self.database, never, command)
        assert again == outcome
        assert again.is_replayed

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_another_under_a_used_id(self, data: st.DataObject) -> None:
        command, _ = data.draw(st.sampled_from(self.sent))
        other = self.world.command(Act, id=command.id, kind="other", args=())
        try:
            execute(self.database, never, other)
        except CommandReused:
            return
        raise AssertionError("another act went under a used id")

    # What must hold after each

    @invariant()
    def every_number_is_as_in_the_book(self) -> None:
        if not hasattr(self, "lines"):
            return
        with self.database.reading() as session:
            for bin_id in self.bins:
                for sku in self.skus:
                    key = (bin_id, sku)
                    on_hand, reserved = self.book.on_hand.get(key, 0), self.book.reserved(key)
                    wanted = (on_hand, reserved, on_hand - reserved)
                    assert balance_of(session, bin_id, sku) == wanted
                    assert 0 <= reserved <= on_hand
            for allocation_id, promised in self.book.promises.items():
                row = session.get_one(Allocation, allocation_id)
                assert (row.picked, row.released) == (promised.picked, promised.released)
            assert differences(session) == []


def test_no_sequence_of_acts_makes_the_ledger_differ_from_the_book(database: Database):
    machine = type("Machine", (LedgerMachine,), {"database": database})
    run_machine(machine, by=SEED, runs=EXAMPLES, steps=STEPS)

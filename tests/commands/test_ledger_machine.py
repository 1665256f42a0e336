"""The ledger against a model of itself: any sequence of acts, every number after each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant
from sqlalchemy.orm import Session

from tests.builders import World
from tests.machines import Walk, run_machine, seed_for
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

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "10"))
STEPS = 40
LEAST = dict.fromkeys(("move", "reserve", "pick", "undo", "release", "want_too_much"), EXAMPLES)
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


class LedgerMachine(Walk):
    """Bins and SKUs are made anew for each run, so that runs share one database."""

    database: Database

    @initialize()
    def make(self) -> None:
        self.world = World(self.database)
        self.book = Book()
        self.before = self.world.differences()  # of a run that found something
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
        for sku in self.skus:
            for place in self.bins[:2]:
                self.bring_in(sku, place, 12)
                self.promise((place, sku), 6)

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

    def posting(self, sku: int, frm: int, to: int, pieces: int, **more: Any) -> ledger.Posting:
        return ledger.Posting(
            sku_id=sku, from_bin_id=frm, to_bin_id=to, pieces=pieces,
            reason=MoveReason.TRANSFER, **more,
        )  # fmt: skip

    def post(self, posting: ledger.Posting) -> Any:
        def work(session: Session, command: Act) -> None:
            ledger.post(session, command, [posting])

        return work

    def note_move(self, moved: Moved) -> None:
        """Take down the move that the last act made."""
        move = self.world.one(Move, command_id=self.sent[-1][0].id)
        self.book.moves[move.id] = moved
        self.book.shift(moved.sku, moved.frm, moved.to, moved.pieces)

    # What can be done now

    def acts(self) -> Mapping[str, int]:
        can = {
            "pick": (3, self.open_promises()),
            "undo": (2, self.picks()),
            "reserve": (2, self.free()),
            "move": (1, self.free()),
            "release": (1, self.open_promises()),
            "reverse": (1, self.book.moves),
        }
        always = ("receive", "want_too_much", "send_again", "send_another_under_a_used_id")
        return dict.fromkeys(always, 1) | {act: often for act, (often, of) in can.items() if of}

    def free(self) -> list[Key]:
        return [key for key in sorted(self.book.on_hand) if self.book.free(key) > 0]

    def open_promises(self) -> list[int]:
        return [i for i, promised in sorted(self.book.promises.items()) if promised.open]

    def picks(self) -> list[int]:
        return [
            i
            for i, moved in sorted(self.book.moves.items())
            if moved.allocation_id is not None and self.is_still_there(moved)
        ]

    def is_still_there(self, moved: Moved) -> bool:
        is_here = moved.to == self.outside or self.book.free((moved.to, moved.sku)) >= moved.pieces
        return is_here and not moved.is_reversed

    def another_bin(self, data: st.DataObject, than: int) -> int:
        return data.draw(st.sampled_from([b for b in self.bins if b != than]))

    def receive(self, data: st.DataObject) -> None:
        self.bring_in(
            data.draw(st.sampled_from(self.skus)),
            data.draw(st.sampled_from(self.bins)),
            data.draw(st.integers(1, 9)),
        )

    def bring_in(self, sku: int, to: int, pieces: int) -> None:
        self.act(self.post(self.posting(sku, self.outside, to, pieces)), "in", sku, to, pieces)
        self.note_move(Moved(sku, self.outside, to, pieces))

    def move(self, data: st.DataObject) -> None:
        frm, sku = data.draw(st.sampled_from(self.free()))
        to = self.another_bin(data, frm)
        pieces = data.draw(st.integers(1, self.book.free((frm, sku))))
        self.act(self.post(self.posting(sku, frm, to, pieces)), "move", sku, frm, to, pieces)
        self.note_move(Moved(sku, frm, to, pieces))

    def reserve(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.free()))
        self.promise(key, data.draw(st.integers(1, min(9, self.book.free(key)))))

    def promise(self, key: Key, pieces: int) -> None:
        outcome = self.act(self.reserving(key, pieces), "reserve", *key, pieces)
        (allocation_id,) = outcome.facts["ids"]
        self.book.promises[allocation_id] = Promised(key, pieces)

    def reserving(self, key: Key, pieces: int) -> Any:
        line_id = self.lines[self.skus.index(key[1])]
        promise = ledger.Promise(
            consignment_line_id=line_id, bin_id=key[0], sku_id=key[1], pieces=pieces
        )

        def work(session: Session, _command: Act) -> dict[str, Any]:
            return {"ids": ledger.reserve(session, [promise])}

        return work

    def pick(self, data: st.DataObject) -> None:
        allocation_id = data.draw(st.sampled_from(self.open_promises()))
        promised = self.book.promises[allocation_id]
        (frm, sku), pieces = promised.key, data.draw(st.integers(1, promised.open))
        to = self.another_bin(data, frm)
        work = self.post(self.posting(sku, frm, to, pieces, allocation_id=allocation_id))
        self.act(work, "pick", allocation_id, to, pieces)
        promised.picked += pieces
        self.note_move(Moved(sku, frm, to, pieces, allocation_id))

    def want_too_much(self, data: st.DataObject) -> None:
        """Move, promise or pick more than is there, or undo what was undone."""
        key = (data.draw(st.sampled_from(self.bins)), data.draw(st.sampled_from(self.skus)))
        frm, sku = key
        pieces = max(self.book.free(key), 0) + data.draw(st.integers(1, 9))
        to = self.another_bin(data, frm)
        self.refused(InsufficientStock, self.post(self.posting(sku, frm, to, pieces)), "move")
        self.refused(InsufficientStock, self.reserving(key, pieces), "reserve")
        for allocation_id, promised in sorted(self.book.promises.items())[-1:]:
            (frm, sku), pieces = promised.key, promised.open + 1
            posting = self.posting(
                sku, frm, self.another_bin(data, frm), pieces, allocation_id=allocation_id
            )
            self.refused(StaleScreen, self.post(posting), "pick")
        for move_id in [i for i, moved in self.book.moves.items() if moved.is_reversed][-1:]:
            self.refused(StaleScreen, self.reversing(move_id), "reverse")

    def release(self, data: st.DataObject) -> None:
        ids = data.draw(st.sets(st.sampled_from(sorted(self.book.promises)), max_size=2))
        ids.add(data.draw(st.sampled_from(self.open_promises())))

        def work(session: Session, command: Act) -> dict[str, Any]:
            return {"freed": ledger.release(session, command, ids, ReleaseReason.CANCELLED)}

        freed = self.act(work, "release", *sorted(ids)).facts["freed"]
        assert freed == sum(self.book.promises[i].open for i in ids)
        for i in ids:
            self.book.promises[i].released += self.book.promises[i].open

    def reversing(self, move_id: int) -> Any:
        def work(session: Session, command: Act) -> None:
            ledger.reverse(session, command, move_id)

        return work

    def reverse(self, data: st.DataObject) -> None:
        """Undo any move; refused where its pieces have moved on, or it was undone before."""
        move_id = data.draw(st.sampled_from(sorted(self.book.moves)))
        moved = self.book.moves[move_id]
        if self.is_still_there(moved):
            self.take_back(move_id)
        else:
            error = StaleScreen if moved.is_reversed else InsufficientStock
            self.refused(error, self.reversing(move_id), "reverse", move_id)

    def undo(self, data: st.DataObject) -> None:
        self.take_back(data.draw(st.sampled_from(self.picks())))

    def take_back(self, move_id: int) -> None:
        moved = self.book.moves[move_id]
        self.act(self.reversing(move_id), "reverse", move_id)
        moved.is_reversed = True
        if moved.allocation_id is not None:
            self.book.promises[moved.allocation_id].picked -= moved.pieces
        self.book.shift(moved.sku, moved.to, moved.frm, moved.pieces)

    def send_again(self, data: st.DataObject) -> None:
        command, outcome = data.draw(st.sampled_from(self.sent))
        again = execute(self.database, never, command)
        assert again == outcome
        assert again.is_replayed

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
            assert [d for d in differences(session) if d not in self.before] == []


def test_no_sequence_of_acts_makes_the_ledger_differ_from_the_book(database: Database):
    machine = type("Machine", (LedgerMachine,), {"database": database})
    by = seed_for("LEDGER_SEED", database)
    run_machine(machine, by=by, runs=EXAMPLES, steps=STEPS, least=LEAST)

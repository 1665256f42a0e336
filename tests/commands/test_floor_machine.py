"""The whole floor against a simple book: any order of its commands, every number after each.

Goods come in by receipts, are put away, moved, corrected, thrown away, promised to orders, picked,
put back, cancelled and counted, by the commands people use. One SKU is kept by lot, one is known
piece by piece. The book knows only what each act should do to the numbers.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.builders import Goods, World
from tests.counts import opened
from tests.dock import Dock
from tests.machines import run_machine
from tests.tracked import by_lot, by_piece
from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command, Outcome, execute, new_id
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.db import Database
from warehouse.errors import InsufficientStock, LotMissing
from warehouse.inventory.models import Allocation, Lot, LotBalance, Serial, StockBalance
from warehouse.inventory.proof import differences
from warehouse.orders.commands.holds import CancelOrder, cancel_order
from warehouse.orders.models import HoldKind
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import UndoPick, undo_pick
from warehouse.picking.commands.wave import BindTote, TakeWave, bind_tote, take_wave
from warehouse.placing.models import Why
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.storing.commands.moves import (
    AdjustStock,
    MovePieces,
    QuarantineStock,
    ScrapStock,
    Taken,
    adjust_stock,
    move_pieces,
    quarantine_stock,
    scrap_stock,
)
from warehouse.waves.models import Wave, WaveState

EXAMPLES = int(os.environ.get("FLOOR_EXAMPLES", "3"))
STEPS = 20
SEED = int(os.environ.get("FLOOR_SEED", random.randrange(2**32)))
LOTS = {"EARLY": date(2027, 6, 1), "LATE": date(2027, 9, 1)}
KINDS = ("plain", "lot", "piece")
DOCK, ASIDE = "DOCK", "SET-ASIDE"

Key = tuple[str, str, str]  # bin, SKU, lot


class Hands(World):
    """A world that keeps what was sent, to send it again."""

    def do(self, handler: Any, kind: type[Command], /, **given: Any) -> Outcome:
        command = self.command(kind, **given)
        outcome = execute(self.database, handler, command)
        self.sent.append((command, outcome))
        return outcome

    @property
    def sent(self) -> list[tuple[Command, Outcome]]:
        found: list[tuple[Command, Outcome]] = self.__dict__.setdefault("_sent", [])
        return found


def not_again(_session: Any, _command: Command) -> Outcome:
    raise AssertionError("a command that was sent again was run again")


@dataclass
class Job:
    """One order in a wave of its own, the picker before its tote."""

    order_id: int
    consignment_id: int
    wave_id: int
    picker: str
    tote: str
    promised: dict[int, tuple[Key, int]]  # allocation → where, pieces still promised
    picks: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)


@dataclass
class Book:
    """What should stand where, what of it is promised, and where each known piece is."""

    stands: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    promised: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    pieces: dict[str, str] = field(default_factory=dict)  # serial number → bin

    def free(self, key: Key) -> int:
        return self.stands[key] - self.promised[key]

    def shift(self, key: Key, to: str, pieces: int, serials: tuple[str, ...] = ()) -> None:
        """Let pieces leave a bin for another; "" is out of the house."""
        self.stands[key] -= pieces
        if to:
            self.stands[to, key[1], key[2]] += pieces
        for serial in serials:
            self.pieces[serial] = to

    def pieces_in(self, place: str) -> list[str]:
        return sorted(code for code, where in self.pieces.items() if where == place)


class FloorMachine(RuleBasedStateMachine):
    """SKUs, shelves and totes are made anew for each run, so that runs share one database."""

    world: Hands

    @initialize()
    def make(self) -> None:
        self.book = Book()
        self.world.sent.clear()
        self.mark = new_id()[:8].upper()
        goods = (
            self.world.sku(f"TEE-{self.mark}"),
            by_lot(self.world, f"MILK-{self.mark}", is_expiry_tracked=True),
            by_piece(self.world, f"CAM-{self.mark}"),
        )
        self.goods: dict[str, Goods] = dict(zip(KINDS, goods, strict=True))
        self.shelves = [f"{self.mark}-{n}" for n in range(2)]
        for n, code in enumerate(self.shelves):
            self.world.bin(code, walk_order=n)
        self.jobs: list[Job] = []
        self.numbers = 0
        self.dock = Dock(self.world)
        for n, shelf in enumerate(self.shelves):
            for kind, lot in (("plain", ""), ("lot", sorted(LOTS)[n]), ("piece", "")):
                self.stock(shelf, kind, lot, 4 - n)
        for kind in KINDS:
            self.promise(kind, 2)

    def stock(self, shelf: str, kind: str, lot: str, pieces: int) -> None:
        """Begin with pieces on a shelf, from the dock."""
        self.receive_goods(kind, lot, pieces)
        key = self.key(DOCK, kind, lot)
        serials = tuple(self.book.pieces_in(DOCK)) if kind == "piece" else ()
        taken = self.taken(key, pieces, serials)
        self.world.do(move_pieces, MovePieces, taken=taken, to=shelf)
        self.book.shift(key, shelf, pieces, serials)

    # Choosing

    def key(self, place: str, kind: str, lot: str) -> Key:
        return (place, self.goods[kind].code, lot if kind == "lot" else "")

    def named(self, data: st.DataObject, place: str, kind: str, pieces: int) -> tuple[str, ...]:
        """Return the numbers of the pieces taken, for goods known piece by piece."""
        if kind != "piece":
            return ()
        here = self.book.pieces_in(place)
        return tuple(data.draw(st.permutations(here))[:pieces])

    def taken(self, key: Key, pieces: int, serials: tuple[str, ...]) -> Taken:
        return Taken(bin=key[0], sku=key[1], pieces=pieces, lot=key[2], serials=serials)

    def out_of(
        self,
        data: st.DataObject,
        key: Key,
        kind: str,
        pieces: int,
        send: Callable[[Taken], tuple[Any, type[Command], dict[str, Any]]],
        to: str,
    ) -> None:
        """Take pieces out of a bin by a command that must be refused if they are not free."""
        serials = self.named(data, key[0], kind, pieces)
        if kind == "piece" and len(serials) < pieces:
            return  # a number that stands elsewhere cannot be typed in from this shelf
        handler, command, given = send(self.taken(key, pieces, serials))
        if self.book.free(key) < pieces:
            error = LotMissing if kind == "lot" and not self.book.free(key) else InsufficientStock
            self.world.refused(error, handler, command, **given)
            return
        self.world.do(handler, command, **given)
        self.book.shift(key, to, pieces, serials)

    places_ = st.sampled_from((0, 1, DOCK, ASIDE))
    shelves_ = st.integers(0, 1)
    kinds_ = st.sampled_from(KINDS)
    lots_ = st.sampled_from(sorted(LOTS))
    pieces_ = st.integers(1, 4)

    def place(self, which: int | str) -> str:
        return which if isinstance(which, str) else self.shelves[which]

    # What people do

    @rule(kind=kinds_, lot=lots_, pieces=st.integers(1, 6))
    def receive(self, kind: str, lot: str, pieces: int) -> None:
        self.receive_goods(kind, lot, pieces)

    def receive_goods(self, kind: str, lot: str, pieces: int) -> None:
        goods, receipt_id = self.goods[kind], self.dock.blind()
        serials: list[str] = []
        if kind == "piece":
            for _ in range(pieces):
                self.numbers += 1
                serials.append(f"N{self.mark}{self.numbers}")
                self.dock.count(receipt_id, goods, serial=serials[-1])
        else:
            told: dict[str, Any] = {"lot": lot, "best_before": LOTS[lot]} if kind == "lot" else {}
            self.dock.count(receipt_id, goods, pieces, **told)
        self.dock.finish(receipt_id)
        self.dock.book(receipt_id)
        self.book.stands[self.key(DOCK, kind, lot)] += pieces
        self.book.pieces.update(dict.fromkeys(serials, DOCK))

    @rule(data=st.data(), frm=places_, to=shelves_, kind=kinds_, lot=lots_, pieces=pieces_)
    def move(
        self, data: st.DataObject, frm: int | str, to: int, kind: str, lot: str, pieces: int
    ) -> None:
        source, target = self.place(frm), self.shelves[to]
        if source == target:
            return

        def send(taken: Taken) -> tuple[Any, type[Command], dict[str, Any]]:
            return move_pieces, MovePieces, {"taken": taken, "to": target}

        self.out_of(data, self.key(source, kind, lot), kind, pieces, send, target)

    @rule(
        data=st.data(), at=shelves_, kind=kinds_, lot=lots_, pieces=pieces_, how=st.integers(0, 2)
    )
    def take_away(
        self, data: st.DataObject, at: int, kind: str, lot: str, pieces: int, how: int
    ) -> None:
        """Throw away, put into quarantine, or book as lost."""

        def send(taken: Taken) -> tuple[Any, type[Command], dict[str, Any]]:
            if how == 0:
                return scrap_stock, ScrapStock, {"taken": taken, "why": Why.DAMAGED}
            if how == 1:
                return quarantine_stock, QuarantineStock, {"taken": taken, "why": Why.STAINED}
            given = {"taken": taken, "why": Why.LOST, "is_more": False}
            return adjust_stock, AdjustStock, given

        to = "QUARANTINE" if how == 1 else ""
        self.out_of(data, self.key(self.shelves[at], kind, lot), kind, pieces, send, to)

    @rule(kind=st.sampled_from(("plain", "lot")), at=shelves_, lot=lots_, pieces=pieces_)
    def find(self, kind: str, at: int, lot: str, pieces: int) -> None:
        key = self.key(self.shelves[at], kind, lot)
        day = LOTS[lot] if kind == "lot" else None
        self.world.do(
            adjust_stock, AdjustStock, taken=self.taken(key, pieces, ()), is_more=True,
            why=Why.FOUND, best_before=day,
        )  # fmt: skip
        self.book.stands[key] += pieces

    def on_offer(self, kind: str) -> dict[Key, int]:
        """Return what may be promised: shelves and the set-aside place."""
        lots = tuple(LOTS) if kind == "lot" else ("",)
        keys = [self.key(p, kind, lot) for p in (*self.shelves, ASIDE) for lot in lots]
        return {key: self.book.free(key) for key in keys if self.book.free(key) > 0}

    @rule(kind=kinds_, pieces=pieces_)
    def order(self, kind: str, pieces: int) -> None:
        self.promise(kind, pieces)

    def promise(self, kind: str, pieces: int) -> None:
        offer, goods = self.on_offer(kind), self.goods[kind]
        if sum(offer.values()) < pieces:
            order_id = self.world.audited({goods: pieces})
            assert HoldKind.STOCK_SHORT in self.world.holds(order_id)
            self.world.do(cancel_order, CancelOrder, order_id=order_id, note="short")
            return
        work = self.world.released({goods: pieces})
        self.world.wave(work)
        picker, tote = f"p{work.consignment_id}", self.world.tote(f"T{work.consignment_id}")
        self.world.do(take_wave, TakeWave, by=picker, wave_id=work.wave_id)
        self.world.do(bind_tote, BindTote, by=picker, wave_id=work.wave_id, barcode=tote)
        promised = self.promised_to(work.consignment_id, goods)
        for key, count in promised.values():
            assert count <= offer.get(key, 0), "promised more than was free"
            offer[key] -= count
            self.book.promised[key] += count
        assert sum(count for _, count in promised.values()) == pieces
        if kind == "lot" and any(key[2] == "LATE" for key, _ in promised.values()):
            assert not any(left for key, left in offer.items() if key[2] == "EARLY")
        self.jobs.append(
            Job(
                order_id=work.order_id,
                consignment_id=work.consignment_id,
                wave_id=work.wave_id,
                picker=picker,
                tote=tote,
                promised=promised,
            )
        )

    def promised_to(self, consignment_id: int, goods: Goods) -> dict[int, tuple[Key, int]]:
        line = sa.text("SELECT id FROM consignment_line WHERE consignment_id = :c")
        with self.world.database.reading() as session:
            lines = session.scalars(line, {"c": consignment_id}).all()
            rows = session.execute(
                sa.select(Allocation.id, Allocation.pieces, Bin.code, Lot.code.label("lot"))
                .join(Bin, Bin.id == Allocation.bin_id)
                .outerjoin(Lot, Lot.id == Allocation.lot_id)
                .where(Allocation.consignment_line_id.in_(lines))
            ).all()
        return {row.id: ((row.code, goods.code, row.lot or ""), row.pieces) for row in rows}

    @precondition(lambda self: any(self.open_jobs()))
    @rule(data=st.data(), pieces=pieces_)
    def pick(self, data: st.DataObject, pieces: int) -> None:
        job = data.draw(st.sampled_from(self.open_jobs()))
        task = data.draw(st.sampled_from(self.world.open_tasks(job.wave_id)))
        key, left = job.promised[task.allocation_id]
        serials: tuple[str, ...] = ()
        said: dict[str, str] = {"lot": key[2]} if key[2] else {}
        pieces = min(pieces, left)
        if key[1] == self.goods["piece"].code:
            pieces = 1
            serials = (data.draw(st.sampled_from(self.book.pieces_in(key[0]))),)
            said = {"serial": serials[0]}
        given = {"by": job.picker, "task_id": task.id}
        self.world.do(confirm_bin, ConfirmBin, barcode=key[0], **given)
        self.world.do(
            confirm_pick, ConfirmPick, barcode=self.world.ean(task.sku_id), pieces=pieces,
            **said, **given,
        )  # fmt: skip
        job.promised[task.allocation_id] = (key, left - pieces)
        job.picks.append((task.allocation_id, pieces, serials))
        self.book.promised[key] -= pieces
        self.book.shift(key, job.tote, pieces, serials)

    def open_jobs(self) -> list[Job]:
        return [job for job in self.jobs if any(left for _, left in job.promised.values())]

    @precondition(lambda self: any(job.picks for job in self.jobs))
    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from([job for job in self.jobs if job.picks]))
        if self.world.get(Wave, job.wave_id).state is not WaveState.PICKING:
            return
        self.world.do(undo_pick, UndoPick, by=job.picker, wave_id=job.wave_id)
        allocation_id, pieces, serials = job.picks.pop()
        key, left = job.promised[allocation_id]
        job.promised[allocation_id] = (key, left + pieces)
        self.book.shift((job.tote, *key[1:]), key[0], pieces, serials)
        self.book.promised[key] += pieces

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.jobs))
        self.jobs.remove(job)
        self.world.do(cancel_order, CancelOrder, order_id=job.order_id, note="bought twice")
        barcode = ASIDE if job.picks else "CMD-OK"
        given = {"consignment_id": job.consignment_id, "barcode": barcode}
        self.world.do(set_aside, SetAside, by="packer", **given)
        for key, left in job.promised.values():
            self.book.promised[key] -= left
        for allocation_id, pieces, serials in job.picks:
            key, _ = job.promised[allocation_id]
            self.book.shift((job.tote, *key[1:]), ASIDE, pieces, serials)

    @rule(data=st.data(), at=shelves_, kind=kinds_, lot=lots_, off=st.integers(-2, 2))
    def count(self, data: st.DataObject, at: int, kind: str, lot: str, off: int) -> None:
        """Count a shelf where other pieces stand than the book says of one of the goods."""
        place = self.shelves[at]
        wrong = self.key(place, kind, lot)
        if kind == "piece":
            off = min(off, 0)  # an unknown number is another question
        off = max(off, -self.book.free(wrong))
        lost = self.named(data, place, kind, -off)
        count = opened(self.world, place)
        take_id = count.take(place)
        for each in KINDS:
            for of in LOTS if each == "lot" else ("",):
                self.count_one(take_id, self.key(place, each, of), each, wrong, off, lost)
        count.close(take_id)
        if count.different:
            count.approve()
        count.post()
        assert count.state == "posted"
        if off < 0:
            self.book.shift(wrong, "", -off, lost)
        self.book.stands[wrong] += max(off, 0)

    def count_one(
        self, take_id: int, key: Key, kind: str, wrong: Key, off: int, lost: tuple[str, ...]
    ) -> None:
        found = self.book.stands[key] + (off if key == wrong else 0)
        scan = {"by": "ann", "take_id": take_id, "barcode": self.goods[kind].barcode}
        if kind == "piece":
            for serial in self.book.pieces_in(key[0]):
                if serial not in lost:
                    self.world.do(count_goods, CountGoods, serial=serial, **scan)
        elif found:
            said = {"lot": key[2], "best_before": LOTS[key[2]]} if kind == "lot" else {}
            self.world.do(count_goods, CountGoods, pieces=found, **said, **scan)

    @precondition(lambda self: self.world.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        command, outcome = data.draw(st.sampled_from(self.world.sent[-40:]))
        again = execute(self.world.database, not_again, command)
        assert (again, again.is_replayed) == (outcome, True)

    # What must hold after each

    @invariant()
    def every_number_is_as_in_the_book(self) -> None:
        if not hasattr(self, "dock"):
            return
        ids = [goods.id for goods in self.goods.values()]
        with self.world.database.reading() as session:
            balances = session.execute(
                sa.select(Bin.code, Sku.code.label("sku"), StockBalance.on_hand,
                          StockBalance.reserved)
                .join(Bin, Bin.id == StockBalance.bin_id)
                .join(Sku, Sku.id == StockBalance.sku_id)
                .where(Sku.id.in_(ids), ~StockBalance.is_virtual, StockBalance.on_hand > 0)
            ).all()  # fmt: skip
            lots = session.execute(
                sa.select(Bin.code, Sku.code.label("sku"), Lot.code.label("lot"),
                          LotBalance.on_hand, LotBalance.reserved)
                .join(Bin, Bin.id == LotBalance.bin_id)
                .join(Lot, Lot.id == LotBalance.lot_id)
                .join(Sku, Sku.id == Lot.sku_id)
                .where(Sku.id.in_(ids), ~LotBalance.is_virtual, LotBalance.on_hand > 0)
            ).all()  # fmt: skip
            serials = session.execute(
                sa.select(Serial.code, Bin.code.label("bin"))
                .join(Bin, Bin.id == Serial.bin_id)
                .where(Serial.sku_id.in_(ids))
            ).all()
            assert differences(session) == []
        wanted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for (place, sku, _lot), pieces in self.book.stands.items():
            wanted[place, sku][0] += pieces
        for (place, sku, _lot), pieces in self.book.promised.items():
            wanted[place, sku][1] += pieces
        told = {(b.code, b.sku): [b.on_hand, b.reserved] for b in balances}
        assert told == {key: numbers for key, numbers in wanted.items() if numbers[0]}
        assert {(x.code, x.sku, x.lot): (x.on_hand, x.reserved) for x in lots} == {
            key: (pieces, self.book.promised[key])
            for key, pieces in self.book.stands.items()
            if key[2] and pieces
        }
        here = {code: where for code, where in self.book.pieces.items() if where}
        assert {s.code: s.bin for s in serials if self.book.pieces[s.code]} == here


def test_no_order_of_commands_makes_the_numbers_differ_from_the_book(database: Database):
    world = Hands(database)
    world.site()
    world.settings(count_recount_pieces=9)
    Dock(world).supplier()
    machine = type("Machine", (FloorMachine,), {"world": world})
    run_machine(machine, by=SEED, runs=EXAMPLES, steps=STEPS)

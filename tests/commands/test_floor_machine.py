"""The whole floor against a simple book: any order of its commands, every number after each.

Goods come in by receipts, sound and faulty, which are corrected; they are put away, moved,
corrected, thrown away, put into quarantine and freed, promised to orders that share a wave, picked,
missed, put back, cancelled, dispatched and counted, by the commands people use. One SKU is kept by
lot, and its lots are blocked and let go; one is known piece by piece. The book knows only what each
act should do to the numbers: which bins an order is promised is read, and held to be free.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from tests.builders import Goods, World
from tests.counts import GRACE, Count, opened
from tests.dock import Dock
from tests.floor_book import ASIDE, DOCK, QUARANTINE, Book, Job, Key, Pick, Receipt, Trip
from tests.machines import Walk, run_machine, seed_for
from tests.stations import Stage, Work
from tests.tracked import by_lot, by_piece
from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command, Outcome, execute, new_id
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import CountBin
from warehouse.db import Database
from warehouse.errors import InsufficientStock, LotMissing
from warehouse.inventory.models import Allocation, Lot, LotBalance, Serial, StockBalance
from warehouse.inventory.proof import differences
from warehouse.orders.commands.holds import CancelOrder, cancel_order
from warehouse.orders.models import (
    BEGUN,
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    HoldKind,
)
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import ReportShort, UndoPick, report_short, undo_pick
from warehouse.picking.commands.wave import BindTote, TakeWave, bind_tote, take_wave
from warehouse.placing.models import Why
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.correcting import RightNumber
from warehouse.receiving.models import Fault
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.storing.commands.moves import (
    AdjustStock,
    FreeStock,
    MovePieces,
    QuarantineStock,
    ScrapStock,
    Taken,
    adjust_stock,
    free_stock,
    move_pieces,
    quarantine_stock,
    scrap_stock,
)
from warehouse.tracing.commands.blocking import BlockLot, UnblockLot, block_lot, unblock_lot
from warehouse.waves.models import PickTask, ShortReason, WaveSlot

EXAMPLES = int(os.environ.get("FLOOR_EXAMPLES", "6"))
STEPS = 40
LEAST = {
    **dict.fromkeys(("pick", "order", "count", "receive"), EXAMPLES),
    **dict.fromkeys(("put_back", "go_short", "cancel", "dispatch", "correct", "move", "scrap"), 2),
    **dict.fromkeys(("to_quarantine", "free", "lose", "find", "block", "unblock"), 2),
    **dict.fromkeys(("want_too_much", "send_again"), 2),
}
LOTS = {"EARLY": date(2027, 6, 1), "LATE": date(2027, 9, 1)}
KINDS = ("plain", "lot", "piece")


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


class FloorMachine(Walk):
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
        self.kinds = {each.code: kind for kind, each in self.goods.items()}
        self.shelves = [f"A{self.mark}-{n}" for n in range(2)]  # always sorted alike
        for n, code in enumerate(self.shelves):
            self.world.bin(code, walk_order=n)
        self.receipts: list[Receipt] = []
        self.numbers = 0
        self.dock = Dock(self.world)
        for n, shelf in enumerate(self.shelves):
            for kind, lot in (("plain", ""), ("lot", sorted(LOTS)[n]), ("piece", "")):
                self.stock(shelf, kind, lot, 3 if kind == "piece" else 12)
        self.wave_of([{"plain": 5, "lot": 4}, {"plain": 4, "piece": 2}])

    def stock(self, shelf: str, kind: str, lot: str, pieces: int) -> None:
        """Begin with pieces on a shelf, from the dock."""
        self.take_in(kind, lot, pieces)
        key = self.key(DOCK, kind, lot)
        serials = tuple(self.book.pieces_in(DOCK)) if kind == "piece" else ()
        self.send_away(move_pieces, MovePieces, key, shelf, pieces, serials, to=shelf)

    # Choosing

    def key(self, place: str, kind: str, lot: str) -> Key:
        return (place, self.goods[kind].code, lot if kind == "lot" else "")

    def is_known(self, key: Key) -> bool:
        """Whether the goods are known piece by piece."""
        return self.kinds[key[1]] == "piece"

    def some_of(self, data: st.DataObject, *places: str) -> tuple[Key, int, tuple[str, ...]]:
        """Draw free goods in these bins: what, how many, and their numbers."""
        key = data.draw(st.sampled_from(self.book.free_in(*places)))
        pieces = data.draw(st.integers(1, min(6, self.book.free(key))))
        return key, pieces, self.numbered(data, key, pieces)

    def numbered(self, data: st.DataObject, key: Key, pieces: int) -> tuple[str, ...]:
        if not self.is_known(key):
            return ()
        return tuple(data.draw(st.permutations(self.book.pieces_in(key[0])))[:pieces])

    def send_away(
        self, handler: Any, command: type[Command], key: Key, target: str, pieces: int,
        serials: tuple[str, ...], **given: Any,
    ) -> None:  # fmt: skip
        """Take pieces out of a bin by a command that says which; "" is out of the house."""
        taken = Taken(bin=key[0], sku=key[1], pieces=pieces, lot=key[2], serials=serials)
        self.world.do(handler, command, taken=taken, **given)
        self.book.shift(key, target, pieces, serials)
        self.receipts = [r for r in self.receipts if key not in r.keys]

    def a_shelf(self, data: st.DataObject, *, but: str = "") -> str:
        return data.draw(st.sampled_from([code for code in self.shelves if code != but]))

    # What can be done now

    def acts(self) -> Mapping[str, int]:
        tasks, on_shelves = any(self.book.tasks()), bool(self.book.free_in(*self.shelves))
        can = {
            "pick": (4, tasks),
            "put_back": (2, self.book.to_put_back()),
            "order": (2, on_shelves),
            "go_short": (1, tasks),
            "cancel": (1, self.book.jobs),
            "dispatch": (1, self.book.jobs),
            "free": (1, self.book.free_in(QUARANTINE)),
            "move": (1, self.book.free_in(*self.shelves, DOCK, ASIDE)),
            "block": (1, len(self.book.blocked) < len(LOTS)),
            "unblock": (1, self.book.blocked),
            **dict.fromkeys(("scrap", "to_quarantine", "lose"), (1, on_shelves)),
        }
        once = dict.fromkeys(("receive", "correct", "find", "want_too_much", "send_again"), 1)
        return (
            once | {"count": 2} | {act: often for act, (often, is_there) in can.items() if is_there}
        )

    # At the dock

    def receive(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(KINDS))
        pieces = data.draw(st.integers(1, 3 if kind == "piece" else 9))
        faulty = data.draw(st.integers(0, 2))
        self.take_in(kind, data.draw(st.sampled_from(sorted(LOTS))), pieces, faulty)

    def take_in(self, kind: str, lot: str, pieces: int, faulty: int = 0) -> None:
        receipt_id, goods = self.dock.blind(), self.goods[kind]
        keys = self.key(DOCK, kind, lot), self.key(QUARANTINE, kind, lot)
        told: dict[str, Any] = {"lot": lot, "best_before": LOTS[lot]} if kind == "lot" else {}
        for key, many, fault in zip(keys, (pieces, faulty), (None, Fault.STAINED), strict=True):
            if kind == "piece":
                for _ in range(many):
                    self.numbers += 1
                    serial = f"N{self.mark}{self.numbers}"
                    self.dock.count(receipt_id, goods, fault=fault, serial=serial)
                    self.book.pieces[serial] = key[0]
            elif many:
                self.dock.count(receipt_id, goods, many, fault=fault, **told)
            self.book.stands[key] += many
        self.dock.finish(receipt_id)
        self.dock.book(receipt_id)
        if kind != "piece":
            self.receipts.append(Receipt(receipt_id, keys, [pieces, faulty]))

    def correct(self, data: st.DataObject) -> None:
        """Say that other numbers came, while all of them stand where they were booked."""
        if not self.receipts:
            self.take_in("plain", "", 3)
        receipt = data.draw(st.sampled_from(self.receipts))
        right = [data.draw(st.integers(0, pieces + 2)) for pieces in receipt.pieces]
        if right == receipt.pieces:
            right[0] += 1
        with self.world.database.reading() as session:
            booked = {one.is_faulty: one.key for one in booked_of(session, receipt.id)}
        lines = tuple(RightNumber(key=booked[bool(n)], pieces=right[n]) for n in range(2))
        self.dock.corrected(receipt_id=receipt.id, reason="miscounted", lines=lines)
        for key, pieces, was in zip(receipt.keys, right, receipt.pieces, strict=True):
            self.book.stands[key] += pieces - was
        receipt.pieces = right

    # At the desk

    def move(self, data: st.DataObject) -> None:
        key, pieces, serials = self.some_of(data, *self.shelves, DOCK, ASIDE)
        to = self.a_shelf(data, but=key[0])
        self.send_away(move_pieces, MovePieces, key, to, pieces, serials, to=to)

    def scrap(self, data: st.DataObject) -> None:
        gone = self.some_of(data, *self.shelves)
        self.send_away(scrap_stock, ScrapStock, gone[0], "", *gone[1:], why=Why.DAMAGED)

    def lose(self, data: st.DataObject) -> None:
        gone = self.some_of(data, *self.shelves)
        given = {"why": Why.LOST, "is_more": False}
        self.send_away(adjust_stock, AdjustStock, gone[0], "", *gone[1:], **given)

    def to_quarantine(self, data: st.DataObject) -> None:
        gone = self.some_of(data, *self.shelves)
        given = {"why": Why.STAINED}
        self.send_away(quarantine_stock, QuarantineStock, gone[0], QUARANTINE, *gone[1:], **given)

    def free(self, data: st.DataObject) -> None:
        """Take pieces out of quarantine again."""
        gone, to = self.some_of(data, QUARANTINE), self.a_shelf(data)
        self.send_away(free_stock, FreeStock, gone[0], to, *gone[1:], to=to, why=Why.IN_ORDER)

    def find(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(("plain", "lot")))
        key = self.key(self.a_shelf(data), kind, data.draw(st.sampled_from(sorted(LOTS))))
        pieces = data.draw(st.integers(1, 4))
        taken = Taken(bin=key[0], sku=key[1], pieces=pieces, lot=key[2])
        self.world.do(
            adjust_stock, AdjustStock, taken=taken, is_more=True, why=Why.FOUND,
            best_before=LOTS.get(key[2]),
        )  # fmt: skip
        self.book.stands[key] += pieces

    def want_too_much(self, data: st.DataObject) -> None:
        """Take more than is free; order more than there is."""
        kind = data.draw(st.sampled_from(("plain", "lot")))
        key = self.key(self.a_shelf(data), kind, data.draw(st.sampled_from(sorted(LOTS))))
        free = self.book.free(key)
        taken = Taken(bin=key[0], sku=key[1], pieces=free + 1, lot=key[2])
        error = LotMissing if kind == "lot" and not free else InsufficientStock
        with pytest.raises(error):
            self.world.do(scrap_stock, ScrapStock, taken=taken, why=Why.DAMAGED)
        goods = self.goods[kind]
        order_id = self.world.audited({goods: sum(self.on_offer(kind).values()) + 1})
        assert HoldKind.STOCK_SHORT in self.world.holds(order_id)
        self.world.do(cancel_order, CancelOrder, order_id=order_id, note="short")

    def block(self, data: st.DataObject) -> None:
        """Let nobody have a lot; other pieces are looked for, or the order ends here."""
        lot = data.draw(st.sampled_from(sorted(set(LOTS) - self.book.blocked)))
        self.book.blocked.add(lot)
        self.world.do(block_lot, BlockLot, lot_id=self.lot_id(lot), reason="recalled")
        for job, allocation_id in list(self.book.tasks()):
            key, left = job.promised[allocation_id]
            if key[2] == lot:
                self.book.let_go(job, allocation_id, left)
        for job in list(self.book.jobs):
            self.look_after(job)

    def unblock(self, data: st.DataObject) -> None:
        lot = data.draw(st.sampled_from(sorted(self.book.blocked)))
        self.world.do(unblock_lot, UnblockLot, lot_id=self.lot_id(lot), reason="it was another")
        self.book.blocked.remove(lot)

    def lot_id(self, lot: str) -> int:
        found: Lot = self.world.one(Lot, code=lot, sku_id=self.goods["lot"].id)
        return found.id

    # Orders

    def on_offer(self, kind: str) -> dict[Key, int]:
        return self.book.on_offer(self.goods[kind].code, *self.shelves, ASIDE)

    def order(self, data: st.DataObject) -> None:
        """Bring one or two orders of one or two goods each into one wave."""
        left = {kind: sum(self.on_offer(kind).values()) for kind in KINDS}
        wants: list[dict[str, int]] = []
        for _ in range(data.draw(st.integers(1, 2))):
            there = [kind for kind in KINDS if left[kind]]
            if not there:
                break
            kinds = data.draw(st.lists(st.sampled_from(there), min_size=1, max_size=2, unique=True))
            want = {kind: data.draw(st.integers(1, min(6, left[kind]))) for kind in kinds}
            for kind, pieces in want.items():
                left[kind] -= pieces
            wants.append(want)
        self.wave_of(wants)

    def wave_of(self, wants: list[dict[str, int]]) -> None:
        if not wants:
            return
        works = [
            self.world.released({self.goods[kind]: pieces for kind, pieces in want.items()})
            for want in wants
        ]
        trip = Trip(wave_id=self.world.wave(*works), picker=f"p{works[0].consignment_id}")
        given = {"by": trip.picker, "wave_id": trip.wave_id}
        self.world.do(take_wave, TakeWave, **given)
        for work in works:
            self.world.do(
                bind_tote, BindTote, barcode=self.world.tote(f"T{work.consignment_id}"), **given
            )
        for work, want in zip(works, wants, strict=True):
            self.take_on(trip, work, want)
        promised = {key[2] for job in self.book.jobs if job.trip is trip
                    for key, _ in job.promised.values()}  # fmt: skip
        if "LATE" in promised:  # the book holds it to what ends first
            assert not any(key[2] == "EARLY" for key in self.on_offer("lot"))

    def take_on(self, trip: Trip, work: Work, want: Mapping[str, int]) -> None:
        slot = self.world.one(WaveSlot, consignment_id=work.consignment_id)
        work.tote = self.world.get(Bin, slot.tote_bin_id).code
        wanted = Counter({self.goods[kind].code: pieces for kind, pieces in want.items()})
        job = Job(work=work, trip=trip, tote=work.tote, wanted=wanted)
        self.book.jobs.append(job)
        self.read_promises(job)
        self.hold_promised(job)

    def read_promises(self, job: Job) -> None:
        """Take down what was promised to the order since."""
        with self.world.database.reading() as session:
            rows = session.execute(
                sa.select(Allocation.id, Allocation.pieces, Bin.code, Sku.code.label("sku"),
                          Lot.code.label("lot"))
                .join(Bin, Bin.id == Allocation.bin_id)
                .join(Sku, Sku.id == Allocation.sku_id)
                .join(ConsignmentLine, ConsignmentLine.id == Allocation.consignment_line_id)
                .outerjoin(Lot, Lot.id == Allocation.lot_id)
                .where(ConsignmentLine.consignment_id == job.work.consignment_id)
                .order_by(Allocation.id)
            ).all()  # fmt: skip
        for row in rows:
            if row.id not in job.promised:
                self.book.promise(job, row.id, (row.code, row.sku, row.lot or ""), row.pieces)

    def hold_promised(self, job: Job) -> None:
        """Hold that all that is not in its tote is promised to the order."""
        sums: Counter[str] = Counter()
        for key, left in job.promised.values():
            sums[key[1]] += left
        assert +sums == +job.wanted

    # Picking

    def pick(self, data: st.DataObject) -> None:
        job, allocation_id = data.draw(st.sampled_from(list(self.book.tasks())))
        _, left = job.promised[allocation_id]
        some = st.one_of(st.just(left), st.integers(1, left))
        self.scan(data, job, allocation_id, data.draw(some))

    def scan(self, data: st.DataObject, job: Job, allocation_id: int, pieces: int) -> None:
        """Pick pieces of a promise; of those known piece by piece one after the other."""
        key, _ = job.promised[allocation_id]
        if self.is_known(key) and pieces > 1:
            self.scan(data, job, allocation_id, pieces - 1)
            pieces = 1
        serials = self.numbered(data, key, pieces)
        said = {"serial": serials[0]} if serials else {"lot": key[2]} if key[2] else {}
        given = {"by": job.trip.picker, "task_id": self.task(allocation_id).id}
        self.world.do(confirm_bin, ConfirmBin, barcode=key[0], **given)
        barcode = self.goods[self.kinds[key[1]]].barcode
        self.world.do(confirm_pick, ConfirmPick, barcode=barcode, pieces=pieces, **said, **given)
        self.book.pick(Pick(job, allocation_id, key, pieces, serials))

    def task(self, allocation_id: int) -> PickTask:
        found: PickTask = self.world.one(PickTask, allocation_id=allocation_id)
        return found

    def put_back(self, data: st.DataObject) -> None:
        """Undo the last pick of a wave."""
        pick = data.draw(st.sampled_from(self.book.to_put_back()))
        trip = pick.job.trip
        self.world.do(undo_pick, UndoPick, by=trip.picker, wave_id=trip.wave_id)
        self.book.put_back(pick)

    def go_short(self, data: st.DataObject) -> None:
        """Find none, or only damaged ones; the bin is counted at once, as it is asked for."""
        job, allocation_id = data.draw(st.sampled_from(list(self.book.tasks())))
        key, missing = job.promised[allocation_id]
        reason = data.draw(st.sampled_from((ShortReason.EMPTY, ShortReason.DAMAGED)))
        damaged: tuple[str, ...] = ()
        if reason is ShortReason.DAMAGED and self.is_known(key):
            damaged, missing = self.numbered(data, key, 1), 1
        self.world.do(
            report_short, ReportShort, by=job.trip.picker, task_id=self.task(allocation_id).id,
            reason=reason, serial="".join(damaged),
        )  # fmt: skip
        self.book.let_go(job, allocation_id, missing)
        if reason is ShortReason.DAMAGED:
            self.book.shift(key, QUARANTINE, missing, damaged)
        self.look_after(job)
        self.count_shelf(data, key)

    def look_after(self, job: Job) -> None:
        """See what became of an order that went short: other pieces, or it ends here."""
        state = self.world.get(Consignment, job.work.consignment_id).state
        is_on = state in (ConsignmentState.PICKING, ConsignmentState.PICKED)
        if is_on:
            self.read_promises(job)
        if is_on and not self.world.holds(job.work.order_id):
            self.hold_promised(job)
        else:
            self.end(job)

    # The end of an order

    def cancel(self, data: st.DataObject) -> None:
        self.end(data.draw(st.sampled_from(self.book.jobs)))

    def end(self, job: Job) -> None:
        """Cancel the order and put down what is in its tote."""
        self.world.do(cancel_order, CancelOrder, order_id=job.work.order_id, note="bought twice")
        consignment = self.world.get(Consignment, job.work.consignment_id)
        if consignment.state in BEGUN:
            barcode = ASIDE if job.picks else "CMD-OK"
            given = {"consignment_id": consignment.id, "barcode": barcode}
            self.world.do(set_aside, SetAside, by="packer", **given)
        self.book.end(job, ASIDE)

    def dispatch(self, data: st.DataObject) -> None:
        """Pick what is left of an order; pack, weigh, label and hand it over."""
        job = data.draw(st.sampled_from(self.book.jobs))
        for allocation_id, (_, left) in job.promised.items():
            if left:
                self.scan(data, job, allocation_id, left)
        job.work.stage = Stage.PICKED
        self.world.bring(Stage.DISPATCHED, work=job.work)
        self.book.end(job, "")

    # Counting

    def count(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(KINDS))
        lot = data.draw(st.sampled_from(sorted(LOTS)))
        self.count_shelf(data, self.key(self.a_shelf(data), kind, lot))

    def count_shelf(self, data: st.DataObject, wrong: Key) -> None:
        """Count a bin where other pieces stand than the book says of one of the goods."""
        place = wrong[0]
        most = 0 if self.is_known(wrong) else 2  # an unknown number is another question
        off = data.draw(st.integers(max(-2, -self.book.free(wrong)), most))
        lost = self.numbered(data, wrong, -off) if off < 0 else ()
        count = self.asked_for(place) or opened(self.world, place)
        self.world.now += GRACE
        take_id = count.take(place)
        for kind in KINDS:
            for lot in LOTS if kind == "lot" else ("",):
                key = self.key(place, kind, lot)
                self.count_one(take_id, key, self.book.stands[key] + off * (key == wrong), lost)
        count.close(take_id)
        if count.different:
            count.approve()
        count.post()
        assert count.state == "posted"
        self.book.shift(wrong, "", -off, lost)

    def asked_for(self, place: str) -> Count | None:
        """Return the count that somebody's doubt has made of a bin."""
        found = self.world.all(CountBin, bin_id=self.world.one(Bin, code=place).id, is_live=True)
        return Count(self.world, found[0].session_id) if found else None

    def count_one(self, take_id: int, key: Key, found: int, lost: tuple[str, ...]) -> None:
        barcode = self.goods[self.kinds[key[1]]].barcode
        scan = {"by": "ann", "take_id": take_id, "barcode": barcode}
        if self.is_known(key):
            for serial in self.book.pieces_in(key[0]):
                if serial not in lost:
                    self.world.do(count_goods, CountGoods, serial=serial, **scan)
        elif found:
            said = {"lot": key[2], "best_before": LOTS[key[2]]} if key[2] else {}
            self.world.do(count_goods, CountGoods, pieces=found, **said, **scan)

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
        told = {(b.code, b.sku): [b.on_hand, b.reserved] for b in balances}
        assert told == self.book.of_skus()
        told_lots = {(x.code, x.sku, x.lot): (x.on_hand, x.reserved) for x in lots}
        assert told_lots == self.book.of_lots()
        here = {code: where for code, where in self.book.pieces.items() if where}
        assert {s.code: s.bin for s in serials if self.book.pieces[s.code]} == here


def test_no_order_of_commands_makes_the_numbers_differ_from_the_book(database: Database):
    world = Hands(database)
    world.site()
    world.settings(count_recount_pieces=9, is_check_required=False)
    Dock(world).supplier()
    machine = type("Machine", (FloorMachine,), {"world": world})
    by = seed_for("FLOOR_SEED", database)
    run_machine(machine, by=by, runs=EXAMPLES, steps=STEPS, least=LEAST)

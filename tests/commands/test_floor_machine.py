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

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from tests.dock import Dock
from tests.floor_book import ASIDE, DOCK, QUARANTINE, Job, Key, Pick, Trip
from tests.floor_stock import KINDS, LOTS, Hands, StockMachine
from tests.machines import run_machine, seed_for
from tests.stations import Stage, Work
from warehouse.catalog.models import Bin, Sku
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
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.storing.commands.moves import ScrapStock, Taken, scrap_stock
from warehouse.tracing.commands.blocking import BlockLot, UnblockLot, block_lot, unblock_lot
from warehouse.waves.models import PickTask, ShortReason, WaveSlot

EXAMPLES = int(os.environ.get("FLOOR_EXAMPLES", "8"))
STEPS = 40
LEAST = {
    **dict.fromkeys(("pick", "order", "count", "receive"), EXAMPLES),
    **dict.fromkeys(("put_back", "go_short", "cancel", "dispatch", "correct", "move", "scrap"), 2),
    **dict.fromkeys(("to_quarantine", "free", "lose", "find", "block", "unblock"), 2),
    **dict.fromkeys(("want_too_much", "send_again"), 2),
}


class FloorMachine(StockMachine):
    """Orders over the stock: waves, picks, what goes wrong with them, blocked lots."""

    @initialize()
    def make(self) -> None:
        self.before = self.world.differences()  # of a run that found something
        self.make_stock()
        self.wave_of([{"plain": 5, "lot": 4}, {"plain": 4, "piece": 2}])

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
            **dict.fromkeys(("scrap", "to_quarantine", "lose"), (2, on_shelves)),
        }
        once = dict.fromkeys(("receive", "correct", "find", "want_too_much", "send_again"), 1)
        return (
            once | {"count": 2} | {act: often for act, (often, is_there) in can.items() if is_there}
        )

    # What is wanted and not there, or may not be sold

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
            assert [d for d in differences(session) if d not in self.before] == []
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

"""Eight processes at one database: nothing lost, nothing twice, no deadlock at the caller."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing.pool import Pool

import pytest
import sqlalchemy as sa

from printing.models import JobState, PrintJob
from tests.builders import Goods, Stage, Work, World
from tests.commands import fleet
from tests.commands.test_replenishing import face, planned
from tests.counts import GRACE, Count, opened
from tests.stocking import PutStock, put_stock
from tests.waiting import until
from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import Command
from warehouse.counting.commands.passes import CloseBin, close_bin
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.orders.commands.holds import CancelOrder, cancel_order
from warehouse.orders.models import Consignment, ConsignmentLine
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    TakeFromReserve,
    go_to_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.commands.planning import PlanTasks, plan_tasks
from warehouse.replenishing.models import ReplenishTask
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.maps import print_wave_sheet
from warehouse.waves.papers import PrintWaveSheet

PROCESSES = 8


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        yield pool


def all_at_once(
    pool: Pool, world: World, jobs: Sequence[Sequence[fleet.Act]]
) -> tuple[Counter[str], list[dict]]:
    """Give each process its acts; return how they ended and the outcomes."""
    url = world.database.url.render_as_string(hide_password=False)
    lines, deadlocks = _lines_and_deadlocks(world)
    pool.map(fleet.greet, [url] * PROCESSES, chunksize=1)
    ended: Counter[str] = Counter()
    outcomes: list[dict] = []
    for counted, seen in pool.map(fleet.run, [(url, job) for job in jobs], chunksize=1):
        ended += counted
        outcomes += seen
    assert until(lambda: _lines_and_deadlocks(world)[0] <= lines)
    assert _lines_and_deadlocks(world)[1] == deadlocks, "commands waited for each other in a ring"
    return ended, outcomes


def _lines_and_deadlocks(world: World) -> tuple[int, int]:
    """Return how many lines to the server there are, and its deadlocks (SQLite: none)."""
    if world.database.is_sqlite:
        return 0, 0
    with world.database.reading() as session:
        lines = session.scalar(sa.text("SELECT count(*) FROM pg_stat_activity"))
        met = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return int(lines or 0), int(session.scalar(sa.text(met)) or 0)


def take(
    goods: Goods, frm: int, to: int, pieces: int = 1, reason: MoveReason = MoveReason.TRANSFER
) -> ledger.Posting:
    return ledger.Posting(
        sku_id=goods.id, from_bin_id=frm, to_bin_id=to, pieces=pieces, reason=reason
    )


def test_one_command_sent_by_all_takes_effect_once(pool: Pool, world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    frm, to = world.one(Bin, code="A-01").id, world.bin("B-01")
    commands = [world.command(PutStock, postings=(take(tee, frm, to, n),)) for n in range(1, 6)]
    jobs = [[(put_stock, c) for c in commands] for _ in range(PROCESSES)]
    ended, outcomes = all_at_once(pool, world, jobs)
    assert ended == {"done": 5, "replayed": 5 * (PROCESSES - 1)}
    assert len({str(outcome) for outcome in outcomes}) == 1
    assert world.balance("B-01", tee) == (15, 0, 15)
    assert len(world.all(Move, reason="transfer")) == 5


def test_eight_pickers_and_eight_takers_on_one_hot_bin(pool: Pool, world: World):
    tee = world.sku("TEE")
    world.site()
    world.stock(tee, "A-01", 3 * PROCESSES + 10)
    works = [world.bring(Stage.TOTE_BOUND, work=world.released({tee: 3})) for _ in range(PROCESSES)]
    frm, away = world.one(Bin, code="A-01").id, world.bin("B-01")
    jobs = [
        [
            *_picks(world, work, tee),
            *(
                (put_stock, world.command(PutStock, postings=(take(tee, frm, away),)))
                for _ in range(3)
            ),
        ]
        for work in works
    ]
    ended, _ = all_at_once(pool, world, jobs)
    assert ended == {"done": 4 * PROCESSES + 10, "InsufficientStock": 3 * PROCESSES - 10}
    assert world.balance("A-01", tee) == (0, 0, 0)
    assert world.balance("B-01", tee) == (10, 0, 10)
    assert [world.balance(w.tote, tee) for w in works] == [(3, 0, 3)] * PROCESSES
    assert {world.state(Consignment, w.consignment_id) for w in works} == {"picked"}


def _picks(world: World, work: Work, tee: Goods) -> list[fleet.Act]:
    """Return the acts of one picker: the bin, then three pieces one by one."""
    (task,) = world.open_tasks(work.wave_id)
    return [
        (confirm_bin, world.command(ConfirmBin, by="picker", task_id=task.id, barcode="A-01")),
        *(
            (
                confirm_pick,
                world.command(ConfirmPick, by="picker", task_id=task.id, barcode=tee.barcode),
            )
            for _ in range(3)
        ),
    ]


def test_pieces_of_many_skus_taken_in_any_order_lock_nobody_out(pool: Pool, world: World):
    goods = [world.sku(code) for code in ("CAP", "MUG", "SOCK", "TEE")]
    for one in goods:
        world.stock(one, f"A-{one.code}", 100)
    bins = {one.code: world.one(Bin, code=f"A-{one.code}").id for one in goods}
    away, dice = world.bin("B-01"), random.Random(7)

    def basket() -> tuple[ledger.Posting, ...]:
        return tuple(take(g, bins[g.code], away) for g in dice.sample(goods, len(goods)))

    jobs = [
        [(put_stock, world.command(PutStock, postings=basket())) for _ in range(6)]
        for _ in range(PROCESSES)
    ]
    ended, _ = all_at_once(pool, world, jobs)
    assert ended == {"done": 6 * PROCESSES}
    assert [world.balance("B-01", one)[0] for one in goods] == [6 * PROCESSES] * 4


def test_eight_put_away_reserve_release_and_pick_on_one_hot_sku(pool: Pool, world: World):
    """Nothing lost, nothing twice: pieces stay pieces, whatever the order the processes got in."""
    tee = world.sku("TEE")
    world.site()
    world.stock(tee, "A-01", 4 * PROCESSES)
    works = [world.bring(Stage.TOTE_BOUND, work=world.released({tee: 2})) for _ in range(PROCESSES)]
    hot = world.one(Bin, code="A-01").id
    outside, away = world.one(Bin, code="SUPPLIER").id, world.bin("B-01")
    lines = [world.all(ConsignmentLine, consignment_id=w.consignment_id)[0].id for w in works]
    received = take(tee, outside, hot, 3, MoveReason.RECEIVE)
    jobs = [
        [
            (put_stock, world.command(PutStock, postings=(received,))),
            (fleet.promise, world.command(fleet.Promise, line_id=line, bin_id=hot, sku_id=tee.id)),
            *_picks(world, work, tee)[:3],
            (fleet.give_back, world.command(fleet.GiveBack, line_id=line)),
            (put_stock, world.command(PutStock, postings=(take(tee, hot, away, 2),))),
        ]
        for work, line in zip(works, lines, strict=True)
    ]
    ended, _ = all_at_once(pool, world, jobs)
    assert ended == {"done": 7 * PROCESSES}
    assert world.balance("A-01", tee) == (3 * PROCESSES, 0, 3 * PROCESSES)
    assert world.balance("B-01", tee) == (2 * PROCESSES, 0, 2 * PROCESSES)
    assert [world.balance(w.tote, tee) for w in works] == [(2, 0, 2)] * PROCESSES
    assert world.differences() == []


def test_a_paper_of_a_wave_asked_for_in_eight_browsers_at_once_comes_once(pool: Pool, world: World):
    wave_id = world.bring(Stage.WAVED).wave_id

    def asked(reason: str) -> Counter[str]:
        jobs = [
            [(print_wave_sheet, world.command(PrintWaveSheet, wave_id=wave_id, reason=reason))]
            for _ in range(PROCESSES)
        ]
        return all_at_once(pool, world, jobs)[0]

    assert asked("") == {"done": 1, "ReasonWanted": PROCESSES - 1}
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    # Who is second finds that one copy waits already.
    assert asked("torn") == {"done": 1, "RuleViolation": PROCESSES - 1}
    copies = world.all(PrintJob, document_kind="wave_sheet")
    assert [(job.copy_no, job.reprint_reason) for job in copies] == [(1, ""), (2, "torn")]


def test_eight_bring_plan_pick_short_and_count_one_hot_sku(pool: Pool, world: World):
    tee, works = _site(world)
    lost, passes = _counts(world, tee)
    fresh = [world.released({tee: 7}) for _ in range(PROCESSES)]
    jobs = [
        _shift(world, tee, n, (works[n], fresh[n]), (lost.id, passes[n])) for n in range(PROCESSES)
    ]
    ended, _ = all_at_once(pool, world, jobs)
    # The posted count may take what an order was promised: its picker is told to put it aside.
    assert set(ended) <= {"done", "OrderStopped", "RuleViolation", "StaleScreen"}
    assert ended["done"] > 10 * PROCESSES
    assert lost.line("A-01", tee).state == "posted"
    standing = world.standing(tee)
    assert sum(pieces for place, pieces in standing.items() if pieces > 0) == 340
    assert standing["COUNT-DIFFERENCE"] == 6
    assert world.differences() == []


def _site(world: World) -> tuple[Goods, list[Work]]:
    """Return the goods and works in eight totes that want all that stands on the shelf."""
    world.site()
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 40, walk_order=1)
    world.bin("A-02", walk_order=2)
    for n in range(3):
        world.bin(f"R-0{n}", kind=BinKind.RESERVE, walk_order=90 + n)
        world.stock(tee, f"R-0{n}", 100)
    works = [world.bring(Stage.TOTE_BOUND, work=world.released({tee: 5})) for _ in range(PROCESSES)]
    face(world, tee, 50, 90, "A-01")
    face(world, tee, 50, 90, "A-02")
    planned(world)
    return tee, works


def _counts(world: World, tee: Goods) -> tuple[Count, list[int]]:
    """Return a count that found too few on the shelf, approved, and passes nobody has closed."""
    lost = opened(world, "A-01")
    for who in ("ann", "bob"):
        lost.count("A-01", {tee: 40 - 6}, by=who)
    lost.approve()
    empty = [f"E-0{n}" for n in range(PROCESSES)]
    for code in empty:
        world.bin(code)
    count = opened(world, *empty)
    passes = [count.take(code, by=f"w{n}") for n, code in enumerate(empty)]
    world.now += GRACE
    return lost, passes


def _shift(
    world: World, tee: Goods, n: int, works: tuple[Work, Work], count: tuple[int, int]
) -> list[fleet.Act]:
    """Return what one person does: brings, picks, goes short, counts, plans, cancels."""
    work, fresh = works
    (task,) = world.open_tasks(work.wave_id)
    count_id, take_id = count
    bring = world.all(ReplenishTask)[n % 2].id

    def says(kind: type[Command], **facts: object) -> Command:
        return world.command(kind, by=f"w{n}", **facts)

    takes = says(TakeFromReserve, task_id=bring, barcode=tee.barcode, pieces=3)
    return [
        (go_to_reserve, says(GoToReserve, task_id=bring, barcode=f"R-0{n % 3}")),
        (take_from_reserve, takes),
        *_picks(world, work, tee)[:2],
        (make_wave, says(MakeWave, consignment_ids=(fresh.consignment_id,))),
        (put_on_face, says(PutOnFace, task_id=bring, barcode=f"A-0{n % 2 + 1}")),
        (post_count, world.command(PostCount, by="boss", session_id=count_id)),
        (plan_tasks, says(PlanTasks)),
        (report_short, world.command(ReportShort, by="picker", task_id=task.id)),
        (close_bin, says(CloseBin, take_id=take_id)),
        (cancel_order, says(CancelOrder, order_id=fresh.order_id, note="changed his mind")),
    ]

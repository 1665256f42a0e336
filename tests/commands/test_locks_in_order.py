"""Who needs several rows takes them in the order of a pick: its consignment first, balances last.

Commands that take them in another order end in a ring with a picker; PostgreSQL ends that after a
second, and one of them begins again. Here a picker's first step is taken and held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.builders import Stage, World
from tests.commands.test_replenishing import face, planned
from tests.commands.test_replenishing import take as carry
from tests.counts import Count, opened
from tests.tracked import by_lot, put
from tests.waiting import until
from warehouse.catalog.commands.skus import ImportSkus, SkuFacts
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.models import CountBin, CountSession
from warehouse.counting.rows import CountRow
from warehouse.db import MOST_NAMED, Base, Database
from warehouse.errors import RuleViolation
from warehouse.inventory.models import Allocation, Lot, StockBalance
from warehouse.inventory.tracking import GiveLot, give_lot, import_tracked_skus
from warehouse.orders.models import HoldKind
from warehouse.orders.queries import consignment_by_id
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.replenishing.commands.carrying import PutBackInReserve, put_back_in_reserve
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.commands.planning import lock_tasks
from warehouse.replenishing.models import Carried, ReplenishTask, ReplenishWait
from warehouse.tracing.commands.blocking import BlockLot, block_lot
from warehouse.tracing.commands.expiring import ExpireLot, expire_lot
from warehouse.waves.commands import CancelWave, cancel_wave
from warehouse.waves.models import PickTask, Wave

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND :held_by = ANY(pg_blocking_pids(pid))"
)
_MINE = sa.text("SELECT pg_backend_pid()")


@pytest.fixture(autouse=True)
def _several_writers(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time")


@contextmanager
def acting(act: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    """Let `act` go on beside what follows; it ends well after. Yielded says whether it failed."""
    failed: list[Exception] = []

    def run() -> None:
        try:
            act()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield lambda: bool(failed)
    thread.join()
    assert failed == []


def picking(
    world: World, consignment_id: int, act: Callable[[], object]
) -> AbstractContextManager[Session]:
    """Hold a consignment as a pick does; let `act` begin and wait for it; it ends well after."""
    return holding(world, lambda s: consignment_by_id(s, consignment_id, lock=True), act)


@contextmanager
def holding(
    world: World, hold: Callable[[Session], object], act: Callable[[], object]
) -> Iterator[Session]:
    """Hold something; let `act` begin and wait for it; it ends well after."""
    with ExitStack() as beside, world.database.transaction() as session:
        hold(session)
        has_failed = beside.enter_context(acting(act))
        assert until(lambda: is_waited_for(world, session) or has_failed())
        yield session


def is_waited_for(world: World, session: Session) -> bool:
    with world.database.reading() as watch:
        return bool(watch.scalar(_WAITING, {"held_by": session.scalar(_MINE)}))


def take(session: Session, model: type[Base], key: object, **how: bool) -> None:
    """Hold a row as a pick's next step does, or fail where somebody has it."""
    session.get_one(model, key, with_for_update={"nowait": True, **how})


def acts_on(world: World, lot_id: int) -> dict[str, Callable[[], object]]:
    """Return what may befall a lot, by name."""

    def block() -> None:
        world.do(block_lot, BlockLot, lot_id=lot_id, reason="smells")

    def expire() -> None:
        world.do(expire_lot, ExpireLot, lot_id=lot_id)

    return {"blocked": block, "expired": expire}


@pytest.mark.parametrize("act", ["blocked", "expired"])
def test_who_takes_a_lot_away_waits_for_its_picks_with_empty_hands(world: World, act: str):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-1", 3, lot="L1", day=date(2027, 1, 1))
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    lot_id, task_id = world.one(Lot).id, world.one(PickTask).id
    with world.database.transaction() as session:
        session.get_one(Lot, lot_id).best_before = date(2000, 1, 1)

    with picking(world, work.consignment_id, acts_on(world, lot_id)[act]) as session:
        take(session, PickTask, task_id)
        take(session, Lot, lot_id, read=True)  # by who finds too few and looks elsewhere
    assert world.one(Allocation).released == 2


def test_who_blocks_a_lot_waits_for_what_is_packed_of_it_with_empty_hands(world: World):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-1", 3, lot="L1", day=date(2027, 1, 1))
    work = world.bring(Stage.PICKED, lines={goods: 2}, on_hand=0)
    lot_id = world.one(Lot).id

    with picking(world, work.consignment_id, acts_on(world, lot_id)["blocked"]) as session:
        take(session, Lot, lot_id, read=True)
    assert world.holds(work.order_id) == [HoldKind.MANUAL]


def test_who_blocks_a_lot_waits_as_well_for_whom_it_was_promised_meanwhile(world: World):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-1", 4, lot="L1", day=date(2027, 1, 1))
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    late = world.bring(Stage.READY, work=world.released({goods: 2}))
    lot_id = world.one(Lot).id

    with ExitStack() as beside, world.database.transaction() as second:
        with world.database.transaction() as first:
            consignment_by_id(first, work.consignment_id, lock=True)
            has_failed = beside.enter_context(acting(acts_on(world, lot_id)["blocked"]))
            assert until(lambda: is_waited_for(world, first) or has_failed())
            world.bring(Stage.TOTE_BOUND, work=late)
            consignment_by_id(second, late.consignment_id, lock=True)
        assert until(lambda: is_waited_for(world, second) or has_failed())
        take(second, Lot, lot_id, read=True)
    assert [row.released for row in world.all(Allocation)] == [2, 2]


def test_who_posts_a_count_waits_for_the_picks_of_its_bin_with_empty_hands(world: World):
    world.site()
    goods = world.sku()
    world.stock(goods, "A-01", 3)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    key = world.one(Allocation)
    count = opened(world, "A-01")
    for who in ("ann", "bob"):
        count.count("A-01", {}, by=who)
    count.approve()

    with picking(world, work.consignment_id, count.post) as session:
        take(session, CountSession, count.id)
        session.get_one(StockBalance, (key.bin_id, key.sku_id), with_for_update={"nowait": True})
    assert world.balance("A-01", goods) == (0, 0, 0)


def test_a_file_of_counts_waits_for_its_first_bin_with_none_of_the_others(world: World):
    codes = [f"A-{n}" for n in range(999, 999 - MOST_NAMED - 1, -1)]  # more than one question names
    with world.database.transaction() as session:
        session.add_all(Bin(code=code, kind=BinKind.SHELF, walk_order=n)
                        for n, code in enumerate(codes))  # fmt: skip
    count = opened(world, *codes)
    first, *others = (place.id for place in world.all(CountBin))
    rows = [CountRow(row=n, bin_code=code, pieces=0) for n, code in enumerate(sorted(codes))]

    def take_in() -> None:
        world.do(taking_in([rows[:100], rows[100:]]), TakeInCounts, session_id=count.id, name="x",
                 sha256="x", lines=len(rows))  # fmt: skip

    with holding(world, lambda s: take(s, CountBin, first), take_in) as session:
        for place in others:
            take(session, CountBin, place)
    assert count.state == "review"


def test_who_gives_goods_their_lot_waits_for_no_pick_while_others_wait_for_him(world: World):
    goods = world.sku()
    world.site()
    world.stock(goods, "A-01", 3)
    world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    here = world.one(Allocation).bin_id

    with world.database.transaction() as pick:
        take(pick, StockBalance, (here, goods.id))
        world.refused(RuleViolation, give_lot, GiveLot, sku_id=goods.id, lot="L1")


def test_a_list_that_says_how_skus_are_kept_takes_them_in_the_order_of_a_move(world: World):
    first, second = world.sku("AAA"), world.sku("BBB")

    def import_list() -> None:
        rows = [
            SkuFacts(row=n, code=one.code, name=f"{one.code} cotton", is_lot_tracked=True)
            for n, one in enumerate((second, first), start=1)
        ]
        world.do(import_tracked_skus, ImportSkus, rows=tuple(rows))

    with ExitStack() as beside, world.database.transaction() as move:
        take(move, Sku, first.id, read=True, key_share=True)
        has_failed = beside.enter_context(acting(import_list))
        assert until(lambda: is_waited_for(world, move) or has_failed())
        take(move, Sku, second.id, read=True, key_share=True)
    assert [sku.is_lot_tracked for sku in world.all(Sku)] == [True, True]


@pytest.mark.parametrize("act", ["short", "counted", "blocked"])
def test_who_lets_an_order_wait_for_reserve_waits_for_who_brings_its_goods(world: World, act: str):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-01", 5, lot="L1", day=date(2027, 1, 1))
    world.bin("R-01", kind=BinKind.RESERVE)
    put(world, goods, "R-01", 9, lot="L2", day=date(2027, 2, 1))
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 5}, on_hand=0)
    (task,) = world.open_tasks(work.wave_id)
    shelf, lot_id = task.bin_id, world.one(Lot, code="L1").id
    acts = {
        "short": lambda: world.do(report_short, ReportShort, by="picker", task_id=task.id),
        "counted": _approved(world).post if act == "counted" else lambda: None,
        "blocked": acts_on(world, lot_id)["blocked"],
    }

    with holding(world, lambda s: lock_tasks(s, [goods.id]), acts[act]) as session:
        take(session, StockBalance, (shelf, goods.id))
        take(session, Lot, lot_id)
    assert [wait.pieces for wait in world.all(ReplenishWait)] == [5]


def _approved(world: World) -> Count:
    count = opened(world, "A-01")
    for who in ("ann", "bob"):
        count.count("A-01", {}, by=who)
    count.approve()
    return count


def test_who_finds_too_few_waits_for_a_count_of_the_bin_with_empty_hands(world: World):
    world.site()
    goods = world.sku()
    world.stock(goods, "A-01", 3)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    (task,) = world.open_tasks(work.wave_id)
    count = _approved(world)

    def short() -> None:
        world.do(report_short, ReportShort, by="picker", task_id=task.id)

    with holding(world, lambda s: take(s, CountSession, count.id), short) as session:
        take(session, StockBalance, (task.bin_id, goods.id))
    assert count.line("A-01", goods).state == "look"


def test_who_sets_goods_down_on_a_shelf_lets_others_refer_to_it(world: World):
    world.site()
    tee = world.goods_in_reserve()
    face(world, tee, 5, 12)
    planned(world)
    task_id, shelf = world.one(ReplenishTask).id, world.one(Bin, code="A-01").id
    carry(world, task_id, tee, 4, "R-01")

    def put_down() -> None:
        world.do(put_on_face, PutOnFace, by="li", task_id=task_id, barcode="A-01")

    with holding(world, lambda s: take(s, StockBalance, (shelf, tee.id)), put_down) as session:
        take(session, Bin, shelf, read=True, key_share=True)
    assert world.balance("A-01", tee) == (6, 0, 6)


def test_who_puts_goods_back_waits_for_who_plans_with_them_with_empty_hands(world: World):
    world.site()
    tee = world.goods_in_reserve()
    face(world, tee, 5, 12)
    planned(world)
    task_id, li = world.one(ReplenishTask).id, world.person("li")
    carry(world, task_id, tee, 4, "R-01")

    def put_back() -> None:
        world.do(put_back_in_reserve, PutBackInReserve, by="li", task_id=task_id)

    with holding(world, lambda s: lock_tasks(s, [tee.id]), put_back) as session:
        take(session, Carried, li)
    assert world.all(Carried) == []


def test_who_takes_a_wave_back_waits_for_its_picks_with_empty_hands(world: World):
    work = world.bring(Stage.WAVED)
    wave_id, key = work.wave_id, world.all(Allocation)[0]

    def take_back() -> None:
        world.do(cancel_wave, CancelWave, wave_id=wave_id)

    with picking(world, work.consignment_id, take_back) as session:
        take(session, Wave, wave_id)
        take(session, StockBalance, (key.bin_id, key.sku_id))
    assert world.state(Wave, wave_id) == "cancelled"

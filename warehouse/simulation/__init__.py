"""A simulated day: virtual workers at the real tablets' commands, up to the courier's hands."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from warehouse import migrations
from warehouse.config import Config
from warehouse.db import Database
from warehouse.demo.goods import Variant, variants
from warehouse.demo.orders import Inventor
from warehouse.numbers import next_number
from warehouse.simulation.counter import counter, organizer
from warehouse.simulation.day import Day, DayBroken, Schedule
from warehouse.simulation.door import door
from warehouse.simulation.foreign import bring_in
from warehouse.simulation.invent import invent
from warehouse.simulation.news import buyers, shop
from warehouse.simulation.office import service, supervisor
from warehouse.simulation.packer import packer
from warehouse.simulation.picker import picker
from warehouse.simulation.press import press, print_all
from warehouse.simulation.receiver import receiver
from warehouse.simulation.shelves import plant
from warehouse.simulation.shopside import ShopSide
from warehouse.simulation.site import Crew, set_up, survey
from warehouse.simulation.summary import Summary, sum_up
from warehouse.simulation.tablet import Tablet

OPENS_AT = datetime(2026, 11, 11, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai, a day one remembers
LONGEST = timedelta(days=60)
QUIET_S = 2400  # the first wave's way to the door
COUNTERS = 3  # a difference may need the eyes of three
RECEIVERS = 2  # one counts, the other compares
HANDS_S = 150  # what an order costs a worker, walking included
DATABASE_NAME = "simulation.db"
OnProgress = Callable[[Day], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What day to play: how many orders or whose, how many hands, where it is written down."""

    orders: int
    pickers: int
    packers: int
    seed: int
    out: Path
    files: tuple[Path, ...] = ()
    database_url: str = ""
    receipts: int = 0
    counts: int = 0
    planted: int = 0


def simulate(plan: Plan, on_progress: OnProgress = lambda _: None) -> Summary:
    """Play the day to its end, write its summary and papers into `plan.out`, return the summary.

    The same plan on a fresh database gives the same day, scan by scan.

    Raises:
        FileRefused: a file to import cannot be read.
    """
    started = time.monotonic()
    out = _clean(plan.out)
    database = _open(plan, out)
    try:
        day = _begin(plan, database, out)
        notes, faults = _play(day, plan, on_progress)
        seconds = time.monotonic() - started
        summary = sum_up(day, seconds=seconds, seed=plan.seed, notes=notes, faults=faults)
    finally:
        database.dispose()
    summary.write(out)
    return summary


def _clean(out: Path) -> Path:
    """Make the folder, and take away what an earlier day left there."""
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for name in ("documents", "copies", "imports"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir()
    for name in ("summary.json", "summary.txt"):
        (out / name).unlink(missing_ok=True)
    for path in out.glob(f"{DATABASE_NAME}*"):
        path.unlink()
    return out


def _open(plan: Plan, out: Path) -> Database:
    database = Database(plan.database_url or f"sqlite:///{out / DATABASE_NAME}")
    if not plan.database_url:
        _let_the_disk_rest(database)
    migrations.upgrade(database)
    return database


def _let_the_disk_rest(database: Database) -> None:
    """Do not wait for the disk: nobody needs a simulated day after a power cut."""

    @sa.event.listens_for(database.engine, "connect")
    def relax(connection: object, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


def _begin(plan: Plan, database: Database, out: Path) -> Day:
    with database.transaction() as session:
        run = next_number(session, "simulation")
    return Day(
        database=database,
        config=Config(database_url=str(database.url), data_dir=out, secret_key="simulation"),  # noqa: S106
        out=out,
        chance=random.Random(f"day {plan.seed}"),  # noqa: S311  (a game, no secret)
        stock_chance=random.Random(f"stock {plan.seed}"),  # noqa: S311
        is_stock_worked=bool(plan.receipts or plan.counts),
        receipts_due=plan.receipts,
        counts_due=plan.counts,
        now=OPENS_AT + timedelta(days=run - 1),
        run_name=f"sim{run}",
    )


def _play(day: Day, plan: Plan, on_progress: OnProgress) -> tuple[list[str], list[str]]:
    goods = variants()
    crew = set_up(
        day, goods, pickers=plan.pickers, packers=plan.packers, orders=plan.orders, seed=plan.seed,
        receivers=RECEIVERS if plan.receipts else 0, counters=COUNTERS if plan.counts else 0,
    )  # fmt: skip
    service_desk = Tablet(day, crew.service)
    notes: list[str] = []
    orders: Sequence[ShopSide] = ()
    if plan.files:
        notes = bring_in(day, crew.service, plan.files)
    else:
        orders = _orders(day, plan, goods)
    survey(day)
    plant(day, plan.planted)
    schedule = Schedule(day)
    count = max(len(orders), len(day.order_ids))
    span_s = QUIET_S + count * HANDS_S / min(plan.pickers, plan.packers)
    if orders:
        schedule.start(shop(day, crew.service, orders, span_s))
    schedule.start(buyers(day, service_desk, count, span_s))
    _start_work(day, schedule, crew, plan)
    _start_counts(day, schedule, crew, plan, span_s)
    try:
        schedule.run(day.now + LONGEST, lambda: on_progress(day))
    except DayBroken as broken:
        return notes, [str(broken)]
    print_all(day)
    return notes, []


def _orders(day: Day, plan: Plan, goods: Sequence[Variant]) -> list[ShopSide]:
    first_no = 8_000_000_000_000_000_000 + int(day.run_name[3:]) * 10**15
    inventor = Inventor(goods=goods, chance=day.chance, first_no=first_no)
    return invent(inventor, plan.orders, day.now)


def _start_work(day: Day, schedule: Schedule, crew: Crew, plan: Plan) -> None:
    schedule.start(supervisor(day, Tablet(day, crew.supervisor), plan.pickers), after_s=30)
    schedule.start(service(day, Tablet(day, crew.service)), after_s=60)
    schedule.start(press(day), after_s=5)
    for place, actor in enumerate(crew.pickers):
        schedule.start(picker(day, Tablet(day, actor)), after_s=40 + place)
    for place, actor in enumerate(crew.packers):
        schedule.start(packer(day, Tablet(day, actor), crew.supervisor), after_s=50 + place)
    schedule.start(door(day, Tablet(day, crew.door)), after_s=90)
    if crew.receivers:
        first, second = (Tablet(day, actor) for actor in crew.receivers)
        schedule.start(receiver(day, first, second, plan.receipts), after_s=120)


def _start_counts(day: Day, schedule: Schedule, crew: Crew, plan: Plan, span_s: float) -> None:
    if not plan.counts:
        return
    schedule.start(organizer(day, Tablet(day, crew.supervisor), plan.counts, span_s), after_s=300)
    for place, actor in enumerate(crew.counters):
        schedule.start(counter(day, Tablet(day, actor)), after_s=310 + place)

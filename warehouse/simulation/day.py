"""What all workers of a simulated day share, and the clock that gives each of them a turn."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.config import Config
from warehouse.db import Database
from warehouse.simulation.judge import Judge
from warehouse.simulation.truth import Shelves
from warehouse.simulation.world import World

Work = Generator[float, None, None]  # yields the seconds until the worker's next act


class DayBroken(Exception):
    """The day cannot be brought to its end, or a rule of the floor did not hold."""


@dataclass
class Tally:
    """What is counted as the day goes."""

    scans: int = 0
    repeated: int = 0
    short: int = 0
    undone: int = 0
    receipts: int = 0
    counts: int = 0
    news: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass
class Day:
    """The day: where it is kept, what time it is, what lies where, who is to judge it."""

    database: Database
    config: Config
    out: Path
    chance: random.Random
    stock_chance: random.Random  # of receipts and counts, so that a day without them stays the same
    now: datetime
    run_name: str
    world: World = field(default_factory=World)
    judge: Judge = field(default_factory=Judge)
    tally: Tally = field(default_factory=Tally)
    barcodes: dict[str, str] = field(default_factory=dict)  # SKU code → what is scanned
    packs: dict[str, tuple[str, int]] = field(default_factory=dict)  # SKU → pack code, pieces
    sku_codes: dict[int, str] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)  # SKU code → a shelf it belongs on
    waves: set[int] = field(default_factory=set)  # planned or being picked
    carriers: dict[str, int] = field(default_factory=dict)
    order_ids: list[int] = field(default_factory=list)
    is_all_ordered: bool = False
    is_news_over: bool = False
    is_over: bool = False
    commands: int = 0
    shelves: Shelves = field(default_factory=Shelves)
    is_stock_worked: bool = False  # goods come in or are counted: hands are slower than scanners
    receipts_due: int = 0
    counts_due: int = 0
    open_counts: list[int] = field(default_factory=list)

    def next_id(self) -> str:
        """Return the next command id, as a tablet would make one."""
        self.commands += 1
        return f"{self.run_name}-{self.commands:08d}"

    def happens(self, share: float) -> bool:
        """Return true once in 1 / share times, by the day's own chance."""
        return self.chance.random() < share


class Schedule:
    """Gives every worker a turn when his time has come; ties go to who waited first."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._turns: list[tuple[datetime, int, Work]] = []
        self._count = 0

    def start(self, work: Work, *, after_s: float = 0) -> None:
        """Let somebody begin to work."""
        self._count += 1
        at = self._day.now + timedelta(seconds=after_s)
        heapq.heappush(self._turns, (at, self._count, work))

    def run(self, until: datetime, on_turn: Callable[[], Any]) -> None:
        """Let the workers take turns until the day is over.

        Raises:
            DayBroken: it is not over at `until`.
        """
        while not self._day.is_over:
            at, _, work = heapq.heappop(self._turns)
            self._day.now = max(self._day.now, at)
            if self._day.now > until:
                raise DayBroken(f"The day did not end by {until:%Y-%m-%d %H:%M}.")
            try:
                pause = next(work)
            except StopIteration:
                continue
            finally:
                on_turn()
            self._count += 1
            heapq.heappush(self._turns, (at + timedelta(seconds=pause), self._count, work))

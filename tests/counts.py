"""Counts for tests: opened, walked and closed as counters do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.builders import Goods, World
from tests.stocking import PutStock, put_stock
from warehouse.catalog.models import Bin
from warehouse.commands import Outcome
from warehouse.counting.commands.deciding import ApproveLines, approve_lines
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.commands.passes import CloseBin, TakeBin, close_bin, take_bin
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.counting.commands.sessions import OpenCount, open_count
from warehouse.counting.models import (
    CountLine,
    CountScope,
    CountSession,
    DifferenceReason,
    LineState,
)
from warehouse.counting.scoping import Scope
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.people.models import PersonRole, Role

GRACE = timedelta(seconds=61)


@dataclass
class Count:
    """One session, and hands that count in it."""

    world: World
    id: int

    @property
    def state(self) -> str:
        return self.world.state(CountSession, self.id)

    def take(self, bin_code: str, *, by: str = "ann", **more: Any) -> int:
        outcome = self.world.do(
            take_bin, TakeBin, by=by, session_id=self.id, barcode=bin_code, **more
        )
        assert outcome.subject_id is not None
        return outcome.subject_id

    def scan(self, take_id: int, goods: Goods, pieces: int = 1, *, by: str = "ann") -> Outcome:
        return self.world.do(
            count_goods, CountGoods, by=by, take_id=take_id, barcode=goods.barcode, pieces=pieces
        )

    def close(self, take_id: int, *, by: str = "ann") -> Outcome:
        return self.world.do(close_bin, CloseBin, by=by, take_id=take_id)

    def count(self, bin_code: str, found: Mapping[Goods, int], *, by: str = "ann") -> Outcome:
        """Pass over a bin from end to end."""
        take_id = self.take(bin_code, by=by)
        for goods, pieces in found.items():
            if pieces:
                self.scan(take_id, goods, pieces, by=by)
        return self.close(take_id, by=by)

    def lines(self, bin_code: str = "") -> list[Any]:
        found = self.world.all(CountLine, session_id=self.id)
        if not bin_code:
            return found
        bin_id = self.world.one(Bin, code=bin_code).id
        return [line for line in found if line.bin_id == bin_id]

    def line(self, bin_code: str, goods: Goods) -> Any:
        (found,) = [line for line in self.lines(bin_code) if line.sku_id == goods.id]
        return found

    def approve(self, *, by: str = "boss", **more: Any) -> Outcome:
        return self.world.do(
            approve_lines, ApproveLines, by=by, session_id=self.id,
            reason=DifferenceReason.LOST, **more,
        )  # fmt: skip

    def post(self, *, by: str = "boss", wait: bool = True) -> Outcome:
        if wait:
            self.world.now += GRACE
        return self.world.do(post_count, PostCount, by=by, session_id=self.id)

    def approve_and_post(self) -> Outcome:
        self.approve()
        return self.post()

    @property
    def different(self) -> list[Any]:
        return [line for line in self.lines() if line.state is LineState.DIFFERENT]


def supervisor(world: World, name: str = "boss") -> None:
    world.add(PersonRole(person_id=world.person(name), role=Role.SUPERVISOR))


def opened(world: World, *bins: str, **more: Any) -> Count:
    """Open and start a count of these bins; a supervisor called boss is there to decide."""
    if "boss" not in world.people:
        supervisor(world)
    world.now += GRACE  # what was just put there is no longer in a hand
    kind = more.pop("kind", CountScope.BINS)
    scope = Scope(kind=kind, codes=bins, **more)
    outcome = world.do(open_count, OpenCount, by="boss", scope=scope, starts=True)
    assert outcome.subject_id is not None
    return Count(world, outcome.subject_id)


def move(
    world: World, goods: Goods, source: str, target: str, pieces: int, why=MoveReason.TRANSFER
):
    """Move pieces in the book, as some other station would."""
    posting = ledger.Posting(
        sku_id=goods.id,
        from_bin_id=world.one(Bin, code=source).id,
        to_bin_id=world.one(Bin, code=target).id,
        pieces=pieces,
        reason=why,
    )
    world.do(put_stock, PutStock, postings=(posting,))

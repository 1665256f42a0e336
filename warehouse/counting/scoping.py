"""Which bins a count has to pass: by zone, by bin, by goods, by class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.catalog.queries import sku_named
from warehouse.commands import CommandRow
from warehouse.counting.models import CountBin, CountScope
from warehouse.counting.rules import classes_of
from warehouse.errors import InvalidInput, RuleViolation, UnknownName
from warehouse.inventory.models import Move, MoveReason, StockBalance
from warehouse.supplying.costs import costs_of
from warehouse.text import say

COUNTED_KINDS = frozenset({BinKind.SHELF, BinKind.RESERVE, BinKind.SET_ASIDE, BinKind.QUARANTINE})
WEEKS = 12  # of picks that make a class


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What to count: `codes` are of zones, bins, SKUs or classes; none of zones are all of them."""

    kind: CountScope
    codes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()  # of goods or a class: only in these zones
    is_by_value: bool = False  # classes by what was paid for the pieces, not by their number


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The bins of a scope in walking order, and the SKUs it is limited to (None: whole bins)."""

    bin_ids: tuple[int, ...]
    sku_ids: frozenset[int] | None
    elsewhere: tuple[str, ...]  # bins left out, as another count has them


def choose(session: Session, scope: Scope, at: datetime) -> Chosen:
    """Return the bins of the scope; those another unfinished count has are named, not chosen.

    Raises:
        UnknownName: codes nobody knows, all of them named at once. InvalidInput: no code at all.
        RuleViolation: bins that are not counted.
    """
    query: Any = sa.select(Bin.id, Bin.code).where(Bin.kind.in_(COUNTED_KINDS), Bin.is_active)
    skus: frozenset[int] | None = None
    if scope.kind in (CountScope.SKUS, CountScope.CLASS):
        skus = _goods(session, scope, at)
        stands = sa.select(StockBalance.bin_id).where(
            StockBalance.sku_id.in_(skus), StockBalance.on_hand != 0
        )
        query = query.where(Bin.id.in_(stands))
        query = _in_zones(session, query, scope.zones)
    elif scope.kind is CountScope.BINS:
        _require_counted(session, scope.codes)
        query = query.where(Bin.code.in_(scope.codes))
    else:
        query = _in_zones(session, query, scope.codes)
    live = set(session.scalars(sa.select(CountBin.bin_id).where(CountBin.is_live)))
    rows = session.execute(query.order_by(Bin.walk_order, Bin.code)).all()
    return Chosen(
        bin_ids=tuple(row.id for row in rows if row.id not in live),
        sku_ids=skus,
        elsewhere=tuple(row.code for row in rows if row.id in live),
    )


def sku_classes(
    session: Session, at: datetime, *, is_by_value: bool, weeks: int = WEEKS
) -> dict[int, str]:
    """Return SKU id → A, B or C of all goods in use, by their picks of the last weeks."""
    rows = session.execute(
        sa.select(Move.sku_id, sa.func.sum(Move.pieces))
        .join(CommandRow, CommandRow.id == Move.command_id)
        .where(CommandRow.at > at - timedelta(weeks=weeks), Move.reason == MoveReason.PICK)
        .group_by(Move.sku_id)
    )
    moved = {sku_id: int(pieces) for sku_id, pieces in rows}
    if is_by_value:
        prices = costs_of(session, moved)
        moved = {sku_id: pieces * prices.get(sku_id, 0) for sku_id, pieces in moved.items()}
    every = session.scalars(sa.select(Sku.id).where(Sku.is_active))
    return classes_of({**dict.fromkeys(every, 0), **moved})


def _goods(session: Session, scope: Scope, at: datetime) -> frozenset[int]:
    if scope.kind is CountScope.CLASS:
        _require_known(scope.codes, ["A", "B", "C"])
        classes = sku_classes(session, at, is_by_value=scope.is_by_value)
        return frozenset(sku for sku, letter in classes.items() if letter in scope.codes)
    known = {code: sku.id for code in scope.codes if (sku := sku_named(session, code)) is not None}
    _require_known(scope.codes, known)
    return frozenset(known.values())


def _in_zones(session: Session, query: sa.Select[Any], codes: Sequence[str]) -> sa.Select[Any]:
    if not codes:
        return query
    zones = session.execute(sa.select(Zone.id, Zone.code).where(Zone.code.in_(codes))).all()
    _require_known(codes, [row.code for row in zones])
    return query.where(Bin.zone_id.in_([row.id for row in zones]))


def _require_counted(session: Session, codes: Sequence[str]) -> None:
    """Refuse codes of no bin, and bins that are out of use or that nobody counts."""
    rows = session.execute(
        sa.select(Bin.code, Bin.kind, Bin.is_active).where(Bin.code.in_(codes))
    ).all()
    _require_known(codes, [row.code for row in rows])
    others = [row.code for row in rows if row.kind not in COUNTED_KINDS or not row.is_active]
    if others:
        shown = ", ".join(sorted(others)[:20])
        raise RuleViolation(
            say("Only shelves, reserve, quarantine and set-aside places in use are counted, not"
                " {bins}.", bins=shown)
        )  # fmt: skip


def _require_known(asked: Sequence[str], known: Collection[str]) -> None:
    strange = [code for code in asked if code not in set(known)]
    if strange:
        shown = ", ".join(strange[:20])
        raise UnknownName(say("Nobody knows: {codes}.", codes=shown), field="codes")
    if not asked:
        raise InvalidInput(say("Say what is to be counted."), field="codes")

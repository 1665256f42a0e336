"""Goods kept by lot: which lots a move takes, when nobody named one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.db import connection_of, insert_or_skip, on_dialect, table_of
from warehouse.errors import LotBlocked, LotMissing, RuleViolation
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.ledger.shapes import Posting, Promise
from warehouse.inventory.models import Lot, LotBalance
from warehouse.text import Text, say

_sku = table_of(Sku)
_lot = table_of(Lot)
_balance = table_of(LotBalance)

_free = (
    sa.select(_balance.c.lot_id, (_balance.c.on_hand - _balance.c.reserved).label("pieces"))
    .join(_lot, _lot.c.id == _balance.c.lot_id)
    .where(
        _balance.c.bin_id == sa.bindparam("bin"),
        _lot.c.sku_id == sa.bindparam("sku"),
        ~_balance.c.is_virtual,
        _balance.c.on_hand > _balance.c.reserved,
    )
    .order_by(_lot.c.best_before.is_(None), _lot.c.best_before, _lot.c.id)
)
_insert_lot = insert_or_skip(
    _lot, ("sku_id", "code", "best_before", "created_at", "blocked_reason")
)


def other_day(code: str, known: date, given: date) -> Text:
    """Return the sentence for a lot that is known with another best-before."""
    return say(
        "Lot {lot} is known with best-before {known}, not {given}.",
        lot=code,
        known=known.isoformat(),
        given=given.isoformat(),
    )


def lot_named(
    session: Session, sku_id: int, code: str, best_before: date | None, at: datetime
) -> int:
    """Return the id of the SKU's lot with this code, made now if nobody has seen it before.

    A best-before that was not known yet is kept.

    Raises:
        RuleViolation: the lot is known with another best-before, or goods whose lots each have
            one come without.
    """
    connection = connection_of(session)
    connection.execute(
        on_dialect(connection, _insert_lot),
        {
            "sku_id": sku_id,
            "code": code,
            "best_before": best_before,
            "created_at": at,
            "blocked_reason": "",
        },
    )
    found = connection.execute(
        sa.select(_lot.c.id, _lot.c.best_before, _sku.c.code, _sku.c.is_expiry_tracked)
        .join(_sku, _sku.c.id == _lot.c.sku_id)
        .where(_lot.c.sku_id == sku_id, _lot.c.code == code)
    ).one()
    if best_before is None and found.best_before is None and found.is_expiry_tracked:
        raise RuleViolation(
            say("Each lot of {sku} has a best-before. Say that of {lot}.", sku=found.code, lot=code)
        )
    if best_before is None or found.best_before == best_before:
        return int(found.id)
    if found.best_before is not None:
        raise RuleViolation(other_day(code, found.best_before, best_before))
    connection.execute(sa.update(_lot).where(_lot.c.id == found.id).values(best_before=best_before))
    return int(found.id)


def require_named(connection: Connection, promises: Sequence[Promise]) -> None:
    """Refuse promises of goods kept by lot that name no lot, and of kits in doubt without one.

    Asked when the balances are held: who blocks a lot waits for these before he looks who was
    promised kits with pieces of it.

    Raises:
        LotMissing: one of them names none. LotBlocked: such kits may have a blocked lot inside.
    """
    unnamed = {p.sku_id for p in promises if p.lot_id is None}
    if not unnamed:
        return
    found = connection.execute(
        sa.select(_sku.c.code, _sku.c.is_lot_tracked)
        .where(_sku.c.id.in_(unnamed), sa.or_(_sku.c.is_lot_tracked, _sku.c.id.in_(SUSPECT_SKUS)))
        .limit(1)
    ).first()
    if found is not None and found.is_lot_tracked:
        raise _missing(found.code)
    if found is not None:
        raise LotBlocked(
            say("{sku} may have pieces of a blocked lot inside.", sku=found.code), sku=found.code
        )


def require_unblocked(connection: Connection, lot_ids: Collection[int]) -> None:
    """Refuse lots that are blocked; until the transaction ends none of them can be.

    Raises:
        LotBlocked: one of them is.
    """
    if not lot_ids:
        return
    lots = connection.execute(
        sa.select(_lot.c.code, _lot.c.blocked_at)
        .where(_lot.c.id.in_(lot_ids))
        .order_by(_lot.c.id)
        .with_for_update(read=True)
    ).all()
    for lot in lots:
        if lot.blocked_at is not None:
            raise LotBlocked(say("Lot {lot} is blocked.", lot=lot.code), lot=lot.code)


class LotPicker:
    """Splits moves over the lots of their source, earliest best-before first.

    Remembers what it gave out, so that two moves of one command do not get the same pieces.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._given: dict[tuple[int, int], int] = defaultdict(int)  # (bin, lot) → pieces

    def split(self, posting: Posting, sku_code: str) -> Iterator[Posting]:
        """Yield the posting once for each lot that it takes.

        Raises:
            LotMissing: it comes from outside, or the bin has not that many free pieces by lot.
        """
        if posting.lot_id is not None:
            self._given[posting.from_bin_id, posting.lot_id] += posting.pieces
            yield posting
            return
        wanted = posting.pieces
        keys = {"bin": posting.from_bin_id, "sku": posting.sku_id}
        for lot_id, free in self._connection.execute(_free, keys).all():
            pieces = min(wanted, free - self._given[posting.from_bin_id, lot_id])
            if pieces > 0:
                self._given[posting.from_bin_id, lot_id] += pieces
                wanted -= pieces
                yield posting._replace(lot_id=lot_id, pieces=pieces)
        if wanted:
            raise _missing(sku_code)


def _missing(sku_code: str) -> LotMissing:
    return LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku_code), sku=sku_code)

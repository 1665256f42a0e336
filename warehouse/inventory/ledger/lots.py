"""Goods kept by lot: which lots a move takes, when nobody named one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.db import connection_of, insert_or_skip, on_dialect, table_of
from warehouse.errors import LotMissing, RuleViolation
from warehouse.inventory.ledger.shapes import Posting, Promise
from warehouse.inventory.models import Lot, LotBalance
from warehouse.text import say

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


def lot_named(
    session: Session, sku_id: int, code: str, best_before: date | None, at: datetime
) -> int:
    """Return the id of the SKU's lot with this code, made now if nobody has seen it before.

    Raises:
        RuleViolation: the lot is known with another best-before.
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
        sa.select(_lot.c.id, _lot.c.best_before).where(_lot.c.sku_id == sku_id, _lot.c.code == code)
    ).one()
    if best_before is not None and found.best_before != best_before:
        known = found.best_before.isoformat() if found.best_before else "-"
        raise RuleViolation(
            say(
                "Lot {lot} is known with best-before {known}, not {given}.",
                lot=code,
                known=known,
                given=best_before.isoformat(),
            )
        )
    return int(found.id)


def require_lots(connection: Connection, promises: Sequence[Promise]) -> None:
    """Refuse promises of goods kept by lot that name no lot.

    Raises:
        LotMissing: one of them does.
    """
    unnamed = {p.sku_id for p in promises if p.lot_id is None}
    if not unnamed:
        return
    code = connection.execute(
        sa.select(_sku.c.code).where(_sku.c.id.in_(unnamed), _sku.c.is_lot_tracked).limit(1)
    ).scalar()
    if code is not None:
        raise _missing(code)


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
                yield replace(posting, lot_id=lot_id, pieces=pieces)
        if wanted:
            raise _missing(sku_code)


def _missing(sku_code: str) -> LotMissing:
    return LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku_code), sku=sku_code)

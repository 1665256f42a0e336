"""One known piece seen in two bins of a count: one of the two looks is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.counting.models import CountLine, LineState
from warehouse.db import portions
from warehouse.inventory.models import Serial

CLAIMING = (LineState.RECOUNT, LineState.DIFFERENT, LineState.APPROVED)
_FACTS = (CountLine.id, CountLine.bin_id, CountLine.sku_id, CountLine.state, CountLine.looks,
          CountLine.is_settled, CountLine.counted_at, CountLine.serials)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Doubled:
    """A line that found a piece, and another that saw the same one, or is asked for it again."""

    line: Any
    other: Any

    @property
    def is_seen(self) -> bool:
        """Tell whether the other has been looked at."""
        return bool(self.other.state != LineState.LOOK)


def doubled(session: Session, session_id: int) -> list[Doubled]:
    """Return the pairs of a count: found in both bins, or in one and not missed in the book's."""
    lines = session.execute(
        sa.select(*_FACTS)
        .where(
            CountLine.session_id == session_id,
            CountLine.found > 0,
            CountLine.state.in_(CLAIMING),
        )
        .order_by(CountLine.id)
    ).all()
    found: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for line in lines:
        for code in (line.serials or {}).get("found", ()):
            found[line.sku_id, code].append(line)
    pairs = [
        Doubled(line=one, other=two)
        for claimed in found.values()
        for one in claimed
        for two in claimed
        if one.id != two.id
    ]
    return pairs + list(_where_booked(session, session_id, found))


def _where_booked(
    session: Session, session_id: int, found: dict[tuple[int, str], list[Any]]
) -> Iterator[Doubled]:
    """Yield the lines of the bins the book has the pieces in, unless they missed them."""
    for (bin_id, sku_id), codes in _booked(session, found).items():
        other = session.execute(
            sa.select(*_FACTS).where(
                CountLine.session_id == session_id,
                CountLine.bin_id == bin_id,
                CountLine.sku_id == sku_id,
            )
        ).first()
        if other is None:
            continue
        missed = (other.serials or {}).get("gone", ()) if other.state != LineState.LOOK else ()
        for code in codes:
            if code not in missed:
                yield from (
                    Doubled(line=line, other=other)
                    for line in found[sku_id, code]
                    if line.bin_id != bin_id
                )


def _booked(
    session: Session, found: Collection[tuple[int, str]]
) -> dict[tuple[int, int], list[str]]:
    """Return (bin, SKU) → the numbers among these that the book has there."""
    places: dict[tuple[int, int], list[str]] = defaultdict(list)
    for codes in portions({code for _, code in found}):
        rows = session.execute(
            sa.select(Serial.bin_id, Serial.sku_id, Serial.code).where(Serial.code.in_(codes))
        )
        for row in rows:
            if (row.sku_id, row.code) in found:
                places[row.bin_id, row.sku_id].append(row.code)
    return places

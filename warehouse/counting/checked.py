"""Rows of a file or a sheet held against their count, portion by portion, before any is taken.

Rows come in portions that can be walked again and again: all rows of a bin stand in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.catalog.rules import RowRefusal, scan_code
from warehouse.counting.models import CountBin, CountSession
from warehouse.counting.rows import CountedBin, CountRow, found_in
from warehouse.counting.sheets import sheets_of
from warehouse.db import portions

Portions = Iterable[Sequence[CountRow]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """How many rows there are, and whether each says who counted, when, and serial numbers."""

    lines: int
    is_counter_said: bool
    is_time_said: bool
    are_serials_said: bool


def said_by(rows: Portions) -> Said:
    """Return what all of the rows say."""
    lines = 0
    counter = time = serials = True
    for row in (row for portion in rows for row in portion):
        lines += 1
        counter = counter and bool(row.counted_by)
        time = time and row.counted_at is not None
        serials = serials and row.serials is not None
    return Said(
        lines=lines, is_counter_said=counter, is_time_said=time, are_serials_said=serials
    )  # fmt: skip


def hold(session: Session, count: CountSession, rows: Portions) -> None:
    """Hold all bins of the rows in one order: whoever scans one now waits, and finds it counted."""
    held = [
        count_bin_id
        for portion in rows
        for codes in portions(scan_code(row.bin_code) for row in portion)
        for count_bin_id in session.scalars(
            sa.select(CountBin.id)
            .join(Bin, Bin.id == CountBin.bin_id)
            .where(CountBin.session_id == count.id, Bin.code.in_(codes))
        )
    ]
    for ids in portions(held):
        one_by_one = sa.select(CountBin.id).where(CountBin.id.in_(ids)).order_by(CountBin.id)
        session.execute(one_by_one.with_for_update())


def checked(
    session: Session,
    count: CountSession,
    rows: Portions,
    person_id: int,
    *,
    sender_id: int,
    zone: tzinfo,
) -> Iterator[tuple[list[CountedBin], list[RowRefusal]]]:
    """Yield, of each portion, its bins with what was counted in them and what cannot be taken.

    `person_id` counted what rows do not say the counter of, 0: nobody says who did.
    """
    for portion in rows:
        found, refused = found_in(session, count, portion, person_id, sender_id=sender_id)
        sheets, wrong = sheets_of(session, count, portion, found, zone)
        bins = [replace(place, paper_id=sheets.get(place.count_bin_id)) for place in found]
        yield bins, [*refused, *wrong]

"""What a line of a count shows while its last look tells nothing: the last one that tells."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.counting.models import CountEntry, CountLine, CountTake, LineState
from warehouse.counting.rules import look_of
from warehouse.db import portions, table_of

_line = table_of(CountLine)


def sound() -> sa.ColumnElement[bool]:
    """Return the condition that a look (`CountEntry` and its `CountTake`) can be compared.

    Nothing moved while it was made, and it was not typed in wrongly.
    """
    return sa.and_(~CountEntry.is_disturbed, ~CountTake.is_dropped)


def show_sound(session: Session, line_ids: Collection[int]) -> None:
    """Have those lines that are asked again as goods moved show their last sound look, if any.

    What somebody found while nothing moved is not lost because goods move while another looks.
    """
    last: dict[int, Any] = {}
    for ids in portions(line_ids):
        rows = session.execute(
            sa.select(CountEntry.line_id, CountEntry.pieces, CountEntry.book, CountEntry.serials,
                      CountTake.person_id)
            .join(CountTake, CountTake.id == CountEntry.take_id)
            .join(CountLine, CountLine.id == CountEntry.line_id)
            .where(CountEntry.line_id.in_(ids), CountLine.state == LineState.LOOK, sound())
            .order_by(CountEntry.id)
        )  # fmt: skip
        last.update((row.line_id, row) for row in rows)
    if last:
        _show(session, last)


def _show(session: Session, last: dict[int, Any]) -> None:
    names = ("counted", "book", "variance", "gone", "found", "counted_by_id", "serials")
    update = (
        sa.update(_line)
        .where(_line.c.id == sa.bindparam("line"))
        .values({name: sa.bindparam(f"new_{name}") for name in names})
    )
    shown = []
    for line_id, row in last.items():
        look = look_of(row.person_id, row.pieces - row.book, row.serials)
        gone, found = look.sides
        values = (row.pieces, row.book, look.variance, gone, found, row.person_id, row.serials)
        shown.append(
            {"line": line_id, **{f"new_{n}": v for n, v in zip(names, values, strict=True)}}
        )
    session.connection().execute(update, shown)

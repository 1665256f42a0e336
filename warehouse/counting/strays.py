"""Codes at a count that nothing carries: each scan a row of its pass, and the sum the desk sees."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.counting.models import CountBin, CountStray, CountTake, CountUnknown
from warehouse.errors import TooMany
from warehouse.text import say


def add_stray(
    session: Session, take: CountTake, place: CountBin, code: str, pieces: int, at: datetime
) -> int:
    """Keep pieces of a pass with an unknown code; return how many it has of them by now.

    Raises:
        TooMany: more are taken off than this pass has counted.
    """
    so_far = _of_pass(session, take, code)
    if so_far + pieces < 0:
        raise TooMany(say("Only {pieces} were counted.", pieces=so_far), left=so_far)
    session.add(CountStray(take_id=take.id, code=code, pieces=pieces, at=at))
    session.flush()
    _sum_up(session, take, place, code)
    return so_far + pieces


def last_stray(session: Session, take: CountTake) -> CountStray | None:
    """Return the last scan of an unknown code in this pass that was not undone."""
    return session.scalars(
        sa.select(CountStray)
        .where(CountStray.take_id == take.id, CountStray.undone_at.is_(None))
        .order_by(CountStray.id.desc())
        .limit(1)
    ).first()


def undo_stray(
    session: Session, take: CountTake, place: CountBin, stray: CountStray, at: datetime
) -> int:
    """Take one scan back; return the pieces this pass has left. What others found stays."""
    stray.undone_at = at
    session.flush()
    _sum_up(session, take, place, stray.code)
    return _of_pass(session, take, stray.code)


def strays_of(session: Session, take: CountTake) -> list[tuple[str, int]]:
    """Return (code, pieces) of what this pass met that nothing carries, as long as nobody says it.

    In the order they were met first.
    """
    pieces = sa.func.sum(CountStray.pieces)
    explained = sa.select(CountUnknown.code).where(
        CountUnknown.count_bin_id == take.count_bin_id, CountUnknown.resolved_at.is_not(None)
    )
    rows = session.execute(
        sa.select(CountStray.code, pieces)
        .where(
            CountStray.take_id == take.id,
            CountStray.undone_at.is_(None),
            CountStray.code.not_in(explained),
        )
        .group_by(CountStray.code)
        .having(pieces > 0)
        .order_by(sa.func.min(CountStray.id))
    )
    return [(code, int(many)) for code, many in rows]


def unknown_of(session: Session, place: CountBin, code: str) -> CountUnknown | None:
    """Return what is kept of a code in a bin, locked; None if nothing is."""
    return session.scalars(
        sa.select(CountUnknown)
        .where(CountUnknown.count_bin_id == place.id, CountUnknown.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _of_pass(session: Session, take: CountTake, code: str) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(CountStray.pieces), 0)).where(
        CountStray.take_id == take.id, CountStray.code == code, CountStray.undone_at.is_(None)
    )
    return int(session.scalar(query) or 0)


def _sum_up(session: Session, take: CountTake, place: CountBin, code: str) -> None:
    """Bring what the desk sees of a code up to date: what the last pass that met it has of it."""
    known = unknown_of(session, place, code)
    if known is not None and known.resolved_at is not None and known.resolved_at < take.opened_at:
        # It was a barcode and is none any more: what it is has to be said anew.
        known.sku_id, known.resolved_by_id, known.resolved_at = None, None, None
    pieces = sa.func.sum(CountStray.pieces)
    found = session.execute(
        sa.select(
            CountTake.person_id, pieces.label("pieces"), sa.func.max(CountStray.at).label("at")
        )
        .join(CountStray, CountStray.take_id == CountTake.id)
        .where(
            CountTake.count_bin_id == place.id,
            CountStray.code == code,
            CountStray.undone_at.is_(None),
        )
        .group_by(CountTake.id, CountTake.person_id)
        .having(pieces > 0)
        .order_by(CountTake.id.desc())
        .limit(1)
    ).first()
    if found is None:
        if known is not None:
            session.delete(known)
    elif known is None:
        session.add(
            CountUnknown(
                session_id=place.session_id, count_bin_id=place.id, code=code,
                pieces=int(found.pieces), person_id=found.person_id, at=found.at,
            )
        )  # fmt: skip
    else:
        known.pieces, known.person_id, known.at = int(found.pieces), found.person_id, found.at
    session.flush()

"""Counts as the desk lists them: sessions, differences, who counted, how exact the book was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.counting.figures import sound
from warehouse.counting.models import (
    ASKED_AGAIN,
    OPEN_SESSIONS,
    BinState,
    CountBin,
    CountEntry,
    CountFile,
    CountLine,
    CountSession,
    CountTake,
    CountUnknown,
    LineState,
)
from warehouse.counting.queries import progress
from warehouse.counting.rules import MOST_LOOKS
from warehouse.inventory.models import Lot
from warehouse.people.models import Person
from warehouse.supplying.costs import cost_of_sku

OFF = CountLine.gone + CountLine.found  # pieces a difference is large, whatever its sign
# Nothing against the book, but goods moved at every look: nobody can say that they agree.
_UNJUDGED = sa.and_(
    OFF == 0,
    CountLine.state.in_((LineState.LOOK, LineState.KEPT)),
    ~sa.exists(
        sa.select(CountEntry.id)
        .join(CountTake, CountTake.id == CountEntry.take_id)
        .where(CountEntry.line_id == CountLine.id, sound())
    ),
)
_bins = (
    sa.select(
        CountBin.session_id,
        sa.func.count().label("bins"),
        sa.func.sum(sa.case((CountBin.state == BinState.COUNTED, 1), else_=0)).label("done"),
    )
    .group_by(CountBin.session_id)
    .subquery()
)
_lines = (
    sa.select(
        CountLine.session_id,
        sa.func.count().label("lines"),
        sa.func.sum(sa.case((OFF > 0, 1), else_=0)).label("different"),
    )
    .group_by(CountLine.session_id)
    .subquery()
)
SESSION_SORTS: dict[str, Any] = {"no": CountSession.id}
LINE_SORTS: dict[str, Any] = {
    "bin": CountBin.sequence,
    "sku": Sku.code,
    "variance": CountLine.variance,
    "size": OFF,
    "value": OFF * CountLine.price_fen,
}


def session_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the sessions with how far they are, to be filtered."""
    return (
        sa.select(
            CountSession.id,
            CountSession.number,
            CountSession.name,
            CountSession.scope,
            CountSession.state,
            CountSession.opened_at,
            Person.name.label("who"),
            sa.func.coalesce(_bins.c.bins, 0).label("bins"),
            sa.func.coalesce(_bins.c.done, 0).label("done"),
            sa.func.coalesce(_lines.c.lines, 0).label("lines"),
            sa.func.coalesce(_lines.c.different, 0).label("different"),
        )
        .join(Person, Person.id == CountSession.opened_by_id)
        .outerjoin(_bins, _bins.c.session_id == CountSession.id)
        .outerjoin(_lines, _lines.c.session_id == CountSession.id)
    )


def line_list(session_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Return the lines of a session with goods, bin and who counted, to be filtered."""
    counter, decider = aliased(Person), aliased(Person)
    return (
        sa.select(
            CountLine.id,
            CountLine.count_bin_id,
            CountLine.state,
            CountLine.counted,
            CountLine.book,
            CountLine.variance,
            CountLine.gone,
            CountLine.found,
            (CountLine.variance * CountLine.price_fen).label("value_fen"),
            (CountLine.gone * CountLine.price_fen).label("missing_fen"),
            (CountLine.found * CountLine.price_fen).label("found_fen"),
            CountLine.price_fen,
            CountLine.looks,
            CountLine.reason,
            CountLine.note,
            CountLine.counted_at,
            CountLine.sku_id,
            CountLine.bin_id,
            CountLine.serials,
            Bin.code.label("bin_code"),
            Bin.is_active.label("bin_is_active"),
            Sku.code.label("sku_code"),
            Sku.name.label("sku_name"),
            Sku.properties,
            Lot.code.label("lot"),
            counter.name.label("counted_by"),
            decider.name.label("decided_by"),
        )
        .join(CountBin, CountBin.id == CountLine.count_bin_id)
        .join(Bin, Bin.id == CountLine.bin_id)
        .join(Sku, Sku.id == CountLine.sku_id)
        .join(counter, counter.id == CountLine.counted_by_id)
        .outerjoin(decider, decider.id == CountLine.decided_by_id)
        .outerjoin(Lot, Lot.id == CountLine.lot_id)
        .where(CountLine.session_id == session_id)
    )


def states_of(session: Session, session_id: int) -> dict[LineState, int]:
    """Return line state → how many lines of the session."""
    rows = session.execute(
        sa.select(CountLine.state, sa.func.count())
        .where(CountLine.session_id == session_id)
        .group_by(CountLine.state)
    )
    return {LineState(state): count for state, count in rows}


def restless(session: Session, session_id: int) -> int:
    """Return how many lines were looked at so often that a person would be asked, and always moved.

    Where goods never stand still, a supervisor has them counted at a quiet hour or ends it.
    """
    query = sa.select(sa.func.count()).where(
        CountLine.session_id == session_id,
        CountLine.state == LineState.LOOK,
        CountLine.looks >= MOST_LOOKS,
    )
    return session.scalar(query) or 0


def bins_done(session: Session, count: CountSession) -> tuple[int, int]:
    """Return how many bins of a count are counted, and how many it has in use.

    While it runs, those of which nothing is asked again; after it, all that somebody has counted.
    """
    done = progress(session, count.id)
    counted = done.get(BinState.COUNTED, 0)
    if count.state not in OPEN_SESSIONS:
        seen = sa.select(sa.func.count()).where(
            CountBin.session_id == count.id, CountBin.counted_at.is_not(None)
        )
        counted = session.scalar(seen) or 0
    return counted, max(counted, sum(done.values()))


def bins_of(session: Session, session_id: int) -> list[Any]:
    """Return the bins of a session not counted yet, in walking order, 500 at most."""
    return list(
        session.execute(
            sa.select(
                CountBin.id,
                CountBin.bin_id,
                CountBin.state,
                CountBin.event,
                Bin.code,
                Bin.is_active,
                Zone.code.label("zone"),
                Person.name.label("who"),
            )
            .join(Bin, Bin.id == CountBin.bin_id)
            .outerjoin(Zone, Zone.id == Bin.zone_id)
            .outerjoin(Person, Person.id == CountBin.taken_by_id)
            .where(CountBin.session_id == session_id, CountBin.state != BinState.COUNTED)
            .order_by(CountBin.sequence)
            .limit(500)
        )
    )


def bins_asked_again(session: Session, session_id: int) -> frozenset[int]:
    """Return the bins of which something is asked again."""
    query = sa.select(CountLine.bin_id).where(
        CountLine.session_id == session_id, CountLine.state.in_(ASKED_AGAIN)
    )
    return frozenset(session.scalars(query))


def counters_of(session: Session, session_id: int) -> list[Any]:
    """Return who counted: name, bins passed, lines looked at, pieces counted."""
    return list(
        session.execute(
            sa.select(
                Person.name,
                sa.func.count(sa.distinct(CountTake.id)).label("bins"),
                sa.func.count(CountEntry.id).label("lines"),
                sa.func.coalesce(sa.func.sum(CountEntry.pieces), 0).label("pieces"),
            )
            .join(CountTake, CountTake.person_id == Person.id)
            .join(CountBin, CountBin.id == CountTake.count_bin_id)
            .outerjoin(CountEntry, CountEntry.take_id == CountTake.id)
            .where(
                CountBin.session_id == session_id,
                CountTake.closed_at.is_not(None),
                ~CountTake.is_dropped,
            )
            .group_by(Person.id, Person.name)
            .order_by(sa.desc("bins"), Person.name)
        )
    )


def unknown_of(session: Session, session_id: int) -> list[Any]:
    """Return the unknown codes of a session, the open ones first."""
    finder = aliased(Person)
    return list(
        session.execute(
            sa.select(
                CountUnknown.id,
                CountUnknown.code,
                CountUnknown.pieces,
                CountUnknown.at,
                CountUnknown.resolved_at,
                Bin.code.label("bin_code"),
                Sku.code.label("sku_code"),
                finder.name.label("who"),
            )
            .join(CountBin, CountBin.id == CountUnknown.count_bin_id)
            .join(Bin, Bin.id == CountBin.bin_id)
            .join(finder, finder.id == CountUnknown.person_id)
            .outerjoin(Sku, Sku.id == CountUnknown.sku_id)
            .where(CountUnknown.session_id == session_id)
            .order_by(CountUnknown.resolved_at.is_not(None), CountUnknown.id)
            .limit(500)
        )
    )


def files_of(session: Session, session_id: int) -> list[CountFile]:
    """Return the files of counts that were read into a session."""
    query = sa.select(CountFile).where(CountFile.session_id == session_id).order_by(CountFile.id)
    return list(session.scalars(query))


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """How far the book was right, by bin, line, piece and money; and what was missing or found."""

    bins: int
    bins_right: int
    lines: int  # those compared with the book
    lines_right: int
    lines_unjudged: int  # goods moved whenever somebody looked
    pieces: int  # the book's
    pieces_off: int
    missing: int
    found: int
    value_fen: int  # the book's, where prices are known
    value_off_fen: int
    net_fen: int

    @property
    def by_bin(self) -> float | None:
        """Percent of the counted bins in which every line agreed; None with none counted."""
        return _percent(self.bins_right, self.bins)

    @property
    def by_line(self) -> float | None:
        """Percent of the lines that agreed."""
        return _percent(self.lines_right, self.lines)

    @property
    def by_piece(self) -> float | None:
        """Percent of the book's pieces that no difference touches."""
        return _percent(max(self.pieces - self.pieces_off, 0), self.pieces)

    @property
    def by_value(self) -> float | None:
        """The same in money, over goods whose price is known."""
        return _percent(max(self.value_fen - self.value_off_fen, 0), self.value_fen)


def accuracy_of(session: Session, session_id: int) -> Accuracy:
    """Return how exact the book was, over what was compared with it so far.

    What was found stays a difference though the book was kept. A line without a difference whose
    goods moved at every look is none of them, nor a bin with such a line and no other fault.
    """
    # Lines that agreed kept no price once: what the goods cost today is the nearest there is.
    agreed = sa.and_(OFF == 0, CountLine.price_fen == 0)
    price = sa.case((agreed, sa.func.coalesce(cost_of_sku(), 0)), else_=CountLine.price_fen)
    totals = {
        "lines": sa.func.count(),
        "lines_right": sa.func.sum(sa.case((OFF > 0, 0), else_=1)),
        "pieces": sa.func.sum(CountLine.book),
        "pieces_off": sa.func.sum(OFF),
        "missing": sa.func.sum(CountLine.gone),
        "found": sa.func.sum(CountLine.found),
        "value_off_fen": sa.func.sum(OFF * CountLine.price_fen),
        "value_fen": sa.func.sum(CountLine.book * price),
        "net_fen": sa.func.sum(CountLine.variance * CountLine.price_fen),
    }
    row = session.execute(
        sa.select(*(sa.func.coalesce(total, 0).label(name) for name, total in totals.items()))
        .join(Sku, Sku.id == CountLine.sku_id)
        .where(CountLine.session_id == session_id, ~_UNJUDGED)
    ).one()
    lines_unjudged = session.scalar(
        sa.select(sa.func.count()).where(CountLine.session_id == session_id, _UNJUDGED)
    )
    wrong = sa.exists().where(CountLine.count_bin_id == CountBin.id, OFF > 0)
    unjudged = sa.exists().where(CountLine.count_bin_id == CountBin.id, _UNJUDGED)
    bins = session.execute(
        sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((wrong, 0), else_=1)), 0)
        ).where(CountBin.session_id == session_id, CountBin.counted_at.is_not(None),
                sa.or_(wrong, ~unjudged))
    ).one()  # fmt: skip
    figures = {name: int(value) for name, value in row._mapping.items()}
    return Accuracy(bins=bins[0], bins_right=int(bins[1]), lines_unjudged=lines_unjudged or 0,
                    **figures)  # fmt: skip


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None

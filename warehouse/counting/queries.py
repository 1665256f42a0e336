"""Reading a count: whose turn it is, which bin comes next, what a pass has counted so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.counting.models import (
    OPEN_SESSIONS,
    BinState,
    CountBin,
    CountEntry,
    CountLine,
    CountScan,
    CountSession,
    CountTake,
    CountWanted,
    LineState,
    SessionState,
)
from warehouse.errors import NotFound, RuleViolation, StaleScreen
from warehouse.inventory.models import Lot, StockBalance, Unfound
from warehouse.people.models import Person, PersonRole, Role
from warehouse.people.rights import Right, rights_of
from warehouse.text import Text, say

MOST_HELD = 6  # bins named to whoever has none


def open_session(session: Session, session_id: int, *, lock: bool = False) -> CountSession:
    """Return a session that is being counted or reviewed.

    Raises:
        NotFound: there is none of that id. RuleViolation: it was not begun, or has ended.
    """
    found = session.get(CountSession, session_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound(say("count"), session_id)
    if found.state is SessionState.DRAFT:
        raise RuleViolation(say("Count {number} has not begun. Start it first.",
                                number=found.number))  # fmt: skip
    if found.state not in OPEN_SESSIONS:
        raise RuleViolation(say("Count {number} has ended.", number=found.number))
    return found


def wanted_goods(session: Session, count: CountSession) -> frozenset[int] | None:
    """Return the SKUs the session counts, None where it counts whole bins."""
    if not count.is_by_sku:
        return None
    query = sa.select(CountWanted.sku_id).where(CountWanted.session_id == count.id)
    return frozenset(session.scalars(query))


def is_all_counted(session: Session, session_id: int) -> bool:
    """Tell whether every bin in use was counted, with nothing asked again."""
    left = sa.select(CountBin.id).join(Bin, Bin.id == CountBin.bin_id).where(
        CountBin.session_id == session_id,
        CountBin.state != BinState.COUNTED,
        Bin.is_active,
    )  # fmt: skip
    return session.execute(left.limit(1)).first() is None


def had_part(person_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a pass (`CountTake`) is this person's, counted or typed in."""
    return sa.or_(CountTake.person_id == person_id, CountTake.entered_by_id == person_id)


def counters(session: Session) -> list[tuple[int, str]]:
    """Return (id, name) of everybody who may count, by name."""
    roles = [role for role in Role if Right.COUNT in rights_of([role])]
    rows = session.execute(
        sa.select(Person.id, Person.name)
        .where(
            Person.is_active,
            Person.id.in_(sa.select(PersonRole.person_id).where(PersonRole.role.in_(roles))),
        )
        .order_by(Person.name, Person.id)
    )
    return [(person_id, name) for person_id, name in rows]


def may_look(person_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a line asked again may be looked at by this person.

    A line that moved under somebody's hands may be looked at by anybody; a recount by nobody who
    counted it before, or typed it in.
    """
    return sa.or_(
        CountLine.state == LineState.LOOK,
        sa.and_(CountLine.state == LineState.RECOUNT, ~looked_before(person_id)),
    )


def looked_before(person_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that this person made or typed in a look at a line while nothing moved.

    A look that was typed in wrongly, and corrected, is one as well.
    """
    return sa.exists().where(
        CountEntry.line_id == CountLine.id,
        ~CountEntry.is_disturbed,
        CountTake.id == CountEntry.take_id,
        had_part(person_id),
    )


def free_for(person_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a bin of a count waits for somebody like this person."""
    line = sa.exists().where(CountLine.count_bin_id == CountBin.id, may_look(person_id))
    return sa.or_(CountBin.state == BinState.OPEN, sa.and_(CountBin.state == BinState.AGAIN, line))


def next_bin(
    session: Session, session_id: int, person_id: int, *, without: Collection[int] = ()
) -> int | None:
    """Return the id of the next bin in walking order for a counter, the one begun before others.

    The walk goes on from where he counted last, and then begins at its start again.
    """
    behind = CountBin.sequence <= sa.func.coalesce(_last_place(session_id, person_id), 0)
    mine = sa.and_(CountBin.state == BinState.TAKEN, CountBin.taken_by_id == person_id)
    return session.scalar(
        sa.select(CountBin.id)
        .join(Bin, Bin.id == CountBin.bin_id)
        .where(
            CountBin.session_id == session_id,
            Bin.is_active,
            CountBin.id.not_in(without),
            sa.or_(mine, free_for(person_id)),
        )
        .order_by(mine.desc(), behind, CountBin.sequence, CountBin.id)
        .limit(1)
    )


def _last_place(session_id: int, person_id: int) -> sa.ScalarSelect[int]:
    return (
        sa.select(CountBin.sequence)
        .join(CountTake, CountTake.count_bin_id == CountBin.id)
        .where(CountBin.session_id == session_id, CountTake.person_id == person_id)
        .order_by(CountTake.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def open_take(session: Session, count_bin_id: int) -> CountTake | None:
    """Return the pass that somebody is making over the bin, None if nobody is at it."""
    return session.scalars(
        sa.select(CountTake).where(
            CountTake.count_bin_id == count_bin_id, CountTake.closed_at.is_(None)
        )
    ).first()


def take_of(session: Session, take_id: int, person_id: int) -> CountTake:
    """Return the open pass of this person, locked.

    Raises:
        StaleScreen: it is closed, or somebody else took the bin over; then it says who.
    """
    take = session.get(CountTake, take_id, with_for_update=True, populate_existing=True)
    if take is None or take.closed_at is not None or take.person_id != person_id:
        raise StaleScreen(_taken_over(session, take, person_id))
    return take


def _taken_over(session: Session, take: CountTake | None, person_id: int) -> Text | None:
    if take is None or take.person_id != person_id or not take.is_dropped:
        return None
    other = session.scalar(
        sa.select(Person.name)
        .join(CountBin, CountBin.taken_by_id == Person.id)
        .where(CountBin.id == take.count_bin_id, Person.id != person_id)
    )
    return say("{name} has taken this bin over and counts it anew.", name=other) if other else None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Pieces of one SKU counted in a pass so far."""

    sku_id: int
    lot_id: int | None
    code: str
    name: str
    properties: str
    lot: str | None
    pieces: int
    last_id: int


def tallies(session: Session, take_id: int) -> list[Tally]:
    """Return what a pass has counted, the goods scanned last first."""
    rows = session.execute(
        sa.select(
            CountScan.sku_id,
            CountScan.lot_id,
            Sku.code,
            Sku.name,
            Sku.properties,
            Lot.code.label("lot"),
            sa.func.sum(CountScan.pieces).label("pieces"),
            sa.func.max(CountScan.id).label("last_id"),
        )
        .join(Sku, Sku.id == CountScan.sku_id)
        .outerjoin(Lot, Lot.id == CountScan.lot_id)
        .where(CountScan.take_id == take_id, CountScan.undone_at.is_(None))
        .group_by(CountScan.sku_id, CountScan.lot_id, Sku.code, Sku.name, Sku.properties, Lot.code)
        .order_by(sa.desc("last_id"))
    )
    return [Tally(**{**row._mapping, "pieces": int(row.pieces)}) for row in rows]


def waiting_sessions(session: Session, person_id: int) -> list[Any]:
    """Return the sessions being counted, with how many bins each has, has done, has for me."""
    is_mine = sa.and_(CountBin.state == BinState.TAKEN, CountBin.taken_by_id == person_id)
    return list(
        session.execute(
            sa.select(
                CountSession.id,
                CountSession.number,
                CountSession.name,
                CountSession.scope,
                sa.func.count(CountBin.id).label("bins"),
                sa.func.sum(sa.case((CountBin.state == BinState.COUNTED, 1), else_=0)).label(
                    "done"
                ),
                sa.func.sum(sa.case((sa.or_(is_mine, free_for(person_id)), 1), else_=0)).label(
                    "waiting"
                ),
                sa.func.sum(sa.case((is_mine, 1), else_=0)).label("mine"),
            )
            .join(CountBin, CountBin.session_id == CountSession.id)
            .join(Bin, Bin.id == CountBin.bin_id)
            .where(
                CountSession.state.in_((SessionState.COUNTING, SessionState.REVIEW)), Bin.is_active
            )
            .group_by(CountSession.id, CountSession.number, CountSession.name, CountSession.scope)
            .order_by(sa.desc("mine"), sa.desc("waiting"), CountSession.id)
            .limit(30)
        )
    )


def bins_waiting(session: Session, person_id: int) -> int:
    """Return how many bins of running counts wait for this counter."""
    return sum(int(row.waiting) for row in waiting_sessions(session, person_id))


def progress(session: Session, session_id: int) -> dict[BinState, int]:
    """Return bin state → how many bins of the session, those out of use left out."""
    rows = session.execute(
        sa.select(CountBin.state, sa.func.count())
        .join(Bin, Bin.id == CountBin.bin_id)
        .where(CountBin.session_id == session_id, Bin.is_active)
        .group_by(CountBin.state)
    )
    return {BinState(state): count for state, count in rows}


def asked_goods(session: Session, sku_ids: Iterable[int]) -> list[Any]:
    """Return the goods that are asked again, by code."""
    return list(
        session.execute(
            sa.select(Sku.id, Sku.code, Sku.name, Sku.properties)
            .where(Sku.id.in_(list(sku_ids)))
            .order_by(Sku.code)
        )
    )


def held_by_others(session: Session, session_id: int, person_id: int) -> list[tuple[str, str]]:
    """Return (bin, name) of the bins of a count that others are at or on the way to."""
    rows = session.execute(
        sa.select(Bin.code, Person.name)
        .select_from(CountBin)
        .join(Bin, Bin.id == CountBin.bin_id)
        .join(Person, Person.id == CountBin.taken_by_id)
        .where(
            CountBin.session_id == session_id,
            CountBin.state == BinState.TAKEN,
            CountBin.taken_by_id != person_id,
            Bin.is_active,
        )
        .order_by(CountBin.sequence, CountBin.id)
        .limit(MOST_HELD)
    )
    return [(code, name) for code, name in rows]


def book_in(session: Session, bin_id: int) -> dict[int, int]:
    """Return SKU id → pieces the book has in the bin, for counts that show it."""
    rows = session.execute(
        sa.select(StockBalance.sku_id, StockBalance.on_hand).where(
            StockBalance.bin_id == bin_id, StockBalance.on_hand != 0
        )
    )
    return {row.sku_id: row.on_hand for row in rows}


def name_of(session: Session, person_id: int) -> str:
    """Return the name of a person."""
    return str(session.scalar(sa.select(Person.name).where(Person.id == person_id)))


def not_found(session: Session, bin_id: int | None = None) -> list[Any]:
    """Return goods not found in the bin, or in any, each with the count that bin waits for."""
    live = sa.and_(CountBin.bin_id == Unfound.bin_id, CountBin.is_live)
    query = (
        sa.select(
            Unfound.bin_id,
            Bin.code.label("bin"),
            Unfound.sku_id,
            Sku.code.label("sku"),
            Lot.code.label("lot"),
            Unfound.pieces,
            Unfound.is_whole,
            Unfound.at,
            Person.name.label("who"),
            CountSession.id.label("count_id"),
            CountSession.number,
        )
        .join(Bin, Bin.id == Unfound.bin_id)
        .join(Sku, Sku.id == Unfound.sku_id)
        .join(Person, Person.id == Unfound.person_id)
        .outerjoin(Lot, Lot.id == Unfound.lot_id)
        .outerjoin(CountBin, live)
        .outerjoin(CountSession, CountSession.id == CountBin.session_id)
        .order_by(Bin.walk_order, Bin.code, Sku.code, Lot.code)
    )
    if bin_id is not None:
        query = query.where(Unfound.bin_id == bin_id)
    return list(session.execute(query))

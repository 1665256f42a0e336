"""Doubts about bins that a count has already: what it does not look into is counted after it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from warehouse.catalog.models import Bin
from warehouse.commands import Command
from warehouse.counting.figures import sound
from warehouse.counting.models import (
    CountBin,
    CountDoubt,
    CountEntry,
    CountEvent,
    CountLine,
    CountSession,
    CountTake,
    LineState,
    TakeKind,
)
from warehouse.counting.opening import add_doubted, todays_count
from warehouse.counting.scoping import COUNTED_KINDS
from warehouse.inventory.models import Unfound
from warehouse.inventory.unfound import within_reach_again

_DONE = (LineState.AGREED, LineState.POSTED, LineState.KEPT)


def put_off(
    session: Session, command: Command, bin_id: int, event: CountEvent, sku_id: int | None
) -> None:
    """Keep a doubt about a bin that a count has; of the same goods the newest."""
    of_goods = CountDoubt.sku_id.is_(None) if sku_id is None else CountDoubt.sku_id == sku_id
    session.execute(sa.delete(CountDoubt).where(CountDoubt.bin_id == bin_id, of_goods))
    session.add(CountDoubt(bin_id=bin_id, sku_id=sku_id, event=event, at=command.at))
    session.flush()


def take_up_doubts(session: Session, command: Command, count: CountSession) -> set[int]:
    """Have the bins counted that were doubted while a count that ends now had them; return them.

    Those doubts it has looked into are forgotten.
    """
    bins = sa.select(CountBin.bin_id).where(CountBin.session_id == count.id)
    doubts = sa.select(CountDoubt).where(CountDoubt.bin_id.in_(bins)).order_by(CountDoubt.id)
    left = session.scalars(doubts.where(~_is_looked_into(count))).all()
    places: dict[int, Bin] = {}
    for doubt in left:
        place = session.get_one(Bin, doubt.bin_id)
        if place.id not in places and place.kind in COUNTED_KINDS and place.is_active:
            places[place.id] = place
            add_doubted(session, command, todays_count(session, command), place, doubt.event)
    session.execute(sa.delete(CountDoubt).where(CountDoubt.bin_id.in_(bins)))
    return set(places)


def within_reach(session: Session, count: CountSession) -> None:
    """Put goods within reach again that were not found, and that the count has looked for since."""
    bins = sa.select(CountBin.bin_id).where(CountBin.session_id == count.id)
    within_reach_again(
        session,
        Unfound.bin_id.in_(bins),
        _is_counted(count, Unfound.bin_id, Unfound.sku_id, Unfound.at),
    )


def _is_looked_into(count: CountSession) -> sa.ColumnElement[bool]:
    """Return the condition that a doubt's goods, or the whole bin, were counted since it came."""
    is_closed = sa.exists().where(
        CountBin.session_id == count.id,
        CountBin.bin_id == CountDoubt.bin_id,
        CountBin.counted_at > CountDoubt.at,
    )
    return sa.case(
        (
            CountDoubt.sku_id.is_(None),
            sa.and_(is_closed, _is_seen(count, CountDoubt.bin_id, CountDoubt.at)),
        ),
        else_=_is_counted(count, CountDoubt.bin_id, CountDoubt.sku_id, CountDoubt.at),
    )


def _is_counted(
    count: CountSession,
    bin_id: InstrumentedAttribute[int],
    sku_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    at: InstrumentedAttribute[Any],
) -> sa.ColumnElement[bool]:
    """Return the condition that the goods were counted in the bin since, and all is decided.

    What was kept without a word, and moved at every look, is not counted.
    Goods that neither book nor shelf had any more, when the whole bin was counted, have no line.
    """

    def lines(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists(
            sa.select(CountLine.id)
            .join(CountBin, CountBin.id == CountLine.count_bin_id)
            .where(
                CountBin.session_id == count.id,
                CountBin.bin_id == bin_id,
                CountLine.sku_id == sku_id,
                *conditions,
            )
        )

    is_done = CountLine.state.in_(_DONE)
    is_told = sa.exists(
        sa.select(CountEntry.id)
        .join(CountTake, CountTake.id == CountEntry.take_id)
        .where(CountEntry.line_id == CountLine.id, sound())
        .correlate(CountLine)
    )
    is_proven = sa.or_(CountLine.state != LineState.KEPT, CountLine.note != "", is_told)
    is_after = lines(is_done, CountLine.looks > 0, CountLine.counted_at > at, is_proven)
    is_counted = sa.and_(is_after, _is_seen(count, bin_id, at), ~lines(~is_done))
    if count.is_by_sku:
        return is_counted
    return sa.or_(is_counted, sa.and_(~lines(), _is_seen(count, bin_id, at, is_whole=True)))


def _is_seen(
    count: CountSession,
    bin_id: InstrumentedAttribute[int],
    at: InstrumentedAttribute[Any],
    *,
    is_whole: bool = False,
) -> sa.ColumnElement[bool]:
    """Return the condition that somebody has looked into the bin since, or at all that is there.

    What stands on paper or in a file may have been counted long before it came.
    """
    seen_at = sa.case(
        (CountTake.kind.in_((TakeKind.PAPER, TakeKind.FILE)), CountTake.opened_at),
        else_=CountTake.closed_at,
    )
    # None is kept as NULL by SQLite and as JSON's null by PostgreSQL.
    of_all = sa.func.coalesce(sa.cast(CountTake.asked, sa.Text), "null") == "null"
    return sa.exists(
        sa.select(CountTake.id)
        .join(CountBin, CountBin.id == CountTake.count_bin_id)
        .where(
            CountBin.session_id == count.id,
            CountBin.bin_id == bin_id,
            ~CountTake.is_dropped,
            seen_at > at,
            of_all if is_whole else sa.true(),
        )
    )

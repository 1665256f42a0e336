"""Bins that gave somebody cause to doubt them: each asked for once, in the day's own count."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.catalog.queries import bin_by_code
from warehouse.commands import Command, Outcome
from warehouse.counting.models import (
    BinState,
    CountBin,
    CountEvent,
    CountLine,
    CountSession,
    LineState,
    SessionState,
)
from warehouse.counting.opening import add_doubted, todays_count
from warehouse.counting.put_off import put_off
from warehouse.counting.scoping import COUNTED_KINDS
from warehouse.counting.settling import ask_again, look_for
from warehouse.errors import NotFound, RuleViolation
from warehouse.inventory.models import StockBalance
from warehouse.people import trail
from warehouse.placing.places import goods_of, place_of
from warehouse.placing.rules import Limit, room
from warehouse.text import say

LOADS = frozenset({Limit.PIECES, Limit.WEIGHT, Limit.VOLUME})


@dataclass(frozen=True, kw_only=True)
class AskForBin(Command):
    """Somebody wants a bin to be counted; in one that was counted, `sku_id` is looked at again."""

    bin_id: int
    event: CountEvent = CountEvent.ASKED
    sku_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DoubtShortage(Command):
    """Somebody wanted to take more of a SKU out of a bin than the book has there."""

    bin_code: str
    sku_code: str
    pieces: int = 1


def ask_for_bin(session: Session, command: AskForBin) -> Outcome:
    """Put the bin into the day's count of doubtful bins.

    Raises:
        NotFound: no such bin. RuleViolation: nothing is counted there.
    """
    place = session.get(Bin, command.bin_id)
    if place is None:
        raise NotFound(say("bin"), command.bin_id)
    if place.kind not in COUNTED_KINDS or not place.is_active:
        raise RuleViolation(say("{bin} is no bin that is counted.", bin=place.code))
    if doubt(session, command, place.id, command.event, command.sku_id):
        message = say("{bin} is asked for at the counters.", bin=place.code)
    else:
        message = say("{bin} is in a count already.", bin=place.code)
    return Outcome(screen="bin", subject_id=place.id, message=message)


def doubt_shortage(session: Session, command: DoubtShortage) -> Outcome:
    """Have the bin counted, from which more was wanted than the book has; say so, or why not.

    Where pieces of it are promised and no more are wanted than stand there, the book may be right:
    they were only not free. More than twice what the bin may hold is a slip of whoever typed it:
    nobody counts a shelf for that.
    """
    place = bin_by_code(session, command.bin_code)
    sku = session.scalar(sa.select(Sku).where(Sku.code == command.sku_code))
    told = Outcome(screen="bin", message=say("The bin is not counted."), facts={"is_told": False})
    if place is None or sku is None or not _is_short(session, place.id, sku.id, command.pieces):
        return told
    most = _most(session, place, sku, command.pieces)
    if command.pieces > 2 * most > 0:
        message = say("{bin} takes {most} of it at most: look at the number again.",
                      bin=place.code, most=most)  # fmt: skip
        return replace(told, message=message, facts={"is_told": True})
    doubt(session, command, place.id, CountEvent.NEGATIVE, sku.id)
    if not _is_counted(session, place.id):
        return told
    message = say("{bin} will be counted.", bin=place.code)
    return replace(told, message=message, facts={"is_told": True})


def _is_short(session: Session, bin_id: int, sku_id: int, pieces: int) -> bool:
    balance = session.get(StockBalance, (bin_id, sku_id))
    return balance is None or balance.reserved == 0 or pieces > balance.on_hand


def _most(session: Session, place: Bin, sku: Sku, pieces: int) -> int:
    """Return how many of the pieces the bin would take if it stood empty, by what is known."""
    empty = replace(place_of(session, place.id), pieces=0, weight_g=0, volume_mm3=0)
    return room(empty, goods_of(session, sku, pieces), LOADS)


def _is_counted(session: Session, bin_id: int) -> bool:
    live = sa.select(CountBin.id).where(CountBin.bin_id == bin_id, CountBin.is_live)
    return session.execute(live.limit(1)).first() is not None


def doubt(
    session: Session, command: Command, bin_id: int, event: CountEvent, sku_id: int | None = None
) -> bool:
    """Have a bin counted; return whether it is asked for anew.

    A bin that waits for its counter is not asked twice; a count not begun loses it to the day's.
    In one that was counted and not posted, the doubted goods are looked at again, or for the first
    time where they came later. What the count that has the bin does not look into is counted after
    it.
    """
    live, state = _held(session, bin_id)
    waits = state is SessionState.DRAFT
    if live is not None and not waits:
        put_off(session, command, bin_id, event, sku_id)
        return _again(session, command, live, sku_id)
    place = session.get(Bin, bin_id)
    if place is None or place.kind not in COUNTED_KINDS or not place.is_active:
        return False
    count = todays_count(session, command)
    if live is not None:
        _leave_draft(session, command, live, place, count)
    add_doubted(session, command, count, place, event)
    return True


def _held(session: Session, bin_id: int) -> tuple[CountBin | None, SessionState | None]:
    """Return the bin's place in a count and how that stands, held; None where none has the bin."""
    query = sa.select(CountBin).where(CountBin.bin_id == bin_id, CountBin.is_live)
    live = session.scalars(query).first()
    if live is None:
        return None, None
    state = sa.select(CountSession.state).where(CountSession.id == live.session_id)
    stands = session.scalar(state.with_for_update())
    live = session.scalars(query.execution_options(populate_existing=True)).first()
    return live, stands if live is not None else None


def _leave_draft(
    session: Session, command: Command, live: CountBin, place: Bin, count: CountSession
) -> None:
    """Take a bin out of a count nobody has begun: who knows whether anybody ever will."""
    draft_id = live.session_id
    session.delete(live)
    session.flush()
    trail.record(
        session, command, "count", draft_id, "bin_left", bin=place.code, number=count.number
    )


def _again(session: Session, command: Command, live: CountBin, sku_id: int | None) -> bool:
    count = session.get_one(CountSession, live.session_id)
    if sku_id is None or live.state is BinState.OPEN:
        return False
    if count.state not in (SessionState.COUNTING, SessionState.REVIEW):
        return False
    lines = session.execute(
        sa.select(CountLine.id, CountLine.state).where(
            CountLine.count_bin_id == live.id, CountLine.sku_id == sku_id
        )
    ).all()
    if not lines and live.state is BinState.TAKEN:
        return False  # whoever is at it looks at everything
    if not lines:
        return look_for(session, command, count, live, sku_id, command.actor.person_id)
    settled = (LineState.AGREED, LineState.DIFFERENT, LineState.APPROVED)
    doubted = [line.id for line in lines if line.state in settled]
    if doubted:
        ask_again(session, command, count, doubted, LineState.LOOK, is_disturbed=True)
    return bool(doubted)

"""Passing over a bin: walk to it, count what stands there, close it; and the next one."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.catalog.queries import bin_by_code
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.book import hands_at
from warehouse.counting.closing import bin_state, close_passes, refresh
from warehouse.counting.doubts import Pass
from warehouse.counting.hands import open_hands
from warehouse.counting.models import (
    BinState,
    CountBin,
    CountLine,
    CountScan,
    CountSession,
    CountTake,
    TakeKind,
)
from warehouse.counting.queries import (
    free_for,
    may_look,
    name_of,
    next_bin,
    open_session,
    open_take,
    take_of,
)
from warehouse.counting.screens import CountScreen
from warehouse.counting.settling import look_for_resolved
from warehouse.counting.strays import last_stray
from warehouse.counting.told import has_moved, in_the_way, is_counted, said_to_hold
from warehouse.errors import RuleViolation, TakenByAnother
from warehouse.inventory.models import StockBalance
from warehouse.inventory.refusals import refuse_bin
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class NextBin(Command):
    """The counter walks to the next bin that nobody is at."""

    session_id: int


@dataclass(frozen=True, kw_only=True)
class TakeBin(Command):
    """The counter stands before a bin of the session and begins to count it.

    `is_confirmed`: somebody else is at it, and leaves it to this counter.
    """

    session_id: int
    barcode: str
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class LeaveBin(Command):
    """The counter walks on; the bin waits for somebody else, what was scanned in it is dropped."""

    session_id: int


@dataclass(frozen=True, kw_only=True)
class CloseBin(Command):
    """All that stands in the bin is counted. Without a scan before, the bin is empty."""

    take_id: int


def go_to_next_bin(session: Session, command: NextBin) -> Outcome:
    """Give the counter the next free bin in walking order, or say that none waits for him.

    Raises:
        RuleViolation: the count has not begun, or has ended.
    """
    count = open_session(session, command.session_id)
    return _on_the_way(session, command, count, say("Go to the bin and scan it."))


def take_bin(session: Session, command: TakeBin) -> Outcome:
    """Begin a pass over the bin; what its balances are at is kept.

    Raises:
        UnknownBarcode, WrongBin: no bin of this count. RuleViolation: the bin is counted already,
        out of use, or asks for another person. TakenByAnother: somebody is at it.
    """
    count = open_session(session, command.session_id)
    place = _bin_of(session, count, command.barcode)
    if place.state is BinState.TAKEN and place.taken_by_id == command.actor.person_id:
        take = open_take(session, place.id)
        if take is not None:
            return _counting(take, say("Go on counting."))
    elif place.state is BinState.TAKEN:
        _take_over(session, command, place)
    elif place.state is BinState.COUNTED:
        raise RuleViolation(
            say("{bin} is counted already. The desk can ask for it again.", bin=command.barcode)
        )
    asked = _asked(session, command, place)
    _leave_others(session, command, count, place.id)
    place.state = BinState.TAKEN
    place.taken_by_id = command.actor.person_id
    take = CountTake(
        count_bin_id=place.id,
        person_id=command.actor.person_id,
        kind=TakeKind.FIRST if asked is None else TakeKind.AGAIN,
        opened_at=command.at,
        changes=changes_of(session, place.bin_id),
        hands=hands_at(session, [place.bin_id])[0].get(place.bin_id, {}),
        asked=asked,
    )
    session.add(take)
    session.flush()
    there = [x for x in open_hands(session, [place.bin_id]) if x.is_old(command.at)]
    if there:
        return _counting(take, said_to_hold(session, command, there), Tone.ATTENTION)
    again = say("Count again only what is named here.")
    return _counting(take, say("Scan everything in this bin.") if asked is None else again)


def leave_bin(session: Session, command: LeaveBin) -> Outcome:
    """Let go of the counter's bin and give him the next."""
    count = open_session(session, command.session_id)
    left = _held(session, command, count)
    _let_go(session, command, left)
    return _on_the_way(
        session, command, count, say("Left for later."), without={place.id for place in left}
    )


def close_bin(session: Session, command: CloseBin) -> Outcome:
    """Hold the pass against the book, close the bin, and give the counter the next one.

    Raises:
        StaleScreen: it is closed, or somebody else took the bin over.
    """
    _hold_session(session, command.take_id)
    take = take_of(session, command.take_id, command.actor.person_id)
    place = session.get_one(CountBin, take.count_bin_id, with_for_update=True,
                            populate_existing=True)  # fmt: skip
    count = open_session(session, place.session_id)
    closed = close_passes(session, command, count, [_pass_of(session, take, place)])
    look_for_resolved(session, command, count, place, take.opened_at)
    session.refresh(place)
    refresh(session, command, count)
    code = session.scalar(sa.select(Bin.code).where(Bin.id == place.bin_id))
    if closed.hands:
        message, tone = in_the_way(session, command, closed.hands, str(code)), Tone.ATTENTION
        return _on_the_way(
            session, command, count, message, is_done=True, without={place.id}, tone=tone
        )
    if closed.moved:
        message = has_moved(session, command, count, take, str(code))
        return _on_the_way(
            session, command, count, message, is_done=True, without={place.id}, tone=Tone.ATTENTION
        )
    return _on_the_way(session, command, count, is_counted(session, take, str(code)), is_done=True)


def _hold_session(session: Session, take_id: int) -> None:
    """Hold the count of a pass before its bin: who doubts a bin takes them in this order."""
    of_take = sa.select(CountBin.session_id).join(CountTake, CountTake.count_bin_id == CountBin.id)
    found = of_take.where(CountTake.id == take_id).scalar_subquery()
    session.execute(sa.select(CountSession.id).where(CountSession.id == found).with_for_update())


def changes_of(session: Session, bin_id: int) -> dict[str, int]:
    """Return SKU id (as text, for JSON) → moves of its balance in the bin so far."""
    rows = session.execute(
        sa.select(StockBalance.sku_id, StockBalance.changes).where(StockBalance.bin_id == bin_id)
    )
    return {str(sku_id): changes for sku_id, changes in rows}


def _bin_of(session: Session, count: CountSession, code: str) -> CountBin:
    place = bin_by_code(session, code)
    found = place and session.scalar(
        sa.select(CountBin.id).where(CountBin.session_id == count.id, CountBin.bin_id == place.id)
    )
    if place is None or found is None:
        raise refuse_bin(session, code, say("a bin of count {number}", number=count.number))
    held = session.get_one(CountBin, found, with_for_update=True, populate_existing=True)
    session.refresh(place)  # whoever took it out of use held the count's bin as well
    if not place.is_active:
        raise RuleViolation(
            say("{bin} is out of use; nothing is counted there. Leave it.", bin=place.code)
        )
    return held


def _take_over(session: Session, command: TakeBin, place: CountBin) -> None:
    """Drop the pass another person is making, once this one has confirmed it.

    Who is only on the way to a bin has lost nothing by it.
    """
    if open_take(session, place.id) is not None and not command.is_confirmed:
        who = name_of(session, place.taken_by_id or 0)
        raise TakenByAnother(
            say("{name} is counting this bin. Scan it again to take it over; what was scanned in"
                " it is counted anew.", name=who)
        )  # fmt: skip
    _let_go(session, command, [place])


def _asked(session: Session, command: TakeBin, place: CountBin) -> list[int] | None:
    """Return the SKUs asked again of this person, None where the whole bin is counted.

    Raises:
        RuleViolation: what is asked again must be looked at by another person.
    """
    lines = sa.select(CountLine.id).where(CountLine.count_bin_id == place.id).limit(1)
    if session.execute(lines).first() is None:
        return None
    asked = sa.select(CountLine.sku_id).where(
        CountLine.count_bin_id == place.id, may_look(command.actor.person_id)
    )
    found = sorted(set(session.scalars(asked)))
    if not found:
        raise RuleViolation(say("You counted this bin. Its recount is for another person."))
    return found


def _held(session: Session, command: Command, count: CountSession) -> list[CountBin]:
    return list(
        session.scalars(
            sa.select(CountBin)
            .where(
                CountBin.session_id == count.id,
                CountBin.state == BinState.TAKEN,
                CountBin.taken_by_id == command.actor.person_id,
            )
            .order_by(CountBin.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _leave_others(
    session: Session, command: Command, count: CountSession, count_bin_id: int
) -> None:
    """Let go of other bins this counter was on the way to.

    Raises:
        RuleViolation: he is in the middle of one.
    """
    others = [place for place in _held(session, command, count) if place.id != count_bin_id]
    for place in others:
        take = open_take(session, place.id)
        if take is not None and _has_scans(session, take):
            code = session.scalar(sa.select(Bin.code).where(Bin.id == place.bin_id))
            raise RuleViolation(say("You are still counting {bin}. Close it first.", bin=code))
    _let_go(session, command, others)


def _has_scans(session: Session, take: CountTake) -> bool:
    scans = sa.select(CountScan.id).where(
        CountScan.take_id == take.id, CountScan.undone_at.is_(None)
    )
    return (
        bool(session.scalar(sa.select(sa.exists(scans)))) or last_stray(session, take) is not None
    )


def _let_go(session: Session, command: Command, places: list[CountBin]) -> None:
    for place in places:
        take = open_take(session, place.id)
        if take is not None:
            take.closed_at = command.at
            take.is_dropped = True
            if place.counted_at is not None:
                count = session.get_one(CountSession, place.session_id)
                look_for_resolved(session, command, count, place, take.opened_at)
        place.taken_by_id = None
        session.flush()
        was_counted = sa.exists().where(CountLine.count_bin_id == place.id)
        state = sa.case((was_counted, bin_state()), else_=BinState.OPEN.value)
        session.execute(
            sa.update(CountBin)
            .where(CountBin.id == place.id)
            .values(state=state)
            .execution_options(synchronize_session=False)
        )
        session.refresh(place)


def _counting(take: CountTake, message: Text, tone: Tone = Tone.OK) -> Outcome:
    return Outcome(screen=CountScreen.GOODS, subject_id=take.id, message=message, tone=tone)


def _pass_of(session: Session, take: CountTake, place: CountBin) -> Pass:
    pieces: dict[tuple[int, int | None], int] = {}
    serials: dict[int, set[str]] = {}
    rows = session.execute(
        sa.select(CountScan.sku_id, CountScan.lot_id, CountScan.serial, CountScan.pieces).where(
            CountScan.take_id == take.id, CountScan.undone_at.is_(None)
        )
    )
    for row in rows:
        goods = (row.sku_id, row.lot_id)
        pieces[goods] = pieces.get(goods, 0) + row.pieces
        if row.serial:
            serials.setdefault(row.sku_id, set()).add(row.serial)
    return Pass(
        take_id=take.id,
        count_bin_id=place.id,
        bin_id=place.bin_id,
        person_id=take.person_id,
        opened_at=take.opened_at,
        changes={int(sku_id): count for sku_id, count in take.changes.items()},
        hands=dict(take.hands),
        asked=None if take.asked is None else frozenset(take.asked),
        pieces=pieces,
        serials={sku_id: frozenset(codes) for sku_id, codes in serials.items()},
    )


def _on_the_way(
    session: Session,
    command: Command,
    count: CountSession,
    message: Text,
    *,
    is_done: bool = False,
    without: frozenset[int] | set[int] = frozenset(),
    tone: Tone = Tone.OK,
) -> Outcome:
    """Give the counter his next bin and send him there; without one he has done.

    What he left for later comes again when nothing else waits.
    """
    place = _assign(session, command, count, without) or _assign(session, command, count, set())
    return Outcome(
        screen=CountScreen.BIN if place else CountScreen.DONE,
        subject_id=place.id if place else count.id,
        message=message,
        tone=tone,
        is_step_done=is_done,
    )


def _assign(
    session: Session, command: Command, count: CountSession, without: frozenset[int] | set[int]
) -> CountBin | None:
    person_id = command.actor.person_id
    tried = set(without)
    while True:
        found = next_bin(session, count.id, person_id, without=tried)
        if found is None:
            return None
        place = session.get_one(CountBin, found, with_for_update=True, populate_existing=True)
        if place.state is BinState.TAKEN and place.taken_by_id == person_id:
            return place
        if place.state is not BinState.TAKEN and _is_free(session, place, person_id):
            place.state = BinState.TAKEN
            place.taken_by_id = person_id
            session.flush()
            return place
        tried.add(found)


def _is_free(session: Session, place: CountBin, person_id: int) -> bool:
    query = sa.select(CountBin.id).where(CountBin.id == place.id, free_for(person_id))
    return session.execute(query).first() is not None

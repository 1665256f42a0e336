"""Pools of waybill numbers: added by the desk, taken one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.carriers.models import Carrier, CheckRule, PoolKind, PoolNumber, WaybillPool
from warehouse.carriers.rules import waybill_no
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, NoWaybillLeft
from warehouse.people import trail
from warehouse.text import say

LONGEST_NUMBER = 32
MOST_NUMBERS = 100_000
LARGEST_RUNNING = 10**15
_SOUND = re.compile(r"[A-Z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class AddRange(Command):
    """A range of numbers: prefix, running part of fixed width, check digit by rule."""

    carrier_id: int
    prefix: str
    first: int
    last: int
    digits: int
    check_rule: CheckRule


@dataclass(frozen=True, kw_only=True)
class AddList(Command):
    """A pasted list of numbers, one a line or separated by blanks or commas."""

    carrier_id: int
    text: str


def add_range(session: Session, command: AddRange) -> Outcome:
    """Keep the range as a pool.

    Raises:
        InvalidInput: it is empty, too long or wider than its digits, or overlaps a range the
            courier gave before, used up or not.
    """
    carrier = _carrier(session, command.carrier_id)
    prefix = command.prefix.strip().upper()
    _require_sound_range(command, prefix)
    _require_no_overlap(session, command, prefix)
    pool = WaybillPool(
        carrier_id=carrier.id,
        kind=PoolKind.RANGE,
        prefix=prefix,
        digits=command.digits,
        first_no=command.first,
        next_no=command.first,
        last_no=command.last,
        check_rule=command.check_rule,
        created_at=command.at,
    )
    session.add(pool)
    session.flush()
    count = command.last - command.first + 1
    trail.record(session, command, "carrier", carrier.id, "range_added", count=count)
    return Outcome(
        screen="carrier", subject_id=carrier.id, message=say("{count} numbers added.", count=count)
    )


def _require_sound_range(command: AddRange, prefix: str) -> None:
    if prefix and not _SOUND.fullmatch(prefix):
        raise InvalidInput(say("A prefix has letters and digits only."), field="prefix")
    if not 0 <= command.first <= command.last < LARGEST_RUNNING:
        raise InvalidInput(say("The last number must not be before the first."), field="last")
    if not 0 <= command.digits <= len(str(LARGEST_RUNNING)):
        raise InvalidInput(say("The width is 0 to 16 digits."), field="digits")
    if command.digits and len(str(command.last)) > command.digits:
        raise InvalidInput(say("The last number has more digits than that."), field="digits")
    longest = waybill_no(prefix, command.last, command.digits, command.check_rule)
    if len(longest) > LONGEST_NUMBER:
        raise InvalidInput(say("These numbers are too long for a label."), field="digits")


def _require_no_overlap(session: Session, command: AddRange, prefix: str) -> None:
    overlap = session.scalar(
        sa.select(WaybillPool.id).where(
            WaybillPool.carrier_id == command.carrier_id,
            WaybillPool.kind == PoolKind.RANGE,
            WaybillPool.prefix == prefix,
            WaybillPool.digits == command.digits,
            WaybillPool.last_no >= command.first,
            WaybillPool.first_no <= command.last,
        )
    )
    if overlap is not None:
        raise InvalidInput(say("The range overlaps one that is there already."), field="first")


def add_list(session: Session, command: AddList) -> Outcome:
    """Keep the numbers that are new as a pool; known ones are counted and left.

    Raises:
        InvalidInput: no numbers, too many, or one that no label can carry.
    """
    carrier = _carrier(session, command.carrier_id)
    numbers = list(dict.fromkeys(re.split(r"[\s,;，；]+", command.text.upper().strip())))
    numbers = [n for n in numbers if n]
    if not 0 < len(numbers) <= MOST_NUMBERS:
        raise InvalidInput(say("Paste 1 to {most} numbers.", most=MOST_NUMBERS), field="text")
    for number in numbers:
        if len(number) > LONGEST_NUMBER or not _SOUND.fullmatch(number):
            raise InvalidInput(
                say("{number} cannot be a waybill number.", number=number[:40]), field="text"
            )
    known = _known(session, carrier.id, numbers)
    fresh = [n for n in numbers if n not in known]
    if fresh:
        pool = WaybillPool(carrier_id=carrier.id, kind=PoolKind.LIST, created_at=command.at)
        session.add(pool)
        session.flush()
        session.execute(
            sa.insert(PoolNumber),
            [{"pool_id": pool.id, "carrier_id": carrier.id, "number": n} for n in fresh],
        )
    trail.record(session, command, "carrier", carrier.id, "list_added", count=len(fresh))
    return Outcome(
        screen="carrier",
        subject_id=carrier.id,
        message=say(
            "{count} numbers added, {known} were there.", count=len(fresh), known=len(known)
        ),
        tone=Tone.ATTENTION if known else Tone.OK,
    )


def _known(session: Session, carrier_id: int, numbers: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(numbers), 500):
        known.update(
            session.scalars(
                sa.select(PoolNumber.number).where(
                    PoolNumber.carrier_id == carrier_id,
                    PoolNumber.number.in_(numbers[start : start + 500]),
                )
            )
        )
    return known


def take_number(session: Session, command: Command, carrier: Carrier) -> tuple[str, int]:
    """Return (number, pool id): the next free waybill number of the courier, oldest pool first.

    Raises:
        NoWaybillLeft: every pool of the courier is used up.
    """
    pools = session.scalars(
        sa.select(WaybillPool)
        .where(WaybillPool.carrier_id == carrier.id, WaybillPool.is_active)
        .order_by(WaybillPool.id)
    ).all()
    for pool in pools:
        number = _take_from(session, command, pool)
        if number is not None:
            return number, pool.id
    raise NoWaybillLeft(
        say("{carrier} has no waybill numbers left. Ask the desk for more.", carrier=carrier.name)
    )


def _take_from(session: Session, command: Command, pool: WaybillPool) -> str | None:
    if pool.kind is PoolKind.RANGE:
        running = session.execute(
            sa.update(WaybillPool)
            .where(WaybillPool.id == pool.id, WaybillPool.next_no <= WaybillPool.last_no)
            .values(next_no=WaybillPool.next_no + 1)
            .returning(WaybillPool.next_no - 1)
            .execution_options(synchronize_session=False)
        ).scalar()
        if running is None:
            return None
        return waybill_no(pool.prefix, int(running), pool.digits, pool.check_rule)
    free = (
        sa.select(PoolNumber.id)
        .where(PoolNumber.pool_id == pool.id, PoolNumber.taken_at.is_(None))
        .order_by(PoolNumber.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return session.execute(
        sa.update(PoolNumber)
        .where(PoolNumber.id == free, PoolNumber.taken_at.is_(None))
        .values(taken_at=command.at)
        .returning(PoolNumber.number)
        .execution_options(synchronize_session=False)
    ).scalar()


def numbers_left(session: Session, carrier_id: int) -> int:
    """Return how many waybill numbers the courier's pools still have."""
    ranges = session.scalar(
        sa.select(sa.func.sum(WaybillPool.last_no - WaybillPool.next_no + 1)).where(
            WaybillPool.carrier_id == carrier_id,
            WaybillPool.kind == PoolKind.RANGE,
            WaybillPool.is_active,
        )
    )
    listed = session.scalar(
        sa.select(sa.func.count())
        .select_from(PoolNumber)
        .join(WaybillPool, WaybillPool.id == PoolNumber.pool_id)
        .where(
            WaybillPool.carrier_id == carrier_id,
            WaybillPool.is_active,
            PoolNumber.taken_at.is_(None),
        )
    )
    return int(ranges or 0) + int(listed or 0)


def _carrier(session: Session, carrier_id: int) -> Carrier:
    carrier = session.get(Carrier, carrier_id)
    if carrier is None:
        raise NotFound(say("courier"), carrier_id)
    return carrier

"""Counts that open by themselves: at the end of each month, and in cycles."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Zone
from warehouse.commands import Actor, Command, Outcome, execute, new_id
from warehouse.counting.commands.sessions import OpenCount, open_count
from warehouse.counting.models import (
    CountBin,
    CountRule,
    CountScope,
    CountSession,
    RuleKind,
    SessionState,
)
from warehouse.counting.scoping import Scope
from warehouse.db import Database
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people import trail
from warehouse.text import say

log = logging.getLogger("fahuo.counting")
LATEST = 7  # up to this day of the next month, what was left out is counted
MONTH_END = 28  # the monthly count is opened on this day, for the days up to the last
CLASSES = ("", "A", "B", "C")
LONGEST_CYCLE = 366


@dataclass(frozen=True, kw_only=True)
class SaveRule(Command):
    """When to open counts by themselves: `zone_code` and `abc` empty for all."""

    kind: RuleKind
    zone_code: str = ""
    abc: str = ""
    every_days: int = 30


@dataclass(frozen=True, kw_only=True)
class DropRule(Command):
    """Open no more counts for this rule."""

    rule_id: int


def save_rule(session: Session, command: SaveRule) -> Outcome:
    """Add a rule.

    Raises:
        InvalidInput: no such zone or class, a class of a monthly count, which is of everything, or
            a cycle of no days. RuleViolation: it is there.
    """
    zone = session.scalars(sa.select(Zone).where(Zone.code == command.zone_code)).first()
    if command.zone_code and zone is None:
        raise InvalidInput(say("There is no such zone."), field="zone")
    if command.abc not in CLASSES:
        raise InvalidInput(say("Classes are A, B and C."), field="abc")
    if command.abc and command.kind is not RuleKind.CYCLE:
        raise InvalidInput(say("A class is counted in a cycle. A monthly count is of all goods."),
                           field="abc")  # fmt: skip
    if not 0 < command.every_days <= LONGEST_CYCLE:
        raise InvalidInput(say("This must be {least} to {most}.", least=1, most=LONGEST_CYCLE),
                           field="every_days")  # fmt: skip
    rule = CountRule(
        kind=command.kind, zone_id=zone.id if zone else None, every_days=command.every_days,
        abc=command.abc,
    )  # fmt: skip
    same = sa.select(CountRule.id).where(
        CountRule.kind == rule.kind, CountRule.abc == rule.abc, CountRule.is_active,
        CountRule.zone_id.is_(None) if zone is None else CountRule.zone_id == zone.id,
    )  # fmt: skip
    if session.execute(same).first() is not None:
        raise RuleViolation(say("That is in the calendar already."))
    session.add(rule)
    session.flush()
    trail.record(session, command, "count_rule", rule.id, "rule_added")
    return Outcome(screen="rules", subject_id=rule.id, message=say("It is in the calendar."))


def drop_rule(session: Session, command: DropRule) -> Outcome:
    """Take a rule out of the calendar; counts it opened go on.

    Raises:
        NotFound: there is none of that id.
    """
    rule = session.get(CountRule, command.rule_id)
    if rule is None or not rule.is_active:
        raise NotFound(say("rule"), command.rule_id)
    rule.is_active = False
    trail.record(session, command, "count_rule", rule.id, "rule_dropped")
    return Outcome(screen="rules", subject_id=rule.id, message=say("Taken out of the calendar."))


@dataclass(frozen=True, kw_only=True)
class Due:
    """A count that a rule asks for: what, and the key under which it is opened once."""

    opened_for: str
    name: str
    scope: Scope


def due_of(rule: CountRule, zone: str, day: date) -> Due | None:
    """Return the count a rule asks for on a day of the site, None if it asks for none.

    Monthly rules ask on the 28th and each day after it, once a month; a cycle of N days asks once
    in every N days, counted from the first day of the year 1.
    """
    where = (zone,) if zone else ()
    if rule.kind is RuleKind.MONTHLY:
        if day.day < MONTH_END:
            return None
        return Due(
            opened_for=f"month:{rule.id}:{day:%Y-%m}",
            name=f"{day:%Y-%m} {zone}".strip(),
            scope=Scope(kind=CountScope.MONTH, codes=where),
        )
    turn = day.toordinal() // rule.every_days
    name = " ".join(part for part in (f"{day:%Y-%m-%d}", rule.abc, zone) if part)
    scope = (
        Scope(kind=CountScope.CLASS, codes=(rule.abc,), zones=where)
        if rule.abc
        else Scope(kind=CountScope.ZONES, codes=where)
    )
    return Due(opened_for=f"cycle:{rule.id}:{turn}", name=name, scope=scope)


def open_due(database: Database, *, actor: Actor, at: datetime, zone: tzinfo) -> int:
    """Open every count the calendar asks for today and has not; return how many were opened."""
    with database.reading() as session:
        day = at.astimezone(zone).date()
        wanted = [*_wanted(session, day), *_left_over(session, day, zone)]
    opened = 0
    for due in wanted:
        command = OpenCount(
            id=new_id(), actor=actor, at=at, zone=zone, scope=due.scope, name=due.name,
            opened_for=due.opened_for, starts=True,
        )  # fmt: skip
        try:
            execute(database, open_count, command)
        except (RuleViolation, InvalidInput) as error:
            # Its bins are in another count, or there are none; the next day is another try.
            log.info("count %s not opened: %s", due.opened_for, error)
            continue
        opened += 1
    return opened


def _wanted(session: Session, day: date) -> Iterator[Due]:
    rows = session.execute(
        sa.select(CountRule, Zone.code)
        .outerjoin(Zone, Zone.id == CountRule.zone_id)
        .where(CountRule.is_active)
        .order_by(CountRule.id)
    )
    for rule, code in rows:
        due = due_of(rule, code or "", day)
        if due is None:
            continue
        known = sa.select(CountSession.id).where(CountSession.opened_for == due.opened_for)
        if session.execute(known).first() is None:
            yield due


def _left_over(session: Session, day: date, zone: tzinfo) -> Iterator[Due]:
    """Yield counts of the bins that another count had when their month was counted, free now.

    Those counted whole since the 28th are counted; a week into the next month it is over.
    """
    month = day if day.day >= MONTH_END else day.replace(day=1) - timedelta(days=1)
    if LATEST < day.day < MONTH_END:
        return
    since = datetime(month.year, month.month, MONTH_END, tzinfo=zone)
    rules = sa.select(CountRule.id).where(CountRule.is_active, CountRule.kind == RuleKind.MONTHLY)
    for rule_id in session.scalars(rules.order_by(CountRule.id)).all():
        key = f"month:{rule_id}:{month:%Y-%m}"
        is_of_month = sa.or_(
            CountSession.opened_for == key, CountSession.opened_for.like(f"{key}:%")
        )
        counts = session.scalars(
            sa.select(CountSession).where(is_of_month).order_by(CountSession.id)
        ).all()
        codes = {code for count in counts for code in count.asked.get("elsewhere", ())}
        if not codes:
            continue
        done = sa.exists().where(
            CountBin.bin_id == Bin.id,
            CountSession.id == CountBin.session_id,
            sa.or_(
                CountBin.is_live,
                is_of_month,
                sa.and_(
                    CountBin.counted_at >= since,
                    ~CountSession.is_by_sku,
                    CountSession.state != SessionState.CANCELLED,
                ),
            ),
        )
        bins = session.scalars(
            sa.select(Bin.code)
            .where(Bin.code.in_(codes), Bin.is_active, ~done)
            .order_by(Bin.walk_order, Bin.code)
        ).all()
        if bins:
            yield Due(
                opened_for=f"{key}:{len(counts) + 1}",
                name=counts[0].name,
                scope=Scope(kind=CountScope.BINS, codes=tuple(bins)),
            )

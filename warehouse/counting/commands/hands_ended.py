"""Hands ended by others than their people: what was held against them is looked at again."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Actor, Outcome, execute, new_id
from warehouse.counting.commands.sessions import locked
from warehouse.counting.models import CountLine, CountSession, LineState, SessionState
from warehouse.counting.settling import ask_again
from warehouse.db import Database
from warehouse.errors import StaleScreen
from warehouse.settings import load_settings
from warehouse.storing.commands.ending import EndHand, end_hand
from warehouse.storing.hands import in_hands, open_hands
from warehouse.text import say

log = logging.getLogger("fahuo.counting")
_RUNNING = (SessionState.COUNTING, SessionState.REVIEW)
_HELD = (LineState.AGREED, LineState.DIFFERENT, LineState.APPROVED)  # against the book less hands


def end_hand_and_look(session: Session, command: EndHand) -> Outcome:
    """End a hand, and have the goods looked at again that a running count held against it.

    Nobody knows whether they stood in the bin when it was counted. What is posted stays: the next
    count finds it.

    Raises:
        StaleScreen: it was put down meanwhile.
    """
    hand = session.execute(_hand(command)).first()
    outcome = end_hand(session, command)
    lines = _look_again(session, command, hand) if hand is not None else 0
    if not lines:
        return outcome
    message = say("{said} What was counted of it meanwhile is looked at again.",
                  said=outcome.message)  # fmt: skip
    return replace(outcome, message=message, facts={**outcome.facts, "again": lines})


def _hand(command: EndHand) -> sa.Select[Any]:
    hand = open_hands().subquery()
    return sa.select(hand.c.bin_id, hand.c.sku_id, hand.c.since).where(
        hand.c.kind == command.kind.value,
        hand.c.person_id == command.person_id,
        hand.c.no == command.no,
    )


def _look_again(session: Session, command: EndHand, hand: Any) -> int:
    lines = (
        sa.select(CountLine.session_id, CountLine.id)
        .join(CountSession, CountSession.id == CountLine.session_id)
        .where(
            CountSession.state.in_(_RUNNING),
            CountLine.bin_id == hand.bin_id,
            sa.true() if hand.sku_id is None else CountLine.sku_id == hand.sku_id,
            CountLine.state.in_(_HELD),
            CountLine.counted_at > hand.since,
        )
        .order_by(CountLine.id)
    )
    found = 0
    # A bin is in one unfinished count at most.
    for session_id in sorted({row.session_id for row in session.execute(lines)}):
        count = locked(session, session_id)
        if count.state not in _RUNNING:
            continue
        ids = [row.id for row in session.execute(lines) if row.session_id == session_id]
        if ids:
            ask_again(session, command, count, ids, LineState.LOOK, is_disturbed=True)
        found += len(ids)
    return found


def end_forgotten(database: Database, *, actor: Actor, at: datetime, zone: tzinfo) -> int:
    """End the hands nobody has touched for a shift, as the site says; return how many were."""
    with database.reading() as session:
        hours = load_settings(session).hand_hours
        if not hours:
            return 0
        old = [hand for hand in in_hands(session) if hand.changed_at <= at - timedelta(hours=hours)]
    ended = 0
    for hand in old:
        command = EndHand(
            id=new_id(), actor=actor, at=at, zone=zone, kind=hand.kind,
            person_id=hand.person_id, no=hand.no,
        )  # fmt: skip
        try:
            execute(database, end_hand_and_look, command)
        except StaleScreen:
            continue  # put down in this very moment
        log.info("person %d forgot what was in hand of %s; ended", hand.person_id, hand.bin)
        ended += 1
    return ended

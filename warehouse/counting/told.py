"""What a counter is told when a bin is begun and closed: never whether the book agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.counting.hands import Hand
from warehouse.counting.models import CountSession, CountTake
from warehouse.counting.queries import name_of
from warehouse.counting.strays import strays_of
from warehouse.text import Text, say


def said_to_hold(session: Session, command: Command, hands: Sequence[Hand]) -> Text:
    """Return who has had goods of the bin in hand for so long that they may be back."""
    first = min(hands, key=lambda hand: hand.since)
    return say(
        "{name} has had goods of this bin in hand since {time}. Ask whether they are back before"
        " you count.", name=name_of(session, first.person_id), time=_clock(command, first.since),
    )  # fmt: skip


def is_counted(session: Session, take: CountTake, code: str) -> Text:
    """Return what a counter is told; never whether the book agrees, which a blind count hides."""
    if strays_of(session, take):
        return say("{bin} is counted. Put the pieces with unknown codes aside.", bin=code)
    return say("{bin} is counted.", bin=code)


def has_moved(
    session: Session, command: Command, count: CountSession, take: CountTake, code: str
) -> Text:
    """Return that a bin is counted again, and from when on nothing of now is in the way."""
    until = (command.at + timedelta(seconds=count.grace_s)).astimezone(command.zone)
    time = f"{until:%H:%M:%S}"
    if strays_of(session, take):
        return say(
            "Goods of {bin} moved just now. They are counted again, best from {time} on. Put the"
            " pieces with unknown codes aside.", bin=code, time=time,
        )  # fmt: skip
    return say("Goods of {bin} moved just now. They are counted again, best from {time} on.",
               bin=code, time=time)  # fmt: skip


def in_the_way(session: Session, command: Command, hands: Sequence[Hand], code: str) -> Text:
    """Return whose hands keep the goods of a bin from being compared, and what helps."""
    first = min(hands, key=lambda hand: hand.since)
    return say(
        "{name} has had goods of {bin} in hand since {time}. Have them put down, or ask the desk to"
        " end it under Stock, Dock; then they are counted again.",
        name=name_of(session, first.person_id), bin=code, time=_clock(command, first.since),
    )  # fmt: skip


def _clock(command: Command, at: datetime) -> str:
    there = at.astimezone(command.zone)
    today = command.at.astimezone(command.zone).date()
    return f"{there:%H:%M}" if there.date() == today else f"{there:%m-%d %H:%M}"

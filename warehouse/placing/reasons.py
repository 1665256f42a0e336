"""Which reasons may be given for what, how they read, and keeping them with the moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.db import table_of
from warehouse.gathering import Gathered
from warehouse.placing.models import MoveNote, Why
from warehouse.text import Text, say

LONGEST_NOTE = 200
LONGEST_REFERENCE = 64

OTHER_BIN = (Why.BIN_FULL, Why.NOT_REACHABLE, Why.TOO_LARGE, Why.BETTER_PLACE, Why.OTHER)
MORE = (Why.FOUND, Why.MISCOUNTED, Why.MIXED_UP, Why.WRONG_LOT, Why.OTHER)
FEWER = (
    Why.LOST, Why.MISCOUNTED, Why.MIXED_UP, Why.WRONG_LOT, Why.SAMPLE, Why.OWN_USE, Why.OTHER,
)  # fmt: skip
ADJUST = tuple(dict.fromkeys((*MORE, *FEWER)))
SCRAP = (Why.DAMAGED, Why.STAINED, Why.EXPIRED, Why.RECALLED, Why.UNSELLABLE, Why.OTHER)
TO_QUARANTINE = (Why.DAMAGED, Why.STAINED, Why.EXPIRED, Why.RECALLED, Why.IN_DOUBT, Why.OTHER)
OUT_OF_QUARANTINE = (Why.IN_ORDER, Why.MENDED, Why.OTHER)

WHY_WORDS: Mapping[Why, Text] = {
    Why.BIN_FULL: say("bin is full"),
    Why.NOT_REACHABLE: say("out of reach"),
    Why.TOO_LARGE: say("does not go in"),
    Why.BETTER_PLACE: say("a better place"),
    Why.FOUND: say("found"),
    Why.LOST: say("lost"),
    Why.MISCOUNTED: say("miscounted before"),
    Why.MIXED_UP: say("mixed up with other goods"),
    Why.WRONG_LOT: say("lot was booked wrongly"),
    Why.SAMPLE: say("sample or photo"),
    Why.OWN_USE: say("own use"),
    Why.DAMAGED: say("damaged"),
    Why.STAINED: say("stained"),
    Why.EXPIRED: say("expired"),
    Why.RECALLED: say("recalled"),
    Why.UNSELLABLE: say("not to be sold any more"),
    Why.IN_DOUBT: say("to be looked at"),
    Why.IN_ORDER: say("looked at, in order"),
    Why.MENDED: say("mended"),
    Why.OTHER: say("other"),
}

_insert = sa.insert(table_of(MoveNote))


def require_why(why: Why, allowed: Sequence[Why], note: str) -> None:
    """Refuse a reason that is none for this act, and "other" that says nothing more.

    Raises:
        InvalidInput: either, or a note that is too long.
    """
    told = Gathered()
    if why not in allowed:
        told.tell(say("Choose one of the reasons."), "why")
    if why is Why.OTHER and not note.strip():
        told.tell(say("Say in the note what the other reason is."), "note")
    if len(note) > LONGEST_NOTE:
        told.tell(say("This is longer than {most} signs.", most=LONGEST_NOTE), "note")
    told.refuse()


def note_why(session: Session, command: Command, why: Why, note: str = "") -> None:
    """Keep why the moves of this command were made."""
    values = {"command_id": command.id, "why": why, "note": note.strip()[:LONGEST_NOTE]}
    session.execute(_insert, [values])

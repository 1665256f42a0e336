"""How the states of counts and the reasons of differences read, on paper as on screens."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from warehouse.counting.models import DifferenceReason, LineState, SessionState
from warehouse.text import Text, say

REASON_WORDS: Mapping[DifferenceReason, Text] = {
    DifferenceReason.MISPLACED: say("put into another bin"),
    DifferenceReason.MISPICKED: say("picked wrongly"),
    DifferenceReason.RECEIVED_WRONG: say("received wrongly"),
    DifferenceReason.DAMAGED: say("damaged and taken out"),
    DifferenceReason.LOST: say("lost"),
    DifferenceReason.FOUND: say("found again"),
    DifferenceReason.NOT_BOOKED: say("moved without booking"),
    DifferenceReason.MIXED_UP: say("taken for other goods"),
    DifferenceReason.UNKNOWN: say("nobody knows"),
}
STATE_WORDS: Mapping[StrEnum, Text] = {
    SessionState.DRAFT: say("not begun"),
    SessionState.COUNTING: say("being counted"),
    SessionState.REVIEW: say("to be reviewed"),
    SessionState.POSTED: say("finished"),
    SessionState.CANCELLED: say("cancelled"),
    LineState.AGREED: say("agrees"),
    LineState.LOOK: say("moved: ask again"),
    LineState.RECOUNT: say("recount"),
    LineState.DIFFERENT: say("to decide"),
    LineState.APPROVED: say("approved"),
    LineState.POSTED: say("posted"),
    LineState.KEPT: say("book kept"),
}

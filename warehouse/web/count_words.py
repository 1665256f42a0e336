"""How the states and reasons of stock counts read at a desk."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from warehouse.counting.models import (
    BinState,
    CountEvent,
    CountScope,
    DifferenceReason,
    LineState,
    RuleKind,
    SessionState,
    TakeKind,
)
from warehouse.counting.words import REASON_WORDS, STATE_WORDS
from warehouse.text import Text, say

OK, LOOK, STOP, WAIT, NONE = "ok", "attention", "stop", "waiting", None

_TONES: Mapping[StrEnum, str] = {
    SessionState.COUNTING: WAIT,
    SessionState.REVIEW: LOOK,
    SessionState.POSTED: OK,
    SessionState.CANCELLED: STOP,
    LineState.AGREED: OK,
    LineState.LOOK: WAIT,
    LineState.RECOUNT: LOOK,
    LineState.DIFFERENT: STOP,
    LineState.APPROVED: WAIT,
    LineState.POSTED: OK,
}

COUNT_WORDS: Mapping[type[StrEnum], Mapping[Any, tuple[Text, str | None]]] = {
    CountScope: {
        CountScope.ZONES: (say("zones"), NONE),
        CountScope.BINS: (say("bins"), NONE),
        CountScope.SKUS: (say("goods"), NONE),
        CountScope.CLASS: (say("class of goods"), NONE),
        CountScope.MONTH: (say("monthly count"), NONE),
        CountScope.EVENT: (say("doubtful bins"), NONE),
    },
    SessionState: {state: (STATE_WORDS[state], _TONES.get(state)) for state in SessionState},
    BinState: {
        BinState.OPEN: (say("waits"), NONE),
        BinState.TAKEN: (say("being counted"), WAIT),
        BinState.AGAIN: (say("asked again"), LOOK),
        BinState.COUNTED: (say("counted"), OK),
    },
    TakeKind: {
        TakeKind.FIRST: (say("first count"), NONE),
        TakeKind.AGAIN: (say("counted again"), NONE),
        TakeKind.PAPER: (say("typed from paper"), NONE),
        TakeKind.FILE: (say("from a file"), NONE),
        TakeKind.DECIDED: (say("decided"), NONE),
    },
    LineState: {state: (STATE_WORDS[state], _TONES.get(state)) for state in LineState},
    DifferenceReason: {reason: (text, NONE) for reason, text in REASON_WORDS.items()},
    CountEvent: {
        CountEvent.SHORT_PICK: (say("short pick"), NONE),
        CountEvent.MISSING_AT_CHECK: (say("missing at the check"), NONE),
        CountEvent.NOT_EMPTY: (say("not empty as booked"), NONE),
        CountEvent.NEGATIVE: (say("more wanted than booked"), NONE),
        CountEvent.ASKED: (say("asked for"), NONE),
    },
    RuleKind: {
        RuleKind.MONTHLY: (say("every month, 28th to 31st"), NONE),
        RuleKind.CYCLE: (say("every so many days"), NONE),
    },
}

"""The counter's screens, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class CountScreen(StrEnum):
    """What the counter's tablet shows."""

    SESSIONS = "sessions"
    BIN = "bin"  # walk to the next bin and scan it
    GOODS = "goods"
    DONE = "done"


_NEXT = frozenset({CountScreen.BIN, CountScreen.DONE})
LEADS_TO: dict[str, frozenset[CountScreen]] = {
    "NextBin": _NEXT,
    "TakeBin": frozenset({CountScreen.GOODS}),
    "CountGoods": frozenset({CountScreen.GOODS}),
    "UndoScan": frozenset({CountScreen.GOODS}),
    "CloseBin": _NEXT,
    "LeaveBin": _NEXT,
}

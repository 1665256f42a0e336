"""The checker's screens, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class CheckScreen(StrEnum):
    """What the checker's tablet shows."""

    TOTE = "tote"
    ITEMS = "items"
    STOP = "stop"


LEADS_TO: dict[str, frozenset[CheckScreen]] = {
    "StartCheck": frozenset({CheckScreen.ITEMS, CheckScreen.STOP}),
    "CheckItem": frozenset({CheckScreen.ITEMS, CheckScreen.TOTE, CheckScreen.STOP}),
    "UndoCheck": frozenset({CheckScreen.ITEMS}),
    "ReportMissing": frozenset({CheckScreen.STOP}),
    "ReportDamaged": frozenset({CheckScreen.STOP}),
}

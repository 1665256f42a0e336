"""The screens of whoever fills the pick face, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class ReplenishScreen(StrEnum):
    """What the tablet shows.

    TASKS: what is to be brought. BIN: go to the reserve bin. ITEM: take goods there, or go on to
    the pick bin and scan it. WHY: another pick bin was scanned, or one too small. GONE: what is in
    hand has left its bin in the book. NEXT: whatever the task asks for now.
    """

    TASKS = "tasks"
    BIN = "bin"
    ITEM = "item"
    WHY = "why"
    GONE = "gone"
    NEXT = "next"


LEADS_TO: dict[str, frozenset[ReplenishScreen]] = {
    "GoToReserve": frozenset({ReplenishScreen.ITEM}),
    "TakeFromReserve": frozenset(ReplenishScreen) - {ReplenishScreen.BIN, ReplenishScreen.WHY},
    "PutOnFace": frozenset(
        {ReplenishScreen.NEXT, ReplenishScreen.TASKS, ReplenishScreen.WHY, ReplenishScreen.GONE}
    ),
    "PutBackInReserve": frozenset({ReplenishScreen.NEXT}),
    "ReportFewer": frozenset({ReplenishScreen.NEXT, ReplenishScreen.TASKS}),
}

"""The screens of whoever fills the pick face, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class ReplenishScreen(StrEnum):
    """What the tablet shows.

    TASKS: what is to be brought. BIN: go to the reserve bin. ITEM: take goods there, or go on to
    the pick bin and scan it. NEXT: whatever the task asks for now.
    """

    TASKS = "tasks"
    BIN = "bin"
    ITEM = "item"
    NEXT = "next"


LEADS_TO: dict[str, frozenset[ReplenishScreen]] = {
    "GoToReserve": frozenset({ReplenishScreen.ITEM}),
    "TakeFromReserve": frozenset({ReplenishScreen.ITEM}),
    "PutOnFace": frozenset({ReplenishScreen.NEXT, ReplenishScreen.TASKS}),
    "PutBackInReserve": frozenset({ReplenishScreen.NEXT}),
    "ReportFewer": frozenset({ReplenishScreen.NEXT, ReplenishScreen.TASKS}),
}

"""The picker's screens, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class PickScreen(StrEnum):
    """What the picker's tablet shows. NEXT: whatever the wave's next open task asks for."""

    WAVES = "waves"
    TOTES = "totes"
    BIN = "bin"
    ITEM = "item"
    NEXT = "next"
    EMPTY = "empty"  # the book has emptied the bin: is it so?
    STOP = "stop"
    DONE = "done"


LEADS_TO: dict[str, frozenset[PickScreen]] = {
    "TakeWave": frozenset({PickScreen.TOTES, PickScreen.NEXT}),
    "BindTote": frozenset({PickScreen.TOTES, PickScreen.NEXT}),
    "ConfirmBin": frozenset({PickScreen.ITEM}),
    "ConfirmPick": frozenset({PickScreen.ITEM, PickScreen.EMPTY, PickScreen.NEXT}),
    "SayEmpty": frozenset({PickScreen.NEXT}),
    "ReportShort": frozenset({PickScreen.NEXT, PickScreen.WAVES}),
    "SkipTask": frozenset({PickScreen.NEXT}),
    "UndoPick": frozenset({PickScreen.NEXT}),
    "FinishWave": frozenset({PickScreen.WAVES}),
}

"""The receiver's screens, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class ReceiveScreen(StrEnum):
    """What the tablet at the dock shows."""

    START = "start"
    COUNT = "count"
    LOT = "lot"
    BEST_BEFORE = "best_before"
    SERIAL = "serial"
    UNKNOWN = "unknown"
    CONFIRM = "confirm"


_COUNTING = frozenset(
    {
        ReceiveScreen.COUNT,
        ReceiveScreen.LOT,
        ReceiveScreen.BEST_BEFORE,
        ReceiveScreen.SERIAL,
        ReceiveScreen.UNKNOWN,
    }
)
LEADS_TO: dict[str, frozenset[ReceiveScreen]] = {
    "StartReceipt": frozenset({ReceiveScreen.COUNT, ReceiveScreen.CONFIRM}),
    "StartBlind": frozenset({ReceiveScreen.COUNT}),
    "CountGoods": _COUNTING,
    "TellPieces": _COUNTING - {ReceiveScreen.UNKNOWN},
    "OtherLot": frozenset({ReceiveScreen.COUNT}),
    "UndoCount": frozenset({ReceiveScreen.COUNT}),
    "MapCode": _COUNTING - {ReceiveScreen.UNKNOWN},
    "MakeGoods": _COUNTING - {ReceiveScreen.UNKNOWN},
    "LabelGoods": frozenset({ReceiveScreen.COUNT}),
    "SetDown": frozenset({ReceiveScreen.COUNT}),
    "FinishCount": frozenset({ReceiveScreen.START}),
    "CountAgain": frozenset({ReceiveScreen.COUNT}),
    "StrikePiece": frozenset({ReceiveScreen.CONFIRM, ReceiveScreen.COUNT}),
    "BookReceipt": frozenset({ReceiveScreen.START}),
}

"""The stock tablet's screens, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class StockScreen(StrEnum):
    """What the tablet shows.

    START: what stands in the dock. HAND: goods in hand, whatever they still need: their lot, the
    numbers of their pieces, their bin. WHY: another bin than advised was scanned. BIN, SKU: a
    look at one.
    """

    START = "start"
    HAND = "hand"
    WHY = "why"
    BIN = "bin"
    SKU = "sku"


LEADS_TO: dict[str, frozenset[StockScreen]] = {
    "TakeGoods": frozenset({StockScreen.HAND}),
    "TakeBin": frozenset({StockScreen.HAND}),
    "AddGoods": frozenset({StockScreen.HAND}),
    "SetPieces": frozenset({StockScreen.HAND}),
    "ChooseLot": frozenset({StockScreen.HAND}),
    "PlaceGoods": frozenset({StockScreen.START, StockScreen.HAND, StockScreen.WHY}),
    "PutBack": frozenset({StockScreen.START, StockScreen.HAND}),
    "UndoPlacing": frozenset({StockScreen.HAND}),
}

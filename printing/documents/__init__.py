"""Documents: frozen facts, checked when made, the same after a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from printing.documents.base import Document, Locale
from printing.documents.labels import BinLabel, CartLabel, SkuLabel, TestPage, ToteLabel
from printing.documents.parcels import (
    CartonLabel,
    LogisticFact,
    ReadyFormat,
    ReadyLabel,
    ReturnLabel,
)
from printing.documents.parts import Carrier, Item, Party
from printing.documents.purchase import PurchaseLine, PurchaseOrder
from printing.documents.reports import DailyReport, Figure, Section
from printing.documents.separators import Separator
from printing.documents.sheets import (
    CARDS,
    Badge,
    BadgeSheet,
    CardSheet,
    Manifest,
    ManifestLine,
)
from printing.documents.slips import PackingSlip, PickLine, PickList
from printing.documents.stock import (
    SERIALS_CHARS,
    CountedLine,
    CountLine,
    CountReport,
    CountSheet,
    ExchangeLine,
    ExchangeOut,
    GoodsReceipt,
    ReceiptLine,
)
from printing.documents.walks import MapBin, PutWallSheet, WallSlot, WaveSheet, WaveStop
from printing.documents.waybill import Waybill
from printing.errors import DocumentInvalid

KINDS: Mapping[str, type[Document]] = {
    cls.kind: cls
    for cls in (
        Waybill,
        ReadyLabel,
        PackingSlip,
        CartonLabel,
        ReturnLabel,
        PickList,
        WaveSheet,
        PutWallSheet,
        Separator,
        ToteLabel,
        CartLabel,
        BinLabel,
        SkuLabel,
        Manifest,
        GoodsReceipt,
        ExchangeOut,
        PurchaseOrder,
        CountSheet,
        CountReport,
        DailyReport,
        BadgeSheet,
        CardSheet,
        TestPage,
    )
}


def read(kind: str, facts: Mapping[str, Any]) -> Document:
    """Return the document of this kind that `to_json` wrote.

    Raises:
        DocumentInvalid: an unknown kind, or facts that do not make one.
    """
    cls = KINDS.get(kind)
    if cls is None:
        raise DocumentInvalid("kind", f"{kind!r} is no kind of document")
    return cls.from_json(facts)


__all__ = [
    "CARDS",
    "KINDS",
    "SERIALS_CHARS",
    "Badge",
    "BadgeSheet",
    "BinLabel",
    "CardSheet",
    "Carrier",
    "CartLabel",
    "CartonLabel",
    "CountLine",
    "CountReport",
    "CountSheet",
    "CountedLine",
    "DailyReport",
    "Document",
    "ExchangeLine",
    "ExchangeOut",
    "Figure",
    "GoodsReceipt",
    "Item",
    "Locale",
    "LogisticFact",
    "Manifest",
    "ManifestLine",
    "MapBin",
    "PackingSlip",
    "Party",
    "PickLine",
    "PickList",
    "PurchaseLine",
    "PurchaseOrder",
    "PutWallSheet",
    "ReadyFormat",
    "ReadyLabel",
    "ReceiptLine",
    "ReturnLabel",
    "Section",
    "Separator",
    "SkuLabel",
    "TestPage",
    "ToteLabel",
    "WallSlot",
    "WaveSheet",
    "WaveStop",
    "Waybill",
    "read",
]

"""Documents: frozen facts, checked when made, the same after a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from printing.documents.base import Document, Locale
from printing.documents.labels import BinLabel, SkuLabel, TestPage, ToteLabel
from printing.documents.parts import Carrier, Item, Party
from printing.documents.sheets import (
    CARDS,
    Badge,
    BadgeSheet,
    CardSheet,
    Manifest,
    ManifestLine,
)
from printing.documents.slips import PackingSlip, PickLine, PickList
from printing.documents.waybill import Waybill
from printing.errors import DocumentInvalid

KINDS: Mapping[str, type[Document]] = {
    cls.kind: cls
    for cls in (
        Waybill,
        PackingSlip,
        PickList,
        ToteLabel,
        BinLabel,
        SkuLabel,
        Manifest,
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
    "Badge",
    "BadgeSheet",
    "BinLabel",
    "CardSheet",
    "Carrier",
    "Document",
    "Item",
    "Locale",
    "Manifest",
    "ManifestLine",
    "PackingSlip",
    "Party",
    "PickLine",
    "PickList",
    "SkuLabel",
    "TestPage",
    "ToteLabel",
    "Waybill",
    "read",
]

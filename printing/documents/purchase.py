"""The purchase order: what is asked of a supplier, and at which prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document, Facts
from printing.documents.parts import MAX_PIECES
from printing.documents.text import NAME_CHARS, NOTE_CHARS, code

MAX_LINES = 2_000
MONEY_CHARS = 24


@dataclass(frozen=True, kw_only=True)
class PurchaseLine(Facts):
    """Pieces of one SKU that are asked for; money with its sign, empty where none is agreed."""

    sku_code: str
    name: str
    pieces: int
    properties: str = ""
    price: str = ""
    worth: str = ""
    expected_on: str = ""

    def __post_init__(self) -> None:
        self._tidy(sku_code=64, name=NOTE_CHARS, properties=NAME_CHARS * 2, expected_on=16)
        self._tidy(price=MONEY_CHARS, worth=MONEY_CHARS)
        self._require(1 <= self.pieces <= MAX_PIECES, "pieces", f"needs 1 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class PurchaseOrder(Document):
    """What the supplier gets. A draft says so: nothing is ordered by it yet."""

    kind: ClassVar[str] = "purchase_order"
    numbered_by: ClassVar[str] = "order_no"

    order_no: str
    supplier: str
    lines: tuple[PurchaseLine, ...]
    supplier_code: str = ""
    contact: str = ""
    buyer: str = ""
    address: str = ""
    phone: str = ""
    ordered_on: str = ""
    expected_on: str = ""
    terms: str = ""
    total: str = ""
    note: str = ""
    is_draft: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        code("order_no", self.order_no)
        self._tidy(supplier=NAME_CHARS, supplier_code=64, contact=NAME_CHARS, buyer=NAME_CHARS)
        self._tidy(address=NOTE_CHARS, phone=40, ordered_on=40, expected_on=40)
        self._tidy(terms=NOTE_CHARS, total=MONEY_CHARS, note=NOTE_CHARS)
        self._require(bool(self.supplier), "supplier", "is empty")
        self._require(0 < len(self.lines) <= MAX_LINES, "lines", f"needs 1 to {MAX_LINES}")

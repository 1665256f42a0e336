"""Papers that travel with goods inside the house and to the buyer: packing slips and pick lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document, Facts
from printing.documents.parts import MAX_PIECES, Item, Party
from printing.documents.text import NAME_CHARS, NOTE_CHARS, clean, code

MAX_LINES = 2_000


@dataclass(frozen=True, kw_only=True)
class PackingSlip(Document):
    """What lies in one parcel, for the one who opens it."""

    kind: ClassVar[str] = "packing_slip"
    numbered_by: ClassVar[str] = "parcel_no"

    parcel_no: str
    order_numbers: tuple[str, ...]
    receiver: Party
    items: tuple[Item, ...]
    shop: str = ""
    ordered_on: str = ""
    parcel_index: int = 1
    parcel_count: int = 1
    waybill_no: str = ""
    carrier: str = ""
    buyer_note: str = ""
    greeting: str = ""
    packed_by: str = ""
    checked_by: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("parcel_no", self.parcel_no)
        self._tidy(shop=NAME_CHARS, ordered_on=40, waybill_no=40, carrier=NAME_CHARS)
        self._tidy(buyer_note=NOTE_CHARS, greeting=NOTE_CHARS, packed_by=40, checked_by=40)
        numbers = tuple(clean(number, NAME_CHARS) for number in self.order_numbers)
        object.__setattr__(self, "order_numbers", numbers)
        self._require(0 < len(self.items) <= MAX_LINES, "items", f"needs 1 to {MAX_LINES} lines")
        sound = 1 <= self.parcel_index <= self.parcel_count
        self._require(sound, "parcel_index", "needs 1 <= index <= count")


@dataclass(frozen=True, kw_only=True)
class PickLine(Facts):
    """One stop of the walk: from this bin so many pieces, into these slots of the cart.

    Of goods kept by lot it is one lot, the one that is promised.
    """

    bin_code: str
    sku_code: str
    name: str
    pieces: int
    properties: str = ""
    into: str = ""
    lot: str = ""
    best_before: str = ""

    def __post_init__(self) -> None:
        self._tidy(bin_code=32, sku_code=64, name=NOTE_CHARS, properties=80, into=80)
        self._tidy(lot=64, best_before=16)
        self._require(bool(self.bin_code), "bin_code", "is empty")
        self._require(1 <= self.pieces <= MAX_PIECES, "pieces", f"needs 1 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class PickList(Document):
    """A wave on paper: its lines stand in walking order as given, never sorted again."""

    kind: ClassVar[str] = "pick_list"
    numbered_by: ClassVar[str] = "wave_no"

    wave_no: str
    lines: tuple[PickLine, ...]
    title: str = ""
    picker: str = ""
    cut_off: str = ""
    orders: int = 0
    totes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        code("wave_no", self.wave_no)
        self._tidy(title=NAME_CHARS, picker=NAME_CHARS, cut_off=40)
        object.__setattr__(self, "totes", tuple(clean(tote, 32) for tote in self.totes))
        self._require(0 < len(self.lines) <= MAX_LINES, "lines", f"needs 1 to {MAX_LINES} lines")
        self._require(self.orders >= 0, "orders", "is negative")

"""The waybill: the label a carrier moves a parcel by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document
from printing.documents.parts import Carrier, Item, Party
from printing.documents.text import NAME_CHARS, NOTE_CHARS, clean, code

WAYBILL_NO_CHARS = 32
MAX_PARCELS = 999


@dataclass(frozen=True, kw_only=True)
class Waybill(Document):
    """One parcel's waybill. `sortation` and `consolidation` come from the carrier and may be ''.

    `parcel_index` of `parcel_count` counts the parcels of one consignment from 1.
    """

    kind: ClassVar[str] = "waybill"
    numbered_by: ClassVar[str] = "waybill_no"

    waybill_no: str
    carrier: Carrier
    receiver: Party
    sender: Party
    sortation: str = ""
    consolidation: str = ""
    service: str = ""
    order_numbers: tuple[str, ...] = ()
    parcel_no: str = ""
    parcel_index: int = 1
    parcel_count: int = 1
    items: tuple[Item, ...] = ()
    remark: str = ""
    weight_g: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        code("waybill_no", self.waybill_no, limit=WAYBILL_NO_CHARS)
        self._tidy(sortation=NAME_CHARS, consolidation=NAME_CHARS, service=20, remark=NOTE_CHARS)
        self._tidy(parcel_no=NAME_CHARS)
        numbers = tuple(clean(number, NAME_CHARS) for number in self.order_numbers)
        object.__setattr__(self, "order_numbers", numbers)
        sound = 1 <= self.parcel_index <= self.parcel_count <= MAX_PARCELS
        self._require(sound, "parcel_index", "needs 1 <= index <= count")
        self._require(self.weight_g is None or self.weight_g > 0, "weight_g", "must be positive")

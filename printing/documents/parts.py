"""The small facts several documents share: people with addresses, goods, carriers."""

from __future__ import annotations

from dataclasses import dataclass

from printing.documents.base import Facts
from printing.documents.text import ADDRESS_CHARS, NAME_CHARS, NOTE_CHARS, code

REGION_CHARS = 40
PHONE_CHARS = 30
MAX_PIECES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Party(Facts):
    """A receiver or sender, in full; what paper may show of them is the renderer's business.

    A business (the shop itself) is printed as it is, a person is masked.
    """

    name: str
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    town: str = ""
    detail: str = ""
    is_business: bool = False

    def __post_init__(self) -> None:
        self._tidy(
            name=NAME_CHARS,
            phone=PHONE_CHARS,
            province=REGION_CHARS,
            city=REGION_CHARS,
            district=REGION_CHARS,
            town=REGION_CHARS,
            detail=ADDRESS_CHARS,
        )
        self._require(bool(self.name), "name", "is empty")

    @property
    def region(self) -> str:
        """Province to town in one line; a municipality that is its own province stands once."""
        parts = [self.province, self.city, self.district, self.town]
        shown: list[str] = []
        for part in parts:
            if part and (not shown or part != shown[-1]):
                shown.append(part)
        return " ".join(shown)


SERIALS_CHARS = 1_000


@dataclass(frozen=True, kw_only=True)
class Item(Facts):
    """So many pieces of one SKU, with the bin or slot where that is of use.

    `serials` are the numbers of pieces that have one, for the warranty.
    """

    name: str
    pieces: int
    properties: str = ""
    code: str = ""
    place: str = ""
    serials: str = ""

    def __post_init__(self) -> None:
        self._tidy(
            name=NOTE_CHARS, properties=NAME_CHARS * 2, code=64, place=32, serials=SERIALS_CHARS
        )
        self._require(1 <= self.pieces <= MAX_PIECES, "pieces", f"needs 1 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class Carrier(Facts):
    """Who carries the parcel: the code our own records use, and the name people read."""

    code: str
    name: str
    hotline: str = ""

    def __post_init__(self) -> None:
        code("carrier.code", self.code, limit=24)
        self._tidy(name=NAME_CHARS, hotline=PHONE_CHARS)
        self._require(bool(self.name), "carrier.name", "is empty")

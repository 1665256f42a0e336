"""Labels that stick to places and goods, and the printer's own test label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document
from printing.documents.text import NAME_CHARS, NOTE_CHARS, code

MAX_SLOTS = 999


@dataclass(frozen=True, kw_only=True)
class ToteLabel(Document):
    """Names a tote; `content` is what its barcode says."""

    kind: ClassVar[str] = "tote_label"
    numbered_by: ClassVar[str] = "content"

    content: str
    tote: str
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("content", self.content, limit=32)
        self._tidy(tote=32, note=NAME_CHARS)
        self._require(bool(self.tote), "tote", "is empty")


@dataclass(frozen=True, kw_only=True)
class CartLabel(Document):
    """Names a picking cart; `slots` is how many places for totes it has, 0 where nobody counts."""

    kind: ClassVar[str] = "cart_label"
    numbered_by: ClassVar[str] = "content"

    content: str
    cart: str
    slots: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("content", self.content, limit=32)
        self._tidy(cart=32, note=NAME_CHARS)
        self._require(bool(self.cart), "cart", "is empty")
        self._require(0 <= self.slots <= MAX_SLOTS, "slots", f"needs 0 to {MAX_SLOTS}")


@dataclass(frozen=True, kw_only=True)
class BinLabel(Document):
    """Names a bin of a shelf. `arrow` (up, down or '') points from a shared rail to its bin."""

    kind: ClassVar[str] = "bin_label"
    numbered_by: ClassVar[str] = "content"

    content: str
    bin_code: str
    zone: str = ""
    arrow: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("content", self.content, limit=32)
        self._tidy(bin_code=32, zone=NAME_CHARS)
        self._require(bool(self.bin_code), "bin_code", "is empty")
        self._require(self.arrow in ("", "up", "down"), "arrow", "is up, down or empty")


@dataclass(frozen=True, kw_only=True)
class SkuLabel(Document):
    """Goes on one piece or pack. An EAN in `content` is printed as EAN, all else as Code 128."""

    kind: ClassVar[str] = "sku_label"
    numbered_by: ClassVar[str] = "content"

    content: str
    sku_code: str
    name: str
    properties: str = ""
    pieces: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        code("content", self.content, limit=32)
        self._tidy(sku_code=64, name=NOTE_CHARS, properties=NAME_CHARS * 2)
        self._require(self.pieces >= 1, "pieces", "starts at 1")


@dataclass(frozen=True, kw_only=True)
class TestPage(Document):
    """Shows whether a printer prints straight, dark enough and in every script."""

    kind: ClassVar[str] = "test_page"
    numbered_by: ClassVar[str] = "test_no"
    __test__: ClassVar[bool] = False  # not a class of tests, whatever its name begins with

    test_no: str
    printer: str
    address: str = ""
    media: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("test_no", self.test_no, limit=24)
        self._tidy(printer=NAME_CHARS, address=80, media=NAME_CHARS)

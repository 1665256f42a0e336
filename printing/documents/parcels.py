"""Labels of parcels and cartons beside the waybill: GS1 logistic labels, returns, ready labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from printing import gs1
from printing.documents.base import Document, Facts
from printing.documents.parts import MAX_PIECES, Party
from printing.documents.text import NAME_CHARS, NOTE_CHARS, code
from printing.errors import DocumentInvalid
from printing.media import STOCKS, Form

MAX_ELEMENTS = 12
SHA256_CHARS = 64
MOST_READY_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class LogisticFact(Facts):
    """One GS1 application identifier with its data."""

    ai: str
    value: str

    def __post_init__(self) -> None:
        gs1.element(self.ai, self.value)


@dataclass(frozen=True, kw_only=True)
class CartonLabel(Document):
    """A GS1 logistic label: the carton's SSCC and what else is to be scanned of it.

    `facts` stand as text and, as far as they fit, in symbols above the SSCC; one too long for a
    symbol is text only. The SSCC itself is not among them.
    """

    kind: ClassVar[str] = "carton_label"
    numbered_by: ClassVar[str] = "sscc"

    sscc: str
    sender: Party
    receiver: Party
    facts: tuple[LogisticFact, ...] = ()
    carrier: str = ""
    contents: str = ""
    carton_index: int = 1
    carton_count: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        gs1.element("00", self.sscc)
        self._tidy(carrier=NAME_CHARS, contents=NOTE_CHARS)
        known = [fact.ai for fact in self.facts]
        self._require("00" not in known, "facts", "hold a second SSCC")
        self._require(len(set(known)) == len(known), "facts", "say something twice")
        self._require(len(known) <= MAX_ELEMENTS, "facts", f"are more than {MAX_ELEMENTS}")
        self._require("02" not in known or "37" in known, "facts", "(02) needs (37) beside it")
        self._require("37" not in known or "02" in known, "facts", "(37) needs (02) beside it")
        sound = 1 <= self.carton_index <= self.carton_count <= MAX_PIECES
        self._require(sound, "carton_index", "needs 1 <= index <= count")


@dataclass(frozen=True, kw_only=True)
class ReturnLabel(Document):
    """Goes on a parcel that comes back, so that the returns desk knows it by a scan."""

    kind: ClassVar[str] = "return_label"
    numbered_by: ClassVar[str] = "return_no"

    return_no: str
    receiver: Party
    sender: Party | None = None
    order_no: str = ""
    reason: str = ""
    until: str = ""
    pieces: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        code("return_no", self.return_no, limit=32)
        self._tidy(order_no=NAME_CHARS, reason=NOTE_CHARS, until=40)
        self._require(0 <= self.pieces <= MAX_PIECES, "pieces", f"needs 0 to {MAX_PIECES}")


class ReadyFormat(StrEnum):
    """What a carrier's own label comes as."""

    PDF = "pdf"
    ZPL = "zpl"
    PNG = "png"
    COMPONENT = "component"


@dataclass(frozen=True, kw_only=True)
class ReadyLabel(Document):
    """A label the carrier has drawn, known by the SHA-256 of its stored bytes.

    It is printed as it came: nothing is scaled, nothing is written upon it. A copy comes out behind
    a label of its own that says so; only a print component prints nothing of ours, so none there.
    """

    kind: ClassVar[str] = "ready_label"
    numbered_by: ClassVar[str] = "waybill_no"

    waybill_no: str
    carrier: str
    format: ReadyFormat
    media: str
    sha256: str
    size_bytes: int

    def __post_init__(self) -> None:
        super().__post_init__()
        code("waybill_no", self.waybill_no, limit=48)
        self._tidy(carrier=NAME_CHARS)
        try:
            object.__setattr__(self, "format", ReadyFormat(self.format))
        except ValueError as error:
            raise DocumentInvalid("format", f"knows no {self.format!r}") from error
        stock = STOCKS.get(self.media)
        sound = stock is not None and stock.form is Form.LABEL
        self._require(sound, "media", "is no label stock")
        hexadecimal = len(self.sha256) == SHA256_CHARS and set(self.sha256) <= set(
            "0123456789abcdef"
        )
        self._require(hexadecimal, "sha256", "is no SHA-256")
        sound = 0 < self.size_bytes <= MOST_READY_BYTES
        self._require(sound, "size_bytes", f"needs 1 to {MOST_READY_BYTES}")

"""Papers about goods in the house: taken in, sent back to be exchanged, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document, Facts
from printing.documents.parts import MAX_PIECES
from printing.documents.text import NAME_CHARS, NOTE_CHARS, code

MAX_LINES = 5_000
SERIALS_CHARS = 640  # numbers of the pieces of one line; whoever has more says how many


@dataclass(frozen=True, kw_only=True)
class ReceiptLine(Facts):
    """One SKU of a delivery: pieces announced (None: nobody said), sound and rejected ones.

    Of a correction it is one lot of it, sound or rejected (`is_rejected`): `accepted` or `rejected`
    are pieces more or fewer than `booked` so far, `serials` which of those known by number.
    """

    sku_code: str
    name: str
    accepted: int
    properties: str = ""
    announced: int | None = None
    rejected: int = 0
    place: str = ""
    booked: int | None = None
    lot: str = ""
    best_before: str = ""
    serials: str = ""
    is_rejected: bool = False

    def __post_init__(self) -> None:
        self._tidy(sku_code=64, name=NOTE_CHARS, properties=NAME_CHARS * 2, place=32)
        self._tidy(lot=64, best_before=16, serials=SERIALS_CHARS)
        least = 0 if self.booked is None else -MAX_PIECES
        for field in ("accepted", "rejected"):
            pieces = getattr(self, field)
            self._require(least <= pieces <= MAX_PIECES, field, f"needs {least} to {MAX_PIECES}")
        for field in ("announced", "booked"):
            pieces = getattr(self, field) or 0
            self._require(0 <= pieces <= MAX_PIECES, field, f"needs 0 to {MAX_PIECES}")

    @property
    def change(self) -> int:
        """Pieces more or fewer than were booked."""
        return self.accepted + self.rejected


@dataclass(frozen=True, kw_only=True)
class GoodsReceipt(Document):
    """What was taken in of one delivery, to be held against the buyer's copy.

    With `corrects_no` it says what changes of that receipt, and its lines what was booked before.
    """

    kind: ClassVar[str] = "goods_receipt"
    numbered_by: ClassVar[str] = "receipt_no"

    receipt_no: str
    supplier: str
    lines: tuple[ReceiptLine, ...]
    supplier_paper_no: str = ""
    received_at: str = ""
    received_by: str = ""
    note: str = ""
    corrects_no: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("receipt_no", self.receipt_no)
        self._tidy(corrects_no=40, reason=NOTE_CHARS)
        is_told = all((line.booked is not None) == bool(self.corrects_no) for line in self.lines)
        self._require(is_told, "lines", "say what was booked of corrections only")
        self._tidy(supplier=NAME_CHARS, supplier_paper_no=NAME_CHARS, received_at=40)
        self._tidy(received_by=NAME_CHARS, note=NOTE_CHARS)
        self._require(bool(self.supplier), "supplier", "is empty")
        self._require(0 < len(self.lines) <= MAX_LINES, "lines", f"needs 1 to {MAX_LINES}")


@dataclass(frozen=True, kw_only=True)
class ExchangeLine(Facts):
    """Faulty pieces of one SKU on their way to be exchanged, and what is wrong with them.

    Of goods kept by lot it is one lot, of known pieces the numbers are written, parted by blanks.
    """

    sku_code: str
    name: str
    pieces: int
    properties: str = ""
    fault: str = ""
    lot: str = ""
    best_before: str = ""
    serials: str = ""

    def __post_init__(self) -> None:
        self._tidy(sku_code=64, name=NOTE_CHARS, properties=NAME_CHARS * 2, fault=NOTE_CHARS)
        self._tidy(lot=64, best_before=16, serials=SERIALS_CHARS)
        self._require(1 <= self.pieces <= MAX_PIECES, "pieces", f"needs 1 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class ExchangeOut(Document):
    """What goes back to a supplier for exchange, in two copies: one for each side, both signed."""

    kind: ClassVar[str] = "exchange_out"
    numbered_by: ClassVar[str] = "exchange_no"

    exchange_no: str
    supplier: str
    lines: tuple[ExchangeLine, ...]
    warehouse: str = ""
    receipt_no: str = ""
    sent_on: str = ""
    due_on: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("exchange_no", self.exchange_no)
        self._tidy(supplier=NAME_CHARS, warehouse=NAME_CHARS, receipt_no=40, sent_on=40, due_on=40)
        self._tidy(note=NOTE_CHARS)
        self._require(bool(self.supplier), "supplier", "is empty")
        self._require(0 < len(self.lines) <= MAX_LINES, "lines", f"needs 1 to {MAX_LINES}")


@dataclass(frozen=True, kw_only=True)
class CountLine(Facts):
    """One bin and SKU to be counted; `book` only where the count is not blind.

    Of goods kept by lot (`has_lots`, with a day if `has_best_before`) each lot is counted on a line
    of its own; of known pieces (`has_serials`) each number is written.
    """

    bin_code: str
    sku_code: str
    name: str
    properties: str = ""
    book: int | None = None
    has_lots: bool = False
    has_best_before: bool = False
    has_serials: bool = False

    def __post_init__(self) -> None:
        self._tidy(bin_code=32, sku_code=64, name=NOTE_CHARS, properties=NAME_CHARS * 2)
        self._require(bool(self.bin_code), "bin_code", "is empty")
        sound = self.book is None or 0 <= self.book <= MAX_PIECES
        self._require(sound, "book", f"needs 0 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class CountSheet(Document):
    """A count on paper. A blind one carries no line with a book quantity.

    `sheet_no` is its own number, said when it is typed in; older ones have that of their count.
    """

    kind: ClassVar[str] = "count_sheet"
    numbered_by: ClassVar[str] = "session_no"

    session_no: str
    sheet_no: str = ""
    lines: tuple[CountLine, ...]
    is_blind: bool = True
    zone: str = ""
    counter: str = ""
    due_on: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("session_no", self.session_no)
        if self.sheet_no:
            code("sheet_no", self.sheet_no)
        self._tidy(zone=NAME_CHARS, counter=NAME_CHARS, due_on=40)
        self._require(0 < len(self.lines) <= MAX_LINES, "lines", f"needs 1 to {MAX_LINES}")
        told = any(line.book is not None for line in self.lines)
        self._require(not (self.is_blind and told), "lines", "tell a blind count what to find")


@dataclass(frozen=True, kw_only=True)
class CountedLine(Facts):
    """One difference of a count: bin, goods, what was counted, what the book had, why."""

    bin_code: str
    sku_code: str
    name: str
    counted: int
    book: int
    properties: str = ""
    value: str = ""  # in money, with its sign, of what is gone and found; empty without a price
    reason: str = ""
    missing: int = 0  # with `found`: known pieces taken for others, which the sum does not show
    found: int = 0

    def __post_init__(self) -> None:
        self._tidy(bin_code=32, sku_code=64, name=NOTE_CHARS, properties=NAME_CHARS * 2)
        self._tidy(value=48, reason=NAME_CHARS)
        self._require(bool(self.bin_code), "bin_code", "is empty")
        for field in ("counted", "book", "missing", "found"):
            pieces = getattr(self, field)
            self._require(0 <= pieces <= MAX_PIECES, field, f"needs 0 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class CountReport(Document):
    """The result of a count, to be signed: how exact the book was, and every difference."""

    kind: ClassVar[str] = "count_report"
    numbered_by: ClassVar[str] = "session_no"

    session_no: str
    name: str = ""
    state: str = ""
    begun_at: str = ""
    ended_at: str = ""
    counters: str = ""
    bins: str = ""
    agreed: str = ""  # lines where shelf and book said the same, of those compared
    asked_again: str = ""  # lines somebody still has to look at; empty if none
    unproven: str = ""  # lines whose goods moved at every look, when it ended; empty if none
    by_bin: str = ""  # percent
    by_line: str = ""
    by_piece: str = ""
    by_value: str = ""
    missing: str = ""
    found: str = ""
    net_value: str = ""
    lines: tuple[CountedLine, ...] = ()
    left_out: int = 0  # differences that stand in the file only

    def __post_init__(self) -> None:
        super().__post_init__()
        code("session_no", self.session_no)
        self._tidy(name=NAME_CHARS, state=NAME_CHARS, begun_at=40, ended_at=40)
        self._tidy(counters=NOTE_CHARS, bins=24, agreed=24, by_bin=12, by_line=12, by_piece=12)
        self._tidy(by_value=12, missing=24, found=24, net_value=24, asked_again=24)
        self._tidy(unproven=24)
        self._require(len(self.lines) <= MAX_LINES, "lines", f"needs 0 to {MAX_LINES}")
        self._require(0 <= self.left_out <= MAX_PIECES, "left_out", "is no number of lines")

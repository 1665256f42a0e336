"""Papers of a wave beside its list: where its bins are, and which slot of the wall is whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document, Facts
from printing.documents.parts import MAX_PIECES
from printing.documents.text import NAME_CHARS, NOTE_CHARS, code

MAX_STOPS = 2_000
MAX_BINS = 20_000
MAX_SLOTS = 200
MAX_COLUMNS = 12


@dataclass(frozen=True, kw_only=True)
class MapBin(Facts):
    """A bin as the map shows it: its zone, and where it is in the building, in millimetres."""

    bin_code: str
    zone: str
    x_mm: int
    y_mm: int

    def __post_init__(self) -> None:
        self._tidy(bin_code=32, zone=NAME_CHARS)


@dataclass(frozen=True, kw_only=True)
class WaveStop(Facts):
    """One stop of the walk; without coordinates it stands in the list only."""

    bin_code: str
    pieces: int
    zone: str = ""
    x_mm: int | None = None
    y_mm: int | None = None

    def __post_init__(self) -> None:
        self._tidy(bin_code=32, zone=NAME_CHARS)
        self._require(bool(self.bin_code), "bin_code", "is empty")
        self._require(1 <= self.pieces <= MAX_PIECES, "pieces", f"needs 1 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class WaveSheet(Document):
    """A wave on the map: its stops in walking order as given, among the bins of their zones."""

    kind: ClassVar[str] = "wave_sheet"
    numbered_by: ClassVar[str] = "wave_no"

    wave_no: str
    stops: tuple[WaveStop, ...]
    bins: tuple[MapBin, ...] = ()
    title: str = ""
    picker: str = ""
    cut_off: str = ""
    orders: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        code("wave_no", self.wave_no)
        self._tidy(title=NAME_CHARS, picker=NAME_CHARS, cut_off=40)
        self._require(0 < len(self.stops) <= MAX_STOPS, "stops", f"needs 1 to {MAX_STOPS}")
        self._require(len(self.bins) <= MAX_BINS, "bins", f"are more than {MAX_BINS}")
        self._require(self.orders >= 0, "orders", "is negative")


@dataclass(frozen=True, kw_only=True)
class WallSlot(Facts):
    """One slot of a put-wall: whose goods it gathers, and how many pieces."""

    slot_no: int
    order_no: str
    pieces: int
    note: str = ""

    def __post_init__(self) -> None:
        self._tidy(order_no=NAME_CHARS, note=NOTE_CHARS)
        self._require(1 <= self.slot_no <= MAX_SLOTS, "slot_no", f"needs 1 to {MAX_SLOTS}")
        self._require(1 <= self.pieces <= MAX_PIECES, "pieces", f"needs 1 to {MAX_PIECES}")


@dataclass(frozen=True, kw_only=True)
class PutWallSheet(Document):
    """A put-wall seen from the front: `columns` slots side by side, numbered row by row."""

    kind: ClassVar[str] = "put_wall_sheet"
    numbered_by: ClassVar[str] = "wall_no"

    wall_no: str
    columns: int
    slots: tuple[WallSlot, ...]
    wave_no: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("wall_no", self.wall_no)
        self._tidy(wave_no=40, title=NAME_CHARS)
        self._require(1 <= self.columns <= MAX_COLUMNS, "columns", f"needs 1 to {MAX_COLUMNS}")
        self._require(0 < len(self.slots) <= MAX_SLOTS, "slots", f"needs 1 to {MAX_SLOTS}")

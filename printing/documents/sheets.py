"""Sheets of paper for the office: manifests, badges and command cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document, Facts
from printing.documents.parts import PHONE_CHARS, Carrier
from printing.documents.text import NAME_CHARS, NOTE_CHARS, clean, code

MAX_ROWS = 20_000
WORKS = ("pick", "check", "pack", "weigh", "ship", "receive", "stock", "count")
CARDS = ("OK", "UNDO", "SHORT", "SKIP", "FULL", "REPRINT", "MISSING", "MINUS", "LOGOUT")


@dataclass(frozen=True, kw_only=True)
class ManifestLine(Facts):
    """One parcel handed to the carrier."""

    waybill_no: str
    parcel_no: str = ""
    order_no: str = ""
    destination: str = ""
    weight_g: int | None = None

    def __post_init__(self) -> None:
        self._tidy(waybill_no=40, parcel_no=40, order_no=NAME_CHARS, destination=NAME_CHARS)
        self._require(bool(self.waybill_no), "waybill_no", "is empty")


@dataclass(frozen=True, kw_only=True)
class Manifest(Document):
    """What one carrier took in one handover, to be signed by both sides."""

    kind: ClassVar[str] = "manifest"
    numbered_by: ClassVar[str] = "manifest_no"

    manifest_no: str
    carrier: Carrier
    lines: tuple[ManifestLine, ...]
    warehouse: str = ""
    handed_over_at: str = ""
    vehicle: str = ""
    courier: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("manifest_no", self.manifest_no)
        self._tidy(warehouse=NAME_CHARS, handed_over_at=40, vehicle=NAME_CHARS, courier=NAME_CHARS)
        self._tidy(note=NOTE_CHARS)
        self._require(len(self.lines) <= MAX_ROWS, "lines", f"has more than {MAX_ROWS} rows")


@dataclass(frozen=True, kw_only=True)
class Badge(Facts):
    """One person's badge: `content` is what the scanner reads."""

    content: str
    name: str
    roles: tuple[str, ...] = ()
    hint: str = ""

    def __post_init__(self) -> None:
        code("content", self.content, limit=40)
        self._tidy(name=NAME_CHARS, hint=PHONE_CHARS)
        object.__setattr__(self, "roles", tuple(clean(role, 20) for role in self.roles))
        self._require(bool(self.name), "name", "is empty")


@dataclass(frozen=True, kw_only=True)
class BadgeSheet(Document):
    """A4 pages of badges to cut out."""

    kind: ClassVar[str] = "badge_sheet"
    numbered_by: ClassVar[str] = "sheet_no"

    sheet_no: str
    badges: tuple[Badge, ...]
    site: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("sheet_no", self.sheet_no)
        self._tidy(site=NAME_CHARS)
        self._require(0 < len(self.badges) <= MAX_ROWS, "badges", "is empty or too long")


@dataclass(frozen=True, kw_only=True)
class CardSheet(Document):
    """The command cards of a bench: scanning one presses the button of its name.

    `work` is what is done there (pick, check, pack …): some cards mean another thing at each.
    """

    kind: ClassVar[str] = "card_sheet"
    numbered_by: ClassVar[str] = "sheet_no"

    sheet_no: str = "cards"
    cards: tuple[str, ...] = CARDS
    prefix: str = "CMD-"
    work: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("sheet_no", self.sheet_no)
        self._require(self.work in ("", *WORKS), "work", f"knows no {self.work!r}")
        for card in self.cards:
            code("cards", self.prefix + card, limit=24)
            self._require(card in CARDS, "cards", f"knows no {card}")
        self._require(bool(self.cards), "cards", "is empty")

"""The day on one sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document, Facts
from printing.documents.text import NAME_CHARS, NOTE_CHARS, code

MAX_FIGURES = 200
MAX_SECTIONS = 30


@dataclass(frozen=True, kw_only=True)
class Figure(Facts):
    """One number of the day with its name, what it was the day before, and a word about it."""

    name: str
    value: str
    before: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        self._tidy(name=NAME_CHARS, value=20, before=20, note=NOTE_CHARS)
        self._require(bool(self.name), "name", "is empty")


@dataclass(frozen=True, kw_only=True)
class Section(Facts):
    """Figures that belong together; names and titles are in the paper's language already."""

    title: str
    figures: tuple[Figure, ...]

    def __post_init__(self) -> None:
        self._tidy(title=NAME_CHARS)
        self._require(0 < len(self.figures) <= MAX_FIGURES, "figures", f"needs 1 to {MAX_FIGURES}")


@dataclass(frozen=True, kw_only=True)
class DailyReport(Document):
    """What the warehouse did in one day."""

    kind: ClassVar[str] = "daily_report"
    numbered_by: ClassVar[str] = "report_no"

    report_no: str
    day: str
    sections: tuple[Section, ...]
    site: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        code("report_no", self.report_no)
        self._tidy(day=40, site=NAME_CHARS, note=NOTE_CHARS)
        self._require(0 < len(self.sections) <= MAX_SECTIONS, "sections", "is empty or too long")

"""The slip that lies between the orders of a stack, so that nobody has to compare names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from printing.documents.base import Document
from printing.documents.text import NAME_CHARS, clean, code

MOST_PAPERS = 100_000


@dataclass(frozen=True, kw_only=True)
class Separator(Document):
    """Lies before the papers of one order: `order_index` of `order_count` in this stack."""

    kind: ClassVar[str] = "separator"
    numbered_by: ClassVar[str] = "separator_no"

    separator_no: str
    wave_no: str = ""
    slot_no: int = 0
    order_numbers: tuple[str, ...] = ()
    papers: int = 1
    order_index: int = 1
    order_count: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        code("separator_no", self.separator_no, limit=40)
        self._tidy(wave_no=NAME_CHARS)
        numbers = tuple(clean(number, NAME_CHARS) for number in self.order_numbers)
        object.__setattr__(self, "order_numbers", numbers)
        self._require(0 <= self.slot_no <= MOST_PAPERS, "slot_no", "is out of range")
        self._require(1 <= self.papers <= MOST_PAPERS, "papers", "is out of range")
        sound = 1 <= self.order_index <= self.order_count <= MOST_PAPERS
        self._require(sound, "order_index", "needs 1 <= index <= count")

"""Which columns a layout has, and finding the layout of a file by its header row."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.shops.refusals import unknown_header
from warehouse.shops.rows import Level
from warehouse.text import Text

# Every fact a file may hold, in the order in which rows are taken apart.
ORDER_FIELDS = (
    "order_no", "platform", "shop_code", "shop_name", "state", "buyer", "buyer_message",
    "seller_memo", "second_memo", "seller_flag", "name", "mobile", "telephone",
    "phone_expires_at", "address", "changed_address", "province", "city", "district", "town",
    "detail", "zip", "token", "token_kind", "goods_fen", "postage_fen", "total_fen", "paid_fen",
    "refund_fen", "created_at", "paid_at", "promised_at", "carrier", "shipping", "waybill_no",
)  # fmt: skip
LINE_FIELDS = (
    "order_no", "line_id", "title", "properties", "seller_code", "outer_code", "bundle",
    "pieces", "price_fen", "line_state", "refund", "line_refund_fen",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One kind of report: for each fact the column names it may stand under, best first.

    A header row is of this layout if every group in `needs` has at least one fact in it.
    `digits_only` tells that order and line numbers are digits. A table that is no order report has
    in `unknown` how its refusal reads.
    """

    name: str
    platform: str
    level: Level
    columns: Mapping[str, tuple[str, ...]]
    needs: tuple[tuple[str, ...], ...]
    digits_only: bool = False
    editions: Mapping[str, tuple[str, ...]] | None = None
    unknown: Callable[[str], Text] = unknown_header


@dataclass(frozen=True, kw_only=True)
class Match:
    """A header row that was recognised: the layout, and the column index of each fact found."""

    layout: Layout
    edition: str
    header: tuple[str, ...]
    at: Mapping[str, int]

    @property
    def unused(self) -> tuple[str, ...]:
        """The names of columns nobody reads."""
        used = set(self.at.values())
        return tuple(name for i, name in enumerate(self.header) if name and i not in used)

    def name_of(self, fact: str) -> str:
        """Return the column's name as the file writes it."""
        return self.header[self.at[fact]] if fact in self.at else fact


def header_name(cell: str) -> str:
    """Return a column name without blanks, quotes and width: `（元）` and `(元) ` are the same."""
    name = unicodedata.normalize("NFKC", cell).strip("\ufeff\u200b \t\r\n'\"=")
    return "".join(name.split()).casefold()


def recognise(cells: Sequence[str], layouts: Sequence[Layout]) -> Match | None:
    """Return the layout that knows most columns of this header row, or None if none fits."""
    header = tuple(" ".join(str(cell).split()).strip("'\"=") for cell in cells)
    first_at: dict[str, int] = {}
    for index, cell in enumerate(cells):
        first_at.setdefault(header_name(cell), index)
    best: Match | None = None
    for layout in layouts:
        at = _places(layout, first_at)
        fits = all(any(fact in at for fact in group) for group in layout.needs)
        if fits and (best is None or len(at) > len(best.at)):
            edition = _edition(layout, first_at.keys() - {""})
            best = Match(layout=layout, edition=edition, header=header, at=at)
    return best


def _places(layout: Layout, first_at: Mapping[str, int]) -> dict[str, int]:
    """Return fact → column index. A column serves one fact only: the first that asks for it."""
    at: dict[str, int] = {}
    taken: set[int] = set()
    for fact, names in layout.columns.items():
        for name in names:
            index = first_at.get(header_name(name))
            if index is not None and index not in taken:
                at[fact] = index
                taken.add(index)
                break
    return at


def _edition(layout: Layout, names: set[str]) -> str:
    for edition, columns in (layout.editions or {}).items():
        if names == {header_name(column) for column in columns}:
            return edition
    return layout.name

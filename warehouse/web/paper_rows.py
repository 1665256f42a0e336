"""The papers a page offers: a row for each kind with its preview and its button."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.text import Text


@dataclass(frozen=True, kw_only=True)
class PaperRow:
    """One kind of paper of what the page shows.

    `preview` and `action` are addresses; `missing` tells why it cannot be printed yet, and `where`
    leads to what mends that.
    """

    word: Text
    action: str
    preview: str = ""
    is_printed: bool = False
    may: bool = False
    note: Text | None = None
    missing: Text | None = None
    where: str = ""

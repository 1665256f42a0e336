"""How large a file may be before it is refused unread."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The bounds of one file. A year's report of a large shop stays well below them."""

    text_bytes: int = 512 * MB
    workbook_bytes: int = 64 * MB
    inflated_bytes: int = 768 * MB
    ratio: int = 100
    entries: int = 200
    rows: int = 600_000
    columns: int = 256
    cell_chars: int = 32_767


LIMITS = Limits()

"""A table of cells from a file: what its first rows say it is, then row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from warehouse.shops.layouts import Layout, Match, recognise

HEADER_WITHIN = 10

Row = tuple[int, list[str]]  # number as a spreadsheet shows it, from 1; the cells


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table whose header was recognised. `rows` are those below the header, read lazily.

    `match` is None for a table that is no report; `head` shows its first row. `done` tells the
    bytes of the file read so far, of `total`; `is_ended` is false for a text that stops within
    a line; `is_typed` tells that cells left out at a row's end are blank.
    """

    sheet: str
    match: Match | None
    rows: Iterator[Row]
    head: str = ""
    encoding: str = ""
    serial_days: int = 0
    is_typed: bool = False
    total: int = 0
    done: Callable[[], int] = int
    is_ended: bool = True
    is_hidden: bool = False
    hidden: Collection[int] = ()  # numbers of rows read so far that nobody sees

    def is_filled(self) -> bool:
        """Tell whether anything stands below the header; the rows so far are read by that."""
        return any(any(map(str.strip, cells)) for _, cells in self.rows)


def find_header(
    rows: Iterable[Row], layouts: Sequence[Layout]
) -> tuple[Match | None, str, Iterator[Row]]:
    """Return the match of the first rows, the text of the first one, and the rows below.

    Without a match, the rows are all of them, the first included.
    """
    stream = iter(rows)
    first = list(islice(stream, HEADER_WITHIN))
    head = next((", ".join(filter(None, cells)) for _, cells in first if any(cells)), "")
    for position, (_, cells) in enumerate(first):
        if match := recognise(cells, layouts):
            return match, head, chain(first[position + 1 :], stream)
    return None, head, chain(first, stream)

"""Everything wrong with a file of which nothing is kept, for the page that tells it."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.shops.rows import Rejected
from warehouse.text import say
from warehouse.web.spreadsheets import Field, csv_text

SHOWN = 500
FIELDS: tuple[Field, ...] = (
    (say("Row"), lambda r: r.row or ""),
    (say("Column"), lambda r: r.column),
    (say("Value"), lambda r: r.value),
    (say("Reason"), lambda r: r.reason),
)


def whole_list(faults: Sequence[Rejected]) -> str:
    """Return all of them as CSV, which a browser keeps as a file; "" where the page shows all."""
    return csv_text(FIELDS, faults) if len(faults) > SHOWN else ""

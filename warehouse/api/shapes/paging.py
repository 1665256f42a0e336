"""Pages of a list, by key: the last row of a page names where the next begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from warehouse.api.schemas import Schema, listed, maybe, record, text, whole
from warehouse.errors import InvalidInput
from warehouse.text import say

MOST = 200
USUAL = 50
_KEYS = re.compile(r"[0-9]{1,15}(-[0-9]{1,15})*")

PAGING: dict[str, Schema] = {
    "limit": whole(f"Rows of this page, {USUAL} if not given.", least=1, most=MOST),
    "after": {
        "type": "string",
        "pattern": "^[0-9]{1,15}$",
        "description": "Where this page begins: `next` of the page before.",
    },
}
PAGING_BY_TWO: dict[str, Schema] = {
    **PAGING,
    "after": {**PAGING["after"], "pattern": "^[0-9]{1,15}-[0-9]{1,15}$"},
}


def paged(name: str, row: Schema) -> Schema:
    """Return the schema of one page of rows."""
    return record(
        {
            name: listed(row),
            "next": maybe(text("Ask with this as `after` for the next page; null: the last one.")),
        }
    )


def page(
    name: str, rows: Sequence[Any], limit: int, shape: Callable[[Any], Any], *keys: str
) -> dict[str, Any]:
    """Return one page of `rows`, which has one row more than `limit` if there is a next page."""
    shown = rows[:limit]
    is_more = len(rows) > limit
    last = "-".join(str(getattr(shown[-1], key)) for key in keys) if is_more else None
    return {name: [shape(row) for row in shown], "next": last}


def keys_of(after: str | None, count: int = 1) -> tuple[int, ...] | None:
    """Return the keys that `after` names, None if it names none.

    Raises:
        InvalidInput: it is no `next` of such a list.
    """
    if after is None:
        return None
    if _KEYS.fullmatch(after):
        keys = tuple(int(part) for part in after.split("-"))
        if len(keys) == count:
            return keys
    raise InvalidInput(say("This is not where a page begins."), field="after")


def iso(at: datetime | None) -> str | None:
    """Return an instant as answers carry it: UTC to the second, or None."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

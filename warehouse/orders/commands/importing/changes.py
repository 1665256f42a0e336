"""What differs between an order we have and what its shop says now: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from printing.masking import mask_address, mask_name, mask_note, mask_phone
from warehouse.orders.models import LineState, ShopState
from warehouse.shops.rows import LineFacts
from warehouse.shops.words import made_line_id

SHOWN = 500
_PROGRESS = (
    ShopState.UNPAID,
    ShopState.PAID,
    ShopState.PART_SHIPPED,
    ShopState.SHIPPED,
    ShopState.FINISHED,
    ShopState.CLOSED,
)
_FINAL_LINES = frozenset(
    {LineState.REFUNDED, LineState.CLOSED, LineState.SHIPPED, LineState.CANCELLED}
)
RECEIVER = "receiver_"  # begins the columns that say where a parcel goes
_REGION = ("receiver_province", "receiver_city", "receiver_district")
_MASKS: Mapping[str, Callable[[str], str]] = {
    "buyer": mask_name,
    "buyer_message": mask_note,
    "seller_memo": mask_note,
    "receiver_name": mask_name,
    "receiver_phone": mask_phone,
    "receiver_town": mask_address,
    "receiver_detail": mask_address,
    "receiver_zip": mask_note,
    "receiver_token": lambda _: "***",
}
UNREPORTED = frozenset({"receiver_key"})  # follows from the others


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field that differs, as it may be shown: personal data hidden, at most 500 characters."""

    field: str
    old: str
    new: str


def is_older(known: ShopState, said: ShopState) -> bool:
    """Whether the shop's word is from before what we know: an old file imported again."""
    if known not in _PROGRESS or said not in _PROGRESS:
        return False
    return _PROGRESS.index(said) < _PROGRESS.index(known)


def changed_columns(
    known: Mapping[str, Any], said: Mapping[str, Any], told: Sequence[str]
) -> dict[str, Any]:
    """Return column → new value of what differs, of the columns the file knows about."""
    if is_older(known["shop_state"], said["shop_state"]):
        return {}
    columns = told
    if said["is_masked"] and not known["is_masked"] and _same_region(known, said):
        # The platform has hidden a receiver we know in the open: that is no change of address.
        columns = [c for c in told if c != "is_masked" and not c.startswith(RECEIVER)]
    return {column: said[column] for column in columns if known[column] != said[column]}


def _same_region(known: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    return all(known[column] == said[column] or not said[column] for column in _REGION)


def is_new_receiver(changed: Mapping[str, Any]) -> bool:
    """Whether the changes concern where the parcel goes."""
    return any(column.startswith(RECEIVER) for column in changed)


def changed_line(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return column → new value of a line; one that has ended here or there is not reopened."""
    changed = {column: value for column, value in said.items() if known[column] != value}
    if changed.get("state") in (LineState.OPEN, LineState.REFUND_ASKED) and (
        known["state"] in _FINAL_LINES
    ):
        return {}
    if known["state"] is LineState.CANCELLED:
        changed.pop("state", None)
    return changed


def pair_lines(
    known: Mapping[str, Mapping[str, Any]], said: Sequence[LineFacts]
) -> list[tuple[LineFacts, str | None]]:
    """Return each line said with the key under which we know it, None for a new one.

    A line one report named by an id and another by its content is the same line.
    """
    ours = _by_content((key, row["title"], row["properties"]) for key, row in known.items())
    theirs = _by_content((line.line_id, line.title, line.properties_text) for line in said)
    content_of = {key: content for content, key in theirs.items()}
    pairs: list[tuple[LineFacts, str | None]] = []
    for line in said:
        key: str | None = line.line_id
        if key not in known:
            other = ours.get(content_of[line.line_id])
            # Only one made of content may stand for another: two ids of the shop are two lines.
            is_same = other is not None and (line.is_line_id_made or other.startswith("~"))
            key = other if is_same else None
        pairs.append((line, key))
    return pairs


def _by_content(lines: Any) -> dict[str, str]:
    counts: dict[tuple[str, str], int] = {}
    keys: dict[str, str] = {}
    for key, title, properties in lines:
        content = (title, properties)
        counts[content] = counts.get(content, 0) + 1
        keys[made_line_id(title, properties, counts[content])] = key
    return keys


def reported(
    known: Mapping[str, Any], changed: Mapping[str, Any], *, prefix: str = ""
) -> list[FieldChange]:
    """Return the changes as they may be shown, `prefix` before each field's name."""
    return [
        FieldChange(
            field=f"{prefix}{column}"[:64],
            old=_shown(column, known[column]),
            new=_shown(column, value),
        )
        for column, value in changed.items()
        if column not in UNREPORTED
    ]


def _shown(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    return _MASKS.get(column, str)(text)[:SHOWN]

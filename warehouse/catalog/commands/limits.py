"""What bins hold and where goods may stand: said at a desk, exactly, an empty field as unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.text import Text, say

LARGEST_INSIDE_MM = 20_000
HEAVIEST_IN_BIN_G = 10_000_000
MOST_PIECES_IN_BIN = 1_000_000
LONGEST_CLASS = 24
HEAVIEST_SKU_G = 100_000
LONGEST_SKU_MM = 5_000

MOST: Mapping[str, int] = {
    "length_mm": LARGEST_INSIDE_MM,
    "width_mm": LARGEST_INSIDE_MM,
    "height_mm": LARGEST_INSIDE_MM,
    "most_weight_g": HEAVIEST_IN_BIN_G,
    "most_pieces": MOST_PIECES_IN_BIN,
}
FLAGS = ("is_one_sku", "is_put_closed", "is_pick_closed")
SKU_MOST: Mapping[str, int] = {
    "weight_g": HEAVIEST_SKU_G,
    "length_mm": LONGEST_SKU_MM,
    "width_mm": LONGEST_SKU_MM,
    "height_mm": LONGEST_SKU_MM,
    "shelf_most": MOST_PIECES_IN_BIN,
}


@dataclass(frozen=True, kw_only=True)
class LimitBin(Command):
    """Say what a bin holds and whether it is open; None is unknown, and limits nothing."""

    bin_id: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    most_weight_g: int | None = None
    most_pieces: int | None = None
    is_one_sku: bool = False
    storage_class: str = ""
    is_put_closed: bool = False
    is_pick_closed: bool = False


@dataclass(frozen=True, kw_only=True)
class MeasureSku(Command):
    """Say how large and heavy a piece is, where it may stand, and how many stand on shelves."""

    sku_id: int
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    storage_class: str = ""
    shelf_most: int | None = None


def limit_bin(session: Session, command: LimitBin) -> Outcome:
    """Replace what is known of the bin.

    Raises:
        NotFound: no such bin. RuleViolation: it stands for the outside.
        InvalidInput: a size, weight or class that no bin has.
    """
    place = session.get(Bin, command.bin_id)
    if place is None:
        raise NotFound(say("bin"), command.bin_id)
    if place.kind in VIRTUAL_KINDS:
        raise RuleViolation(say("{bin} stands for the outside: it holds anything.", bin=place.code))
    wanted = limits_of(command)
    _require_none(limit_problems(wanted))
    changed = _set(place, wanted | {"storage_class": command.storage_class.strip()})
    if changed:
        trail.record(session, command, "bin", place.id, "limited", fields=changed)
    return Outcome(
        screen="bin", subject_id=place.id, message=say("Bin {code} is saved.", code=place.code)
    )


def measure_sku(session: Session, command: MeasureSku) -> Outcome:
    """Replace what is known of the SKU's pieces.

    Raises:
        NotFound: no such SKU. InvalidInput: a size, weight or class that no goods have.
    """
    sku = session.get(Sku, command.sku_id)
    if sku is None:
        raise NotFound(say("SKU"), command.sku_id)
    wanted = {name: getattr(command, name) for name in SKU_MOST}
    _require_none(
        [
            *_number_problems(wanted, SKU_MOST),
            ("storage_class", class_problem(command.storage_class)),
        ]
    )
    changed = _set(sku, wanted | {"storage_class": command.storage_class.strip()})
    if changed:
        trail.record(session, command, "sku", sku.id, "measured", fields=changed)
    return Outcome(
        screen="sku", subject_id=sku.id, message=say("SKU {code} is saved.", code=sku.code)
    )


def limits_of(said: Any) -> dict[str, Any]:
    """Return what was said of a bin's limits by name of the column; an empty class as None."""
    found = {name: getattr(said, name) for name in (*MOST, *FLAGS)}
    return found | {"storage_class": said.storage_class.strip() or None}


def limit_problems(limits: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield each field no bin can have, and why."""
    reason = class_problem(limits["storage_class"] or "")
    if reason:
        yield "storage_class", reason
    yield from _number_problems(limits, MOST)


def class_problem(storage_class: str) -> Text | None:
    """Return why this is no storage class, None if it is one, or none is meant."""
    if len(storage_class.strip()) > LONGEST_CLASS:
        return say("This is longer than {most} signs.", most=LONGEST_CLASS)
    return None


def _number_problems(
    values: Mapping[str, Any], most: Mapping[str, int]
) -> Iterator[tuple[str, Text]]:
    for name, limit in most.items():
        value = values[name]
        if value is not None and not 0 < value <= limit:
            yield name, say("This must be 1 to {most}.", most=limit)


def _require_none(problems: Iterable[tuple[str, Text | None]]) -> None:
    """Refuse with all the problems there are, each at its field.

    Raises:
        InvalidInput: there is one.
    """
    told = Gathered()
    for field, reason in problems:
        told.tell(reason, field)
    told.refuse()


def _set(row: Bin | Sku, wanted: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return changed

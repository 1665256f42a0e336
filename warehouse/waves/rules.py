"""Splitting what is wanted over the bins it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BinStock:
    """Free pieces of one SKU in one bin."""

    bin_id: int
    walk_order: int
    available: int


@dataclass(frozen=True)
class Take:
    """Pieces to be taken from a bin."""

    bin_id: int
    walk_order: int
    pieces: int


def plan_takes(wanted: int, stock: Sequence[BinStock]) -> tuple[tuple[Take, ...], int]:
    """Split `wanted` pieces over bins; return the takes and the pieces still missing.

    One bin that has all is preferred to several; else bins are emptied in walking order. Takes
    plus missing always equal `wanted`.
    """
    ordered = sorted(stock, key=lambda b: (b.walk_order, b.bin_id))
    for candidate in ordered:
        if candidate.available >= wanted > 0:
            return (Take(candidate.bin_id, candidate.walk_order, wanted),), 0
    takes: list[Take] = []
    missing = wanted
    for candidate in ordered:
        pieces = min(candidate.available, missing)
        if pieces > 0:
            takes.append(Take(candidate.bin_id, candidate.walk_order, pieces))
            missing -= pieces
    return tuple(takes), missing

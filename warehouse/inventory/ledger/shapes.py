"""What is asked of the ledger: moves to be made, pieces to be promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from warehouse.inventory.models import MoveReason


class Posting(NamedTuple):
    """One move to be made. With an allocation, the pieces are taken out of that promise.

    Goods kept by lot: `lot_id`, else the lot of the allocation, else the free pieces of the bin
    with the earliest best-before. Goods known piece by piece: one code in `serials` for each,
    or none where the move takes all that the bin has of the SKU. A piece that comes from outside
    keeps the lot the book has it in, unless `is_lot_mended` says that this one was wrong. Name the
    fields when making one.
    """

    sku_id: int
    from_bin_id: int
    to_bin_id: int
    pieces: int
    reason: MoveReason
    consignment_line_id: int | None = None
    allocation_id: int | None = None
    reverses_id: int | None = None
    reference: str = ""
    lot_id: int | None = None
    serials: tuple[str, ...] = ()
    is_lot_mended: bool = False


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Pieces in a bin to be reserved for a consignment line; of a lot, if the SKU has lots."""

    consignment_line_id: int
    bin_id: int
    sku_id: int
    pieces: int
    lot_id: int | None = None

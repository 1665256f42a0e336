"""Goods that were looked for in a bin and not found: out of reach until somebody has counted it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command
from warehouse.inventory.models import Unfound

# Of a query with `Bin` and `Sku`: that the book has more of the goods there than were seen.
IS_UNFOUND = sa.exists().where(Unfound.bin_id == Bin.id, Unfound.sku_id == Sku.id)


def keep_unfound(
    session: Session, command: Command, *, bin_id: int, sku_id: int, pieces: int
) -> None:
    """Keep how many pieces of a SKU were not seen in a bin; who looked last is right."""
    row = session.get(Unfound, (bin_id, sku_id), with_for_update=True, populate_existing=True)
    if row is None:
        row = Unfound(bin_id=bin_id, sku_id=sku_id)
        session.add(row)
    row.pieces, row.at, row.person_id = pieces, command.at, command.actor.person_id
    session.flush()


def unfound_in(session: Session, bin_id: int, sku_id: int) -> int:
    """Return how many pieces of a SKU were not seen in a bin when somebody last looked for them."""
    return (
        session.scalar(
            sa.select(Unfound.pieces).where(Unfound.bin_id == bin_id, Unfound.sku_id == sku_id)
        )
        or 0
    )


def within_reach_again(session: Session, bin_ids: Iterable[int] | sa.Select[int]) -> None:
    """Forget what was not found in these bins: they were counted, or nobody will count them."""
    session.execute(sa.delete(Unfound).where(Unfound.bin_id.in_(bin_ids)))

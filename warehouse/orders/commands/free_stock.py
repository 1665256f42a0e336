"""Free stock: pieces neither reserved nor promised to orders that came before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.queries import IS_SELLABLE
from warehouse.db import table_of
from warehouse.inventory.queries import available_of
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    LineState,
    Order,
    OrderLine,
    OrderState,
)

_order = table_of(Order)
_line = table_of(OrderLine)
_consignment_line = table_of(ConsignmentLine)
_consignment = table_of(Consignment)


class FreeStock:
    """SKU id → free pieces, counted once and carried through the many audits of an import.

    To count it anew for each portion would read every clean order each time. What others change
    meanwhile is not seen; they audit their own orders. A portion that is tried again starts from
    what the last finished one left.
    """

    def __init__(self, pieces: dict[int, int]) -> None:
        self._pieces = pieces
        self._left = pieces

    def begin(self) -> dict[int, int]:
        """Return the pieces for one transaction to take from."""
        self._left = dict(self._pieces)
        return self._left

    def keep(self) -> None:
        """Take note that the transaction was committed: what it left is what there is."""
        self._pieces = self._left


def free_stock(
    session: Session, sku_ids: Collection[int] | None = None, *, day: date
) -> dict[int, int]:
    """Return SKU id → free pieces, below zero where more is promised than there is.

    All SKUs unless some are named. Lots count that may be promised on the site's `day`, and what
    stands in reserve: it is brought to the shelves when a wave wants it.
    """
    free = available_of(session, sku_ids, day=day, places=IS_SELLABLE)
    for sku_id, pieces in _claimed(session, sku_ids).items():
        free[sku_id] = free.get(sku_id, 0) - pieces
    return free


def _claimed(session: Session, sku_ids: Collection[int] | None) -> dict[int, int]:
    """Return SKU id → pieces wanted by ready consignments and clean orders, not yet reserved."""
    ready = (
        sa.select(_consignment_line.c.sku_id, _consignment_line.c.pieces)
        .join(_consignment, _consignment.c.id == _consignment_line.c.consignment_id)
        .where(_consignment.c.state == ConsignmentState.READY)
    )
    clean = (
        sa.select(_line.c.sku_id, _line.c.pieces)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(
            _order.c.state == OrderState.CLEAN,
            _line.c.sku_id.is_not(None),
            _line.c.state == LineState.OPEN,
        )
    )
    if sku_ids is not None:
        ready = ready.where(_consignment_line.c.sku_id.in_(sku_ids))
        clean = clean.where(_line.c.sku_id.in_(sku_ids))
    both = sa.union_all(ready, clean).subquery()
    rows = session.execute(
        sa.select(both.c.sku_id, sa.func.sum(both.c.pieces)).group_by(both.c.sku_id)
    )
    return {sku_id: int(pieces) for sku_id, pieces in rows}

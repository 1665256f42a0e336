"""Goods in a tote or parcel whose lot may not be sold any more: their orders are stopped."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.inventory.models import Lot, LotBalance
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import HoldKind
from warehouse.orders.queries import orders_of
from warehouse.people import trail
from warehouse.text import Text, say


def is_past(day: date) -> sa.ColumnElement[bool]:
    """Return the condition that `Lot` goes to nobody: blocked, or its last day is over.

    How many days a SKU asks to be left is asked when goods are promised. What was packed in time
    still goes, as long as it is good.
    """
    return sa.or_(Lot.blocked_at.is_not(None), Lot.best_before < day)


def stop_unfit(
    session: Session, command: Command, consignment_id: int, bin_ids: Collection[int]
) -> Text | None:
    """Hold the orders of a consignment with unfit goods in these bins; return which lot that is.

    None, and nothing written, where all goods there may go to the customer.
    """
    lot = session.execute(
        sa.select(Lot.code, Lot.blocked_at, Lot.best_before)
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(LotBalance.bin_id.in_(bin_ids), LotBalance.on_hand > 0, is_past(command.day))
        .order_by(Lot.id)
        .limit(1)
    ).first()
    if lot is None:
        return None
    if lot.blocked_at is not None:
        text = say("Lot {lot} is blocked. Put the goods aside.", lot=lot.code)
    else:
        text = say("Lot {lot} was good until {day} only. Put the goods aside.", lot=lot.code,
                   day=lot.best_before.isoformat())  # fmt: skip
    for order in orders_of(session, consignment_id):
        hold_order(session, command, order.id, HoldKind.LOT_UNFIT, note=lot.code)
    trail.record(session, command, "consignment", consignment_id, "lot_unfit", lot=lot.code)
    return text

"""Goods in a tote or parcel whose lot may not be sold any more: their orders are stopped."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command
from warehouse.db import DayType
from warehouse.inventory.models import (
    Lot,
    LotBalance,
    MoveSerial,
    Serial,
    StockBalance,
    SuspectKits,
)
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import HoldKind
from warehouse.orders.queries import orders_of
from warehouse.people import trail
from warehouse.text import Text, say


def is_past(day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """Return the condition that `Lot` goes to nobody: blocked, or its last day is over.

    How many days a SKU asks to be left is asked when goods are promised. What was packed in time
    still goes, as long as it is good.
    """
    return sa.or_(Lot.blocked_at.is_not(None), Lot.best_before < day)


_IN_DOUBT = (SuspectKits.ended_at.is_(None), SuspectKits.kit_lot_id.is_(None))


def _is_in_doubt(is_in: Callable[[Any], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """Return the condition that such kits are in the bins of which `is_in` says so."""
    # The bin may be that of a query two levels up, which nothing is taken from by itself.
    stands = (
        sa.select(StockBalance.bin_id)
        .where(
            is_in(StockBalance.bin_id),
            StockBalance.sku_id == SuspectKits.sku_id,
            StockBalance.on_hand > 0,
        )
        .correlate_except(StockBalance)
    )
    has_piece = (
        sa.select(Serial.id)
        .join(MoveSerial, MoveSerial.serial_id == Serial.id)
        .where(is_in(Serial.bin_id), MoveSerial.move_id == SuspectKits.move_id)
        .correlate_except(Serial, MoveSerial)
    )
    return sa.or_(sa.and_(~Sku.is_serial_tracked, stands.exists()), has_piece.exists())


def has_suspects(bin_id: Any, *where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that kits in a bin may have pieces of a blocked lot inside.

    Of kits known by number only those that do have them. `where` narrows down the suspicions.
    """
    return sa.exists(
        sa.select(SuspectKits.id)
        .join(Sku, Sku.id == SuspectKits.sku_id)
        .where(*_IN_DOUBT, *where, _is_in_doubt(lambda column: column == bin_id))
    )


def _unfit() -> sa.CompoundSelect[Any]:
    """Return the question for what must not leave `bins` on the `day`: made once, asked often."""
    bins: sa.BindParameter[Any] = sa.bindparam("bins", expanding=True)
    lots = (
        sa.select(Lot.code, Lot.blocked_at, Lot.best_before, sa.literal("").label("kit"))
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(
            LotBalance.bin_id.in_(bins),
            LotBalance.on_hand > 0,
            is_past(sa.bindparam("day", type_=DayType())),
        )
        .order_by(Lot.id)
        .limit(1)
    )
    kits = (
        sa.select(Lot.code, Lot.blocked_at, Lot.best_before, Sku.code.label("kit"))
        .select_from(SuspectKits)
        .join(Lot, Lot.id == SuspectKits.lot_id)
        .join(Sku, Sku.id == SuspectKits.sku_id)
        .where(*_IN_DOUBT, _is_in_doubt(lambda column: column.in_(bins)))
        .order_by(SuspectKits.id)
        .limit(1)
    )
    return sa.union_all(*(sa.select(part.subquery()) for part in (lots, kits)))


_UNFIT = _unfit()


def stop_unfit(
    session: Session, command: Command, consignment_id: int, bin_ids: Collection[int]
) -> Text | None:
    """Hold the orders of a consignment with unfit goods in these bins; say which goods those are.

    None, and nothing written, where all goods there may go to the customer.
    """
    lot = session.execute(_UNFIT, {"bins": list(bin_ids), "day": command.day}).first()
    if lot is None:
        return None
    if lot.kit:
        text = say("{sku} may have pieces of blocked lot {lot} inside. Put the goods aside.",
                   sku=lot.kit, lot=lot.code)  # fmt: skip
    elif lot.blocked_at is not None:
        text = say("Lot {lot} is blocked. Put the goods aside.", lot=lot.code)
    else:
        text = say("Lot {lot} was good until {day} only. Put the goods aside.", lot=lot.code,
                   day=lot.best_before.isoformat())  # fmt: skip
    for order in orders_of(session, consignment_id):
        hold_order(session, command, order.id, HoldKind.LOT_UNFIT, note=lot.code)
    trail.record(session, command, "consignment", consignment_id, "lot_unfit", lot=lot.code)
    return text

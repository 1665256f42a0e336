"""Bins that goods of a count by goods have come to since it was opened."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Zone
from warehouse.commands import Command, CommandRow
from warehouse.counting.models import CountBin, CountSession, CountWanted
from warehouse.counting.opening import add_bins
from warehouse.counting.scoping import COUNTED_KINDS
from warehouse.inventory.models import Move, StockBalance
from warehouse.people import trail


def add_newcomers(session: Session, command: Command, count: CountSession) -> int:
    """Add the bins to the count and return how many; none to a count of whole bins.

    What left a bin before anybody counted it stands in one of them. A bin that another count has
    is left to it.
    """
    if not count.is_by_sku:
        return 0
    wanted = sa.select(CountWanted.sku_id).where(CountWanted.session_id == count.id)
    stands = sa.exists().where(
        StockBalance.bin_id == Bin.id, StockBalance.on_hand != 0, StockBalance.sku_id.in_(wanted)
    )
    came = (
        sa.select(Move.to_bin_id)
        .join(CommandRow, CommandRow.id == Move.command_id)
        .where(CommandRow.at > count.opened_at, Move.sku_id.in_(wanted))
    )
    is_taken = sa.exists().where(
        CountBin.bin_id == Bin.id, sa.or_(CountBin.session_id == count.id, CountBin.is_live)
    )
    query = sa.select(Bin.id).where(
        Bin.kind.in_(COUNTED_KINDS), Bin.is_active, Bin.id.in_(came), stands, ~is_taken
    )
    if zones := count.asked.get("zones"):
        query = query.join(Zone, Zone.id == Bin.zone_id).where(Zone.code.in_(zones))
    found = session.scalars(query.order_by(Bin.walk_order, Bin.code)).all()
    if found:
        add_bins(session, count, found)
        trail.record(session, command, "count", count.id, "bins_added", bins=len(found))
    return len(found)

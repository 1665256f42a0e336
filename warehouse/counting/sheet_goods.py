"""The goods a sheet of a bin is typed in for: a line for each SKU, or each of its lots there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.counting.models import ASKED_AGAIN, CountBin, CountLine, CountSession, CountWanted
from warehouse.inventory.models import Lot, LotBalance, StockBalance


def goods_to_type(session: Session, place: CountBin) -> list[tuple[Sku, str]]:
    """Return the SKUs that are counted in a bin, by code, each with the code of a lot it has there.

    Of a bin that was counted these are the goods asked again, with the lots the book has and those
    somebody counted. The lot is "" of goods without lots, and of those known piece by piece.
    """
    skus = session.scalars(sa.select(Sku).where(_is_counted(session, place)).order_by(Sku.code))
    found = list(skus)
    lots = _lots(session, place, {x.id for x in found if _has_lots(x)})
    return [(sku, lot) for sku in found for lot in sorted(lots.get(sku.id, {""}))]


def _is_counted(session: Session, place: CountBin) -> sa.ColumnElement[bool]:
    if place.counted_at is not None:
        asked = sa.select(CountLine.sku_id).where(
            CountLine.count_bin_id == place.id, CountLine.state.in_(ASKED_AGAIN)
        )
        return Sku.id.in_(asked)
    stands = sa.select(StockBalance.sku_id).where(
        StockBalance.bin_id == place.bin_id, StockBalance.on_hand != 0
    )
    if not session.get_one(CountSession, place.session_id).is_by_sku:
        return Sku.id.in_(stands)
    wanted = sa.select(CountWanted.sku_id).where(CountWanted.session_id == place.session_id)
    return sa.and_(Sku.id.in_(stands), Sku.id.in_(wanted))


def _has_lots(sku: Sku) -> bool:
    return sku.is_lot_tracked and not sku.is_serial_tracked


def _lots(session: Session, place: CountBin, sku_ids: Collection[int]) -> dict[int, set[str]]:
    in_book = sa.select(LotBalance.lot_id).where(
        LotBalance.bin_id == place.bin_id, LotBalance.on_hand > 0
    )
    counted = sa.select(CountLine.lot_id).where(
        CountLine.count_bin_id == place.id, CountLine.lot_id.is_not(None)
    )
    rows = session.execute(
        sa.select(Lot.sku_id, Lot.code).where(sa.or_(Lot.id.in_(in_book), Lot.id.in_(counted)))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row.sku_id in sku_ids:
            found[row.sku_id].add(row.code)
    return found

"""The book of the shelves as the simulated day reads it, and differences planted in it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.inventory.models import StockBalance
from warehouse.simulation.day import Day, DayBroken

PLANTED_FROM = 12  # a bin with fewer pieces may be picked empty before anybody counts it
PLANTED_LEAST, PLANTED_MOST = 3, 6


def book_of(session: Session, bin_code: str) -> Mapping[str, int]:
    """Return SKU code → pieces the book has in the bin."""
    rows = session.execute(
        sa.select(Sku.code, StockBalance.on_hand)
        .join(StockBalance, StockBalance.sku_id == Sku.id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(Bin.code == bin_code, StockBalance.on_hand != 0)
    )
    return {code: on_hand for code, on_hand in rows}  # noqa: C416  (rows are no pairs)


def shelf_codes(session: Session) -> list[str]:
    """Return the bins that are counted, in walking order."""
    query = sa.select(Bin.code).where(Bin.kind == BinKind.SHELF, Bin.is_active)
    return list(session.scalars(query.order_by(Bin.walk_order, Bin.code)))


def plant(day: Day, count: int) -> None:
    """Put other pieces than the book says into `count` bins, some more, some fewer.

    Raises:
        DayBroken: there are not that many bins with enough goods.
    """
    if not count:
        return
    with day.database.reading() as session:
        places = [
            (code, sku)
            for code in shelf_codes(session)
            for sku, on_hand in sorted(book_of(session, code).items())
            if on_hand >= PLANTED_FROM and day.world.places[code][sku] == on_hand
        ]
    by_bin = {code: sku for code, sku in places}  # noqa: C416  (one SKU of each)
    if len(by_bin) < count:
        raise DayBroken(f"Only {len(by_bin)} bins hold enough to plant a difference in.")
    for code in day.stock_chance.sample(sorted(by_bin), count):
        pieces = day.stock_chance.randint(PLANTED_LEAST, PLANTED_MOST)
        pieces *= day.stock_chance.choice((-1, 1))
        day.world.places[code][by_bin[code]] += pieces
        day.shelves.planted[code, by_bin[code]] = pieces

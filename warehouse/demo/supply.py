"""Purchasing in the demo: levels, who sells what, full reserve bins, pick bins to be filled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Actor
from warehouse.demo.desk import Desk
from warehouse.demo.goods import Variant
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.inventory.models import StockBalance
from warehouse.orders.models import Shop
from warehouse.receiving.models import Supplier
from warehouse.replenishing.commands.levels import SetFace, set_face
from warehouse.replenishing.commands.planning import PlanTasks, plan_tasks
from warehouse.supplying.commands.levels import SetLevel, set_level
from warehouse.supplying.commands.terms import SetShare, SetTerms, set_share, set_terms

PLANNED = 9  # SKUs with levels; every third of them is low
IN_RESERVE = 60
PACK = 12
PRICE_FEN = 1_850


def plan_supply(
    session: Session, people: dict[str, int], goods: Sequence[Variant], at: datetime
) -> None:
    """Say how much of some goods is to be there, fill reserve, and have two bins filled from it."""
    desk = Desk(session=session, now=at, name="s", actor=Actor(person_id=people["huang"]))
    step = max(len(goods) // PLANNED, 1)
    codes = [v.sku.code for v in goods[1::step]][:PLANNED]
    standing = _standing(session, codes)
    suppliers = session.scalars(sa.select(Supplier.id).order_by(Supplier.id)).all()
    for n, (sku_id, _, pieces) in enumerate(standing):
        reorder_at = pieces + 10 if n % 3 == 0 else max(pieces // 2, 1)
        desk.do(
            set_terms, SetTerms, supplier_id=suppliers[n % len(suppliers)], sku_id=sku_id,
            price_fen=PRICE_FEN + 100 * n, pack_pieces=PACK,
        )  # fmt: skip
        desk.do(
            set_level, SetLevel, sku_id=sku_id, safety=max(reorder_at // 4, 1),
            reorder_at=reorder_at, order_up_to=reorder_at + 60,
        )  # fmt: skip
    _fill(session, desk, standing[:4])
    shop_id = session.scalar(sa.select(Shop.id).order_by(Shop.id).limit(1))
    if shop_id is not None and standing:
        desk.do(set_share, SetShare, shop_id=shop_id, sku_id=standing[0][0], percent=80, kept=5)


def _fill(session: Session, desk: Desk, standing: Sequence[tuple[int, int, int]]) -> None:
    """Put goods into reserve, and ask for more than stands in the pick bins of two of them."""
    named = sa.select(Sku.id, Sku.code).where(Sku.id.in_([sku_id for sku_id, *_ in standing]))
    codes = {row.id: row.code for row in session.execute(named)}
    bins = session.scalars(
        sa.select(Bin.code).where(Bin.kind == BinKind.RESERVE).order_by(Bin.walk_order)
    ).all()
    rows = tuple(
        OpeningRow(bin_code=place, sku_code=codes[sku_id], pieces=IN_RESERVE)
        for (sku_id, _, _), place in zip(standing, bins, strict=False)
    )
    desk.do(import_opening, ImportOpening, rows=rows)
    for sku_id, bin_id, pieces in standing[:2]:
        desk.do(set_face, SetFace, sku_id=sku_id, bin_id=bin_id, least=pieces + 4, most=pieces + 24)
    desk.do(plan_tasks, PlanTasks)


def _standing(session: Session, codes: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return (SKU, shelf, free pieces there) of these goods, those that stand on a shelf."""
    free = StockBalance.on_hand - StockBalance.reserved
    rows = session.execute(
        sa.select(Sku.id, Bin.id, free)
        .join(StockBalance, StockBalance.sku_id == Sku.id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(Sku.code.in_(codes), Bin.kind == BinKind.SHELF, free > 0, ~Sku.is_lot_tracked)
        .order_by(Sku.id, Bin.id)
    )
    first: dict[int, tuple[int, int, int]] = {}
    for sku_id, bin_id, pieces in rows:
        first.setdefault(sku_id, (sku_id, bin_id, pieces))
    return list(first.values())

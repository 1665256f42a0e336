"""What to buy, supplier by supplier, and why so many."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.receiving.models import Supplier
from warehouse.supplying.models import StockLevel, SupplierSku
from warehouse.supplying.stock import Asked, SkuStock, StockQuestion
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class Reorder:
    """One SKU to buy: so many pieces at a price in fen (None: not known), and why."""

    stock: SkuStock
    pieces: int
    price_fen: int | None
    lead_days: int
    item_no: str
    why: Text

    @property
    def amount_fen(self) -> int | None:
        """What the line costs, None where no price is known."""
        return None if self.price_fen is None else self.price_fen * self.pieces


@dataclass(frozen=True, kw_only=True)
class SupplierReorder:
    """What to buy of one supplier, by SKU code; None: of these nobody said who sells them."""

    supplier: Supplier | None
    lines: tuple[Reorder, ...]

    @property
    def pieces(self) -> int:
        """Pieces in all."""
        return sum(line.pieces for line in self.lines)

    @property
    def amount_fen(self) -> int:
        """What the lines with a known price cost."""
        return sum(line.amount_fen or 0 for line in self.lines)


def reorders(session: Session, asked: Asked) -> list[SupplierReorder]:
    """Return what is at or below its reorder point, by supplier; those without one come last.

    Of a supplier that is no longer in use nothing can be bought: it counts as none.
    """
    lines = lines_of(session, asked)
    named = {line.stock.supplier_id for line in lines}
    in_use = sa.select(Supplier).where(Supplier.id.in_(named), Supplier.is_active)
    suppliers = {supplier.id: supplier for supplier in session.scalars(in_use)}
    by_supplier: dict[int | None, list[Reorder]] = defaultdict(list)
    for line in lines:
        known = line.stock.supplier_id in suppliers
        by_supplier[line.stock.supplier_id if known else None].append(line)
    found = [
        SupplierReorder(supplier=suppliers[key] if key else None, lines=tuple(x))
        for key, x in by_supplier.items()
    ]
    return sorted(found, key=lambda s: (s.supplier is None, s.supplier.name if s.supplier else ""))


def lines_of(session: Session, asked: Asked, supplier_id: int | None = None) -> list[Reorder]:
    """Return the SKUs in use to buy now, by code; of one supplier, if one is named."""
    question = StockQuestion(asked)
    query = (
        question.select()
        .add_columns(
            SupplierSku.price_fen,
            SupplierSku.item_no,
            sa.func.coalesce(SupplierSku.lead_days, Supplier.lead_days, 0).label("lead_days"),
        )
        .where(Sku.is_active, question.position <= StockLevel.reorder_at)
        .order_by(Sku.code)
    )
    if supplier_id is not None:
        query = query.where(SupplierSku.supplier_id == supplier_id)
    found = []
    for row in session.execute(query):
        stock = question.stock_of(row)
        if stock.to_order:
            found.append(
                Reorder(
                    stock=stock,
                    pieces=stock.to_order,
                    price_fen=row.price_fen,
                    lead_days=row.lead_days,
                    item_no=row.item_no or "",
                    why=why_of(stock),
                )
            )
    return found


def why_of(stock: SkuStock) -> Text:
    """Return the sentence that says why so many pieces are proposed."""
    there, level, terms = stock.standing, stock.level, stock.terms
    target = level.order_up_to if level.order_up_to is not None else level.reorder_at
    return say(
        "{there} here, {coming} coming, {wanted} wanted by orders: {position}, reorder point"
        " {reorder_at}; up to {target}, in packs of {pack}, at least {least}.",
        there=there.sellable + there.dock_fit,
        coming=there.coming,
        wanted=there.wanted,
        position=stock.position,
        reorder_at=level.reorder_at,
        target=target,
        pack=terms.pack_pieces,
        least=terms.least_pieces,
    )

"""Sound goods at the dock that end too soon to be promised to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.db import DayType
from warehouse.inventory.fitness import DaysAfter
from warehouse.inventory.models import Lot
from warehouse.receiving.models import ReceiptCount
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class NearEnd:
    """Pieces of a lot that were counted, with the days left and those the SKU is sold with."""

    code: str
    lot: str
    best_before: date
    pieces: int
    left: int
    wanted: int

    @property
    def text(self) -> Text:
        """What the second person and the desk are told of them."""
        return say(
            "{pieces} × {sku} of lot {lot} are good for {left} days more, until {day}. They are"
            " sold with {wanted} days left or more: no order gets them.",
            pieces=self.pieces, sku=self.code, lot=self.lot, left=self.left,
            day=self.best_before.isoformat(), wanted=self.wanted,
        )  # fmt: skip


def too_near(sku: Sku, best_before: date | None, today: date) -> Text | None:
    """Return what is said of sound pieces that end too soon to be sold, None if they do not."""
    if best_before is None or (best_before - today).days >= sku.days_before_expiry:
        return None
    return say(
        "Good for {left} days more, sold with {wanted} or more: no order gets it.",
        left=(best_before - today).days, wanted=sku.days_before_expiry,
    )  # fmt: skip


def near_end(session: Session, receipt_id: int, today: date) -> list[NearEnd]:
    """Return the sound pieces of a receipt that no order gets on the site's day, by SKU and lot."""
    best_before = sa.func.coalesce(Lot.best_before, ReceiptCount.best_before)
    limit = DaysAfter(sa.literal(today, DayType()), Sku.days_before_expiry)
    rows = session.execute(
        sa.select(
            Sku.code,
            ReceiptCount.lot_code,
            best_before.label("best_before"),
            Sku.days_before_expiry,
            sa.func.sum(ReceiptCount.pieces).label("pieces"),
        )
        .join(Sku, Sku.id == ReceiptCount.sku_id)
        .outerjoin(Lot, sa.and_(Lot.sku_id == Sku.id, Lot.code == ReceiptCount.lot_code))
        .where(
            ReceiptCount.receipt_id == receipt_id,
            ReceiptCount.undone_at.is_(None),
            ReceiptCount.fault.is_(None),
            best_before < limit,
        )
        .group_by(Sku.code, ReceiptCount.lot_code, best_before, Sku.days_before_expiry)
        .order_by(Sku.code, ReceiptCount.lot_code)
    )
    return [
        NearEnd(
            code=row.code,
            lot=row.lot_code,
            best_before=row.best_before,
            pieces=int(row.pieces),
            left=(row.best_before - today).days,
            wanted=row.days_before_expiry,
        )
        for row in rows
    ]

"""What each shop may offer of each SKU: available to promise, split by the shops' shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.orders.models import Shop
from warehouse.supplying.models import ShopShare
from warehouse.supplying.rules import Share, shared
from warehouse.supplying.stock import Asked, SkuStock, stocks_of


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What one shop may offer of one SKU, and what is on its way with the next day."""

    shop: str
    stock: SkuStock
    pieces: int

    @property
    def coming(self) -> int:
        """Pieces on the way in."""
        return self.stock.standing.on_the_way

    @property
    def next_on(self) -> date | None:
        """The day on which the next of these are expected."""
        return self.stock.next_on


def offers_of(
    session: Session,
    asked: Asked,
    *,
    shop: str | None = None,
    sku_ids: Collection[int] | None = None,
) -> list[Offer]:
    """Return what the shops may offer, by SKU code and shop; of one shop, if one is named."""
    shops = session.execute(sa.select(Shop.id, Shop.code).order_by(Shop.id)).all()
    rules = _rules(session)
    found = []
    for stock in stocks_of(session, asked, sku_ids).values():
        if not stock.is_active:
            continue
        parts = shared(stock.may_sell, _shares([s.id for s in shops], rules, stock.sku_id))
        found += [
            Offer(shop=s.code, stock=stock, pieces=parts[s.id])
            for s in shops
            if shop in (None, s.code)
        ]
    return found


def _rules(session: Session) -> dict[int | None, dict[int, ShopShare]]:
    """Return SKU id (None: all goods) → shop id → its share."""
    found: dict[int | None, dict[int, ShopShare]] = defaultdict(dict)
    for share in session.scalars(sa.select(ShopShare)):
        found[share.sku_id][share.shop_id] = share
    return found


def _shares(
    shop_ids: Iterable[int], rules: dict[int | None, dict[int, ShopShare]], sku_id: int
) -> list[Share]:
    """Return the shares in a SKU; what is said of the SKU itself goes before what is of all."""
    of_sku, of_all = rules.get(sku_id, {}), rules.get(None, {})
    found = []
    for shop_id in shop_ids:
        rule = of_sku.get(shop_id) or of_all.get(shop_id)
        found.append(
            Share(shop_id=shop_id, percent=rule.percent, kept=rule.kept)
            if rule
            else Share(shop_id=shop_id)
        )
    return found

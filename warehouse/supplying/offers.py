"""What each shop may offer of each SKU: available to promise, split by the shops' shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.orders.models import LineState, Order, OrderLine, OrderState, Shop, ShopState
from warehouse.supplying.models import ShopShare
from warehouse.supplying.rules import Share, shared
from warehouse.supplying.stock import Asked, SkuStock, stocks_of

SOLD = (ShopState.PAID, ShopState.PART_SHIPPED, ShopState.SHIPPED, ShopState.FINISHED)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What one shop may offer of one SKU, and what is on its way with the next day."""

    shop: str
    stock: SkuStock
    pieces: int
    share: Share
    is_own: bool  # said of this SKU, not of all goods

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
    rules, kept = _rules(session), _still_kept(session)
    found = []
    for stock in stocks_of(session, asked, sku_ids).values():
        if not stock.is_active:
            continue
        shares = _shares([s.id for s in shops], rules, kept, stock.sku_id)
        parts, own = shared(stock.may_sell, shares), rules.get(stock.sku_id, {})
        found += [
            Offer(shop=s.code, stock=stock, pieces=parts[s.id], share=share, is_own=s.id in own)
            for s, share in zip(shops, shares, strict=True)
            if shop in (None, s.code)
        ]
    return found


def _rules(session: Session) -> dict[int | None, dict[int, ShopShare]]:
    """Return SKU id (None: all goods) → shop id → its share."""
    found: dict[int | None, dict[int, ShopShare]] = defaultdict(dict)
    for share in session.scalars(sa.select(ShopShare)):
        found[share.sku_id][share.shop_id] = share
    return found


def _still_kept(session: Session) -> dict[int, int]:
    """Return the id of a share → the pieces still kept: less what the shop sold since.

    Sold is what paid orders want that came since then, as far as the shop has not closed it.
    """
    sold = (
        sa.select(sa.func.coalesce(sa.func.sum(OrderLine.pieces), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.sku_id == ShopShare.sku_id,
            OrderLine.state.in_((LineState.OPEN, LineState.SHIPPED)),
            Order.shop_id == ShopShare.shop_id,
            Order.received_at > ShopShare.kept_at,
            Order.shop_state.in_(SOLD),
            Order.state.not_in((OrderState.CANCELLED, OrderState.CLOSED)),
        )
        .correlate(ShopShare)
        .scalar_subquery()
    )
    rows = session.execute(sa.select(ShopShare.id, ShopShare.kept - sold).where(ShopShare.kept > 0))
    return {share_id: max(0, int(pieces)) for share_id, pieces in rows}


def _shares(
    shop_ids: Iterable[int],
    rules: dict[int | None, dict[int, ShopShare]],
    kept: dict[int, int],
    sku_id: int,
) -> list[Share]:
    """Return the shares in a SKU; what is said of the SKU itself goes before what is of all."""
    of_sku, of_all = rules.get(sku_id, {}), rules.get(None, {})
    found = []
    for shop_id in shop_ids:
        rule = of_sku.get(shop_id) or of_all.get(shop_id)
        found.append(
            Share(shop_id=shop_id, percent=rule.percent, kept=kept.get(rule.id, 0))
            if rule
            else Share(shop_id=shop_id)
        )
    return found

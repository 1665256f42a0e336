"""What each shop may offer of each SKU: available to promise, split by the shops' shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.orders.import_models import ImportChange, ImportRun
from warehouse.orders.models import LineState, Order, OrderLine, OrderState, Shop, ShopState
from warehouse.supplying.models import ShopShare
from warehouse.supplying.rules import Share, shared
from warehouse.supplying.stock import Asked, SkuStock, stocks_of

SOLD = (ShopState.PAID, ShopState.PART_SHIPPED, ShopState.SHIPPED, ShopState.FINISHED)
LONGEST_UNPAID = timedelta(days=30)  # what is not paid by then, the shops have closed long ago


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
    rules, kept = _rules(session), _still_kept(session, sku_ids)
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


def _still_kept(session: Session, sku_ids: Collection[int] | None) -> dict[int, int]:
    """Return the id of a share → the pieces still kept: less what the shop sold since.

    Sold is what orders want that were paid for us since then, as far as the shop has not closed
    them. No more lines of a share are read than pieces are kept: each takes at least one.
    """
    shares = sa.select(ShopShare.id, ShopShare.kept).where(ShopShare.kept > 0)
    if sku_ids is not None:
        shares = shares.where(ShopShare.sku_id.in_(sku_ids))
    of_these = shares.with_only_columns(
        sa.func.max(ShopShare.kept), sa.func.min(ShopShare.kept_at, type_=ShopShare.kept_at.type)
    )
    most, since = session.execute(of_these).one()
    if most is None:
        return {}
    first = session.scalar(_first_line(since - LONGEST_UNPAID))
    rows = session.execute(shares.add_columns(_sold(first, most)) if first is not None else shares)
    return {share_id: max(0, kept - int(sum(sold))) for share_id, kept, *sold in rows}


def _first_line(since: datetime) -> sa.Select[int]:
    """Return the number of the first line of the first order with lines after an instant."""
    has_lines = sa.exists().where(OrderLine.order_id == Order.id)
    first_order = (
        sa.select(Order.id)
        .where(Order.received_at > since, has_lines)
        .order_by(Order.received_at)
        .limit(1)
    )
    return sa.select(sa.func.min(OrderLine.id)).where(
        OrderLine.order_id == first_order.scalar_subquery()
    )


def _sold(first_line: int, most: int) -> sa.ScalarSelect[int]:
    """Return what the newest lines of a share want, so many of them at the most.

    Bounds on both sides where "equals" would say the same, and a number to which nothing is added:
    so no database does without the index of the SKU and its newest lines.
    """
    lowest = sa.tuple_(ShopShare.sku_id, sa.literal(first_line, OrderLine.id.type))
    newest = (
        sa.select(OrderLine.pieces)
        .join(Order, Order.id == OrderLine.order_id + 0)
        .where(
            sa.tuple_(OrderLine.sku_id, OrderLine.id) >= lowest,
            OrderLine.sku_id <= ShopShare.sku_id,
            OrderLine.state.in_((LineState.OPEN, LineState.SHIPPED)),
            Order.shop_id == ShopShare.shop_id,
            Order.shop_state.in_(SOLD),
            Order.state.not_in((OrderState.CANCELLED, OrderState.CLOSED)),
            sa.or_(Order.received_at > ShopShare.kept_at, _is_paid_since()),
        )
        .order_by(OrderLine.sku_id.desc(), OrderLine.id.desc())
        .limit(most)
        .correlate(ShopShare)
        .subquery()
    )
    return sa.select(sa.func.coalesce(sa.func.sum(newest.c.pieces), 0)).scalar_subquery()


def _is_paid_since() -> sa.ColumnElement[bool]:
    """Return the condition that we heard of an order's payment after pieces were kept."""
    heard = sa.exists().where(
        ImportChange.order_id == Order.id,
        ImportChange.field == "shop_state",
        ImportChange.old.not_in(SOLD),
        ImportChange.new.in_(SOLD),
        ImportRun.id == ImportChange.run_id,
        sa.or_(ImportRun.finished_at.is_(None), ImportRun.finished_at > ShopShare.kept_at),
    )
    return heard.correlate(Order, ShopShare)


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

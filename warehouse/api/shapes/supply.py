"""Stock numbers, what shops may sell and what to buy, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import Schema, component, listed, maybe, record, text, whole, word
from warehouse.api.shapes.paging import keys_of, page
from warehouse.catalog.models import Sku
from warehouse.errors import NotFound
from warehouse.orders.models import Shop
from warehouse.settings import load_settings
from warehouse.supplying.offers import Offer, offers_of
from warehouse.supplying.reordering import reorders
from warehouse.supplying.rules import Alert
from warehouse.supplying.stock import Asked, SkuStock, StockQuestion
from warehouse.text import say

STOCK_NUMBERS: Schema = record(
    {
        "sku": text(),
        "on_hand": whole("In the house; totes and parcels are left out."),
        "reserved": whole("Promised to waves."),
        "shelf": whole("In bins orders are picked from."),
        "reserve": whole("Behind them; it fills them."),
        "unfit": whole("Of lots blocked or too near their end."),
        "dock": whole(),
        "quarantine": whole(),
        "promised": whole("Wanted by released and clean orders, not reserved yet."),
        "held": whole("Wanted by paid orders that are held, and lacked by orders in work."),
        "on_the_way": whole("Ordered of suppliers and not here yet."),
        "next_on": maybe(text("The first day on which some are expected.")),
        "owed": whole("Out at suppliers for exchange, not settled yet."),
        "safety": whole(),
        "reorder_at": maybe(whole()),
        "order_up_to": maybe(whole()),
        "may_sell": whole("Available to promise, all shops together."),
        "sold": whole("Dispatched in the last weeks, as many as the site counts."),
        "days_of_cover": maybe(
            whole("Null: nothing was sold on a whole day, or goods came lately.")
        ),
        "to_order": whole("What is proposed to be bought now."),
        "alerts": listed(word(Alert)),
    },
    "Every number of one SKU.",
)
OFFER: Schema = record(
    {
        "shop": text(),
        "sku": text(),
        "pieces": whole("Available to promise for this shop."),
        "on_the_way": whole(),
        "next_on": maybe(text()),
    },
    "What one shop may sell of one SKU.",
)
REORDER: Schema = record(
    {
        "supplier": maybe(text("Its code; null: nobody said who sells it.")),
        "sku": text(),
        "pieces": whole("In whole packs, not fewer than the supplier sells."),
        "price_fen": maybe(whole()),
        "here": whole("Sound and free, the dock with them."),
        "coming": whole("On the way, in drafts, and owed in exchange."),
        "wanted": whole("By orders."),
        "reorder_at": whole(),
        "up_to": whole(),
    },
    "One SKU to buy now, and the figures that say so.",
)
REORDERS: Schema = record({"reorders": listed(component("Reorder"))}, "What to buy now.")


def list_numbers(
    session: Session,
    *,
    day: date,
    sku: str | None = None,
    alert: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of SKUs with their numbers, in the order they were made."""
    question = StockQuestion(_asked(session, day))
    query = question.select().order_by(Sku.id).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Sku.id > keys[0])
    if sku is not None:
        query = query.where(Sku.code == sku)
    if alert is not None:
        query = query.where(question.is_alert(Alert(alert)), Sku.is_active)
    rows = session.execute(query).all()
    return page("numbers", rows, limit, lambda row: _numbers(question.stock_of(row)), "id")


def list_offers(
    session: Session, *, day: date, shop: str, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of what a shop may sell, in the order SKUs were made.

    Raises:
        NotFound: there is no such shop.
    """
    if session.scalar(sa.select(Shop.id).where(Shop.code == shop)) is None:
        raise NotFound(say("shop"), shop)
    query = sa.select(Sku.id).where(Sku.is_active).order_by(Sku.id).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Sku.id > keys[0])
    skus = session.execute(query).all()
    offers = {
        offer.stock.sku_id: offer
        for offer in offers_of(
            session, _asked(session, day), shop=shop, sku_ids=[row.id for row in skus]
        )
    }
    return page("offers", skus, limit, lambda row: _offer(offers[row.id]), "id")


def list_reorders(session: Session, *, day: date) -> dict[str, Any]:
    """Return what to buy now, supplier by supplier."""
    found = []
    for one in reorders(session, _asked(session, day)):
        for line in one.lines:
            there, level = line.stock.standing, line.stock.level
            found.append(
                {
                    "supplier": one.supplier.code if one.supplier else None,
                    "sku": line.stock.code,
                    "pieces": line.pieces,
                    "price_fen": line.price_fen,
                    "here": there.sellable + there.dock_fit,
                    "coming": there.coming,
                    "wanted": there.wanted,
                    "reorder_at": level.reorder_at,
                    "up_to": level.reorder_at if level.order_up_to is None else level.order_up_to,
                }
            )
    return {"reorders": found}


def _asked(session: Session, day: date) -> Asked:
    return Asked(day=day, settings=load_settings(session))


def _numbers(stock: SkuStock) -> dict[str, Any]:
    there = stock.standing
    return {
        "sku": stock.code, "on_hand": stock.on_hand, "reserved": stock.reserved,
        "shelf": there.shelf, "reserve": there.reserve, "unfit": there.unfit, "dock": there.dock,
        "quarantine": there.quarantine, "promised": there.promised, "held": there.held,
        "on_the_way": there.on_the_way, "next_on": _day(stock.next_on),
        "owed": there.owed, "safety": stock.level.safety, "reorder_at": stock.level.reorder_at,
        "order_up_to": stock.level.order_up_to, "may_sell": stock.may_sell, "sold": stock.sold,
        "days_of_cover": stock.cover, "to_order": stock.to_order,
        "alerts": [alert.value for alert in stock.alerts],
    }  # fmt: skip


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "shop": offer.shop, "sku": offer.stock.code, "pieces": offer.pieces,
        "on_the_way": offer.coming, "next_on": _day(offer.next_on),
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

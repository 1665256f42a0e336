"""Releasing whatever is clean, without naming it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Order, OrderState, Shop
from warehouse.text import say

MOST_AT_ONCE = 200  # one transaction stays short; the answer tells how many are left


@dataclass(frozen=True, kw_only=True)
class ReleaseClean(Command):
    """Give the clean orders that come first to the floor, of one shop if it is named."""

    shop_code: str = ""


def release_clean(session: Session, command: ReleaseClean) -> Outcome:
    """Release up to `MOST_AT_ONCE` clean orders: urgent ones, then those paid first.

    `left` of the facts counts orders that turned out not to be clean, `waiting` the clean ones
    beyond this lot.
    """
    clean = sa.select(Order.id).where(Order.state == OrderState.CLEAN)
    if command.shop_code:
        shop = sa.select(Shop.id).where(Shop.code == command.shop_code)
        clean = clean.where(Order.shop_id == shop.scalar_subquery())
    age = sa.func.coalesce(Order.paid_at, Order.created_at)
    first = clean.order_by(Order.is_urgent.desc(), age, Order.id).limit(MOST_AT_ONCE)
    ids = tuple(session.scalars(first))
    if not ids:
        return Outcome(
            screen="orders",
            message=say("No order is clean."),
            facts={"released": 0, "left": 0, "waiting": 0},
        )
    outcome = release_orders(
        session,
        ReleaseOrders(id=command.id, actor=command.actor, at=command.at, order_ids=ids),
    )
    waiting = session.scalar(sa.select(sa.func.count()).select_from(clean.subquery()))
    return Outcome(
        screen=outcome.screen,
        message=outcome.message,
        tone=outcome.tone,
        facts={**outcome.facts, "waiting": waiting or 0},
    )

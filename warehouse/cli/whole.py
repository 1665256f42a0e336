"""Auditing and releasing everything there is, lot by lot, so that no transaction is long."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.cli import Site
from warehouse.cli.speaking import Progress, perform
from warehouse.commands import Actor
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.bulk import ReleaseClean, release_clean
from warehouse.orders.models import Order, OrderState
from warehouse.orders.rules import BEFORE_RELEASE

LOT = 500


def audit_all(site: Site, actor: Actor) -> tuple[int, int]:
    """Audit every order that is not released; return how many are clean and how many held."""
    progress, last, done = Progress(), 0, 0
    while ids := _ids_after(site, last):
        perform(site, actor, audit_orders, AuditOrders, order_ids=ids)
        last, done = ids[-1], done + len(ids)
        progress.show(f"{done} …")
    progress.end()
    with site.database.reading() as session:
        rows = session.execute(sa.select(Order.state, sa.func.count()).group_by(Order.state))
        counts = {row[0]: row[1] for row in rows}
    return counts.get(OrderState.CLEAN, 0), counts.get(OrderState.HELD, 0)


def _ids_after(site: Site, last: int) -> tuple[int, ...]:
    query = sa.select(Order.id).where(Order.state.in_(BEFORE_RELEASE), Order.id > last)
    with site.database.reading() as session:
        return tuple(session.scalars(query.order_by(Order.id).limit(LOT)))


def release_all(site: Site, actor: Actor, shop: str) -> tuple[int, int]:
    """Release every clean order; return how many went, and how many turned out not clean."""
    progress, released, left = Progress(), 0, 0
    while True:
        facts = perform(site, actor, release_clean, ReleaseClean, shop_code=shop).facts
        released, left = released + facts["released"], left + facts["left"]
        progress.show(f"{released} …")
        # A lot that released nothing would come again for ever.
        if not facts["waiting"] or not facts["released"]:
            progress.end()
            return released, left

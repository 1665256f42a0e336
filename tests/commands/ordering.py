"""What tests of orders do again and again."""

from __future__ import annotations

from tests.builders import World
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Consignment


def audit(world: World, *order_ids: int) -> dict[str, int]:
    return dict(world.do(audit_orders, AuditOrders, order_ids=order_ids).facts)


def release(world: World, *order_ids: int) -> dict[str, int]:
    return dict(world.do(release_orders, ReleaseOrders, order_ids=order_ids).facts)


def live(world: World) -> list[Consignment]:
    return [c for c in world.all(Consignment) if c.state != "dissolved"]

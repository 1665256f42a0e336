"""Saying which SKU of ours a shop means; the lines that waited for it get it at once."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, Sku
from warehouse.catalog.rules import spellings_of
from warehouse.commands import Command, Outcome
from warehouse.db import table_of
from warehouse.errors import InvalidInput, NotFound
from warehouse.orders.commands.audit import audit
from warehouse.orders.models import LineState, Order, OrderLine, SkuMapping
from warehouse.orders.rules import BEFORE_RELEASE
from warehouse.people import trail
from warehouse.text import say

_line, _order = table_of(OrderLine), table_of(Order)


@dataclass(frozen=True, kw_only=True)
class MapSku(Command):
    """What a shop calls a thing is this SKU of ours, named by its code or a barcode."""

    mapping_id: int
    sku: str


def map_sku(session: Session, command: MapSku) -> Outcome:
    """Keep the mapping, give the waiting lines their SKU and audit their orders anew.

    Orders released already keep the SKU they were released with.

    Raises:
        InvalidInput: no active SKU has this code or barcode.
    """
    mapping = session.get(SkuMapping, command.mapping_id, with_for_update=True)
    if mapping is None:
        raise NotFound(say("mapping"), command.mapping_id)
    sku = _sku(session, command.sku.strip())
    mapping.sku_id = sku.id
    mapping.mapped_at = command.at
    mapping.mapped_by = command.actor.person_id
    session.flush()
    orders = _give(session, mapping, sku.id)
    facts = {"sku": sku.code, "said": mapping.seller_code or mapping.title[:80]}
    trail.record(session, command, "mapping", mapping.id, "mapped", **facts)
    trail.record_all(session, command, "order", [(i, facts) for i in orders], "mapped")
    audit(session, command, orders)
    return Outcome(
        screen="mapping",
        subject_id=mapping.id,
        message=say("It is {sku}. {count} orders go on.", sku=sku.code, count=len(orders)),
        facts={"orders": len(orders)},
    )


def _sku(session: Session, code: str) -> Sku:
    found = session.scalars(sa.select(Sku).where(Sku.code == code, Sku.is_active)).first()
    if found is None:
        found = session.scalars(
            sa.select(Sku)
            .join(Barcode, Barcode.sku_id == Sku.id)
            .where(Barcode.code.in_(spellings_of(code)), Barcode.pieces == 1, Sku.is_active)
            .order_by(Sku.id)
        ).first()
    if found is None:
        raise InvalidInput(say("There is no SKU {code}.", code=code[:40] or "?"), field="sku")
    return found


def _give(session: Session, mapping: SkuMapping, sku_id: int) -> list[int]:
    """Set the SKU on the lines that wait for it; return their orders, by id."""
    of_shop = sa.select(_order.c.id).where(
        _order.c.shop_id == mapping.shop_id, _order.c.state.in_(BEFORE_RELEASE)
    )
    waiting = sa.and_(
        _line.c.order_id.in_(of_shop),
        _line.c.sku_id.is_(None),
        _line.c.state == LineState.OPEN,
        _line.c.seller_code == mapping.seller_code,
    )
    if not mapping.seller_code:
        same = (_line.c.title == mapping.title, _line.c.properties == mapping.properties)
        waiting = sa.and_(waiting, *same)
    given = session.execute(
        sa.update(_line).where(waiting).values(sku_id=sku_id).returning(_line.c.order_id)
    )
    orders = sorted({int(row.order_id) for row in given})
    session.expire_all()
    return orders

"""Saying which SKU of ours a shop means; the lines that waited for it get it at once."""

from __future__ import annotations

from collections.abc import Collection
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
    mapping = session.get(SkuMapping, command.mapping_id)
    if mapping is None:
        raise NotFound(say("mapping"), command.mapping_id)
    # Orders first, as an import locks them: its chunk ends with the mappings it asks for.
    waiting = sa.select(_line.c.order_id).where(_waiting(mapping))
    session.execute(
        sa.select(_order.c.id)
        .where(_order.c.id.in_(waiting))
        .order_by(_order.c.id)
        .with_for_update()
    )
    session.refresh(mapping, with_for_update=True)
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


def give_told(session: Session, command: Command, unknown: Collection[tuple[int, str]]) -> None:
    """Give lines just taken in the SKU that somebody named while they came in.

    `unknown` are the (shop id, match key) pairs a chunk of an import found no SKU for. Their
    mappings stay locked, so that whoever names one from now on sees these lines.
    """
    if not unknown:
        return
    found = session.scalars(
        sa.select(SkuMapping)
        .where(SkuMapping.match_key.in_({key for _, key in unknown}))
        .order_by(SkuMapping.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    told = [(m, m.sku_id) for m in found if (m.shop_id, m.match_key) in unknown]
    orders = {i for m, sku_id in told if sku_id is not None for i in _give(session, m, sku_id)}
    if orders:
        audit(session, command, sorted(orders))


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
    given = session.execute(
        sa.update(_line).where(_waiting(mapping)).values(sku_id=sku_id).returning(_line.c.order_id)
    )
    orders = sorted({int(row.order_id) for row in given})
    session.expire_all()
    return orders


def _waiting(mapping: SkuMapping) -> sa.ColumnElement[bool]:
    """Return the condition that a line waits for this mapping."""
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
    return waiting

"""All that the audit has to know of some orders, read in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import table_of
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    Hold,
    LineState,
    Order,
    OrderLine,
    OrderState,
    ShopState,
)
from warehouse.orders.queries import dispatched_of
from warehouse.orders.rules import BEFORE_RELEASE, ENDED_AT_SHOP, LineFacts, OrderFacts

_order = table_of(Order)
_line = table_of(OrderLine)
_hold = table_of(Hold)
_consignment = table_of(Consignment)

_MERGEABLE = sa.or_(
    _order.c.state.in_(BEFORE_RELEASE),
    sa.and_(
        _order.c.state == OrderState.RELEASED,
        sa.select(_consignment.c.state)
        .where(_consignment.c.id == _order.c.consignment_id)
        .scalar_subquery()
        == ConsignmentState.READY,
    ),
)
_FACTS = (
    _order.c.id,
    _order.c.state,
    _order.c.shop_state,
    _order.c.is_urgent,
    _order.c.paid_at,
    _order.c.created_at,
    _order.c.is_masked,
    _order.c.receiver_key,
    _order.c.receiver_token,
    _order.c.receiver_province,
    _order.c.receiver_city,
    _order.c.receiver_detail,
    _order.c.receiver_name,
    _order.c.receiver_phone,
    _order.c.buyer_message,
    _order.c.seller_memo,
)
_LINE_FACTS = (
    _line.c.id,
    _line.c.order_id,
    _line.c.sku_id,
    _line.c.pieces,
    _line.c.state,
    _line.c.is_service,
)


@dataclass
class Dossier:
    """All the audit knows of one order."""

    row: Any
    lines: list[LineFacts] = field(default_factory=list)
    open_holds: dict[str, Any] = field(default_factory=dict)
    overridden: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # → hold ids
    twins: tuple[int, ...] = ()
    claims: list[tuple[int, int]] = field(default_factory=list)  # clean: SKU id, pieces it has
    is_part_gone: bool = False  # some of it has left the house in a parcel

    @property
    def is_all_gone(self) -> bool:
        """Whether all that was to be sent has left, and nothing of the rest is asked back."""
        return self.is_part_gone and not any(
            line.is_to_ship or line.state is LineState.REFUND_ASKED for line in self.lines
        )

    @property
    def facts(self) -> OrderFacts:
        row = self.row
        return OrderFacts(
            shop_state=ShopState(row.shop_state),
            lines=self.lines,
            is_masked=row.is_masked,
            has_token=bool(row.receiver_token),
            address=(row.receiver_province, row.receiver_city, row.receiver_detail),
            name=row.receiver_name,
            phone=row.receiver_phone,
            buyer_message=row.buyer_message,
            seller_memo=row.seller_memo,
            twins=self.twins,
        )


def dossiers_of(
    session: Session, order_ids: Iterable[int], *, with_twins: bool
) -> dict[int, Dossier]:
    """Return order id → dossier of those not released yet, locked while they are looked at.

    With twins, other orders of the same receivers come along. A fixed number of statements.
    """
    rows = session.execute(
        sa.select(*_FACTS)
        .where(_order.c.id.in_(set(order_ids)), _order.c.state.in_(BEFORE_RELEASE))
        .order_by(_order.c.id)
        .with_for_update()
    ).all()
    dossiers = {row.id: Dossier(row=row) for row in rows}
    if with_twins:
        _add_twins(session, dossiers)
    ids = list(dossiers)
    # In one order always: what a hold is about is named by its lines in this order.
    of_orders = sa.select(*_LINE_FACTS).where(_line.c.order_id.in_(ids)).order_by(_line.c.id)
    lines = session.execute(of_orders).all()
    gone = dispatched_of(session, [line.id for line in lines])
    for line in lines:
        dossier = dossiers[line.order_id]
        is_claim = dossier.row.state == OrderState.CLEAN and line.state == LineState.OPEN
        if is_claim and line.sku_id is not None:
            dossier.claims.append((line.sku_id, line.pieces))
        left = line.pieces - gone.get(line.id, 0)
        dossier.is_part_gone |= line.id in gone
        if left <= 0:
            continue
        dossier.lines.append(
            LineFacts(
                line_id=line.id,
                sku_id=line.sku_id,
                pieces=left,
                state=line.state,
                is_service=line.is_service,
            )
        )
    for hold in session.execute(
        sa.select(_hold).where(_hold.c.order_id.in_(ids)).order_by(_hold.c.id)
    ):
        if hold.released_at is None:
            dossiers[hold.order_id].open_holds[hold.kind] = hold
        elif hold.is_override:
            fact = (hold.kind, hold.about)
            dossiers[hold.order_id].overridden.setdefault(fact, []).append(hold.id)
    return dossiers


def _add_twins(session: Session, dossiers: dict[int, Dossier]) -> None:
    """Find the other orders of the same receivers; those not audited yet come along."""
    keys = {d.row.receiver_key for d in dossiers.values()} - {""}
    if not keys:
        return
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(
        sa.select(*_FACTS)
        .where(
            _order.c.receiver_key.in_(keys),
            _MERGEABLE,
            _order.c.shop_state.not_in(ENDED_AT_SHOP),
        )
        .order_by(_order.c.id)
        .with_for_update(of=_order)
    ):
        groups[row.receiver_key].append(row)
    for rows in groups.values():
        ids = tuple(sorted(row.id for row in rows))
        for row in rows:
            if row.state in BEFORE_RELEASE:
                dossier = dossiers.setdefault(row.id, Dossier(row=row))
                dossier.twins = ids if len(ids) > 1 else ()

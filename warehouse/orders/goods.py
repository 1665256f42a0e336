"""The goods of a consignment: locked for a step that counts them, summed for its screen."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from warehouse.catalog.models import Sku
from warehouse.orders.models import ConsignmentLine


@dataclass(frozen=True, kw_only=True)
class GoodsRow:
    """One SKU of a consignment with its counters; lines of one SKU are counted together."""

    sku_id: int
    code: str
    name: str
    properties: str
    wanted: int
    done: int


def goods_of(
    session: Session, consignment_id: int, done: InstrumentedAttribute[int]
) -> tuple[GoodsRow, ...]:
    """Return the consignment's goods by SKU, `done` being the counter of a step."""
    rows = session.execute(
        sa.select(
            Sku.id,
            Sku.code,
            Sku.name,
            Sku.properties,
            sa.func.sum(ConsignmentLine.picked),
            sa.func.sum(done),
        )
        .join(Sku, Sku.id == ConsignmentLine.sku_id)
        .where(ConsignmentLine.consignment_id == consignment_id)
        .group_by(Sku.id, Sku.code, Sku.name, Sku.properties)
        .order_by(sa.func.min(ConsignmentLine.id))
    )
    return tuple(
        GoodsRow(sku_id=sku_id, code=code, name=name, properties=props, wanted=int(w), done=int(d))
        for sku_id, code, name, props, w, d in rows
    )


def lock_lines(session: Session, consignment_id: int) -> list[ConsignmentLine]:
    """Return the consignment's lines, fresh and locked, by id."""
    return list(
        session.scalars(
            sa.select(ConsignmentLine)
            .where(ConsignmentLine.consignment_id == consignment_id)
            .order_by(ConsignmentLine.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )

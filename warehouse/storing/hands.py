"""Who has what in hand, out of which bin, and since when: at stock tablets and reserve carts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.inventory.models import Lot
from warehouse.people.models import Person
from warehouse.replenishing.models import Carried, ReplenishTask
from warehouse.storing.models import Handling, HandlingState


class HandKind(StrEnum):
    """How goods came into a hand."""

    STOCK = "stock"  # taken up at a stock tablet
    RESERVE = "reserve"  # carried to a pick bin


@dataclass(frozen=True, kw_only=True)
class InHand:
    """What one person has in hand; `no` is its own number, by `kind`.

    `sku` is "" where a whole bin is in hand. `changed_at`: when its pieces last changed.
    """

    kind: HandKind
    no: int
    person_id: int
    name: str
    is_active: bool  # whether the person still works here
    bin_id: int
    bin: str
    sku_id: int | None
    sku: str
    lot: str
    pieces: int
    since: datetime
    changed_at: datetime


def open_hands() -> sa.CompoundSelect[Any]:
    """Return the question for what people have in hand now, out of which bin.

    Columns: kind, no, person_id, bin_id, sku_id (null: the whole bin), lot_id, pieces, serials
    (codes), since, changed_at (when its pieces last changed).
    """
    moved = sa.select(
        sa.literal(HandKind.STOCK.value).label("kind"),
        Handling.id.label("no"),
        Handling.person_id,
        Handling.from_bin_id.label("bin_id"),
        Handling.sku_id,
        Handling.lot_id,
        Handling.pieces,
        Handling.serials,
        Handling.opened_at.label("since"),
        sa.func.coalesce(Handling.changed_at, Handling.opened_at).label("changed_at"),
    ).where(Handling.state == HandlingState.OPEN)
    carried = (
        sa.select(
            sa.literal(HandKind.RESERVE.value).label("kind"),
            Carried.task_id.label("no"),
            Carried.person_id,
            Carried.from_bin_id.label("bin_id"),
            ReplenishTask.sku_id,
            Carried.lot_id,
            Carried.pieces,
            Carried.serials,
            Carried.at.label("since"),
            sa.func.coalesce(Carried.changed_at, Carried.at).label("changed_at"),
        )
        .join(ReplenishTask, ReplenishTask.id == Carried.task_id)
        .where(Carried.pieces > 0)
    )
    return sa.union_all(moved, carried)


def in_hands(session: Session, *, bins: Collection[int] | None = None) -> list[InHand]:
    """Return what everybody has in hand, what was taken first at the head; of `bins` only."""
    hand = open_hands().subquery()
    query = (
        sa.select(
            hand.c.kind, hand.c.no, hand.c.person_id, Person.name, Person.is_active,
            hand.c.bin_id, Bin.code.label("bin"), hand.c.sku_id, Sku.code.label("sku"),
            Lot.code.label("lot"), hand.c.pieces, hand.c.since, hand.c.changed_at,
        )
        .join(Person, Person.id == hand.c.person_id)
        .join(Bin, Bin.id == hand.c.bin_id)
        .outerjoin(Sku, Sku.id == hand.c.sku_id)
        .outerjoin(Lot, Lot.id == hand.c.lot_id)
        .order_by(hand.c.since, hand.c.person_id)
    )  # fmt: skip
    found = [
        InHand(
            **{
                **row._mapping, "kind": HandKind(row.kind), "sku": row.sku or "",
                "lot": row.lot or "",
            }
        )
        for row in session.execute(query)
    ]  # fmt: skip
    return found if bins is None else [row for row in found if row.bin_id in bins]

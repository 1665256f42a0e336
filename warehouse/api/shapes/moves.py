"""Moves of stock as JSON: what went from where to where, who did it, and why."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    flag,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.catalog.models import Bin, Sku
from warehouse.inventory.models import Move, MoveReason
from warehouse.placing.models import Why
from warehouse.storing.desk import move_list
from warehouse.storing.hands import HandKind, in_hands

MOVE: Schema = record(
    {
        "id": whole(),
        "at": instant(),
        "sku": text(),
        "pieces": whole(),
        "from": text("The bin's code."),
        "to": text("The bin's code."),
        "reason": word(MoveReason),
        "lot": maybe(text()),
        "why": maybe(word(Why, "The reason somebody gave, where one was asked.")),
        "note": text(),
        "reference": text("Waybill, document or note; empty if none."),
        "who": text(),
        "station": maybe(text()),
    },
    "Pieces of one SKU that went from one bin to another. Never changed.",
)


HANDS: Schema = record(
    {
        "hands": listed(
            record(
                {
                    "kind": word(HandKind),
                    "no": whole("Its own number, by its kind."),
                    "person": whole(),
                    "name": text(),
                    "is_active": flag("Whether the person is in use."),
                    "bin": text("Where the book has the goods."),
                    "sku": maybe(text("Null for a whole bin.")),
                    "lot": maybe(text()),
                    "pieces": whole(),
                    "since": instant(),
                    "changed_at": instant("When its pieces last changed."),
                }
            ),
            "What was taken up first at the head.",
        )
    },
    "What people have taken up and not put down yet. Nothing of it is booked before that.",
)


def list_hands(session: Session) -> dict[str, Any]:
    """Return what everybody has in hand."""
    return {
        "hands": [
            {
                "kind": hand.kind, "no": hand.no, "person": hand.person_id, "name": hand.name,
                "is_active": hand.is_active, "bin": hand.bin, "sku": hand.sku or None,
                "lot": hand.lot or None, "pieces": hand.pieces, "since": iso(hand.since),
                "changed_at": iso(hand.changed_at),
            }
            for hand in in_hands(session)
        ]
    }  # fmt: skip


def list_moves(
    session: Session,
    *,
    sku: str | None = None,
    bin: str | None = None,
    reason: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of moves, newest first; of a bin no more than a page's rows are touched.

    What came and what went are a range of an index each: a bin through which everything passes
    has millions of both.
    """
    where: list[sa.ColumnElement[bool]] = []
    keys = keys_of(after)
    if keys is not None:
        where.append(Move.id < keys[0])
    if sku is not None:
        where.append(Move.sku_id == sa.select(Sku.id).where(Sku.code == sku).scalar_subquery())
    if reason is not None:
        where.append(Move.reason == reason)
    newest = Move.id.desc()
    query = move_list().where(*where).order_by(newest).limit(limit + 1)
    if bin is not None:
        place = sa.select(Bin.id).where(Bin.code == bin).scalar_subquery()
        arms = (
            sa.select(Move.id).where(side == place, *where).order_by(newest).limit(limit + 1)
            for side in (Move.from_bin_id, Move.to_bin_id)
        )
        either = sa.union_all(*(sa.select(arm.subquery().c.id) for arm in arms))
        # Named, they are looked up by their key; as a part of the question, after all joins.
        query = query.where(Move.id.in_(session.scalars(either).all()))
    return page("moves", session.execute(query).all(), limit, _move, "id")


def _move(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": iso(row.at),
        "sku": row.code,
        "pieces": row.pieces,
        "from": row.source,
        "to": row.target,
        "reason": row.reason.value,
        "lot": row.lot,
        "why": row.why.value if row.why else None,
        "note": row.note or "",
        "reference": row.reference,
        "who": row.who,
        "station": row.station,
    }

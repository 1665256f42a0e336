"""Telling who got pieces of a lot, so that they can be warned."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, NotFound
from warehouse.inventory.models import Lot
from warehouse.people import trail
from warehouse.text import say
from warehouse.tracing.recalling import recall


@dataclass(frozen=True, kw_only=True)
class TellRecall(Command):
    """Somebody wants the receivers of a lot in full."""

    lot_id: int
    reason: str


def tell_recall(session: Session, command: TellRecall) -> Outcome:
    """Keep in the trail of the lot and of every order that their receivers were looked at."""
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    lot = session.get(Lot, command.lot_id)
    if lot is None:
        raise NotFound(say("lot"), command.lot_id)
    found = recall(session, lot.id).subquery()
    order_ids = session.scalars(sa.select(found.c.order_id).distinct()).all()
    facts = {"reason": command.reason.strip()[:200]}
    trail.record(session, command, "lot", lot.id, "recall_told", orders=len(order_ids), **facts)
    trail.record_all(session, command, "order", [(i, facts) for i in order_ids], "receiver_seen")
    return Outcome(
        screen="lot",
        subject_id=lot.id,
        message=say("{count} orders got pieces of this lot.", count=len(order_ids)),
    )

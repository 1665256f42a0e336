"""Several orders of one receiver into one consignment, and apart again."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.db import table_of
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.orders.commands.audit import audit
from warehouse.orders.commands.release import dissolve, make_consignment, withdraw
from warehouse.orders.models import Consignment, ConsignmentState, Hold, HoldKind, Order, OrderState
from warehouse.people import trail
from warehouse.text import say

_hold = table_of(Hold)
FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class MergeOrders(Command):
    """Send the orders of one receiver in one consignment."""

    order_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SplitConsignment(Command):
    """Undo a merge nobody has begun to pick."""

    consignment_id: int


def merge_orders(session: Session, command: MergeOrders) -> Outcome:
    """Release the orders together as one consignment.

    Raises:
        RuleViolation: they differ in receiver or shop rules forbid it, one is in work, or one
            is held for another reason than the merge itself.
    """
    ids = sorted(set(command.order_ids))
    if len(ids) < FEWEST:
        raise InvalidInput(say("Choose at least two orders."), field="order_ids")
    _orders(session, ids)  # locked before the consignments, as by whoever holds or cancels them
    withdraw(session, command, ids)
    orders = _orders(session, ids)
    if len({o.receiver_key for o in orders}) != 1 or not orders[0].receiver_key:
        raise RuleViolation(say("These orders do not go to one receiver."))
    session.execute(
        sa.update(_hold)
        .where(
            _hold.c.order_id.in_(ids),
            _hold.c.kind == HoldKind.MERGE_CANDIDATE,
            _hold.c.released_at.is_(None),
        )
        .values(released_at=command.at, released_by=command.actor.person_id, is_override=True)
    )
    audit(session, command, ids, ignored=frozenset({HoldKind.MERGE_CANDIDATE}))
    orders = _orders(session, ids)
    for order in orders:
        if order.state is not OrderState.CLEAN:
            raise RuleViolation(
                say("Order {number} is held for another reason.", number=order.order_no)
            )
    consignment = make_consignment(session, command, orders)
    trail.record(session, command, "consignment", consignment.id, "merged", orders=ids)
    return Outcome(
        screen="consignment",
        subject_id=consignment.id,
        message=say("{count} orders go together.", count=len(orders)),
    )


def split_consignment(session: Session, command: SplitConsignment) -> Outcome:
    """Take the consignment apart; its orders are clean again, each for itself."""
    consignment = session.get(
        Consignment, command.consignment_id, with_for_update=True, populate_existing=True
    )
    if consignment is None:
        raise NotFound(say("consignment"), command.consignment_id)
    if consignment.state is not ConsignmentState.READY:
        raise RuleViolation(
            say("Consignment {number} is already begun.", number=consignment.number)
        )
    ids = dissolve(session, command, consignment)
    trail.record(session, command, "consignment", consignment.id, "split", orders=ids)
    return Outcome(
        screen="orders", message=say("{count} orders go each for itself.", count=len(ids))
    )


def _orders(session: Session, ids: list[int]) -> list[Order]:
    found = list(
        session.scalars(
            sa.select(Order)
            .where(Order.id.in_(ids))
            .order_by(Order.id)
            .with_for_update(of=Order)
            .execution_options(populate_existing=True)
        )
    )
    if len(found) != len(ids):
        raise NotFound(say("order"), ", ".join(map(str, ids)))
    return found

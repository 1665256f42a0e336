"""Consignments a wave cannot take: waiting for goods from reserve, or short of stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.queries import IS_SELLABLE
from warehouse.commands import Command
from warehouse.inventory.queries import available_of
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import Consignment, HoldKind
from warehouse.orders.queries import orders_of
from warehouse.people import trail
from warehouse.replenishing.commands.planning import Lack, wait_for
from warehouse.replenishing.queries import waiting_elsewhere


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """The ids of consignments that wait for reserve, and of those whose orders are held."""

    waiting: frozenset[int]
    held: frozenset[int]


def leave_out(session: Session, command: Command, short: Sequence[Consignment]) -> LeftOut:
    """Have goods brought for those that reserve can supply whole, hold the orders of the others.

    In the order given, each gets its pieces before the next is looked at. What consignments of
    earlier waves wait for is theirs. To be called when the wave's own pieces are reserved.
    """
    if not short:
        return LeftOut(waiting=frozenset(), held=frozenset())
    wants = {c.id: _wants(c) for c in short}
    skus = {sku_id for want in wants.values() for sku_id in want}
    on_shelves = available_of(session, skus, day=command.day)
    there = available_of(session, skus, day=command.day, places=IS_SELLABLE)
    for sku_id, pieces in waiting_elsewhere(session, skus, set(wants)).items():
        there[sku_id] = there.get(sku_id, 0) - pieces
    lacks: list[Lack] = []
    for consignment_id, want in wants.items():
        if any(there.get(sku_id, 0) < pieces for sku_id, pieces in want.items()):
            continue
        for sku_id, pieces in want.items():
            there[sku_id] -= pieces
            on_shelves[sku_id] = on_shelves.get(sku_id, 0) - pieces
            if on_shelves[sku_id] < 0:
                lacks.append(Lack(consignment_id=consignment_id, sku_id=sku_id, pieces=pieces))
    waiting = wait_for(session, command, lacks)
    held = set(wants) - waiting
    for consignment in short:
        if consignment.id in held:
            for order in orders_of(session, consignment.id):
                hold_order(session, command, order.id, HoldKind.STOCK_SHORT)
    trail.record_all(
        session, command, "consignment", [(i, {}) for i in sorted(waiting)], "waits_for_reserve"
    )
    return LeftOut(waiting=frozenset(waiting), held=frozenset(held))


def _wants(consignment: Consignment) -> dict[int, int]:
    wants: dict[int, int] = defaultdict(int)
    for line in consignment.lines:
        wants[line.sku_id] += line.pieces
    return wants

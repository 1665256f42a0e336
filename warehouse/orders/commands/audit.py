"""The audit: hold an order for every reason its facts give, let go what they no longer give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.db import table_of
from warehouse.orders.commands.dossiers import Dossier, dossiers_of
from warehouse.orders.commands.free_stock import FreeStock, free_stock
from warehouse.orders.models import (
    Consignment,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    OrderState,
    ShopState,
)
from warehouse.orders.rules import (
    BY_HAND,
    ENDED_AT_SHOP,
    FACTUAL,
    OWNER_OF,
    Finding,
    demand_of,
    findings_of,
)
from warehouse.people import trail
from warehouse.settings import SiteSettings, load_settings
from warehouse.text import say

_order = table_of(Order)
_line = table_of(OrderLine)
_hold = table_of(Hold)
_consignment = table_of(Consignment)

_EMPTY = frozenset({HoldKind.REFUND, HoldKind.NO_LINES})


@dataclass(frozen=True, kw_only=True)
class AuditOrders(Command):
    """Look at the orders again: after an import, a mapping, a goods receipt."""

    order_ids: tuple[int, ...]


def audit_orders(
    session: Session, command: AuditOrders, *, free: FreeStock | None = None
) -> Outcome:
    """Audit the orders and say how many are clean and how many held.

    `free` is the stock as the portion before left it, for one of many audits in a row.
    """
    clean, held = audit(session, command, command.order_ids, free=free)
    return Outcome(
        screen="orders",
        message=say("{clean} clean, {held} held.", clean=clean, held=held),
        tone=Tone.OK if not held else Tone.ATTENTION,
        facts={"clean": clean, "held": held},
    )


def audit(
    session: Session,
    command: Command,
    order_ids: Iterable[int],
    *,
    ignored: frozenset[HoldKind] = frozenset(),
    free: FreeStock | None = None,
) -> tuple[int, int]:
    """Audit those of the orders that are not released yet; return (clean, held).

    Orders of the same receiver are audited with them, as each is a reason to hold the other.
    Reasons `ignored` are not looked at.
    Costs a fixed number of statements, however many orders.
    """
    settings = load_settings(session)
    dossiers = dossiers_of(session, order_ids, with_twins=settings.hold_merge_candidates)
    left = free.begin() if free else free_stock(session, _skus(dossiers), day=command.day)
    for dossier in dossiers.values():
        for sku_id, pieces in dossier.claims:  # to be judged anew: what it had is free again
            left[sku_id] = left.get(sku_id, 0) + pieces
    states: dict[OrderState, list[int]] = defaultdict(list)
    raised: list[tuple[int, Finding]] = []
    settled: list[int] = []
    spent: list[int] = []
    for order_id, dossier in sorted(dossiers.items(), key=_first_come):
        ended = _ended(dossier)
        found = [] if ended else _found(dossier, left, settings)
        spent += _spent(dossier, found, ignored)
        findings = [] if ended else _held_for(dossier, found)
        wanted = {f.kind: f for f in findings if f.kind not in ignored}
        settled += [
            hold.id
            for kind, hold in dossier.open_holds.items()
            if ended or (_follows_facts(hold) and kind not in wanted)
        ]
        new = [f for kind, f in wanted.items() if kind not in dossier.open_holds]
        raised += [(order_id, f) for f in new]
        kept = [k for k, h in dossier.open_holds.items() if k in wanted or not _follows_facts(h)]
        state = ended or (OrderState.HELD if new or kept else OrderState.CLEAN)
        if state is OrderState.CLEAN:
            for sku_id, pieces in demand_of(dossier.lines).items():
                left[sku_id] = left.get(sku_id, 0) - pieces
        if state != dossier.row.state:
            states[state].append(order_id)
    _forget_overrides(session, spent)
    _write(session, command, states, raised, settled)
    moved = {i: s for s, ids in states.items() for i in ids}
    final = [moved.get(i, d.row.state) for i, d in dossiers.items()]
    return final.count(OrderState.CLEAN), final.count(OrderState.HELD)


def _skus(dossiers: Mapping[int, Dossier]) -> set[int]:
    return {n.sku_id for d in dossiers.values() for n in d.lines if n.sku_id is not None}


def _first_come(entry: tuple[int, Dossier]) -> tuple[bool, Any, int]:
    order_id, dossier = entry
    return (not dossier.row.is_urgent, dossier.row.paid_at or dossier.row.created_at, order_id)


def _follows_facts(hold: Any) -> bool:
    return hold.kind in FACTUAL and hold.about != BY_HAND


def _ended(dossier: Dossier) -> OrderState | None:
    """Return the final state of an order that ended: here, or at the shop before we began it."""
    if dossier.is_all_gone:
        return OrderState.DISPATCHED
    if dossier.row.shop_state not in ENDED_AT_SHOP:
        return None
    closed = dossier.row.shop_state == ShopState.CLOSED
    return OrderState.CANCELLED if closed else OrderState.CLOSED


def _found(dossier: Dossier, free: Mapping[int, int], settings: SiteSettings) -> list[Finding]:
    return findings_of(
        dossier.facts,
        free,
        hold_remarks=settings.hold_remarks,
        hold_merge_candidates=settings.hold_merge_candidates,
    )


def _spent(dossier: Dossier, found: list[Finding], ignored: frozenset[HoldKind]) -> list[int]:
    """Return the overrides whose fact is gone: if it comes back, it is to be looked at again."""
    stand = {(f.kind, f.about) for f in found}
    return [
        hold_id
        for fact, ids in dossier.overridden.items()
        if fact not in stand and fact[0] not in ignored
        for hold_id in ids
    ]


def _forget_overrides(session: Session, hold_ids: list[int]) -> None:
    if hold_ids:
        session.execute(sa.update(_hold).where(_hold.c.id.in_(hold_ids)).values(is_override=False))


def _held_for(dossier: Dossier, found: list[Finding]) -> list[Finding]:
    kept = [f for f in found if (f.kind, f.about) not in dossier.overridden]
    if not any(line.is_to_ship for line in dossier.lines) and not _EMPTY & {f.kind for f in kept}:
        # A refund let pass does not bring its line back: nothing would go into the tote.
        kept.append(Finding(kind=HoldKind.NO_LINES))
    return kept


def _write(
    session: Session,
    command: Command,
    states: Mapping[OrderState, list[int]],
    raised: list[tuple[int, Finding]],
    settled: list[int],
) -> None:
    if settled:
        session.execute(
            sa.update(_hold)
            .where(_hold.c.id.in_(settled))
            .values(released_at=command.at, released_by=command.actor.person_id)
        )
    if raised:
        session.execute(
            sa.insert(_hold),
            [
                {
                    "order_id": order_id,
                    "kind": f.kind,
                    "owner": OWNER_OF[f.kind],
                    "about": f.about,
                    "note": f.note,
                    "raised_at": command.at,
                    "raised_by": command.actor.person_id,
                    "release_note": "",
                    "is_override": False,
                }
                for order_id, f in raised
            ],
        )
        by_order: dict[int, list[str]] = defaultdict(list)
        for order_id, f in raised:
            by_order[order_id].append(f.kind)
        trail.record_all(
            session, command, "order", [(i, {"kinds": k}) for i, k in by_order.items()], "held"
        )
    for state, ids in states.items():
        values: dict[str, Any] = {"state": state}
        if state is OrderState.DISPATCHED:
            values["dispatched_at"] = command.at
        session.execute(sa.update(_order).where(_order.c.id.in_(ids)).values(values))
        if state is not OrderState.HELD:
            trail.record_all(session, command, "order", [(i, {}) for i in ids], f"audit_{state}")

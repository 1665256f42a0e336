"""The audit: hold an order for every reason its facts give, let go what they no longer give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.db import table_of
from warehouse.inventory.queries import available_of
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    LineState,
    Order,
    OrderLine,
    OrderState,
    ShopState,
)
from warehouse.orders.queries import dispatched_of
from warehouse.orders.rules import (
    BY_HAND,
    ENDED_AT_SHOP,
    FACTUAL,
    OWNER_OF,
    Finding,
    LineFacts,
    OrderFacts,
    demand_of,
    findings_of,
)
from warehouse.people import trail
from warehouse.settings import SiteSettings, load_settings
from warehouse.text import say

_order = table_of(Order)
_line = table_of(OrderLine)
_hold = table_of(Hold)
_consignment_line = table_of(ConsignmentLine)
_consignment = table_of(Consignment)

_EMPTY = frozenset({HoldKind.REFUND, HoldKind.NO_LINES})
BEFORE_RELEASE = (OrderState.RECEIVED, OrderState.HELD, OrderState.CLEAN)
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


@dataclass(frozen=True, kw_only=True)
class AuditOrders(Command):
    """Look at the orders again: after an import, a mapping, a goods receipt."""

    order_ids: tuple[int, ...]


@dataclass
class _Dossier:
    """All the audit knows of one order."""

    row: Any
    lines: list[LineFacts] = field(default_factory=list)
    open_holds: dict[str, Any] = field(default_factory=dict)
    overridden: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # → hold ids
    twins: tuple[int, ...] = ()
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


def audit_orders(session: Session, command: AuditOrders) -> Outcome:
    """Audit the orders and say how many are clean and how many held."""
    clean, held = audit(session, command, command.order_ids)
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
) -> tuple[int, int]:
    """Audit those of the orders that are not released yet; return (clean, held).

    Orders of the same receiver are audited with them, as each is a reason to hold the other.
    Reasons `ignored` are not looked at.
    Costs a fixed number of statements, however many orders.
    """
    settings = load_settings(session)
    dossiers = _dossiers(session, order_ids, settings)
    free = _free_stock(session, dossiers)
    states: dict[OrderState, list[int]] = defaultdict(list)
    raised: list[tuple[int, Finding]] = []
    settled: list[int] = []
    spent: list[int] = []
    for order_id, dossier in sorted(dossiers.items(), key=_first_come):
        ended = _ended(dossier)
        found = [] if ended else _found(dossier, free, settings)
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
                free[sku_id] = free.get(sku_id, 0) - pieces
        if state != dossier.row.state:
            states[state].append(order_id)
    _forget_overrides(session, spent)
    _write(session, command, states, raised, settled)
    moved = {i: s for s, ids in states.items() for i in ids}
    final = [moved.get(i, d.row.state) for i, d in dossiers.items()]
    return final.count(OrderState.CLEAN), final.count(OrderState.HELD)


def _first_come(entry: tuple[int, _Dossier]) -> tuple[bool, Any, int]:
    order_id, dossier = entry
    return (not dossier.row.is_urgent, dossier.row.paid_at or dossier.row.created_at, order_id)


def _follows_facts(hold: Any) -> bool:
    return hold.kind in FACTUAL and hold.about != BY_HAND


def _ended(dossier: _Dossier) -> OrderState | None:
    """Return the final state of an order that ended: here, or at the shop before we began it."""
    if dossier.is_all_gone:
        return OrderState.DISPATCHED
    if dossier.row.shop_state not in ENDED_AT_SHOP:
        return None
    closed = dossier.row.shop_state == ShopState.CLOSED
    return OrderState.CANCELLED if closed else OrderState.CLOSED


def _found(dossier: _Dossier, free: Mapping[int, int], settings: SiteSettings) -> list[Finding]:
    return findings_of(
        dossier.facts,
        free,
        hold_remarks=settings.hold_remarks,
        hold_merge_candidates=settings.hold_merge_candidates,
    )


def _spent(dossier: _Dossier, found: list[Finding], ignored: frozenset[HoldKind]) -> list[int]:
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


def _held_for(dossier: _Dossier, found: list[Finding]) -> list[Finding]:
    kept = [f for f in found if (f.kind, f.about) not in dossier.overridden]
    if not any(line.is_to_ship for line in dossier.lines) and not _EMPTY & {f.kind for f in kept}:
        # A refund let pass does not bring its line back: nothing would go into the tote.
        kept.append(Finding(kind=HoldKind.NO_LINES))
    return kept


def _dossiers(
    session: Session, order_ids: Iterable[int], settings: SiteSettings
) -> dict[int, _Dossier]:
    rows = session.execute(
        # Locked, so that nobody releases one of them while it is looked at.
        sa.select(_order)
        .where(_order.c.id.in_(set(order_ids)), _order.c.state.in_(BEFORE_RELEASE))
        .order_by(_order.c.id)
        .with_for_update()
    ).all()
    dossiers = {row.id: _Dossier(row=row) for row in rows}
    if settings.hold_merge_candidates:
        _add_twins(session, dossiers)
    ids = list(dossiers)
    # In one order always: what a hold is about is named by its lines in this order.
    of_orders = sa.select(_line).where(_line.c.order_id.in_(ids)).order_by(_line.c.id)
    lines = session.execute(of_orders).all()
    gone = dispatched_of(session, [line.id for line in lines])
    for line in lines:
        left = line.pieces - gone.get(line.id, 0)
        dossiers[line.order_id].is_part_gone |= line.id in gone
        if left <= 0:
            continue
        dossiers[line.order_id].lines.append(
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


def _add_twins(session: Session, dossiers: dict[int, _Dossier]) -> None:
    """Find the other orders of the same receivers; those not audited yet come along."""
    keys = {d.row.receiver_key for d in dossiers.values()} - {""}
    if not keys:
        return
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(
        sa.select(_order)
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
                dossier = dossiers.setdefault(row.id, _Dossier(row=row))
                dossier.twins = ids if len(ids) > 1 else ()


def _free_stock(session: Session, dossiers: Mapping[int, _Dossier]) -> dict[int, int]:
    """Return SKU id → pieces nobody has a claim to: not reserved, not released, not clean."""
    skus = {line.sku_id for d in dossiers.values() for line in d.lines if line.sku_id is not None}
    if not skus:
        return {}
    free = available_of(session, skus)
    for sku_id, pieces in claimed_of(session, skus, besides=list(dossiers)).items():
        free[sku_id] = free.get(sku_id, 0) - pieces
    return free


def claimed_of(
    session: Session, sku_ids: Iterable[int], *, besides: Sequence[int] = ()
) -> dict[int, int]:
    """Return SKU id → pieces wanted by ready consignments and clean orders, not yet reserved."""
    skus = set(sku_ids)
    ready = (
        sa.select(_consignment_line.c.sku_id, _consignment_line.c.pieces)
        .join(_consignment, _consignment.c.id == _consignment_line.c.consignment_id)
        .where(_consignment.c.state == ConsignmentState.READY, _consignment_line.c.sku_id.in_(skus))
    )
    clean = (
        sa.select(_line.c.sku_id, _line.c.pieces)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(
            _order.c.state == OrderState.CLEAN,
            _line.c.sku_id.in_(skus),
            _line.c.state == "open",
            _order.c.id.not_in(besides),
        )
    )
    both = sa.union_all(ready, clean).subquery()
    rows = session.execute(
        sa.select(both.c.sku_id, sa.func.sum(both.c.pieces)).group_by(both.c.sku_id)
    )
    return {sku_id: int(pieces) for sku_id, pieces in rows}


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

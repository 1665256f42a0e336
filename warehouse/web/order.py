"""One order at the desk: all that is known of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask import render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Sku
from warehouse.catalog.queries import IS_SELLABLE
from warehouse.dispatch.models import Waybill
from warehouse.errors import NotFound, WarehouseError
from warehouse.inventory.queries import available_of
from warehouse.orders import desk as orders_desk
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import (
    CancelLine,
    CancelOrder,
    RaiseHold,
    ReleaseHold,
    cancel_line,
    cancel_order,
    raise_hold,
    release_hold,
)
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.commands.urgent import (
    RevealReceiver,
    SetUrgent,
    reveal_receiver,
    set_urgent,
)
from warehouse.orders.import_models import ImportChange, ImportRun
from warehouse.orders.models import Consignment, ConsignmentState, HoldOwner, Order
from warehouse.orders.not_shipped import not_shipped_of
from warehouse.orders.queries import dispatched_of, import_of
from warehouse.orders.rules import BEFORE_RELEASE, MENDED_ONLY
from warehouse.packing.models import Parcel
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.waves.queries import tote_of
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import (
    do,
    form_ids,
    form_int,
    form_str,
    reading,
    speak,
    today,
)
from warehouse.web.desk import act, back_or, names_of, receiver_facts, told
from warehouse.web.orders import bp, owner_of_form
from warehouse.web.return_labels import return_rows
from warehouse.web.timeline import story
from warehouse.web.words import options


@bp.get("/<int:order_id>")
@needs(Right.SEE_DESK)
def order(order_id: int) -> str:
    """Show one order with all that is known of it."""
    return _order_page(order_id, in_full=False)


@bp.post("/<int:order_id>/receiver")
@needs(Right.UNMASK)
def receiver(order_id: int) -> str | Response:
    """Show the receiver in full, once; that somebody looked stays in the trail."""
    try:
        do(reveal_receiver, RevealReceiver, order_id=order_id, reason=form_str("reason", ""))
    except NotFound:
        raise
    except WarehouseError as error:
        return told(error, url_for("orders.order", order_id=order_id))
    return _order_page(order_id, in_full=True)


def _order_page(order_id: int, *, in_full: bool) -> str:
    with reading() as session:
        found = session.get(Order, order_id)
        if found is None:
            raise NotFound(say("order"), order_id)
        consignment = (
            session.get(Consignment, found.consignment_id) if found.consignment_id else None
        )
        parcels = _parcels(session, found.consignment_id)
        is_waiting = found.state in BEFORE_RELEASE
        sku_ids = {line.sku_id for line in found.lines if line.sku_id}
        events = story(
            session,
            [
                ("order", [found.id]),
                ("consignment", [consignment.id] if consignment else []),
                ("parcel", [p.id for p in parcels]),
            ],
            consignment_id=found.consignment_id,
            job_subjects=[f"order:{found.id}", *(f"parcel:{p.id}" for p in parcels)],
        )
        return render_template(
            "orders/order.html",
            order=found,
            consignment=consignment,
            tote=tote_of(session, consignment.id) if consignment else None,
            parcels=parcels,
            carrier=session.get(Carrier, found.carrier_id) if found.carrier_id else None,
            skus={s.id: s for s in session.scalars(sa.select(Sku).where(Sku.id.in_(sku_ids)))},
            available=_to_be_had(session, sku_ids) if is_waiting else {},
            is_waiting=is_waiting,
            gone=dispatched_of(session, [line.id for line in found.lines]),
            not_shipped=not_shipped_of(session, found.id),
            receiver=receiver_facts(found, in_full=in_full),
            in_full=in_full,
            twins=orders_desk.merge_candidates(session, found),
            changes=_changes(session, found.id),
            people=names_of(session),
            owners=options(HoldOwner),
            mended_only=MENDED_ONLY,
            is_over=found.state in orders_desk.ENDED_ORDERS,
            is_begun=consignment is not None and consignment.state is not ConsignmentState.READY,
            events=[*events, _came_in(session, found)],
            papers=return_rows(session, consignment, [found]),
            jobs=_papers_of(session, found.id),
        )


def _papers_of(session: Session, order_id: int) -> list[PrintJob]:
    return list(
        session.scalars(
            sa.select(PrintJob)
            .where(PrintJob.subject == f"order:{order_id}")
            .order_by(PrintJob.id.desc())
        )
    )


def _came_in(session: Session, order: Order) -> dict[str, Any]:
    run = import_of(session, order)
    if run is None:
        text, who = say("Imported"), None
    else:
        text = say("Imported from {files}", files=", ".join(file["name"] for file in run.files))
        who = names_of(session)[run.person_id]
    return {"at": order.received_at, "text": speak(text), "who": who, "where": None, "tone": None}


def _parcels(session: Session, consignment_id: int | None) -> list[Any]:
    if consignment_id is None:
        return []
    return list(
        session.execute(
            sa.select(
                Parcel.id, Parcel.number, Parcel.state, Parcel.gross_g, Parcel.dispatched_at,
                Waybill.number.label("waybill_no"), Waybill.state.label("waybill_state"),
                Carrier.name.label("carrier"),
            )
            .outerjoin(Waybill, Waybill.parcel_id == Parcel.id)
            .outerjoin(Carrier, Carrier.id == Waybill.carrier_id)
            .where(Parcel.consignment_id == consignment_id)
            .order_by(Parcel.sequence, Waybill.id)
        )
    )  # fmt: skip


def _changes(session: Session, order_id: int) -> list[Any]:
    return list(
        session.execute(
            sa.select(ImportChange, ImportRun.created_at.label("at"))
            .join(ImportRun, ImportRun.id == ImportChange.run_id)
            .where(ImportChange.order_id == order_id)
            .order_by(ImportChange.id.desc())
            .limit(tables.PAGE_ROWS)
        )
    )


def _here(order_id: int) -> str:
    return url_for("orders.order", order_id=order_id)


@bp.post("/<int:order_id>/hold")
@needs(Right.HOLD)
def hold(order_id: int) -> Response:
    """Stop the order, wherever it is."""
    note = form_str("note", "")
    return act(raise_hold, RaiseHold, back=_here(order_id), order_id=order_id, note=note,
               owner=owner_of_form())  # fmt: skip


@bp.post("/holds/<int:hold_id>/release")
@needs(Right.HOLD)
def let_go(hold_id: int) -> Response:
    """Let one hold go, with a word why."""
    back = back_or(url_for("orders.index"))
    note = form_str("note", "")
    return act(release_hold, ReleaseHold, back=back, hold_id=hold_id, note=note)


@bp.post("/<int:order_id>/cancel")
@needs(Right.HOLD)
def cancel(order_id: int) -> Response:
    """Cancel the order, now or at its next scan."""
    note = form_str("note", "")
    return act(cancel_order, CancelOrder, back=_here(order_id), order_id=order_id, note=note)


@bp.post("/<int:order_id>/lines/<int:line_id>/cancel")
@needs(Right.HOLD)
def take_out(order_id: int, line_id: int) -> Response:
    """Take one line out of the order."""
    note = form_str("note", "")
    return act(cancel_line, CancelLine, back=_here(order_id), line_id=line_id, note=note)


@bp.post("/<int:order_id>/urgent")
@needs(Right.RELEASE)
def urgent(order_id: int) -> Response:
    """Put the order before others, or no longer."""
    wanted = form_int("urgent", 1) == 1
    return act(set_urgent, SetUrgent, back=_here(order_id), order_id=order_id, is_urgent=wanted)


@bp.post("/<int:order_id>/release")
@needs(Right.RELEASE)
def release(order_id: int) -> Response:
    """Give the order to the floor."""
    return act(release_orders, ReleaseOrders, back=_here(order_id), order_ids=(order_id,))


@bp.post("/<int:order_id>/audit")
@needs(Right.RELEASE)
def audit(order_id: int) -> Response:
    """Look at the order again."""
    return act(audit_orders, AuditOrders, back=_here(order_id), order_ids=(order_id,))


@bp.post("/<int:order_id>/merge")
@needs(Right.RELEASE)
def merge(order_id: int) -> Response:
    """Send the order together with the others of its receiver: the ticked ones, else all."""
    with reading() as session:
        found = session.get(Order, order_id)
        if found is None:
            raise NotFound(say("order"), order_id)
        twins = {o.id for o in orders_desk.merge_candidates(session, found)}
    others = tuple(i for i in form_ids("with") if i in twins) or tuple(sorted(twins))
    back = back_or(_here(order_id))
    return act(merge_orders, MergeOrders, back=back, order_ids=(order_id, *others))


def _to_be_had(session: Session, sku_ids: Collection[int]) -> dict[int, int]:
    """Return SKU id → free pieces on shelves and in reserve, as the audit counts them."""
    return available_of(session, sku_ids, day=today(), places=IS_SELLABLE)

"""The desk's orders: the heaps they lie in, one order with all that is known of it, what to do."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Sku
from warehouse.commands import Outcome, Tone
from warehouse.dispatch.models import Waybill
from warehouse.dispatch.queries import consignments_with
from warehouse.errors import NotFound, RuleViolation, WarehouseError
from warehouse.inventory.queries import available_of
from warehouse.orders import desk as orders_desk
from warehouse.orders.commands.audit import BEFORE_RELEASE, AuditOrders, audit_orders
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
from warehouse.orders.desk import ORDER_SORTS, Stage
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    HoldKind,
    HoldOwner,
    ImportChange,
    ImportRun,
    Order,
    Shop,
)
from warehouse.orders.queries import dispatched_of
from warehouse.orders.rules import MENDED_ONLY
from warehouse.packing.models import Parcel
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.queries import tote_of
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import (
    config,
    do,
    form_ids,
    form_int,
    form_str,
    now,
    reading,
    require,
    speak,
)
from warehouse.web.desk import act, back_or, names_of, noted, receiver_facts, told
from warehouse.web.timeline import story
from warehouse.web.words import options, word

bp = Blueprint("orders", __name__, url_prefix="/orders")
MOST_CHOSEN = 200
DEFAULT_ORDER = "promise"

STAGE_WORDS: dict[Stage, tuple[Text, str | None]] = {
    Stage.TO_AUDIT: (say("to audit"), None),
    Stage.HELD: (say("held"), "attention"),
    Stage.CLEAN: (say("clean"), None),
    Stage.READY: (say("ready"), None),
    Stage.IN_WORK: (say("in work"), None),
    Stage.LATE: (say("late"), "stop"),
    Stage.DISPATCHED: (say("dispatched"), None),
    Stage.CANCELLED: (say("cancelled"), None),
    Stage.ALL: (say("all"), None),
}
FIELDS: tuple[tables.Field, ...] = (
    (say("Order"), lambda o: o.order_no),
    (say("Shop"), lambda o: o.shop),
    (say("State"), lambda o: o.state),
    (say("Consignment"), lambda o: f"C{o.consignment_id:08d}" if o.consignment_id else ""),
    (say("Buyer"), lambda o: o.buyer),
    (say("Region"), lambda o: f"{o.receiver_province} {o.receiver_city}".strip()),
    (say("Courier"), lambda o: o.carrier or o.carrier_wish),
    (say("Pieces"), lambda o: int(o.pieces)),
    (say("Urgent"), lambda o: o.is_urgent),
    (say("Paid at"), lambda o: o.paid_at),
    (say("Promise"), lambda o: o.promise_at),
)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the orders of one heap; without one those that have not ended."""
    with reading() as session:
        where = _filters()
        stage = tables.one_of("stage", Stage)
        query = orders_desk.order_list().where(*where)
        if stage is not None:
            query = query.where(orders_desk.in_stage(stage, now()))
        elif not tables.text("q"):  # who looks for a number wants it wherever it is
            query = query.where(orders_desk.IS_OPEN)
        asked: dict[str, Any] = {"key": Order.id, "sorts": ORDER_SORTS, "default": DEFAULT_ORDER}
        if tables.is_export():
            return tables.export(session, query, FIELDS, name="orders", **asked)
        page = tables.page_of(session, query, **asked)
        return render_template(
            "orders/index.html",
            page=page,
            stage=stage,
            chips=_chips(session, stage, where),
            holds=orders_desk.open_holds(session, [row.id for row in page.rows]),
            remarks=_remarks(session, [row.id for row in page.rows]),
            shops=list(session.execute(sa.select(Shop.code, Shop.name).order_by(Shop.name))),
            carriers=list(
                session.execute(sa.select(Carrier.code, Carrier.name).order_by(Carrier.name))
            ),
            hold_kinds=options(HoldKind, say("all")),
            owners=options(HoldOwner),
            mended_only=MENDED_ONLY,
            q=tables.text("q"),
        )


def _filters() -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    q = tables.text("q")
    if q:
        where.append(
            sa.or_(
                tables.begins(Order.order_no, q),
                tables.like(Order.buyer, q),
                Order.consignment_id.in_(consignments_with(q.upper())),
            )
        )
    if shop := tables.text("shop"):
        where.append(Order.shop_id.in_(sa.select(Shop.id).where(Shop.code == shop)))
    if carrier := tables.text("courier"):
        of_code = sa.select(Carrier.id).where(Carrier.code == carrier)
        where.append(Order.carrier_id.in_(of_code))
    if kind := tables.one_of("hold", HoldKind):
        where.append(orders_desk.has_open_hold(kind))
    if tables.text("urgent"):
        where.append(Order.is_urgent == sa.true())
    return where


def _chips(
    session: Session, stage: Stage | None, where: list[sa.ColumnElement[bool]]
) -> list[dict[str, Any]]:
    counts = orders_desk.stage_counts(session, now(), *where)
    return [
        {
            "label": speak(text),
            "count": counts[name],
            "href": tables.href(stage=None if name is stage else name),
            "current": name is stage,
            "tone": mood,
        }
        for name, (text, mood) in STAGE_WORDS.items()
    ]


def _remarks(session: Session, ids: list[int]) -> dict[int, str]:
    rows = session.execute(
        sa.select(Order.id, Order.buyer_message, Order.seller_memo).where(Order.id.in_(ids))
    )
    return {i: " / ".join(part for part in (message, memo) if part) for i, message, memo in rows}


@bp.post("/chosen")
@needs(Right.RELEASE, Right.HOLD, Right.WAVE)
def chosen() -> Response:
    """Do to every ticked order what the button says."""
    back = back_or(url_for("orders.index"))
    try:
        ids = _ticked()
        outcome = _CHOSEN[form_str("action", "")](ids)
    except KeyError:
        return told(RuleViolation(say("Choose what is to be done.")), back)
    except WarehouseError as error:
        return told(error, back)
    if outcome.screen == "wave" and outcome.subject_id:
        back = url_for("waves.wave", wave_id=outcome.subject_id)
    return noted(outcome, back)


def _ticked() -> tuple[int, ...]:
    ids = form_ids("chosen")
    if not 0 < len(ids) <= MOST_CHOSEN:
        raise RuleViolation(say("Choose 1 to {most} rows.", most=MOST_CHOSEN))
    return ids


def _release(ids: tuple[int, ...]) -> Outcome:
    require(Right.RELEASE)
    return do(release_orders, ReleaseOrders, order_ids=ids)


def _audit(ids: tuple[int, ...]) -> Outcome:
    require(Right.RELEASE)
    return do(audit_orders, AuditOrders, order_ids=ids)


def _merge(ids: tuple[int, ...]) -> Outcome:
    require(Right.RELEASE)
    return do(merge_orders, MergeOrders, order_ids=ids)


def _hold(ids: tuple[int, ...]) -> Outcome:
    """Hold each of the orders; those that have ended are named."""
    require(Right.HOLD)
    note, owner = form_str("note", ""), _owner()
    refused: list[Text] = []
    for order_id in ids:
        try:
            do(raise_hold, RaiseHold, order_id=order_id, note=note, owner=owner)
        except RuleViolation as error:
            refused.append(error.text)
    if refused:
        flash(" ".join(speak(text) for text in refused[:5]), "stop")
    held = len(ids) - len(refused)
    return Outcome(screen="orders", message=say("{count} held.", count=held), tone=Tone.ATTENTION)


def _wave(ids: tuple[int, ...]) -> Outcome:
    require(Right.WAVE)
    with reading() as session:
        found = session.scalars(
            sa.select(Order.consignment_id)
            .where(Order.id.in_(ids), Order.consignment_id.is_not(None))
            .distinct()
        ).all()
    if not found:
        raise RuleViolation(say("None of these is released. Release them first."))
    return wave_of(tuple(i for i in found if i is not None))


def wave_of(consignment_ids: tuple[int, ...]) -> Outcome:
    """Make a wave of the consignments, numbered by the site's day."""
    zone = config().time_zone.key
    return do(make_wave, MakeWave, consignment_ids=consignment_ids, time_zone=zone)


_CHOSEN = {"release": _release, "audit": _audit, "merge": _merge, "hold": _hold, "wave": _wave}


def _owner() -> HoldOwner | None:
    value = form_str("owner", "")
    return HoldOwner(value) if value in set(HoldOwner) else None


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
            job_subjects=[f"parcel:{p.id}" for p in parcels],
        )
        return render_template(
            "orders/order.html",
            order=found,
            consignment=consignment,
            tote=tote_of(session, consignment.id) if consignment else None,
            parcels=parcels,
            carrier=session.get(Carrier, found.carrier_id) if found.carrier_id else None,
            skus={s.id: s for s in session.scalars(sa.select(Sku).where(Sku.id.in_(sku_ids)))},
            available=available_of(session, sku_ids) if is_waiting else {},
            is_waiting=is_waiting,
            gone=dispatched_of(session, [line.id for line in found.lines]),
            receiver=receiver_facts(found, in_full=in_full),
            in_full=in_full,
            twins=orders_desk.merge_candidates(session, found),
            changes=_changes(session, found.id),
            people=names_of(session),
            owners=options(HoldOwner),
            mended_only=MENDED_ONLY,
            is_over=found.state in orders_desk.ENDED_ORDERS,
            is_begun=consignment is not None and consignment.state is not ConsignmentState.READY,
            events=[*events, _came_in(found)],
        )


def _came_in(order: Order) -> dict[str, Any]:
    return {"at": order.received_at, "text": speak(say("Imported")), "who": None, "where": None,
            "tone": None}  # fmt: skip


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
               owner=_owner())  # fmt: skip


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


__all__ = ["bp", "wave_of", "word"]

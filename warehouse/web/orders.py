"""The desk's orders: the heaps they lie in, and doing one thing to many of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.carriers.models import Carrier
from warehouse.carriers.queries import carrier_choices
from warehouse.commands import Outcome, Tone
from warehouse.errors import RuleViolation, WarehouseError
from warehouse.orders import desk as orders_desk
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import (
    RaiseHold,
    raise_hold,
)
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.desk import ORDER_SORTS, Stage
from warehouse.orders.models import (
    HoldKind,
    HoldOwner,
    Order,
    Shop,
)
from warehouse.orders.queries import shop_choices
from warehouse.orders.rules import MENDED_ONLY
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import (
    do,
    form_ids,
    form_str,
    now,
    reading,
    require,
    speak,
)
from warehouse.web.desk import back_or, buyer_shown, noted, remark_shown, told
from warehouse.web.finding import orders_like
from warehouse.web.spreadsheets import Field
from warehouse.web.stock_alerts import stock_alerts
from warehouse.web.words import options

bp = Blueprint("orders", __name__, url_prefix="/orders")
MOST_CHOSEN = 200
DEFAULT_ORDER = "promise"

STAGE_WORDS: dict[Stage, tuple[Text, str | None]] = {
    Stage.TO_AUDIT: (say("to audit"), None),
    Stage.HELD: (say("held"), "attention"),
    Stage.CLEAN: (say("clean"), None),
    Stage.READY: (say("waits for a wave"), None),
    Stage.IN_WORK: (say("in work"), None),
    Stage.LATE: (say("late"), "stop"),
    Stage.DISPATCHED: (say("dispatched"), None),
    Stage.NOT_SHIPPED: (say("part not shipped"), "attention"),
    Stage.CANCELLED: (say("cancelled"), None),
    Stage.ALL: (say("all"), None),
}
FIELDS: tuple[Field, ...] = (
    (say("Order"), lambda o: o.order_no),
    (say("Shop"), lambda o: o.shop),
    (say("State"), lambda o: o.state),
    (say("Consignment"), lambda o: f"C{o.consignment_id:08d}" if o.consignment_id else ""),
    (say("Buyer"), lambda o: buyer_shown(o.buyer)),
    (say("Region"), lambda o: f"{o.receiver_province} {o.receiver_city}".strip()),
    (say("Courier"), lambda o: o.carrier or o.carrier_wish),
    (say("Pieces"), lambda o: int(o.pieces)),
    (say("Urgent"), lambda o: o.is_urgent),
    (say("Paid at"), lambda o: o.paid_at),
    (say("Promise"), lambda o: o.promise_at),
)
LISTING = tables.Listing(
    name="orders", key=Order.id, sorts=ORDER_SORTS, default=DEFAULT_ORDER, fields=FIELDS
)
# Heaps that grow for ever stand in the order of an index; nobody waits for what was promised there.
ENDED_STAGES = (Stage.DISPATCHED, Stage.CANCELLED, Stage.ALL)
NEWEST_FIRST = replace(LISTING, default="-came")


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the orders of one heap; without one those that have not ended."""
    with reading() as session:
        q, stage = tables.text("q"), tables.one_of("stage", Stage)
        counted = listed = _filters()
        heap, is_all = _heap(stage, is_sought=bool(q)), True
        if q:
            sought = orders_like(session, q, *listed)
            counted = [*counted, sought.condition]
            if heap and not sought.is_all:
                sought = orders_like(session, q, *listed, *heap)
            listed, is_all = [*listed, sought.condition], sought.is_all
        query = orders_desk.order_list().where(*listed, *heap)
        listing = NEWEST_FIRST if stage in ENDED_STAGES and not q else LISTING
        if tables.is_export():
            return tables.export(session, query, listing)
        page = tables.page_of(session, query, listing)
        return render_template(
            "orders/index.html",
            page=page,
            stage=stage,
            chips=_chips(session, stage, counted),
            alerts=[] if request.args else stock_alerts(session),
            holds=orders_desk.open_holds(session, [row.id for row in page.rows]),
            remarks=_remarks(session, [row.id for row in page.rows]),
            shops=shop_choices(session),
            carriers=carrier_choices(session),
            hold_kinds=options(HoldKind, say("all")),
            owners=options(HoldOwner),
            mended_only=MENDED_ONLY,
            q=q,
            is_all=is_all,
        )


def _heap(stage: Stage | None, *, is_sought: bool) -> list[sa.ColumnElement[bool]]:
    """Return which heap is listed; who looks for a number wants it wherever it is."""
    if stage is not None:
        return [orders_desk.in_stage(stage, now())]
    return [] if is_sought else [orders_desk.IS_OPEN]


def _filters() -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
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
    return {
        i: " / ".join(remark_shown(part) for part in (message, memo) if part)
        for i, message, memo in rows
    }


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
    note, owner = form_str("note", ""), owner_of_form()
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
    return do(make_wave, MakeWave, consignment_ids=consignment_ids)


_CHOSEN = {"release": _release, "audit": _audit, "merge": _merge, "hold": _hold, "wave": _wave}


def owner_of_form() -> HoldOwner | None:
    """Return who is to settle the hold being raised, None for whoever settles its kind."""
    value = form_str("owner", "")
    return HoldOwner(value) if value in set(HoldOwner) else None

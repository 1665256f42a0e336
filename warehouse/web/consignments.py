"""The desk's consignments: what goes to one address, and how far the work on it is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.carriers.models import Carrier
from warehouse.carriers.queries import carrier_choices
from warehouse.catalog.models import Sku
from warehouse.checking.models import Check, Mismatch
from warehouse.errors import InvalidInput, NotFound, WarehouseError
from warehouse.orders import desk as orders_desk
from warehouse.orders.commands.merge import SplitConsignment, split_consignment
from warehouse.orders.desk import CONSIGNMENT_SORTS
from warehouse.orders.models import Consignment, ConsignmentState
from warehouse.orders.queries import orders_of, stop_of
from warehouse.packing.models import Parcel
from warehouse.people.rights import Right
from warehouse.replenishing.waiting import is_waiting, waiting_for
from warehouse.text import say
from warehouse.waves.models import Wave, WaveSlot
from warehouse.waves.queries import tote_of
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import form_ids, reading
from warehouse.web.desk import act, back_or, names_of, noted, state_chips, told
from warehouse.web.finding import consignments_like
from warehouse.web.orders import wave_of
from warehouse.web.return_labels import return_rows
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story

bp = Blueprint("consignments", __name__, url_prefix="/consignments")
DEFAULT_ORDER = "promise"
FIELDS: tuple[Field, ...] = (
    (say("Consignment"), lambda c: f"C{c.id:08d}"),
    (say("State"), lambda c: c.state),
    (say("Courier"), lambda c: c.carrier or ""),
    (say("Pieces"), lambda c: int(c.pieces or 0)),
    (say("Picked"), lambda c: int(c.picked or 0)),
    (say("Packed"), lambda c: int(c.packed or 0)),
    (say("Urgent"), lambda c: c.is_urgent),
    (say("Promise"), lambda c: c.promise_at),
    (say("Released"), lambda c: c.created_at),
)
LISTING = tables.Listing(
    name="consignments",
    key=Consignment.id,
    sorts=CONSIGNMENT_SORTS,
    default=DEFAULT_ORDER,
    fields=FIELDS,
)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the consignments of one state, or all of them."""
    state = tables.one_of("state", ConsignmentState)
    where = _filters()
    if state is not None:
        where.append(Consignment.state == state)
    if tables.text("only") == "waiting":
        where.append(is_waiting(Consignment.id))
    with reading() as session:
        sought = consignments_like(session, q, *where) if (q := tables.text("q")) else None
        query = orders_desk.consignment_list().where(*where)
        if sought is not None:
            query = query.where(sought.condition)
        if tables.is_export():
            return tables.export(session, query, LISTING)
        page = tables.page_of(session, query, LISTING)
        counts = orders_desk.consignment_counts(session)
        return render_template(
            "consignments/index.html",
            page=page,
            chips=state_chips(ConsignmentState, counts, state),
            orders=orders_desk.order_numbers(session, [row.id for row in page.rows]),
            carriers=carrier_choices(session),
            waiting=waiting_for(session, [row.id for row in page.rows]),
            q=q,
            is_all=sought is None or sought.is_all,
        )


def _filters() -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if carrier := tables.text("courier"):
        of_code = sa.select(Carrier.id).where(Carrier.code == carrier)
        where.append(Consignment.carrier_id.in_(of_code))
    return where


@bp.post("/wave")
@needs(Right.WAVE)
def wave() -> Response:
    """Make a wave of the ticked consignments."""
    back = back_or(url_for("consignments.index"))
    try:
        ids = form_ids("chosen")
        if not ids:
            raise InvalidInput(say("Choose at least one row."), field="chosen")
        outcome = wave_of(ids)
    except WarehouseError as error:
        return told(error, back)
    if outcome.screen == "wave" and outcome.subject_id:
        back = url_for("waves.wave", wave_id=outcome.subject_id)
    return noted(outcome, back)


@bp.get("/<int:consignment_id>")
@needs(Right.SEE_DESK)
def consignment(consignment_id: int) -> str:
    """Show one consignment: lines and their counters, tote, wave, checks, parcels."""
    with reading() as session:
        found = session.get(Consignment, consignment_id)
        if found is None:
            raise NotFound(say("consignment"), consignment_id)
        parcels = list(
            session.scalars(
                sa.select(Parcel)
                .where(Parcel.consignment_id == consignment_id)
                .order_by(Parcel.sequence)
            )
        )
        orders = orders_of(session, consignment_id)
        return render_template(
            "consignments/consignment.html",
            consignment=found,
            papers=return_rows(session, found, orders),
            lines=orders_desk.goods_lines(session, consignment_id),
            orders=orders,
            stop=stop_of(session, consignment_id),
            tote=tote_of(session, consignment_id),
            waves=_waves(session, consignment_id),
            checks=_checks(session, consignment_id),
            mismatches=_mismatches(session, consignment_id),
            parcels=parcels,
            carrier=session.get(Carrier, found.carrier_id) if found.carrier_id else None,
            people=names_of(session),
            events=story(
                session,
                [("consignment", [consignment_id]), ("parcel", [p.id for p in parcels])],
                consignment_id=consignment_id,
                job_subjects=[
                    *(f"parcel:{p.id}" for p in parcels),
                    *(f"order:{o.id}" for o in orders),
                ],
            ),
        )


def _waves(session: Session, consignment_id: int) -> list[Any]:
    return list(
        session.execute(
            sa.select(Wave.id, Wave.number, Wave.state, WaveSlot.slot_no)
            .join(WaveSlot, WaveSlot.wave_id == Wave.id)
            .where(WaveSlot.consignment_id == consignment_id)
            .order_by(Wave.id.desc())
        )
    )


def _checks(session: Session, consignment_id: int) -> list[Check]:
    return list(
        session.scalars(
            sa.select(Check).where(Check.consignment_id == consignment_id).order_by(Check.id.desc())
        )
    )


def _mismatches(session: Session, consignment_id: int) -> list[Any]:
    return list(
        session.execute(
            sa.select(
                Mismatch.kind, Mismatch.barcode, Mismatch.pieces, Mismatch.at,
                Sku.id.label("sku_id"), Sku.code,
            )
            .join(Check, Check.id == Mismatch.check_id)
            .outerjoin(Sku, Sku.id == Mismatch.sku_id)
            .where(Check.consignment_id == consignment_id)
            .order_by(Mismatch.id.desc())
        )
    )  # fmt: skip


@bp.post("/<int:consignment_id>/split")
@needs(Right.RELEASE)
def split(consignment_id: int) -> Response:
    """Take a consignment nobody has begun apart into its orders."""
    back = url_for("consignments.consignment", consignment_id=consignment_id)
    return act(split_consignment, SplitConsignment, back=back, consignment_id=consignment_id)

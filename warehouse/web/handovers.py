"""The desk's handovers: which courier took which parcels, and what was left behind."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.carriers.models import Carrier
from warehouse.carriers.queries import carrier_choices
from warehouse.dispatch import desk as dispatch_desk
from warehouse.dispatch.desk import HANDOVER_SORTS
from warehouse.dispatch.models import Handover, HandoverState
from warehouse.dispatch.queries import left_behind
from warehouse.errors import NotFound
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import reading
from warehouse.web.desk import names_of
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story

bp = Blueprint("handovers", __name__, url_prefix="/handovers")
FIELDS: tuple[Field, ...] = (
    (say("Handover"), lambda h: h.number),
    (say("State"), lambda h: h.state),
    (say("Courier"), lambda h: h.carrier),
    (say("Parcels"), lambda h: h.parcels),
    (say("Refused"), lambda h: h.refused),
    (say("Opened"), lambda h: h.opened_at),
    (say("Opened by"), lambda h: h.opener),
    (say("Closed"), lambda h: h.closed_at),
)
LISTING = tables.Listing(
    name="handovers", key=Handover.id, sorts=HANDOVER_SORTS, default="-no", fields=FIELDS
)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the handovers, the newest first."""
    query = dispatch_desk.handover_list()
    if state := tables.one_of("state", HandoverState):
        query = query.where(Handover.state == state)
    if courier := tables.text("courier"):
        query = query.where(Carrier.code == courier)
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "handovers/index.html",
            page=tables.page_of(session, query, LISTING),
            carriers=carrier_choices(session),
        )


@bp.get("/<int:handover_id>")
@needs(Right.SEE_DESK)
def handover(handover_id: int) -> str:
    """Show one handover: the parcels that left, those left behind, its manifest."""
    with reading() as session:
        found = session.get(Handover, handover_id)
        if found is None:
            raise NotFound(say("handover"), handover_id)
        subject = f"handover:{handover_id}"
        return render_template(
            "handovers/handover.html",
            handover=found,
            carrier=session.get_one(Carrier, found.carrier_id),
            parcels=dispatch_desk.parcels_of(session, handover_id),
            left=left_behind(session, found.carrier_id),
            people=names_of(session),
            jobs=list(
                session.scalars(
                    sa.select(PrintJob)
                    .where(PrintJob.subject == subject)
                    .order_by(PrintJob.id.desc())
                )
            ),
            events=story(session, [("handover", [handover_id])], job_subjects=[subject]),
        )

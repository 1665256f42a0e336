"""The desk's parcels: where each is, what is in it, what it weighed, which papers it has."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import CartonLabel
from printing.documents.parcels import MOST_READY_BYTES
from printing.errors import PrintingError
from printing.media import media
from printing.models import PrintJob
from printing.queue import showing
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import CartonType, Station, StationKind
from warehouse.dispatch import desk as dispatch_desk
from warehouse.dispatch.commands.carrier_label import (
    STOCKS,
    UNFIT,
    TakeCarrierLabel,
    take_carrier_label,
)
from warehouse.dispatch.commands.label import ReprintLabel, is_ready_for_label, reprint_label
from warehouse.dispatch.desk import PARCEL_SORTS
from warehouse.dispatch.models import Waybill
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.orders.models import Consignment
from warehouse.orders.queries import orders_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.packing.queries import lots_in_parcel, serials_in_parcel
from warehouse.packing.sscc import (
    CLOSED,
    NO_PREFIX,
    PrintCartonLabel,
    carton_label,
    following_sscc,
    has_label,
    print_carton_label,
)
from warehouse.people.rights import Right
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.tracing.inside import inside_parcel
from warehouse.web import drawing, tables
from warehouse.web.access import needs
from warehouse.web.context import form_int, form_str, may, reading, speak
from warehouse.web.desk import act, names_of, state_chips, told
from warehouse.web.drafts import draft, shown
from warehouse.web.finding import parcels_like
from warehouse.web.notes import media_word
from warehouse.web.paper_rights import may_see
from warehouse.web.paper_rows import PaperRow
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story
from warehouse.web.words import document_word
from warehouse.weighing.models import Reading

bp = Blueprint("parcels", __name__, url_prefix="/parcels")
FIELDS: tuple[Field, ...] = (
    (say("Parcel"), lambda p: p.number),
    (say("State"), lambda p: p.state),
    (say("Waybill"), lambda p: p.waybill_no or ""),
    (say("Courier"), lambda p: p.carrier or ""),
    (say("Consignment"), lambda p: f"C{p.consignment_id:08d}"),
    (say("Expected g"), lambda p: p.expected_g),
    (say("Weight g"), lambda p: p.gross_g),
    (say("Packer"), lambda p: p.packer),
    (say("Opened"), lambda p: p.opened_at),
    (say("Gone at"), lambda p: p.dispatched_at),
)
MOST_INSIDE = 12  # parts of kits that are named under a line of a parcel
LISTING = tables.Listing(
    name="parcels", key=Parcel.id, sorts=PARCEL_SORTS, default="-no", fields=FIELDS
)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the parcels of one state, or all of them."""
    state = tables.one_of("state", ParcelState)
    where = [] if state is None else [Parcel.state == state]
    with reading() as session:
        sought = parcels_like(session, q, *where) if (q := tables.text("q")) else None
        query = dispatch_desk.parcel_list().where(*where)
        if sought is not None:
            query = query.where(sought.condition)
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "parcels/index.html",
            page=tables.page_of(session, query, LISTING),
            chips=state_chips(ParcelState, dispatch_desk.parcel_counts(session), state),
            q=q,
            is_all=sought is None or sought.is_all,
        )


@bp.get("/<int:parcel_id>")
@needs(Right.SEE_DESK)
def parcel(parcel_id: int) -> str:
    """Show one parcel with all that is known of it."""
    with reading() as session:
        found = session.get(Parcel, parcel_id)
        if found is None:
            raise NotFound(say("parcel"), parcel_id)
        subject = f"parcel:{parcel_id}"
        consignment = session.get_one(Consignment, found.consignment_id)
        return render_template(
            "parcels/parcel.html",
            parcel=found,
            consignment=consignment,
            lacks_label=is_ready_for_label(found, consignment),
            benches=_benches(session),
            stocks=[(name, speak(media_word(name))) for name in STOCKS],
            orders=orders_of(session, found.consignment_id),
            carton=session.get(CartonType, found.carton_type_id),
            content=dispatch_desk.content_of(session, parcel_id),
            lots=lots_in_parcel(session, parcel_id),
            serials=serials_in_parcel(session, parcel_id),
            inside=inside_parcel(session, found.bin_id),
            MOST_INSIDE=MOST_INSIDE,
            readings=list(
                session.scalars(
                    sa.select(Reading)
                    .where(Reading.parcel_id == parcel_id)
                    .order_by(Reading.id.desc())
                )
            ),
            waybills=list(
                session.execute(
                    sa.select(Waybill, Carrier.name)
                    .join(Carrier, Carrier.id == Waybill.carrier_id)
                    .where(Waybill.parcel_id == parcel_id)
                    .order_by(Waybill.id.desc())
                )
            ),
            jobs=list(
                session.scalars(
                    sa.select(PrintJob)
                    .where(PrintJob.subject == subject)
                    .order_by(PrintJob.id.desc())
                )
            ),
            papers=_papers(session, found),
            handover=dispatch_desk.handover_of(session, parcel_id),
            people=names_of(session),
            has_label=dispatch_desk.is_label_repeatable(session, parcel_id),
            events=story(session, [("parcel", [parcel_id])], job_subjects=[subject]),
        )


def _papers(session: Session, parcel: Parcel) -> list[PaperRow]:
    """Return the carton label, with what it still lacks; none of a parcel that is not closed."""
    if parcel.state not in CLOSED:
        return []
    site = load_settings(session)
    lacks = not parcel.sscc and not following_sscc(session, site)
    spent = say("All numbers of the company prefix {prefix} are given.",
                prefix=site.gs1_company_prefix)  # fmt: skip
    return [
        PaperRow(
            word=document_word(CartonLabel.kind),
            action=url_for("parcels.carton", parcel_id=parcel.id),
            preview=url_for("parcels.carton_draft", parcel_id=parcel.id)
            if may_see(CartonLabel.kind)
            else "",
            is_printed=has_label(session, parcel),
            may=may(Right.REPRINT),
            missing=(spent if site.gs1_company_prefix else NO_PREFIX) if lacks else None,
            where=f"{url_for('settings.index')}#sscc" if may(Right.SETTINGS) else "",
        )
    ]


@bp.get("/<int:parcel_id>/carton.pdf")
@needs(Right.REPRINT, Right.UNMASK, at_desk=True)
def carton_draft(parcel_id: int) -> Response:
    """Show the carton label as it would be printed now, a mark across."""
    with reading() as session:
        found = session.get(Parcel, parcel_id)
        if found is None:
            raise NotFound(say("parcel"), parcel_id)
        site = load_settings(session)
        sscc = found.sscc or following_sscc(session, site)
        if not sscc or found.state not in CLOSED:
            raise RuleViolation(say("This parcel gets no carton label."))
        paper = draft(session, carton_label(session, found, sscc, site))
    return shown(paper)


@bp.post("/<int:parcel_id>/carton")
@needs(Right.REPRINT, at_desk=True)
def carton(parcel_id: int) -> Response:
    """Ask for the carton label, once more with a reason."""
    back = url_for("parcels.parcel", parcel_id=parcel_id)
    reason = form_str("reason", "")
    return act(print_carton_label, PrintCartonLabel, back=back, parcel_id=parcel_id, reason=reason)


@bp.post("/<int:parcel_id>/carrier-label")
@needs(Right.WEIGH, at_desk=True)
def take_label(parcel_id: int) -> Response:
    """Take a label the carrier has drawn, with its number, and have it printed at a station."""
    back = url_for("parcels.parcel", parcel_id=parcel_id)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return told(InvalidInput(say("Choose a file."), field="file"), back)
    content, stock = sent.stream.read(MOST_READY_BYTES + 1), form_str("media", "")
    if stock not in STOCKS:
        return told(InvalidInput(UNFIT, field="media"), back)
    # A stranger's file is opened away from here: it may bring down whoever opens it.
    try:
        form = drawing.drawn(partial(showing.ready_format, content, media(stock)))
    except PrintingError as error:
        return told(InvalidInput(drawing.said_of(error, UNFIT), field="file"), back)
    return act(
        take_carrier_label, TakeCarrierLabel, back=back, parcel_id=parcel_id,
        number=form_str("number", "").strip().upper(), media=stock,
        station_id=form_int("station", 0), content=content, form=form,
    )  # fmt: skip


def _benches(session: Session) -> list[tuple[int, str]]:
    """Return the stations where labels are stuck on."""
    rows = session.execute(
        sa.select(Station.id, Station.code, Station.name)
        .where(Station.is_active, Station.kind.in_((StationKind.WEIGH, StationKind.PACK)))
        .order_by(Station.kind.desc(), Station.code)
    )
    return [(row.id, f"{row.code} {row.name}") for row in rows]


@bp.post("/<int:parcel_id>/label")
@needs(Right.REPRINT)
def label(parcel_id: int) -> Response:
    """Print the label once more, with a reason."""
    back = url_for("parcels.parcel", parcel_id=parcel_id)
    reason = form_str("reason", "")
    return act(reprint_label, ReprintLabel, back=back, parcel_id=parcel_id, reason=reason)

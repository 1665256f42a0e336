"""`/api/v1/parcels`, `/handovers`, `/print-jobs`: from the packing bench to the door."""

from __future__ import annotations

from flask import Response

from printing.models import JobState
from warehouse.api.answers import answer
from warehouse.api.door import bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import component, flag, text, word
from warehouse.api.shapes.handovers import list_handovers, show_handover
from warehouse.api.shapes.jobs import list_jobs
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.api.shapes.parcels import list_parcels, show_parcel
from warehouse.dispatch.models import HandoverState
from warehouse.packing.models import ParcelState
from warehouse.people.rights import Right
from warehouse.web.context import reading

PARCELS, HANDOVERS, PRINTING = "Parcels", "Handovers", "Printing"


@bp.get("/parcels")
@operation(
    summary="List parcels, newest first",
    tag=PARCELS,
    rights=(Right.SEE_DESK,),
    query={"state": word(ParcelState), **PAGING},
    answer=paged("parcels", component("ParcelRow")),
)
def parcels_index() -> Response:
    with reading() as session:
        return answer(list_parcels(session, **{"limit": USUAL, **query()}))


@bp.get("/parcels/<number>")
@operation(
    summary="Show one parcel, by its number, its SSCC or its live waybill's",
    tag=PARCELS,
    rights=(Right.SEE_DESK,),
    answer=component("Parcel"),
)
def parcels_show(number: str) -> Response:
    with reading() as session:
        return answer(show_parcel(session, number))


@bp.get("/handovers")
@operation(
    summary="List handovers, newest first",
    tag=HANDOVERS,
    rights=(Right.SEE_DESK,),
    query={
        "state": word(HandoverState),
        "carrier": text("The courier's code.", least=1, most=64),
        **PAGING,
    },
    answer=paged("handovers", component("HandoverRow")),
)
def handovers_index() -> Response:
    with reading() as session:
        return answer(list_handovers(session, **{"limit": USUAL, **query()}))


@bp.get("/handovers/<number>")
@operation(
    summary="Show one handover with its parcels",
    tag=HANDOVERS,
    rights=(Right.SEE_DESK,),
    answer=component("Handover"),
)
def handovers_show(number: str) -> Response:
    with reading() as session:
        return answer(show_handover(session, number))


@bp.get("/print-jobs")
@operation(
    summary="List print jobs, newest first",
    tag=PRINTING,
    rights=(Right.SEE_DESK,),
    query={
        "state": word(JobState),
        "is_open": flag("Only those that are not at their end."),
        "printer": text("The printer's name.", least=1, most=200),
        "kind": text("The kind of document, as waybill.", least=1, most=64),
        **PAGING,
    },
    answer=paged("print_jobs", component("PrintJob")),
)
def print_jobs_index() -> Response:
    with reading() as session:
        return answer(list_jobs(session, **{"limit": USUAL, **query()}))

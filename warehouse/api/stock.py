"""`/api/v1/stock`, `/skus`, `/bins`, `/ledger`: what stands where, and the proof of it."""

from __future__ import annotations

from flask import Response

from warehouse.api.answers import answer
from warehouse.api.door import bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import component, flag, listed, record, text, word
from warehouse.api.shapes.lots import list_lots, show_serials
from warehouse.api.shapes.paging import PAGING, PAGING_BY_TWO, USUAL, paged
from warehouse.api.shapes.stock import (
    list_bins,
    list_skus,
    list_stock,
    show_bin,
    show_sku,
    verify_ledger,
)
from warehouse.catalog.models import BinKind
from warehouse.people.rights import Right
from warehouse.web.context import reading, today

TAG = "Stock"


@bp.get("/stock")
@operation(
    summary="List what stands where, bin by bin",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={
        "sku": text("Only of this SKU.", least=1, most=64),
        "bin": text("Only in this bin.", least=1, most=64),
        "outside": flag("Bins that stand for the outside too: couriers, suppliers."),
        **PAGING_BY_TWO,
    },
    answer=paged("stock", component("Balance")),
)
def stock_index() -> Response:
    with reading() as session:
        return answer(list_stock(session, day=today(), **{"limit": USUAL, **query()}))


@bp.get("/skus")
@operation(
    summary="List SKUs",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query=PAGING,
    answer=paged("skus", component("SkuRow")),
)
def skus_index() -> Response:
    with reading() as session:
        return answer(list_skus(session, day=today(), **{"limit": USUAL, **query()}))


@bp.get("/skus/<code>")
@operation(
    summary="Show one SKU, by its code or a barcode, and where it stands",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Sku"),
)
def skus_show(code: str) -> Response:
    with reading() as session:
        return answer(show_sku(session, code, day=today()))


@bp.get("/lots")
@operation(
    summary="List lots, and where each stands",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={
        "sku": text("Only of this SKU.", least=1, most=64),
        "empty": flag("Lots of which nothing is in the house any more, too."),
        **PAGING,
    },
    answer=paged("lots", component("Lot")),
)
def lots_index() -> Response:
    with reading() as session:
        return answer(list_lots(session, **{"limit": USUAL, **query()}))


@bp.get("/serials/<code>")
@operation(
    summary="Show where the pieces with a serial number are, and which parcels they went with",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=record({"serials": listed(component("Serial"))}),
)
def serials_show(code: str) -> Response:
    with reading() as session:
        return answer(show_serials(session, code))


@bp.get("/bins")
@operation(
    summary="List bins",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"kind": word(BinKind), **PAGING},
    answer=paged("bins", component("BinRow")),
)
def bins_index() -> Response:
    with reading() as session:
        return answer(list_bins(session, **{"limit": USUAL, **query()}))


@bp.get("/bins/<code>")
@operation(
    summary="Show one bin and what stands in it",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Bin"),
)
def bins_show(code: str) -> Response:
    with reading() as session:
        return answer(show_bin(session, code, day=today()))


@bp.get("/ledger/verify")
@operation(
    summary="Prove every balance from its moves; reads the whole ledger",
    tag=TAG,
    rights=(Right.STOCK, Right.SETTINGS),
    answer=component("Verification"),
)
def ledger_verify() -> Response:
    with reading() as session:
        return answer(verify_ledger(session))

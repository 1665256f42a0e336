"""`/api/v1/suppliers`, `/purchases`, `/receipts`, `/exchanges`: what is bought, comes and goes."""

from __future__ import annotations

from typing import Any

from flask import Response

from warehouse.api.acting import act
from warehouse.api.answers import answer
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import code, component, flag, listed, record, text, whole, word, yes
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.api.shapes.receiving import (
    day,
    day_of,
    list_exchanges,
    list_purchases,
    list_receipts,
    list_suppliers,
    receipt_id_of,
    show_exchange,
    show_purchase,
    show_receipt,
    show_supplier,
    sku_ids_of,
)
from warehouse.people.rights import Right
from warehouse.receiving.accounts import ExchangeState
from warehouse.receiving.commands.purchases import MOST_LINES, MakePurchase, Wanted, make_purchase
from warehouse.receiving.commands.receipts import Announced, ExpectReceipt, expect_receipt
from warehouse.receiving.commands.recounting import RecountGoods, recount_goods
from warehouse.receiving.models import PurchaseState, ReceiptState
from warehouse.receiving.rules import HIGHEST_FEN, MOST_PIECES
from warehouse.web.context import may, reading

TAG = "Receiving"
SUPPLIER_CODE = code("Its code.")
SKU_CODE = text("Its code, or a barcode worth one piece.", least=1, most=64)
PIECES = whole("Pieces.", least=1, most=MOST_PIECES)
NOTE = text("For people.", most=500)


@bp.get("/suppliers")
@operation(
    summary="List suppliers",
    tag=TAG,
    rights=(Right.BUY,),
    query=PAGING,
    answer=paged("suppliers", component("Supplier")),
)
def suppliers_index() -> Response:
    with reading() as session:
        return answer(list_suppliers(session, **{"limit": USUAL, **query()}))


@bp.get("/suppliers/<code>")
@operation(summary="Show one supplier", tag=TAG, rights=(Right.BUY,), answer=component("Supplier"))
def suppliers_show(code: str) -> Response:
    with reading() as session:
        return answer(show_supplier(session, code))


@bp.get("/purchases")
@operation(
    summary="List purchase orders, newest first",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"state": word(PurchaseState), **PAGING},
    answer=paged("purchases", component("PurchaseRow")),
)
def purchases_index() -> Response:
    with reading() as session:
        return answer(list_purchases(session, **{"limit": USUAL, **query()}))


@bp.get("/purchases/<number>")
@operation(
    summary="Show one purchase order with what came of each line",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Purchase"),
)
def purchases_show(number: str) -> Response:
    with reading() as session:
        return answer(show_purchase(session, number, is_buyer=may(Right.BUY)))


@bp.post("/purchases")
@operation(
    summary="Draft a purchase order, or put it on its way at once",
    tag=TAG,
    rights=(Right.BUY,),
    body={
        "supplier": SUPPLIER_CODE,
        "lines": listed(
            record(
                {
                    "sku": SKU_CODE,
                    "pieces": PIECES,
                    "price_fen": whole("Of one piece.", least=0, most=HIGHEST_FEN),
                    "expected_on": day("If another day than the order's."),
                },
                optional=("price_fen", "expected_on"),
            ),
            least=1,
            most=MOST_LINES,
        ),
        "expected_on": day(),
        "note": NOTE,
        "is_ordered": flag("It has gone to the supplier already."),
    },
    optional=("expected_on", "note", "is_ordered"),
    answer=component("Act"),
)
def purchases_make() -> Response:
    sent = body()
    lines = tuple(
        Wanted(
            sku_code=line["sku"],
            pieces=line["pieces"],
            price_fen=line.get("price_fen", 0),
            expected_on=day_of(line.get("expected_on"), f"lines[{at}].expected_on"),
        )
        for at, line in enumerate(sent["lines"])
    )
    return act(
        make_purchase, MakePurchase, supplier=sent["supplier"], lines=lines,
        is_ordered=sent.get("is_ordered", False), **_common(sent),
    )  # fmt: skip


@bp.get("/receipts")
@operation(
    summary="List receipts, newest first",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"state": word(ReceiptState), **PAGING},
    answer=paged("receipts", component("ReceiptRow")),
)
def receipts_index() -> Response:
    with reading() as session:
        return answer(list_receipts(session, **{"limit": USUAL, **query()}))


@bp.get("/receipts/<number>")
@operation(
    summary="Show one receipt, expected against counted",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Receipt"),
)
def receipts_show(number: str) -> Response:
    with reading() as session:
        return answer(show_receipt(session, number))


@bp.post("/receipts")
@operation(
    summary="Announce a delivery, to be counted at the dock",
    tag=TAG,
    rights=(Right.BUY,),
    body={
        "supplier": SUPPLIER_CODE,
        "lines": listed(record({"sku": SKU_CODE, "pieces": PIECES}), least=1, most=MOST_LINES),
        "purchase_order": text("The number of an order on its way.", most=40),
        "expected_on": day(),
        "supplier_paper_no": text("Of their delivery note.", most=40),
        "note": NOTE,
    },
    optional=("purchase_order", "expected_on", "supplier_paper_no", "note"),
    answer=component("Act"),
)
def receipts_expect() -> Response:
    sent = body()
    lines = tuple(Announced(sku_code=x["sku"], pieces=x["pieces"]) for x in sent["lines"])
    return act(
        expect_receipt, ExpectReceipt, supplier=sent["supplier"], lines=lines,
        purchase_no=sent.get("purchase_order", ""),
        supplier_paper_no=sent.get("supplier_paper_no", ""), **_common(sent),
    )  # fmt: skip


@bp.post("/receipts/<number>/recount")
@operation(
    summary="Have goods of a delivery counted anew by somebody else, before it is booked",
    tag=TAG,
    rights=(Right.STOCK,),
    body={
        "skus": listed(SKU_CODE, least=1, most=MOST_LINES),
        "all": yes("Everything that is counted."),
        "note": text("Why.", least=1, most=200),
    },
    either=("skus", "all"),
    answer=component("Act"),
)
def receipts_recount(number: str) -> Response:
    sent = body()
    with reading() as session:
        receipt_id = receipt_id_of(session, number)
        sku_ids = sku_ids_of(session, sent.get("skus", ()), "skus")
    return act(
        recount_goods, RecountGoods, receipt_id=receipt_id, sku_ids=sku_ids, reason=sent["note"]
    )


@bp.get("/exchanges")
@operation(
    summary="List exchanges with suppliers, newest first",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"state": word(ExchangeState), **PAGING},
    answer=paged("exchanges", component("ExchangeRow")),
)
def exchanges_index() -> Response:
    with reading() as session:
        return answer(list_exchanges(session, **{"limit": USUAL, **query()}))


@bp.get("/exchanges/<number>")
@operation(
    summary="Show one exchange and what of it is settled",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Exchange"),
)
def exchanges_show(number: str) -> Response:
    with reading() as session:
        return answer(show_exchange(session, number))


def _common(sent: dict[str, Any]) -> dict[str, Any]:
    return {
        "expected_on": day_of(sent.get("expected_on"), "expected_on"),
        "note": sent.get("note", ""),
    }

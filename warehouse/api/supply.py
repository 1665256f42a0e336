"""`/api/v1/stock/numbers`, `/offers`, `/reorders`, levels: what may be sold and what to buy."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from warehouse.api.acting import act
from warehouse.api.answers import answer
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import component, maybe, text, whole, word
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.api.shapes.supply import list_numbers, list_offers, list_reorders
from warehouse.catalog.models import Sku
from warehouse.errors import NotFound
from warehouse.people.rights import Right
from warehouse.supplying.commands.levels import MOST_PIECES, SetLevel, set_level
from warehouse.supplying.rules import Alert
from warehouse.text import say
from warehouse.web.amounts import today
from warehouse.web.context import reading

TAG = "Purchasing"


@bp.get("/stock/numbers")
@operation(
    summary="List every number of every SKU",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"sku": text("Only this SKU.", least=1, most=64), "alert": word(Alert), **PAGING},
    answer=paged("numbers", component("StockNumbers")),
)
def stock_numbers() -> Response:
    with reading() as session:
        return answer(list_numbers(session, day=today(), **{"limit": USUAL, **query()}))


@bp.get("/shops/<shop>/offers")
@operation(
    summary="List what a shop may sell: available to promise",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query=PAGING,
    answer=paged("offers", component("Offer")),
)
def offers_index(shop: str) -> Response:
    with reading() as session:
        return answer(list_offers(session, day=today(), shop=shop, **{"limit": USUAL, **query()}))


@bp.get("/reorders")
@operation(
    summary="List what to buy now, of whom and by which figures",
    tag=TAG,
    rights=(Right.BUY,),
    answer=component("Reorders"),
)
def reorders_index() -> Response:
    with reading() as session:
        return answer(list_reorders(session, day=today()))


@bp.post("/skus/<code>/level")
@operation(
    summary="Set when a SKU is bought again, and up to how many pieces",
    tag=TAG,
    rights=(Right.BUY,),
    body={
        "safety": whole("Safety stock.", least=0, most=MOST_PIECES),
        "reorder_at": maybe(whole("Null: nobody says.", least=0, most=MOST_PIECES)),
        "order_up_to": maybe(whole("Null: the reorder point.", least=1, most=MOST_PIECES)),
    },
    answer=component("Act"),
)
def sku_level(code: str) -> Response:
    with reading() as session:
        sku_id = session.scalar(sa.select(Sku.id).where(Sku.code == code))
    if sku_id is None:
        raise NotFound(say("SKU"), code)
    given = {name: body()[name] for name in ("safety", "reorder_at", "order_up_to")}
    return act(set_level, SetLevel, sku_id=sku_id, **given)

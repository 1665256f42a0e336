"""`/api/v1/kits`: kits held back for a blocked lot inside, and letting the sorted ones go."""

from __future__ import annotations

from flask import Response

from warehouse.api.acting import act
from warehouse.api.answers import answer
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import component, text
from warehouse.api.shapes.kits import list_in_doubt
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.people.rights import Right
from warehouse.storing.sources import sku_of
from warehouse.tracing.commands.blocking import LetKitsGo, let_kits_go
from warehouse.web.context import reading


@bp.get("/kits/held-back")
@operation(
    summary="List kits without lots that may have pieces of a blocked lot inside",
    tag="Stock",
    rights=(Right.SEE_DESK,),
    query={
        "lot": text("Only for blocked lots of this code.", least=1, most=64),
        **PAGING,
    },
    answer=paged("kits", component("KitsHeldBack")),
)
def kits_held_back() -> Response:
    with reading() as session:
        return answer(list_in_doubt(session, **{"limit": USUAL, **query()}))


@bp.post("/kits/<sku>/sorted")
@operation(
    summary="Let kits held back be sold again: those with a blocked lot inside are put aside",
    tag="Stock",
    rights=(Right.STOCK,),
    body={"note": text("What was found, and where it is.", least=1, most=200)},
    answer=component("Act"),
)
def kits_sorted(sku: str) -> Response:
    with reading() as session:
        sku_id = sku_of(session, sku).id
    return act(let_kits_go, LetKitsGo, sku_id=sku_id, reason=body()["note"])

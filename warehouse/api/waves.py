"""`/api/v1/waves`: making walks of consignments and looking at them."""

from __future__ import annotations

from flask import Response

from warehouse.api.acting import act
from warehouse.api.answers import answer
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import component, listed, text, word
from warehouse.api.shapes.consignments import consignment_id_of
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.api.shapes.waves import list_waves, show_wave
from warehouse.people.rights import Right
from warehouse.waves.commands import MOST_SLOTS, MakeWave, make_wave
from warehouse.waves.models import WaveState
from warehouse.web.context import reading

TAG = "Waves"
CONSIGNMENT_NUMBER = text("As C00000012.", least=1, most=64)


@bp.get("/waves")
@operation(
    summary="List waves, newest first",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"state": word(WaveState), **PAGING},
    answer=paged("waves", component("WaveRow")),
)
def waves_index() -> Response:
    with reading() as session:
        return answer(list_waves(session, **{"limit": USUAL, **query()}))


@bp.get("/waves/<number>")
@operation(
    summary="Show one wave with its slots and tasks",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Wave"),
)
def waves_show(number: str) -> Response:
    with reading() as session:
        return answer(show_wave(session, number))


@bp.post("/waves")
@operation(
    summary="Make a wave; consignments whose stock is short are left out and held",
    tag=TAG,
    rights=(Right.WAVE,),
    body={"consignments": listed(CONSIGNMENT_NUMBER, "Their numbers.", least=1, most=MOST_SLOTS)},
    answer=component("Act"),
)
def waves_make() -> Response:
    ids = tuple(consignment_id_of(number) for number in body()["consignments"])
    return act(make_wave, MakeWave, consignment_ids=ids)

"""Asking for papers: of a wave, a parcel, an order that left; again with a reason, as copies.

A parcel's label and packing slip come by themselves as it is packed: of them there are copies only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from flask import Response

from printing.documents import CartLabel, PickList, PutWallSheet, WaveSheet
from warehouse.api.acting import act
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import Schema, component, text, word
from warehouse.api.shapes.orders import order_id_of
from warehouse.api.shapes.parcels import parcel_id_of
from warehouse.api.shapes.waves import wave_id_of
from warehouse.catalog.queries import station_by_code
from warehouse.commands import Actor, Command, Handler
from warehouse.dispatch.commands.label import ReprintLabel, reprint_label
from warehouse.dispatch.returning import PrintReturnLabel, print_return_label
from warehouse.errors import UnknownName
from warehouse.packing.papers import RepeatSlip, repeat_slip
from warehouse.packing.sscc import PrintCartonLabel, print_carton_label
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.waves.maps import print_wave_sheet
from warehouse.waves.papers import PrintPickList, PrintWaveSheet, print_pick_list
from warehouse.waves.slots import PrintCartLabel, PrintPutWall, print_cart_label, print_put_wall
from warehouse.web.context import actor, reading


class WavePaper(StrEnum):
    """What a wave has on paper."""

    PICK_LIST = PickList.kind
    WAVE_SHEET = WaveSheet.kind
    PUT_WALL_SHEET = PutWallSheet.kind
    CART_LABEL = CartLabel.kind


_ACTS: Mapping[WavePaper, tuple[Handler[Any], type[Command]]] = {
    WavePaper.PICK_LIST: (print_pick_list, PrintPickList),
    WavePaper.WAVE_SHEET: (print_wave_sheet, PrintWaveSheet),
    WavePaper.PUT_WALL_SHEET: (print_put_wall, PrintPutWall),
    WavePaper.CART_LABEL: (print_cart_label, PrintCartLabel),
}
ASKED: Mapping[str, Schema] = {
    "reason": text("Why once more; the first time there is none.", least=1, most=200),
    "station": text("The station whose printer takes it; else the one for all.", least=1, most=64),
}
# Of what came by itself there is no first time here.
COPY: Mapping[str, Schema] = {**ASKED, "reason": text("Why once more.", least=1, most=200)}
SHOP = {"shop": text("The shop's code, where several have this number.", least=1, most=64)}


@bp.post("/waves/<number>/papers")
@operation(
    summary="Ask for a paper of a wave; asked for again it needs a reason and is a copy",
    tag="Waves",
    rights=(Right.WAVE, Right.REPRINT),
    body={"paper": word(WavePaper), **ASKED},
    optional=tuple(ASKED),
    answer=component("Act"),
)
def waves_paper(number: str) -> Response:
    with reading() as session:
        wave_id = wave_id_of(session, number)
    handler, command = _ACTS[WavePaper(body()["paper"])]
    return _asked(handler, command, wave_id=wave_id)


@bp.post("/parcels/<number>/carton-label")
@operation(
    summary="Ask for a parcel's logistic label, by its number or SSCC; the first gives the SSCC",
    tag="Parcels",
    rights=(Right.REPRINT,),
    body=ASKED,
    optional=tuple(ASKED),
    answer=component("Act"),
)
def parcels_carton_label(number: str) -> Response:
    with reading() as session:
        parcel_id = parcel_id_of(session, number)
    return _asked(print_carton_label, PrintCartonLabel, parcel_id=parcel_id)


@bp.post("/parcels/<number>/label")
@operation(
    summary="Ask for a copy of a parcel's waybill label; it is scanned back like the first",
    tag="Parcels",
    rights=(Right.REPRINT,),
    body=COPY,
    optional=("station",),
    answer=component("Act"),
)
def parcels_label(number: str) -> Response:
    with reading() as session:
        parcel_id = parcel_id_of(session, number)
    return _asked(reprint_label, ReprintLabel, parcel_id=parcel_id)


@bp.post("/parcels/<number>/packing-slip")
@operation(
    summary="Ask for a copy of a parcel's packing slip",
    tag="Parcels",
    rights=(Right.REPRINT,),
    body=COPY,
    optional=("station",),
    answer=component("Act"),
)
def parcels_packing_slip(number: str) -> Response:
    with reading() as session:
        parcel_id = parcel_id_of(session, number)
    return _asked(repeat_slip, RepeatSlip, parcel_id=parcel_id)


@bp.post("/orders/<number>/return-label")
@operation(
    summary="Ask for the label goods of an order that left come back with",
    tag="Orders",
    rights=(Right.RELEASE, Right.REPRINT),
    query=SHOP,
    body=ASKED,
    optional=tuple(ASKED),
    answer=component("Act"),
)
def orders_return_label(number: str) -> Response:
    with reading() as session:
        order_id = order_id_of(session, number, query().get("shop"))
    return _asked(print_return_label, PrintReturnLabel, order_id=order_id)


def _asked(handler: Handler[Any], command: type[Command], **subject: int) -> Response:
    return act(handler, command, by=_at_station(), reason=body().get("reason", ""), **subject)


def _at_station() -> Actor:
    """Return whose act it is, at the station it is printed for.

    Raises:
        UnknownName: there is no such station.
    """
    code = body().get("station")
    if code is None:
        return actor()
    with reading() as session:
        station = station_by_code(session, code)
    if station is None:
        raise UnknownName(say("There is no station like this."), field="station")
    return replace(actor(), station_id=station.id)

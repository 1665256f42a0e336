"""A packer: looks at a tote a second time, packs, weighs, labels, and carries boxes to the door."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from warehouse.catalog.models import CartonType
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.commands import Actor, Outcome
from warehouse.errors import (
    OrderStopped,
    ScanRejected,
    WrongTote,
)
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackItem, PackRest, pack_item, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.packing.models import Parcel
from warehouse.simulation.checker import look_through
from warehouse.simulation.day import Day, Work
from warehouse.simulation.labeller import label_box
from warehouse.simulation.stopping import put_aside
from warehouse.simulation.tablet import Tablet, scanned
from warehouse.simulation.world import Box
from warehouse.weighing.commands import RecordWeight, record_weight
from warehouse.weighing.screens import WeighScreen

CARTONS = ("PB-S", "PB-L", "CTN-8", "CTN-6", "CTN-5", "CTN-4", "CTN-3")
WRONG_TOTE_SHARE = 0.02
WRONG_CARTON_SHARE = 0.02
SECOND_BOX_SHARE = 0.12
BY_PIECE_SHARE = 0.4
FORGOTTEN_SHARE = 0.02
FORGOTTEN_FROM_G = 80  # lighter pieces a scale cannot miss within its tolerance
LEANING_SHARE = 0.02
LEANING_G = 700


def packer(day: Day, tablet: Tablet, supervisor: Actor) -> Work:
    """Bring one tote after the other to the door."""
    while True:
        if not day.world.picked_totes:
            yield 20
            continue
        tote = day.world.picked_totes.popleft()
        yield 8
        try:
            yield from _bring(day, tablet, supervisor, tote)
        except OrderStopped as stop:
            is_down = yield from put_aside(day, tablet, stop.facts["consignment_id"])
            if not is_down:
                day.world.picked_totes.append(tote)  # let go while walking: begin again


def _bring(day: Day, tablet: Tablet, supervisor: Actor, tote: str) -> Work:
    if day.happens(WRONG_TOTE_SHARE):
        tablet.refused((WrongTote, ScanRejected), start_check, StartCheck, barcode="A-01-1-01")
        yield 3
    started = tablet.send(start_check, StartCheck, barcode=scanned(tote))
    yield 3
    is_sound = yield from look_through(day, tablet, tote, started.subject_id or 0)
    if not is_sound:
        return
    parcels: list[Box] = []
    consignment_id = yield from _pack(day, tablet, tote, parcels)
    for box in parcels:
        yield from _weigh(day, tablet, supervisor, tote, box, consignment_id)
    day.world.free_totes.append(tote)
    for box in parcels:
        yield from label_box(day, tablet, box, consignment_id)


def _pack(day: Day, tablet: Tablet, tote: str, parcels: list[Box]) -> Any:
    """Pack the tote into one box or two; fill `parcels` and return the consignment."""
    started = tablet.send(start_packing, StartPacking, barcode=scanned(tote))
    consignment_id = started.subject_id or 0
    yield 5
    if day.happens(WRONG_CARTON_SHARE):
        tablet.refused(
            (ScanRejected,), open_parcel, OpenParcel,
            consignment_id=consignment_id, barcode=scanned(tote),
        )  # fmt: skip
        yield 3
    box = _open_box(day, tablet, consignment_id)
    parcels.append(box)
    yield 6
    pieces = day.world.pieces_in(tote)
    if len(pieces) > 1 and day.happens(SECOND_BOX_SHARE):
        for sku in pieces[: len(pieces) // 2]:
            _pack_piece(day, tablet, tote, box, sku)
            yield 3
        tablet.send(seal_parcel, SealParcel, parcel_id=box.parcel_id)
        yield 5
        box = _open_box(day, tablet, consignment_id)
        parcels.append(box)
        yield 6
    if day.happens(BY_PIECE_SHARE):
        for sku in day.world.pieces_in(tote):
            _pack_piece(day, tablet, tote, box, sku)
            yield 3
    else:
        _pack_all(day, tablet, tote, box)
        yield 10
    return consignment_id


def _open_box(day: Day, tablet: Tablet, consignment_id: int) -> Box:
    carton = day.chance.choice(CARTONS)
    opened = tablet.send(
        open_parcel, OpenParcel, consignment_id=consignment_id, barcode=scanned(carton)
    )
    parcel_id = opened.subject_id or 0
    with day.database.reading() as session:
        number, tare_g = session.execute(
            sa.select(Parcel.number, CartonType.tare_g)
            .join(CartonType, CartonType.id == Parcel.carton_type_id)
            .where(Parcel.id == parcel_id)
        ).one()
    box = Box(parcel_no=number, parcel_id=parcel_id, tare_g=tare_g)
    day.world.boxes[number] = box
    return box


def _pack_piece(day: Day, tablet: Tablet, tote: str, box: Box, sku: str) -> Outcome:
    outcome = tablet.send(
        pack_item, PackItem, parcel_id=box.parcel_id, barcode=scanned(day.barcodes[sku])
    )
    day.world.pack(sku, 1, tote, box)
    return outcome


def _pack_all(day: Day, tablet: Tablet, tote: str, box: Box) -> None:
    """Press OK and put everything in, save what stays forgotten in the tote."""
    tablet.send(pack_rest, PackRest, parcel_id=box.parcel_id)
    pieces = Counter(day.world.pieces_in(tote))
    heavy = [s for s in sorted(pieces) if day.world.weights_g[s] >= FORGOTTEN_FROM_G]
    total_g = sum(day.world.weights_g[s] * n for s, n in pieces.items())
    if heavy and sum(pieces.values()) > 1 and day.happens(FORGOTTEN_SHARE):
        sku = day.chance.choice(heavy)
        if day.world.weights_g[sku] * 5 > total_g:
            pieces[sku] -= 1
    for sku, count in pieces.items():
        day.world.pack(sku, count, tote, box)


def _weigh(
    day: Day, tablet: Tablet, supervisor: Actor, tote: str, box: Box, consignment_id: int
) -> Work:
    yield 4
    true_g = day.world.gross_g(box) + day.chance.randint(-3, 3)
    shown_g = true_g + LEANING_G if day.happens(LEANING_SHARE) else true_g
    outcome = _read_scale(tablet, box, shown_g)
    if outcome.screen == WeighScreen.OUTSIDE and shown_g != true_g:
        yield 5
        outcome = _read_scale(tablet, box, true_g)
    if outcome.screen != WeighScreen.OUTSIDE:
        return
    yield 10
    if day.world.pieces_in(tote):
        # The piece that was forgotten: everything out, and in again.
        tablet.send(undo_pack, UndoPack, consignment_id=consignment_id)
        day.tally.undone += 1
        day.world.unpack(box, tote)
        yield 15
        tablet.send(pack_rest, PackRest, parcel_id=box.parcel_id)
        for sku, count in Counter(day.world.pieces_in(tote)).items():
            day.world.pack(sku, count, tote, box)
        yield 5
        outcome = _read_scale(tablet, box, day.world.gross_g(box))
    if outcome.screen == WeighScreen.OUTSIDE:
        yield 20  # the supervisor comes and looks into the box
        Tablet(day, supervisor).send(
            record_weight, RecordWeight, parcel_id=box.parcel_id,
            gross_g=day.world.gross_g(box), override_reason="商品主数据重量有误",
        )  # fmt: skip


def _read_scale(tablet: Tablet, box: Box, gross_g: int) -> Outcome:
    return tablet.send(record_weight, RecordWeight, parcel_id=box.parcel_id, gross_g=gross_g)

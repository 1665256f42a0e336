"""A packer: looks at a tote a second time, packs, weighs, labels, and carries boxes to the door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from warehouse.carriers.models import Carrier
from warehouse.catalog.models import CartonType
from warehouse.checking.commands import (
    CheckItem,
    ReportDamaged,
    ReportMissing,
    StartCheck,
    UndoCheck,
    check_item,
    report_damaged,
    report_missing,
    start_check,
    undo_check,
)
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Actor, Outcome, Tone
from warehouse.dispatch.commands.label import (
    AssignWaybill,
    AttachWaybill,
    MatchLabel,
    ReprintLabel,
    assign_waybill,
    attach_waybill,
    match_label,
    reprint_label,
)
from warehouse.errors import (
    OrderStopped,
    ScanRejected,
    UnknownBarcode,
    WrongTote,
    WrongWaybill,
)
from warehouse.orders.models import Consignment, Order
from warehouse.packing.commands import (
    OpenParcel,
    PackItem,
    PackRest,
    SealParcel,
    StartPacking,
    UndoPack,
    open_parcel,
    pack_item,
    pack_rest,
    seal_parcel,
    start_packing,
    undo_pack,
)
from warehouse.packing.models import Parcel
from warehouse.simulation.day import Day, DayBroken, Work
from warehouse.simulation.stopping import put_aside
from warehouse.simulation.tablet import Tablet, scanned
from warehouse.simulation.world import Box, Label
from warehouse.weighing.commands import RecordWeight, record_weight
from warehouse.weighing.screens import WeighScreen

CARTONS = ("PB-S", "PB-L", "CTN-8", "CTN-6", "CTN-5", "CTN-4", "CTN-3")
WRONG_TOTE_SHARE = 0.02
WRONG_CARTON_SHARE = 0.02
UNDO_SHARE = 0.01
DAMAGED_SHARE = 0.004
SECOND_BOX_SHARE = 0.12
BY_PIECE_SHARE = 0.4
FORGOTTEN_SHARE = 0.02
FORGOTTEN_FROM_G = 80  # lighter pieces a scale cannot miss within its tolerance
LEANING_SHARE = 0.02
LEANING_G = 700
WRONG_LABEL_SHARE = 0.03
REPRINT_SHARE = 0.01
WRONG_LANE_SHARE = 0.02
PATIENCE = 400  # looks at the printer before a label counts as lost


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
    is_sound = yield from _check(day, tablet, tote, started.subject_id or 0)
    if not is_sound:
        return
    parcels: list[Box] = []
    consignment_id = yield from _pack(day, tablet, tote, parcels)
    for box in parcels:
        yield from _weigh(day, tablet, supervisor, tote, box, consignment_id)
    day.world.free_totes.append(tote)
    for box in parcels:
        yield from _label(day, tablet, box, consignment_id)


def _check(day: Day, tablet: Tablet, tote: str, check_id: int) -> Any:
    """Scan every piece that lies in the tote; return whether the order goes on."""
    world = day.world
    pieces = world.pieces_in(tote)
    day.chance.shuffle(pieces)
    is_passed = False
    for sku in pieces:
        yield 2
        if is_passed:
            _put_back(day, sku, tote)  # left over once everything was there
            continue
        if day.happens(DAMAGED_SHARE):
            outcome = yield from _damaged(day, tablet, tote, check_id, sku)
            if outcome is not None:
                return False
        outcome = tablet.send(
            check_item, CheckItem, check_id=check_id, barcode=scanned(day.barcodes[sku])
        )
        if outcome.tone is Tone.STOP:
            _put_back(day, sku, tote)
            continue
        is_passed = outcome.screen == CheckScreen.TOTE
        if not is_passed and day.happens(UNDO_SHARE):
            tablet.send(undo_check, UndoCheck, check_id=check_id)
            day.tally.undone += 1
            yield 3
            is_passed = _again(day, tablet, check_id, sku)
    if is_passed:
        return True
    outcome = tablet.send(report_missing, ReportMissing, check_id=check_id)
    yield from put_aside(day, tablet, outcome.subject_id or 0)
    return False


def _again(day: Day, tablet: Tablet, check_id: int, sku: str) -> bool:
    outcome = tablet.send(
        check_item, CheckItem, check_id=check_id, barcode=scanned(day.barcodes[sku])
    )
    return outcome.screen == CheckScreen.TOTE


def _damaged(day: Day, tablet: Tablet, tote: str, check_id: int, sku: str) -> Any:
    """Report a damaged piece; return the answer, None if it does not belong to the order."""
    try:
        outcome = tablet.send(
            report_damaged, ReportDamaged, check_id=check_id, barcode=scanned(day.barcodes[sku])
        )
    except ScanRejected:
        return None
    day.world.move(sku, 1, tote, "QUARANTINE")
    yield from put_aside(day, tablet, outcome.subject_id or 0)
    return outcome


def _put_back(day: Day, sku: str, tote: str) -> None:
    day.world.move(sku, 1, tote, day.homes.get(sku, "R-01"))


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


def _label(day: Day, tablet: Tablet, box: Box, consignment_id: int) -> Work:
    outcome = tablet.send(assign_waybill, AssignWaybill, parcel_id=box.parcel_id)
    yield 3
    if outcome.screen == WeighScreen.PLATFORM:
        label = _platform_label(day, box, consignment_id)
        tablet.send(
            attach_waybill, AttachWaybill,
            parcel_id=box.parcel_id, barcode=scanned(label.waybill_no),
        )  # fmt: skip
        box.label = label
    else:
        number = str(outcome.facts["waybill_no"])
        yield from _stick(day, tablet, box, number)
    yield 5
    assert box.label is not None  # noqa: S101  (just stuck on)
    lane = box.label.carrier_code
    if day.happens(WRONG_LANE_SHARE):
        lane = day.chance.choice(sorted(day.carriers))
    day.world.lanes[lane].append(box)


def _stick(day: Day, tablet: Tablet, box: Box, number: str) -> Work:
    """Take the label from the printer, stick it on and scan it, perhaps a wrong one first."""
    label = yield from _from_tray(day, tablet, number)
    if day.happens(WRONG_LABEL_SHARE):
        others = [x.waybill_no for x in day.world.labels[-30:] if x.waybill_no != number]
        tablet.refused(
            (WrongWaybill, UnknownBarcode), match_label, MatchLabel, parcel_id=box.parcel_id,
            barcode=scanned(day.chance.choice(others) if others else box.parcel_no),
        )  # fmt: skip
        yield 3
    box.label = label
    tablet.send(match_label, MatchLabel, parcel_id=box.parcel_id, barcode=scanned(number))
    if day.happens(REPRINT_SHARE):
        tablet.send(reprint_label, ReprintLabel, parcel_id=box.parcel_id, reason="面单破损")
        yield 5
        box.label = yield from _from_tray(day, tablet, number)
        tablet.send(match_label, MatchLabel, parcel_id=box.parcel_id, barcode=scanned(number))


def _from_tray(day: Day, tablet: Tablet, number: str) -> Any:
    station_id = tablet.actor.station_id or 0
    for _ in range(PATIENCE):
        tray = day.world.trays[station_id]
        for label in tray:
            if label.waybill_no == number:
                tray.remove(label)
                return label
        yield 4
    raise DayBroken(f"Label {number} never came out of the printer.")


def _platform_label(day: Day, box: Box, consignment_id: int) -> Label:
    """Return what the platform's own program prints for the orders of the consignment."""
    with day.database.reading() as session:
        numbers: Sequence[str] = session.scalars(
            sa.select(Order.order_no).where(Order.consignment_id == consignment_id)
        ).all()
        carrier = session.execute(
            sa.select(Carrier.code)
            .join(Consignment, Consignment.carrier_id == Carrier.id)
            .where(Consignment.id == consignment_id)
        ).scalar_one()
    return Label(
        waybill_no=f"DEMO{box.parcel_no}",
        carrier_code=carrier,
        order_numbers=tuple(numbers),
        receiver=None,
    )

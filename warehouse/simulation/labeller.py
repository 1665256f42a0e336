"""From the scale to the lane: a number, its label out of the printer, on the box, scanned back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from warehouse.carriers.models import Carrier
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
from warehouse.errors import UnknownBarcode, VoidWaybill, WrongWaybill
from warehouse.orders.models import Consignment, Order
from warehouse.simulation.day import Day, DayBroken, Work
from warehouse.simulation.tablet import Tablet, scanned
from warehouse.simulation.world import Box, Label
from warehouse.weighing.screens import WeighScreen

WRONG_LABEL_SHARE = 0.03
REPRINT_SHARE = 0.01
WRONG_LANE_SHARE = 0.02
PATIENCE = 400  # looks at the printer before a label counts as lost


def label_box(day: Day, tablet: Tablet, box: Box, consignment_id: int) -> Work:
    """Give the box its label and carry it to the lane of its courier, mostly."""
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
            (WrongWaybill, VoidWaybill, UnknownBarcode), match_label, MatchLabel,
            parcel_id=box.parcel_id,
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

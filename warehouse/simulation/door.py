"""The door: couriers come by turns, and every box is scanned into the right van."""

from __future__ import annotations

from warehouse.commands import Tone
from warehouse.dispatch.commands.handover import (
    CloseHandover,
    HandOverParcel,
    OpenHandover,
    close_handover,
    hand_over_parcel,
    open_handover,
)
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.errors import OrderStopped, ScanRejected
from warehouse.simulation.day import Day, Work
from warehouse.simulation.stopping import put_aside
from warehouse.simulation.tablet import Tablet, scanned
from warehouse.simulation.world import Box

PAUSE_S = 1200
UNDO_SHARE = 0.01
TWICE_SHARE = 0.02
NO_LABEL_SHARE = 0.01


def door(day: Day, tablet: Tablet) -> Work:
    """Hand over what waits, courier by courier, every so often."""
    while True:
        yield PAUSE_S
        for code in sorted(day.carriers):
            if any(not box.is_opened for box in day.world.lanes[code]):
                yield from _visit(day, tablet, code)


def _visit(day: Day, tablet: Tablet, code: str) -> Work:
    opened = tablet.send(open_handover, OpenHandover, carrier_id=day.carriers[code])
    handover_id = opened.subject_id or 0
    lane = day.world.lanes[code]
    waiting = [box for box in lane if not box.is_opened]
    lane.clear()
    for box in waiting:
        yield 3
        try:
            yield from _load(day, tablet, handover_id, code, box)
        except OrderStopped as stop:
            yield from put_aside(day, tablet, stop.facts["consignment_id"])
            if not box.is_opened:
                lane.append(box)
    tablet.send(close_handover, CloseHandover, handover_id=handover_id)
    yield 60


def _load(day: Day, tablet: Tablet, handover_id: int, code: str, box: Box) -> Work:
    if box.is_opened or box.label is None:
        return  # put aside meanwhile
    number = box.label.waybill_no
    if day.happens(NO_LABEL_SHARE):
        tablet.refused(
            (ScanRejected,), hand_over_parcel, HandOverParcel,
            handover_id=handover_id, barcode="A-01-1-01",
        )  # fmt: skip
        yield 2
    outcome = tablet.send(
        hand_over_parcel, HandOverParcel, handover_id=handover_id, barcode=scanned(number)
    )
    if outcome.tone is Tone.STOP:
        day.tally.refused["refused_at_door"] += 1
        day.world.lanes[box.label.carrier_code].append(box)
        return
    day.judge.leaves(box, code, day.now)
    yield 2
    if day.happens(TWICE_SHARE):
        tablet.send(
            hand_over_parcel, HandOverParcel, handover_id=handover_id, barcode=scanned(number)
        )
    elif day.happens(UNDO_SHARE):
        tablet.send(undo_handover, UndoHandover, handover_id=handover_id)
        day.tally.undone += 1
        day.judge.comes_back(box)
        day.world.lanes[code].append(box)

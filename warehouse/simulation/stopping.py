"""What any worker does on a red screen: carries the goods of the order to the set-aside place."""

from __future__ import annotations

from collections.abc import Generator

import sqlalchemy as sa

from warehouse.errors import StaleScreen, WrongBin
from warehouse.packing.models import Parcel
from warehouse.simulation.day import Day
from warehouse.simulation.tablet import Tablet
from warehouse.simulation.world import Box
from warehouse.stopping.commands import NOTHING_TO_PUT_DOWN, SetAside, set_aside
from warehouse.waves.queries import tote_of

PLACES = ("R-01", "R-02")
WRONG_PLACE_SHARE = 0.1


def put_aside(day: Day, tablet: Tablet, consignment_id: int) -> Generator[float, None, bool]:
    """Scan a set-aside place and put down whatever is in the consignment's tote and boxes.

    Return whether it was put down: the order may have been let go while walking.
    """
    tote, parcels = _goods(day, consignment_id)
    boxes = [b for b in (day.world.boxes.get(number) for number in parcels) if b]
    boxes = [b for b in boxes if not b.is_opened and not _is_gone(day, b.parcel_no)]
    has_goods = bool(tote and day.world.pieces_in(tote)) or any(b.content for b in boxes)
    place = day.chance.choice(PLACES)
    yield 15
    try:
        if day.happens(WRONG_PLACE_SHARE):
            shelf = day.chance.choice(sorted(day.homes.values()))
            tablet.refused(
                (WrongBin, StaleScreen), set_aside, SetAside,
                consignment_id=consignment_id, barcode=shelf,
            )  # fmt: skip
            yield 4
        if not has_goods:
            try:
                tablet.send(
                    set_aside, SetAside,
                    consignment_id=consignment_id, barcode=NOTHING_TO_PUT_DOWN,
                )  # fmt: skip
                _put_down(day, tote, boxes, place)
                return True
            except WrongBin:
                pass  # the book has goods that hands do not: an empty scan of the place does
        tablet.send(set_aside, SetAside, consignment_id=consignment_id, barcode=place)
    except StaleScreen:
        return False
    _put_down(day, tote, boxes, place)
    yield 5
    return True


def _goods(day: Day, consignment_id: int) -> tuple[str, list[str]]:
    """Return what the red screen shows: the tote ("" for none) and the parcels."""
    with day.database.reading() as session:
        tote = tote_of(session, consignment_id)
        parcels = session.scalars(
            sa.select(Parcel.number).where(Parcel.consignment_id == consignment_id)
        ).all()
    return (tote.tote_code if tote else ""), list(parcels)


def _is_gone(day: Day, parcel_no: str) -> bool:
    return any(ride.box.parcel_no == parcel_no for ride in day.judge.rides)


def _put_down(day: Day, tote: str, boxes: list[Box], place: str) -> None:
    world = day.world
    if tote:
        world.empty(tote, place)
        world.free_totes.append(tote)
    for box in boxes:
        world.places[place] += box.content
        box.content.clear()
        box.label = None
        box.is_opened = True

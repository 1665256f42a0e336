"""The labels of a whole wave in one go: in the order of its slots, each knowing which it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Locale, Separator
from printing.queue import enqueue, routed_printer
from warehouse.commands import Command, Outcome, Tone
from warehouse.dispatch.commands.label import WAYBILL_KIND, give_label, is_ready_for_label
from warehouse.errors import NotFound, OrderStopped, RuleViolation, StaleScreen
from warehouse.numbers import next_number
from warehouse.orders.models import Consignment
from warehouse.orders.queries import consignment_by_id, orders_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.text import Text, say
from warehouse.waves.models import Wave, WaveSlot, WaveState
from warehouse.weighing.commands import lock_parcel

MOST_LABELS = 300
WITHOUT_LABEL = (ParcelState.SEALED, ParcelState.WEIGHED)


@dataclass(frozen=True, kw_only=True)
class PrintWaveLabels(Command):
    """Give each parcel of the wave that lacks nothing else its number, and print the labels."""

    wave_id: int


@dataclass(frozen=True)
class _Ready:
    slot_no: int
    parcel: Parcel
    consignment: Consignment


def print_wave_labels(session: Session, command: PrintWaveLabels) -> Outcome:
    """Ask for the labels in the order of slots and parcels; what is not ready is counted.

    Where the site wants it a slip lies before each order's labels.

    Raises:
        RuleViolation: no parcel is ready, or the wave was taken back. NoWaybillLeft: a pool is
            used up; then no label is asked for.
    """
    wave = session.get(Wave, command.wave_id, with_for_update=True, populate_existing=True)
    if wave is None:
        raise NotFound(say("wave"), command.wave_id)
    if wave.state is WaveState.CANCELLED:
        raise RuleViolation(say("Wave {number} was taken back.", number=wave.number))
    ready, left = _ready(session, wave.id)
    if not ready:
        raise RuleViolation(say("No parcel of this wave is ready for its label."))
    orders = [list(of_one) for _, of_one in groupby(ready, key=lambda one: one.slot_no)]
    separates = load_settings(session).separates_orders and len(orders) > 1
    asked = 0
    for index, of_one in enumerate(orders, start=1):
        if separates:
            _separate(session, command, wave, of_one, (index, len(orders)))
        for one in of_one:
            asked += 1
            give_label(
                session, command, one.parcel, one.consignment, run_no=asked, run_count=len(ready)
            )
    trail.record(session, command, "wave", wave.id, "labels_printed", count=asked)
    return _answer(wave, asked, left)


def ready_labels(session: Session, wave_id: int) -> int:
    """Return how many parcels of the wave may have lacked their label alone, for its page."""
    query = sa.select(sa.func.count()).select_from(_parcels(wave_id).subquery())
    return session.execute(query).scalar_one()


def _parcels(wave_id: int) -> sa.Select[int, int]:
    return (
        sa.select(Parcel.id, WaveSlot.slot_no)
        .join(WaveSlot, WaveSlot.consignment_id == Parcel.consignment_id)
        .where(WaveSlot.wave_id == wave_id, Parcel.state.in_(WITHOUT_LABEL))
        .order_by(WaveSlot.slot_no, Parcel.sequence)
        .limit(MOST_LABELS)
    )


def _ready(session: Session, wave_id: int) -> tuple[list[_Ready], Counter[str]]:
    found: list[_Ready] = []
    left: Counter[str] = Counter()
    for parcel_id, slot_no in session.execute(_parcels(wave_id)).all():
        try:
            parcel = lock_parcel(session, parcel_id)
        except (OrderStopped, RuleViolation, StaleScreen):
            left["stopped"] += 1
            continue
        consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
        if not is_ready_for_label(parcel, consignment):
            left["unready"] += 1
        elif any(order.is_masked for order in orders_of(session, consignment.id)):
            left["platform"] += 1
        else:
            found.append(_Ready(slot_no, parcel, consignment))
    return found, left


def _separate(
    session: Session,
    command: Command,
    wave: Wave,
    of_one: Sequence[_Ready],
    place: tuple[int, int],
) -> None:
    """Ask for the slip before an order's labels, where they go; without a printer for none."""
    printer_id = routed_printer(session, WAYBILL_KIND, command.actor.station_id)
    if printer_id is None:
        return
    first = of_one[0]
    number = f"{wave.number}-{first.slot_no}"
    slip = Separator(
        locale=Locale(load_settings(session).paper_locale),
        separator_no=number,
        wave_no=wave.number,
        slot_no=first.slot_no,
        order_numbers=tuple(o.order_no for o in orders_of(session, first.consignment.id)),
        papers=len(of_one),
        order_index=place[0],
        order_count=place[1],
    )
    enqueue(
        session, slip, station_id=command.actor.station_id, at=command.at, command_id=command.id,
        subject=f"wave:{wave.id}", part=next_number(session, f"separator-{number}"[:64]),
        printer_id=printer_id,
    )  # fmt: skip


def _answer(wave: Wave, count: int, left: Counter[str]) -> Outcome:
    message = say("{count} labels of wave {number} are on their way.", count=count,
                  number=wave.number)  # fmt: skip
    why: list[Text] = []
    if left["unready"]:
        why.append(say("{count} parcels are not weighed or not all sealed", count=left["unready"]))
    if left["stopped"]:
        why.append(say("{count} parcels are stopped", count=left["stopped"]))
    if left["platform"]:
        why.append(say("{count} parcels get their label from the platform", count=left["platform"]))
    if why:
        first, *rest = why
        for part in rest:
            first = say("{some}, {more}", some=first, more=part)
        message = say("{done} The others: {why}.", done=message, why=first)
    return Outcome(
        screen="wave", subject_id=wave.id, message=message,
        tone=Tone.ATTENTION if why else Tone.OK, facts={"labels": count},
    )  # fmt: skip

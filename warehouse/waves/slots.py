"""What stands at the slots of a wave: the sheet of its put-wall, the label of its cart.

The house keeps no carts: any cart is the wave's as long as it carries its label. Slots are the
places on the cart and in the wall alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import CartLabel, Locale, PutWallSheet, WallSlot
from printing.queue import templates_for
from warehouse.catalog.models import Bin
from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation
from warehouse.orders.desk import order_numbers
from warehouse.orders.models import Consignment
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.printers.asking import ask_for
from warehouse.settings import load_settings
from warehouse.text import say, translate
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot
from warehouse.waves.papers import orders_and_cut_off, subject_of, wave_to_print

URGENT = say("urgent")


@dataclass(frozen=True, kw_only=True)
class PrintPutWall(Command):
    """The wall of the wave, slot by slot; after the first, once more with a reason."""

    wave_id: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PrintCartLabel(Command):
    """The label that makes a cart the wave's; after the first, once more with a reason."""

    wave_id: int
    reason: str = ""


def print_put_wall(session: Session, command: PrintPutWall) -> Outcome:
    """Ask for the sheet; a repeated one needs a reason and is marked as a copy.

    Raises:
        RuleViolation: the wave was taken back, nothing of it is to be put into slots any more, or
            the sheet still waits in the queue.
    """
    wave = wave_to_print(session, command.wave_id)
    job_id = ask_for(
        session, command, PutWallSheet.kind, lambda: put_wall(session, wave),
        subject=subject_of(wave), reason=command.reason,
    )  # fmt: skip
    trail.record(session, command, "wave", wave.id, "wall_printed", reason=command.reason[:200])
    return Outcome(
        screen="wave",
        subject_id=wave.id,
        message=say("The put-wall sheet of {number} is on its way.", number=wave.number),
        facts={"print_job": job_id},
    )


def print_cart_label(session: Session, command: PrintCartLabel) -> Outcome:
    """Ask for the label; a repeated one needs a reason and is marked as a copy.

    Raises:
        RuleViolation: the wave was taken back, or the label still waits in the queue.
    """
    wave = wave_to_print(session, command.wave_id)
    job_id = ask_for(
        session, command, CartLabel.kind, lambda: cart_label(session, wave, command.zone),
        subject=subject_of(wave), reason=command.reason,
    )  # fmt: skip
    trail.record(session, command, "wave", wave.id, "cart_printed", reason=command.reason[:200])
    return Outcome(
        screen="wave",
        subject_id=wave.id,
        message=say("The cart label of {number} is on its way.", number=wave.number),
        facts={"print_job": job_id},
    )


def put_wall(session: Session, wave: Wave) -> PutWallSheet:
    """Return the wall from the front: whose goods go into which slot, how many, in which tote.

    Raises:
        RuleViolation: no slot awaits a piece.
    """
    rows = session.execute(
        sa.select(
            WaveSlot.slot_no,
            WaveSlot.consignment_id,
            Consignment.is_urgent,
            Bin.code.label("tote"),
            sa.func.sum(PickTask.wanted).label("pieces"),
        )
        .join(Consignment, Consignment.id == WaveSlot.consignment_id)
        .join(PickTask, PickTask.slot_id == WaveSlot.id)
        .outerjoin(Bin, Bin.id == WaveSlot.tote_bin_id)
        .where(WaveSlot.wave_id == wave.id, PickTask.state != TaskState.CANCELLED)
        .group_by(WaveSlot.slot_no, WaveSlot.consignment_id, Consignment.is_urgent, Bin.code)
        .order_by(WaveSlot.slot_no)
    ).all()
    if not rows:
        raise RuleViolation(say("No goods of wave {number} go into slots.", number=wave.number))
    site = load_settings(session)
    orders = order_numbers(session, [row.consignment_id for row in rows])
    urgent = translate(URGENT, site.paper_locale)
    return PutWallSheet(
        locale=Locale(site.paper_locale),
        wall_no=wave.number,
        title=site.site_name,
        columns=site.put_wall_columns,
        slots=tuple(
            WallSlot(
                slot_no=row.slot_no,
                order_no=", ".join(o.order_no for o in orders.get(row.consignment_id, ())),
                pieces=int(row.pieces),
                note=" · ".join(part for part in (row.tote, row.is_urgent and urgent) if part),
            )
            for row in rows
        ),
    )


def cart_label(session: Session, wave: Wave, zone: tzinfo) -> CartLabel:
    """Return the label of the wave's cart; its code opens the wave at a picker's tablet."""
    slots, cut_off = orders_and_cut_off(session, wave, zone)
    picker = session.get(Person, wave.picker_id) if wave.picker_id else None
    return CartLabel(
        locale=Locale(load_settings(session).paper_locale),
        content=wave.number,
        cart=wave.number,
        slots=slots,
        note=" · ".join(part for part in (picker.name if picker else "", cut_off) if part),
        templates=templates_for(session, CartLabel.kind),
    )

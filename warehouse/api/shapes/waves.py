"""Waves as JSON: a row of the list, and one with its slots and tasks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    component,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.consignments import number_of, orders_in
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.catalog.models import Bin, Sku
from warehouse.errors import NotFound
from warehouse.people.models import Person
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState

_HEAD: dict[str, Schema] = {
    "number": text(),
    "state": word(WaveState),
    "created_at": instant(),
    "started_at": maybe(instant()),
    "picked_at": maybe(instant()),
    "picker": maybe(text("Who walks it.")),
}
WAVE_ROW: Schema = record(
    {
        **_HEAD,
        "consignments": whole("How many."),
        "pieces": whole("To pick."),
        "picked": whole("Pieces picked so far."),
    },
    "A wave in a list.",
)
WAVE: Schema = record(
    {
        **_HEAD,
        "slots": listed(component("WaveSlot")),
        "tasks": listed(component("PickTask"), "In walking order."),
    },
    "Consignments picked in one walk.",
)
WAVE_SLOT: Schema = record(
    {
        "slot": whole("Its place on the cart."),
        "consignment": text(),
        "orders": listed(text()),
        "tote": maybe(text("The tote bound to it.")),
    },
    "One consignment of a wave.",
)
PICK_TASK: Schema = record(
    {
        "sequence": whole(),
        "slot": whole(),
        "bin": text(),
        "sku": text(),
        "wanted": whole("Pieces."),
        "picked": whole("Pieces."),
        "state": word(TaskState),
    },
    "Take so many pieces of one SKU from one bin.",
)


def list_waves(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of waves, newest first."""
    slots = sa.select(sa.func.count()).where(WaveSlot.wave_id == Wave.id).scalar_subquery()
    wanted, picked = (
        sa.select(sa.func.coalesce(sa.func.sum(column), 0))
        .where(PickTask.wave_id == Wave.id, PickTask.state != TaskState.CANCELLED)
        .scalar_subquery()
        for column in (PickTask.wanted, PickTask.picked)
    )
    query = (
        _waves()
        .add_columns(slots.label("slots"), wanted.label("wanted"), picked.label("picked"))
        .order_by(Wave.id.desc())
        .limit(limit + 1)
    )
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Wave.id < keys[0])
    if state is not None:
        query = query.where(Wave.state == state)
    return page("waves", session.execute(query).all(), limit, _row, "id")


def show_wave(session: Session, number: str) -> dict[str, Any]:
    """Return a wave with its slots and tasks.

    Raises:
        NotFound: there is none of this number.
    """
    row = session.execute(_waves().where(Wave.number == number)).first()
    if row is None:
        raise NotFound(say("wave"), number)
    slots = session.execute(
        sa.select(WaveSlot.slot_no, WaveSlot.consignment_id, Bin.code.label("tote"))
        .outerjoin(Bin, Bin.id == WaveSlot.tote_bin_id)
        .where(WaveSlot.wave_id == row.id)
        .order_by(WaveSlot.slot_no)
    ).all()
    orders = orders_in(session, [slot.consignment_id for slot in slots])
    return {
        **_head(row),
        "slots": [
            {
                "slot": slot.slot_no,
                "consignment": number_of(slot.consignment_id),
                "orders": orders[slot.consignment_id],
                "tote": slot.tote,
            }
            for slot in slots
        ],
        "tasks": _tasks(session, row.id),
    }


def wave_id_of(session: Session, number: str) -> int:
    """Return the id of the wave with this number.

    Raises:
        NotFound: there is none.
    """
    wave_id = session.scalar(sa.select(Wave.id).where(Wave.number == number))
    if wave_id is None:
        raise NotFound(say("wave"), number)
    return wave_id


def _waves() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Wave.id,
        Wave.number,
        Wave.state,
        Wave.created_at,
        Wave.started_at,
        Wave.picked_at,
        Person.name.label("picker"),
    ).outerjoin(Person, Person.id == Wave.picker_id)


def _head(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state.value,
        "created_at": iso(row.created_at),
        "started_at": iso(row.started_at),
        "picked_at": iso(row.picked_at),
        "picker": row.picker,
    }


def _row(row: Any) -> dict[str, Any]:
    return {
        **_head(row),
        "consignments": row.slots,
        "pieces": int(row.wanted),
        "picked": int(row.picked),
    }


def _tasks(session: Session, wave_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(
            PickTask.sequence,
            WaveSlot.slot_no.label("slot"),
            Bin.code.label("bin"),
            Sku.code.label("sku"),
            PickTask.wanted,
            PickTask.picked,
            PickTask.state,
        )
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .join(Bin, Bin.id == PickTask.bin_id)
        .join(Sku, Sku.id == PickTask.sku_id)
        .where(PickTask.wave_id == wave_id)
        .order_by(PickTask.sequence, PickTask.id)
    )
    return [{**row._mapping, "state": row.state.value} for row in rows]

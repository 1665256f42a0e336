"""The answer to an act: what was said, how it sounded, what it was about."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    anything,
    component,
    instant,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.consignments import number_of
from warehouse.api.shapes.paging import iso
from warehouse.catalog.models import Sku
from warehouse.commands import CommandRow, Outcome, Tone
from warehouse.counting.models import CountSession
from warehouse.errors import NotFound
from warehouse.inventory.models import Lot
from warehouse.orders.models import Order
from warehouse.packing.models import Parcel
from warehouse.text import Text, say, translate
from warehouse.waves.models import Wave

ACT: Schema = record(
    {
        "command_id": text("Ask `commands/{id}` for this answer again."),
        "message": text("One sentence for people."),
        "tone": word(Tone, "ok, or attention where something was left undone."),
        "subject": maybe(component("Subject")),
        "facts": anything("Counts and lists, by act."),
    },
    "What an act did. Sent again under the same id, it is answered the same.",
)
SUBJECT: Schema = record(
    {
        "kind": text("order, consignment, wave …"),
        "id": whole(),
        "number": maybe(text("The number people read, where it has one.")),
    },
    "The thing an act was about.",
)
STORED_ACT: Schema = record(
    {
        "command_id": text(),
        "name": text("What was done, as RaiseHold."),
        "at": instant("When it arrived."),
        "outcome": component("Act"),
    },
    "An act that took effect.",
)


def act_of(session: Session, command_id: str, outcome: Outcome, language: str) -> dict[str, Any]:
    """Return the answer to an act; the same on every repeat, as all of it was stored."""
    return {
        "command_id": command_id,
        "message": translate(outcome.message, language),
        "tone": outcome.tone.value,
        "subject": _subject(session, outcome),
        "facts": {name: _fact(name, value, language) for name, value in outcome.facts.items()},
    }


def stored_act(session: Session, command_id: str, person_id: int, language: str) -> dict[str, Any]:
    """Return a person's act that took effect.

    Raises:
        NotFound: no act of this person has that id: it was refused, or never arrived.
    """
    row = session.get(CommandRow, command_id)
    if row is None or row.person_id != person_id or row.outcome is None:
        raise NotFound(say("command"), command_id)
    return {
        "command_id": row.id,
        "name": row.name,
        "at": iso(row.at),
        "outcome": act_of(session, row.id, Outcome.from_json(row.outcome), language),
    }


def _subject(session: Session, outcome: Outcome) -> dict[str, Any] | None:
    if outcome.subject_id is None:
        return None
    number: str | None = None
    kind = "parcel" if outcome.screen == "label" else outcome.screen  # a step of the weigh station
    if outcome.screen == "order":
        number = session.scalar(sa.select(Order.order_no).where(Order.id == outcome.subject_id))
    elif outcome.screen == "consignment":
        number = number_of(outcome.subject_id)
    elif outcome.screen == "wave":
        number = session.scalar(sa.select(Wave.number).where(Wave.id == outcome.subject_id))
    elif kind == "parcel":
        number = session.scalar(sa.select(Parcel.number).where(Parcel.id == outcome.subject_id))
    elif outcome.screen == "sku":
        number = session.scalar(sa.select(Sku.code).where(Sku.id == outcome.subject_id))
    elif outcome.screen == "lot":
        number = session.scalar(sa.select(Lot.code).where(Lot.id == outcome.subject_id))
    elif outcome.screen == "count":
        query = sa.select(CountSession.number).where(CountSession.id == outcome.subject_id)
        number = session.scalar(query)
    return {"kind": kind, "id": outcome.subject_id, "number": number}


def _fact(name: str, value: Any, language: str) -> Any:
    if name in ("left_out", "for_reserve"):  # consignments, which people know by their number
        return [number_of(consignment_id) for consignment_id in value]
    return _spoken(value, language)


def _spoken(value: Any, language: str) -> Any:
    """Return a fact, sentences in it said, however deep they lie."""
    if isinstance(value, dict):
        if set(value) == {"msgid", "params"}:
            return translate(Text.from_json(value), language)
        return {name: _spoken(part, language) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_spoken(part, language) for part in value]
    return value

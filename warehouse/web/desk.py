"""What all desk pages share: their words, acts that answer with a note on the page before."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from printing.masking import mask_address, mask_name, mask_note, mask_phone
from warehouse.commands import Command, Handler, Outcome
from warehouse.errors import CommandReused, Forbidden, NotFound, WarehouseError
from warehouse.money import yuan
from warehouse.people.auth import SYSTEM_NAME
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.web.context import LARGEST_INT, do, may, now, speak
from warehouse.web.notes import (
    field_word,
    kept,
    media_word,
    subject_word,
    value_text,
)
from warehouse.web.tables import href
from warehouse.web.troubles import advice, read, trouble
from warehouse.web.words import document_word, is_one_of_several, tone, word


class IdConverter(IntegerConverter):
    """An id in an address: what no table can hold is no address of ours."""

    def __init__(self, map: Map, fixed_digits: int = 0) -> None:
        super().__init__(map, fixed_digits, max=LARGEST_INT)


def install(app: Flask) -> None:
    """Give desk templates their words, and addresses ids that a database can hold."""
    app.url_map.converters["int"] = IdConverter
    app.jinja_env.globals.update(
        word=lambda value: speak(word(value)),
        tone=tone,
        is_one_of_several=is_one_of_several,
        document_word=lambda kind: speak(document_word(kind)),
        trouble=lambda reason, detail: speak(trouble(reason, detail)),
        advice=lambda reason, detail: speak(found) if (found := advice(reason, detail)) else "",
        read_detail=lambda detail: speak(found) if (found := read(detail)) else "",
        value_text=lambda name, value: speak(value_text(name, value)),
        href=href,
        fmt_yuan=fmt_yuan,
        is_past=lambda at: at < now(),
    )
    app.jinja_env.filters.update(
        said=speak,
        kept=lambda note: speak(kept(note)),
        buyer=buyer_shown,
        called=called,
        codepoints=codepoints,
        remark=remark_shown,
        field_word=lambda name: speak(field_word(name)),
        media_word=lambda name: speak(media_word(name)),
        subject_word=lambda subject: speak(subject_word(subject)),
    )
    app.jinja_env.filters["said_pairs"] = lambda pairs: [(k, speak(v)) for k, v in pairs]


def fmt_yuan(fen: int) -> str:
    """Return an amount as people read it: "¥12.50"."""
    return f"¥{yuan(fen)}"


def codepoints(characters: str) -> str:
    """Return characters with their numbers, as their marks on paper name them: "🌸 U+1F338"."""
    return ", ".join(f"{character} U+{ord(character):04X}" for character in characters)


def act(handler: Handler[Any], kind: type[Command], /, *, back: str, **fields: Any) -> Response:
    """Run a command and go back to a page, which says how it went."""
    try:
        outcome = do(handler, kind, **fields)
    except (NotFound, Forbidden):
        raise
    except WarehouseError as error:
        return told(error, back)
    return noted(outcome, back)


def noted(outcome: Outcome, to: str) -> Response:
    """Go to a page that shows the outcome's message."""
    flash(speak(outcome.message), outcome.tone.value)
    return redirect(to, 303)


def told(error: WarehouseError, to: str) -> Response:
    """Go to a page that shows why something was refused."""
    text = error.text
    if isinstance(error, CommandReused):
        text = say("This form was sent before with other values. See what was kept of it, then"
                   " fill it in anew.")  # fmt: skip
    flash(speak(text), "stop")
    return redirect(to, 303)


def back_or(default: str) -> str:
    """Return the page of ours the form was sent from, filters and all, else the default."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host or not parts.path.startswith("/") or "\\" in parts.path:
        return default
    if parts.path.startswith("//"):
        return default
    return parts.path + (f"?{parts.query}" if parts.query else "")


def state_chips(
    words: type[StrEnum], counts: Mapping[Any, int], current: StrEnum | None, name: str = "state"
) -> list[dict[str, Any]]:
    """Return the states as filter chips with their counts; a tapped one is taken off again."""
    return [
        {
            "label": speak(word(value)),
            "count": counts.get(value, 0),
            "href": href(**{name: None if value is current else value}),
            "current": value is current,
            "tone": tone(value) if tone(value) in ("stop", "attention") else None,
        }
        for value in words
    ]


def names_of(session: Session) -> dict[int, str]:
    """Return person id → name, of everybody."""
    rows = session.execute(sa.select(Person.id, Person.name))
    return {person_id: called(name) for person_id, name in rows}


def called(name: str | None) -> str:
    """Return how somebody reads; the built-in person, who acts for the program, as what it is."""
    return speak(say("the system")) if name == SYSTEM_NAME else name or ""


def _settles_orders() -> bool:
    """Tell whether this person has to know of buyers and what they write."""
    return any(may(right) for right in (Right.UNMASK, Right.HOLD, Right.RELEASE))


def buyer_shown(buyer: str) -> str:
    """Return the buyer's name at the shop, hidden from who has no orders to settle."""
    return buyer if not buyer or _settles_orders() else mask_name(buyer)


def remark_shown(remark: str) -> str:
    """Return a message or memo, its numbers hidden from who has no orders to settle."""
    return remark if _settles_orders() else mask_note(remark)


def receiver_facts(order: Any, *, in_full: bool) -> list[tuple[str, str]]:
    """Return the receiver as label and value, hidden as on paper unless asked for in full."""
    name, phone, detail = order.receiver_name, order.receiver_phone, order.receiver_detail
    if not in_full:
        name = mask_name(name) if name else ""
        phone = mask_phone(phone) if phone else ""
        detail = mask_address(detail) if detail else ""
    region = (
        order.receiver_province,
        order.receiver_city,
        order.receiver_district,
        order.receiver_town,
    )
    found: list[tuple[Text, str]] = [
        (say("Full name"), name),
        (say("Phone"), phone),
        (say("Region"), " ".join(part for part in region if part)),
        (say("Address"), detail),
        (say("Postcode"), order.receiver_zip),
    ]
    return [(speak(label), value or "–") for label, value in found]

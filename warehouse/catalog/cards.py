"""The command cards of each kind of work: which there are, and a sheet of them to cut out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from printing.documents import CardSheet, Locale
from printing.queue import enqueue
from warehouse.catalog.models import StationKind
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput
from warehouse.numbers import next_number
from warehouse.scanning import CARD_PREFIX, Card
from warehouse.settings import load_settings
from warehouse.text import say

# What the tablets of each kind of work take; the desk has a keyboard.
CARDS_OF: Mapping[StationKind, tuple[Card, ...]] = {
    StationKind.PICK: (Card.OK, Card.SHORT, Card.SKIP, Card.UNDO, Card.LOGOUT),
    StationKind.CHECK: (Card.MISSING, Card.MINUS, Card.UNDO, Card.LOGOUT),
    StationKind.PACK: (Card.OK, Card.FULL, Card.UNDO, Card.LOGOUT),
    StationKind.WEIGH: (Card.OK, Card.REPRINT, Card.MISSING, Card.UNDO, Card.LOGOUT),
    StationKind.SHIP: (Card.OK, Card.UNDO, Card.LOGOUT),
    StationKind.RECEIVE: (
        Card.OK, Card.MINUS, Card.SKIP, Card.MISSING, Card.REPRINT, Card.UNDO, Card.LOGOUT,
    ),
    StationKind.STOCK: (Card.OK, Card.SHORT, Card.UNDO, Card.LOGOUT),
    StationKind.COUNT: (Card.OK, Card.MINUS, Card.SKIP, Card.UNDO, Card.LOGOUT),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PrintCards(Command):
    """A sheet with the cards of one kind of work."""

    work: StationKind


def print_cards(session: Session, command: PrintCards) -> Outcome:
    """Ask for a sheet of cards; a bench may have as many as it wants.

    Raises:
        InvalidInput: that work takes no cards.
    """
    sheet = card_sheet(session, command.work)
    enqueue(
        session,
        sheet,
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        part=next_number(session, f"{sheet.kind}-{command.work}"),
    )
    return Outcome(screen="stations", message=say("The command cards are on their way."))


def card_sheet(session: Session, work: StationKind) -> CardSheet:
    """Return the sheet of a kind of work, in the language of the site's papers.

    Raises:
        InvalidInput: that work takes no cards.
    """
    if work not in CARDS_OF:
        raise InvalidInput(say("The desk takes no command cards."), field="work")
    return CardSheet(
        locale=Locale(load_settings(session).paper_locale),
        sheet_no=f"cards-{work}",
        work=work.value,
        cards=tuple(card.removeprefix(CARD_PREFIX) for card in CARDS_OF[work]),
    )

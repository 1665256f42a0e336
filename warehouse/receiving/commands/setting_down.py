"""Pieces somebody scanned and went away from: whoever finishes the count sets them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import StaleScreen
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.receiving.commands.counting import counting
from warehouse.receiving.models import ReceiptFocus
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class SetDown(Command):
    """What this person has in hand is not counted: nobody will say any more what it is."""

    receipt_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class OpenHand:
    """Pieces of a receipt scanned by `name` that are not counted yet: of which lot, which number?

    `code` is the SKU's, or what was scanned where nothing carries it (`pieces` is 0 then).
    """

    person_id: int
    name: str
    pieces: int
    code: str

    @property
    def text(self) -> Text:
        """Say who has what in hand."""
        if not self.pieces:
            return say("{name} scanned {code}, which nothing carries yet.",
                       name=self.name, code=self.code)  # fmt: skip
        return say("{name} has {pieces} × {sku} in hand, not counted yet.",
                   name=self.name, pieces=self.pieces, sku=self.code)  # fmt: skip


def open_hands(session: Session, receipt_id: int) -> Sequence[OpenHand]:
    """Return what receivers have in hand of which it is not told yet what it is, by name."""
    rows = session.execute(
        sa.select(
            ReceiptFocus.person_id, Person.name, ReceiptFocus.asks, ReceiptFocus.unknown_code,
            Sku.code,
        )
        .join(Person, Person.id == ReceiptFocus.person_id)
        .outerjoin(Sku, Sku.id == ReceiptFocus.sku_id)
        .where(
            ReceiptFocus.receipt_id == receipt_id,
            sa.or_(ReceiptFocus.asks > 0, ReceiptFocus.unknown_code != ""),
        )
        .order_by(Person.name, Person.id)
    )  # fmt: skip
    return [
        OpenHand(
            person_id=row.person_id,
            name=row.name,
            pieces=0 if row.unknown_code else row.asks,
            code=row.unknown_code or row.code or "",
        )
        for row in rows
    ]


def set_down(session: Session, command: SetDown) -> Outcome:
    """Close the question another receiver left open; the pieces are not counted.

    Raises:
        StaleScreen: the receipt is not counted any more, or the question was answered meanwhile.
    """
    receipt = counting(session, command.receipt_id)
    hand = next(
        (h for h in open_hands(session, receipt.id) if h.person_id == command.person_id), None
    )
    if hand is None:
        raise StaleScreen(say("That was told meanwhile. Look again."))
    focus = session.get_one(ReceiptFocus, (receipt.id, hand.person_id), populate_existing=True)
    focus.asks, focus.unknown_code = 0, ""
    session.flush()
    trail.record(session, command, "receipt", receipt.id, "set_down",
                 name=hand.name, code=hand.code, pieces=hand.pieces)  # fmt: skip
    return Outcome(
        screen=ReceiveScreen.COUNT,
        subject_id=receipt.id,
        message=say("Not counted: {code}. If these goods are there, scan them.", code=hand.code),
        tone=Tone.ATTENTION,
    )

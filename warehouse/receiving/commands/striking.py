"""Pieces known by number that a receipt counts though they are in the house, or in two receipts."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import SerialElsewhere, StaleScreen
from warehouse.inventory.models import Serial
from warehouse.people import trail
from warehouse.receiving.commands.receipts import receipt_by_id, void_papers
from warehouse.receiving.commands.tallying import take_off
from warehouse.receiving.models import RECEIPT_OPEN, Receipt, ReceiptCount, ReceiptState
from warehouse.receiving.papers import print_receipt
from warehouse.receiving.queries import rows_of
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import Text, say

STRUCK = say("a piece was struck")


@dataclass(frozen=True, kw_only=True)
class StrikePiece(Command):
    """The piece is not of this receipt: `count_id` is the scan that says it is."""

    receipt_id: int
    count_id: int


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A piece of a receipt that cannot be booked with it: it is in `bin`, or in `receipt` too."""

    count_id: int
    sku_code: str
    serial: str
    bin: str = ""
    receipt: str = ""

    @property
    def text(self) -> Text:
        """Say where the piece is."""
        if self.bin:
            return say("Serial number {serial} is in {bin}.", serial=self.serial, bin=self.bin)
        return say(
            "Serial number {serial} is counted in receipt {number} too.",
            serial=self.serial, number=self.receipt,
        )  # fmt: skip


def doubts_of(session: Session, receipt_id: int) -> list[Doubt]:
    """Return the pieces of a receipt that are in the house or in another open receipt."""
    here, other = aliased(ReceiptCount), aliased(ReceiptCount)
    known = (
        here.receipt_id == receipt_id,
        here.serial != "",
        here.undone_at.is_(None),
        here.pieces > 0,
    )
    columns = (here.id, Sku.code, here.serial)
    standing = session.execute(
        sa.select(*columns, Bin.code.label("place"))
        .join(Sku, Sku.id == here.sku_id)
        .join(Serial, sa.and_(Serial.sku_id == here.sku_id, Serial.code == here.serial))
        .join(Bin, Bin.id == Serial.bin_id)
        .where(*known, Bin.kind.not_in(VIRTUAL_KINDS))
        .order_by(here.id)
    )
    found = [Doubt(count_id=n, sku_code=s, serial=c, bin=b) for n, s, c, b in standing]
    twice = session.execute(
        sa.select(*columns, sa.func.min(Receipt.number))
        .join(Sku, Sku.id == here.sku_id)
        .join(other, sa.and_(other.sku_id == here.sku_id, other.serial == here.serial))
        .join(Receipt, Receipt.id == other.receipt_id)
        .where(
            *known,
            other.undone_at.is_(None),
            other.pieces > 0,
            Receipt.id != receipt_id,
            Receipt.state.in_(RECEIPT_OPEN),
            Receipt.corrects_id.is_(None),
        )
        .group_by(*columns)
        .order_by(here.id)
    )
    return found + [Doubt(count_id=n, sku_code=s, serial=c, receipt=r) for n, s, c, r in twice]


def require_no_doubt(session: Session, receipt: Receipt) -> None:
    """Refuse to book a receipt with a piece that is elsewhere, naming where.

    Raises:
        SerialElsewhere: so it is.
    """
    for doubt in doubts_of(session, receipt.id):
        raise SerialElsewhere(
            say("{found} Strike it from one of them.", found=doubt.text)
            if doubt.receipt
            else say("{found} Strike it from this receipt.", found=doubt.text),
            serial=doubt.serial,
        )


def strike_piece(session: Session, command: StrikePiece) -> Outcome:
    """Take a piece off the receipt that is elsewhere as well; its papers are printed anew.

    Raises:
        StaleScreen: the receipt does not wait to be confirmed, or the piece is nowhere else.
    """
    receipt = receipt_by_id(session, command.receipt_id)
    doubt = next(
        (d for d in doubts_of(session, receipt.id) if d.count_id == command.count_id), None
    )
    if receipt.state is not ReceiptState.COUNTED or receipt.corrects_id or doubt is None:
        raise StaleScreen
    count = session.get_one(ReceiptCount, doubt.count_id)
    count.undone_at = command.at
    take_off(session, count)
    void_papers(session, command, receipt, STRUCK.msgid)
    is_left = any(row.counted for row in rows_of(session, receipt.id))
    if is_left:
        print_receipt(session, command, receipt)
    else:
        receipt.state, receipt.counted_at, receipt.counted_by = ReceiptState.COUNTING, None, None
        session.flush()
    trail.record(
        session, command, "receipt", receipt.id, "struck", serial=doubt.serial, sku=doubt.sku_code
    )
    return Outcome(
        screen=ReceiveScreen.CONFIRM if is_left else ReceiveScreen.COUNT,
        subject_id=receipt.id,
        message=say("{serial} is struck from {number}.", serial=doubt.serial,
                    number=receipt.number),
        tone=Tone.ATTENTION,
    )  # fmt: skip

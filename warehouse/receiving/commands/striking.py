"""Pieces known by number that a receipt counts though the book has them elsewhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import SerialElsewhere, StaleScreen
from warehouse.inventory.whereabouts import of_other_lots
from warehouse.people import trail
from warehouse.receiving.commands.receipts import receipt_by_id, void_papers
from warehouse.receiving.commands.tallying import take_off
from warehouse.receiving.models import RECEIPT_OPEN, Receipt, ReceiptCount, ReceiptState
from warehouse.receiving.papers import print_receipt
from warehouse.receiving.queries import rows_of
from warehouse.receiving.screens import ReceiveScreen
from warehouse.receiving.whereabouts import elsewhere
from warehouse.text import Text, say

STRUCK = say("a piece was struck")


@dataclass(frozen=True, kw_only=True)
class StrikePiece(Command):
    """The piece is not of this receipt: `count_id` is the scan that says it is."""

    receipt_id: int
    count_id: int


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A piece of a receipt that cannot be booked with it: `text` says where the book has it, or
    in which lot.

    `receipt`: the number of another open receipt that counts it too.
    """

    count_id: int
    sku_code: str
    serial: str
    text: Text
    receipt: str = ""


def doubts_of(session: Session, receipt_id: int) -> list[Doubt]:
    """Return the pieces of a receipt that the book has elsewhere or in another lot, or that
    another open receipt counts.

    A correction has none: it moves pieces that were booked.
    """
    here, other = aliased(ReceiptCount), aliased(ReceiptCount)
    own = sa.select(Receipt.id).where(Receipt.id == receipt_id, Receipt.corrects_id.is_(None))
    known = (
        here.receipt_id.in_(own),
        here.serial != "",
        here.undone_at.is_(None),
        here.pieces > 0,
    )
    columns = (here.id, Sku.code, here.serial)
    counted: dict[tuple[int, str], list[tuple[int, str, str]]] = defaultdict(list)
    lot = sa.case((Sku.is_lot_tracked, here.lot_code), else_="")
    query = sa.select(here.sku_id, lot, *columns).join(Sku, Sku.id == here.sku_id).where(*known)
    for sku_id, lot_code, *piece in session.execute(query.order_by(here.id)):
        counted[sku_id, lot_code].append(tuple(piece))
    found = []
    for (sku_id, lot_code), pieces in counted.items():
        serials = [serial for _, _, serial in pieces]
        where = of_other_lots(session, sku_id, serials, lot_code)
        where |= elsewhere(session, sku_id, serials)
        found += [
            Doubt(count_id=n, sku_code=sku, serial=serial, text=where[serial])
            for n, sku, serial in pieces
            if serial in where
        ]
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
    return found + [
        Doubt(
            count_id=n, sku_code=sku, serial=serial, text=_in_both(serial, number), receipt=number
        )
        for n, sku, serial, number in twice
    ]


def _in_both(serial: str, number: str) -> Text:
    return say(
        "Serial number {serial} is counted in receipt {number} too.", serial=serial, number=number
    )


def require_no_doubt(session: Session, receipt: Receipt) -> None:
    """Refuse to book a receipt with a piece that is elsewhere, naming where.

    Raises:
        SerialElsewhere: so it is, or in another lot.
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

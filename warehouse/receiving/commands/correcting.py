"""A booked receipt was wrong: a document of its own says what is right and moves the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, LotBalance, MoveReason, Serial, StockBalance
from warehouse.people import trail
from warehouse.receiving.commands.purchases import book_received
from warehouse.receiving.commands.receipts import new_receipt, receipt_by_id
from warehouse.receiving.models import Fault, Receipt, ReceiptCount, ReceiptLine, ReceiptState
from warehouse.receiving.rules import MOST_PIECES
from warehouse.text import say

Goods = tuple[int, str, str]  # SKU id, lot, serial number: sound or faulty


@dataclass(frozen=True, kw_only=True)
class RightNumber:
    """How many pieces there really were of what was booked under a key, see `booked_of`."""

    key: str
    pieces: int


@dataclass(frozen=True, kw_only=True)
class CorrectReceipt(Command):
    """The receipt is right with these numbers; what is not named stays as booked."""

    receipt_id: int
    reason: str
    lines: tuple[RightNumber, ...]


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Pieces booked in by a receipt and its corrections: of a SKU, sound or not, lot, number."""

    sku_id: int
    code: str
    name: str
    is_faulty: bool
    lot_code: str
    best_before: date | None
    serial: str
    pieces: int

    @property
    def key(self) -> str:
        """What names it in a form."""
        kind = "faulty" if self.is_faulty else "sound"
        return f"{self.sku_id}:{kind}:{self.lot_code}:{self.serial}"


def booked_of(session: Session, receipt_id: int) -> list[Booked]:
    """Return what the receipt booked, corrections counted in, and the other side of each.

    Where only sound pieces were booked, faulty ones stand with 0, and the other way round:
    a piece taken for the other can be told so.
    """
    ids = sa.select(Receipt.id).where(
        sa.or_(Receipt.id == receipt_id, Receipt.corrects_id == receipt_id)
    )
    is_faulty = ReceiptCount.fault.is_not(None)
    rows = session.execute(
        sa.select(
            ReceiptCount.sku_id, Sku.code, Sku.name, is_faulty.label("is_faulty"),
            ReceiptCount.lot_code, ReceiptCount.best_before, ReceiptCount.serial,
            sa.func.sum(ReceiptCount.pieces).label("pieces"),
        )
        .join(Sku, Sku.id == ReceiptCount.sku_id)
        .where(ReceiptCount.receipt_id.in_(ids), ReceiptCount.undone_at.is_(None))
        .group_by(
            ReceiptCount.sku_id, Sku.code, Sku.name, is_faulty, ReceiptCount.lot_code,
            ReceiptCount.best_before, ReceiptCount.serial,
        )
    )  # fmt: skip
    found = {b.key: b for b in (_booked(row) for row in rows)}
    for booked in list(found.values()):
        other = _other_side(booked)
        found.setdefault(other.key, other)
    order = sorted(found.values(), key=lambda b: (b.code, b.lot_code, b.serial, b.is_faulty))
    return [b for b in order if b.pieces or not b.serial or found[_other_side(b).key].pieces]


def correct_receipt(session: Session, command: CorrectReceipt) -> Outcome:
    """Book the differences under a number of their own, as far as the pieces are still there.

    What has left the dock or quarantine stays as booked; the outcome tells how much that is.

    Raises:
        InvalidInput: no reason, nothing differs, or a number that cannot be.
        RuleViolation: the receipt is not booked, is itself a correction, or nothing is there
            any more that could be moved.
    """
    reason = command.reason.strip()[:200]
    if not reason:
        raise InvalidInput(say("Say why."), field="reason")
    receipt = receipt_by_id(session, command.receipt_id)
    if receipt.state is not ReceiptState.BOOKED:
        raise RuleViolation(say("Receipt {number} is not booked yet.", number=receipt.number))
    if receipt.corrects_id is not None:
        raise RuleViolation(say("This is a correction. Correct the receipt it refers to."))
    changes = _changes(command.lines, booked_of(session, receipt.id))
    if not changes:
        raise InvalidInput(say("Nothing differs from what is booked."), field="lines")
    possible = _possible(session, changes)
    left = sum(min(change, 0) for _, change in possible) - sum(min(c, 0) for _, c in changes)
    if not possible:
        raise RuleViolation(
            say("These pieces have moved on. Bring them back to where they were booked first.")
        )
    correction = _document(session, command, receipt, reason, possible)
    # Those out come first: a piece that goes to the other side must be outside in between.
    line = 0
    for part in ([c for c in possible if c[1] < 0], [c for c in possible if c[1] > 0]):
        postings = _postings(session, command, correction.number, part)
        line = ledger.post(session, command, postings, first_line=line)
    sums: dict[int, int] = {}
    for booked, change in possible:
        sums[booked.sku_id] = sums.get(booked.sku_id, 0) + change
    if receipt.purchase_order_id is not None:
        book_received(session, receipt.purchase_order_id, sums)
    trail.record(session, command, "receipt", receipt.id, "corrected",
                 number=correction.number, reason=reason, left=left)  # fmt: skip
    trail.record(session, command, "receipt", correction.id, "correction",
                 number=receipt.number, reason=reason, left=left)  # fmt: skip
    text = say("{number} corrects {receipt}.", number=correction.number, receipt=receipt.number)
    if left:
        text = say("{said} {left} pieces have moved on and stay as booked.", said=text, left=left)
    return Outcome(
        screen="receipt",
        subject_id=correction.id,
        message=text,
        tone=Tone.ATTENTION if left else Tone.OK,
        facts={"number": correction.number, "left": left},
    )


def _booked(row: Any) -> Booked:
    return Booked(
        sku_id=row.sku_id,
        code=row.code,
        name=row.name,
        is_faulty=bool(row.is_faulty),
        lot_code=row.lot_code,
        best_before=row.best_before,
        serial=row.serial,
        pieces=int(row.pieces),
    )


def _other_side(booked: Booked) -> Booked:
    return Booked(
        sku_id=booked.sku_id,
        code=booked.code,
        name=booked.name,
        is_faulty=not booked.is_faulty,
        lot_code=booked.lot_code,
        best_before=booked.best_before,
        serial=booked.serial,
        pieces=0,
    )


def _changes(lines: Sequence[RightNumber], booked: Iterable[Booked]) -> list[tuple[Booked, int]]:
    known = {one.key: one for one in booked}
    found = []
    for line in lines:
        one = known.pop(line.key, None)
        if one is None:
            raise InvalidInput(say("The receipt has no such line."), field="lines")
        most = 1 if one.serial else MOST_PIECES
        if not 0 <= line.pieces <= most:
            raise InvalidInput(say("This must be {least} to {most}.", least=0, most=most),
                               field=one.key)  # fmt: skip
        if line.pieces != one.pieces:
            found.append((one, line.pieces - one.pieces))
    return found


def _possible(session: Session, changes: Sequence[tuple[Booked, int]]) -> list[tuple[Booked, int]]:
    """Return the changes as far as the pieces still stand where they were booked.

    A piece that has moved on cannot turn up on the other side either: it would be there twice.
    """
    found = []
    kept: dict[Goods, int] = defaultdict(int)
    for booked, change in changes:
        if change < 0:
            taken = min(-change, _still_there(session, booked))
            kept[_goods(booked)] += -change - taken
            found.append((booked, -taken))
    for booked, change in changes:
        if change > 0:
            twice = min(change, kept[_goods(booked)])
            kept[_goods(booked)] -= twice
            found.append((booked, change - twice))
    return [(booked, change) for booked, change in found if change]


def _goods(booked: Booked) -> Goods:
    return booked.sku_id, booked.lot_code, booked.serial


def _still_there(session: Session, booked: Booked) -> int:
    bin_id = _place(session, booked)
    if booked.serial:
        here = sa.select(sa.func.count()).where(
            Serial.sku_id == booked.sku_id, Serial.code == booked.serial, Serial.bin_id == bin_id
        )
        return session.scalar(here) or 0
    free = StockBalance.on_hand - StockBalance.reserved
    query = sa.select(free).where(
        StockBalance.bin_id == bin_id, StockBalance.sku_id == booked.sku_id
    )
    if booked.lot_code:
        query = (
            sa.select(LotBalance.on_hand - LotBalance.reserved)
            .join(Lot, Lot.id == LotBalance.lot_id)
            .where(
                LotBalance.bin_id == bin_id,
                Lot.sku_id == booked.sku_id,
                Lot.code == booked.lot_code,
            )
        )
    return max(session.scalar(query) or 0, 0)


def _place(session: Session, booked: Booked) -> int:
    return bin_of_kind(session, BinKind.QUARANTINE if booked.is_faulty else BinKind.DOCK).id


def _postings(
    session: Session, command: Command, number: str, changes: Sequence[tuple[Booked, int]]
) -> list[ledger.Posting]:
    supplier = bin_of_kind(session, BinKind.SUPPLIER).id
    found = []
    for booked, change in changes:
        place = _place(session, booked)
        lot_id = None
        if booked.lot_code:
            lot_id = ledger.lot_named(
                session, booked.sku_id, booked.lot_code, booked.best_before, command.at
            )
        found.append(
            ledger.Posting(
                sku_id=booked.sku_id,
                from_bin_id=place if change < 0 else supplier,
                to_bin_id=supplier if change < 0 else place,
                pieces=abs(change),
                reason=MoveReason.ADJUST if change < 0 else MoveReason.RECEIVE,
                reference=number,
                lot_id=lot_id,
                serials=(booked.serial,) if booked.serial else (),
            )
        )
    return found


def _document(
    session: Session,
    command: CorrectReceipt,
    receipt: Receipt,
    reason: str,
    changes: Sequence[tuple[Booked, int]],
) -> Receipt:
    correction = new_receipt(
        session, command, receipt.supplier_id, purchase_order_id=receipt.purchase_order_id
    )
    correction.corrects_id, correction.reason = receipt.id, reason
    correction.state = ReceiptState.BOOKED
    correction.counted_at = correction.booked_at = command.at
    correction.counted_by = correction.booked_by = command.actor.person_id
    session.flush()
    lines: dict[int, ReceiptLine] = {}
    for booked, change in changes:
        line = lines.setdefault(
            booked.sku_id,
            ReceiptLine(receipt_id=correction.id, sku_id=booked.sku_id, sound=0, faulty=0,
                        is_correction=True),
        )  # fmt: skip
        if booked.is_faulty:
            line.faulty += change
        else:
            line.sound += change
        session.add(
            ReceiptCount(
                receipt_id=correction.id,
                sku_id=booked.sku_id,
                pieces=change,
                fault=Fault.OTHER if booked.is_faulty else None,
                lot_code=booked.lot_code,
                best_before=booked.best_before,
                serial=booked.serial,
                person_id=command.actor.person_id,
                at=command.at,
            )
        )
    session.add_all(lines.values())
    session.flush()
    return correction

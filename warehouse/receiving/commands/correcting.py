"""A booked receipt was wrong: a document of its own says what is right and moves the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.people import trail
from warehouse.receiving.booked import Booked, Possible, booked_of, what_is_there
from warehouse.receiving.commands.purchases import book_received
from warehouse.receiving.commands.receipts import new_receipt, receipt_by_id, void_papers
from warehouse.receiving.models import Fault, Receipt, ReceiptCount, ReceiptLine, ReceiptState
from warehouse.receiving.papers import print_receipt
from warehouse.receiving.rules import LONGEST_REASON, MOST_PIECES, length_problem
from warehouse.text import Text, say

MOVED_ON = say(
    "The pieces of this receipt have moved on; what stands there came later. Bring them back to"
    " where they were booked first."
)

CUT = say("Pieces have moved on since it was written.")


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


def correct_receipt(session: Session, command: CorrectReceipt) -> Outcome:
    """Write the differences down under a number of their own; somebody else confirms them.

    Its paper comes out twice, as of a receipt.

    What has left the dock or quarantine stays as booked; the outcome tells how much that is.

    Raises:
        InvalidInput: no reason, nothing differs, or a number that cannot be.
        RuleViolation: the receipt is not booked, is itself a correction, has one that waits to be
            confirmed, nothing of it is there any more that could be moved, or nobody can tell
            which lot or number more pieces have.
    """
    reason, told = command.reason.strip(), Gathered()
    if not reason:
        told.tell(say("Say why."), "reason")
    told.tell(length_problem(reason, LONGEST_REASON), "reason")
    receipt = receipt_by_id(session, command.receipt_id)
    _require_correctable(session, receipt)
    faults = len(told.found)
    changes = _changes(command.lines, booked_of(session, receipt.id), told)
    if not changes and len(told.found) == faults:
        told.tell(say("Nothing differs from what is booked."), "lines")
    possible = what_is_there(session, receipt, changes)
    left = _left(changes, possible)
    if changes:
        for key, problem in _problems(possible):
            told.keep(RuleViolation(problem), key)
    told.refuse()
    correction = _document(
        session, command, receipt, reason, [(one.booked, one.change) for one in possible]
    )
    print_receipt(session, command, correction)
    trail.record(session, command, "receipt", receipt.id, "correction_written",
                 number=correction.number, reason=reason)  # fmt: skip
    trail.record(session, command, "receipt", correction.id, "written",
                 number=receipt.number, reason=reason)  # fmt: skip
    text = say("{number} corrects {receipt} when somebody else has confirmed it.",
               number=correction.number, receipt=receipt.number)  # fmt: skip
    if left:
        text = say("{said} {left} pieces have moved on and stay as booked.", said=text, left=left)
    return Outcome(
        screen="receipt",
        subject_id=correction.id,
        message=text,
        tone=Tone.ATTENTION,
        facts={"number": correction.number, "left": left},
    )


def post_correction(session: Session, command: Command, correction: Receipt) -> Outcome:
    """Book the differences of a correction, as far as the pieces are still there.

    What a count has taken off the place since goes back on it first: it never came, so that it
    was not lost. What a count has found comes off again: it came with the receipt.

    Raises:
        RuleViolation: nothing of the receipt is there any more that could be moved, or nobody can
            tell which lot or number more pieces have. The correction can be cancelled.
    """
    receipt = receipt_by_id(session, correction.corrects_id or 0)
    counts = session.scalars(
        sa.select(ReceiptCount)
        .where(ReceiptCount.receipt_id == correction.id, ReceiptCount.undone_at.is_(None))
        .order_by(ReceiptCount.id)
    ).all()
    written = [(_of_count(session, count), count.pieces) for count in counts]
    possible = what_is_there(session, receipt, written)
    left = _left(written, possible)
    for _, problem in _problems(possible):
        raise RuleViolation(say("{why} Or cancel this correction.", why=problem))
    if _cut(session, command, counts, {one.booked.key: one.change for one in possible}):
        void_papers(session, command, correction, CUT.msgid)
        print_receipt(session, command, correction)
    line = 0
    for postings in _steps(session, correction.number, possible):
        line = ledger.post(session, command, postings, first_line=line)
    correction.state = ReceiptState.BOOKED
    correction.booked_at, correction.booked_by = command.at, command.actor.person_id
    session.flush()
    sums: dict[int, int] = {}
    for one in possible:
        sums[one.booked.sku_id] = sums.get(one.booked.sku_id, 0) + one.change
    if receipt.purchase_order_id is not None:
        book_received(session, receipt.purchase_order_id, sums)
    trail.record(session, command, "receipt", receipt.id, "corrected",
                 number=correction.number, reason=correction.reason, left=left)  # fmt: skip
    trail.record(session, command, "receipt", correction.id, "correction",
                 number=receipt.number, reason=correction.reason, left=left)  # fmt: skip
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


def _require_correctable(session: Session, receipt: Receipt) -> None:
    if receipt.state is not ReceiptState.BOOKED:
        raise RuleViolation(say("Receipt {number} is not booked yet.", number=receipt.number))
    if receipt.corrects_id is not None:
        raise RuleViolation(say("This is a correction. Correct the receipt it refers to."))
    waiting = session.scalar(
        sa.select(Receipt.number).where(
            Receipt.corrects_id == receipt.id, Receipt.state == ReceiptState.COUNTED
        )
    )
    if waiting is not None:
        raise RuleViolation(
            say("Correction {number} waits to be confirmed. Confirm or cancel it first.",
                number=waiting)
        )  # fmt: skip


def _left(wanted: Sequence[tuple[Booked, int]], possible: Sequence[Possible]) -> int:
    return sum(min(one.change, 0) for one in possible) - sum(min(c, 0) for _, c in wanted)


def _problems(possible: Sequence[Possible]) -> Iterator[tuple[str, Text]]:
    """Yield why a correction cannot be booked, each with the key of its line, "" for all of it."""
    if not possible:
        yield "", MOVED_ON
    for one in possible:
        if one.change > 0 and not one.place.is_told:
            yield one.booked.key, say(
                "{sku} is kept by lot or by number since it was booked. Take in what came more as a"
                " receipt of its own.", sku=one.booked.code,
            )  # fmt: skip


def _of_count(session: Session, count: ReceiptCount) -> Booked:
    sku = session.get_one(Sku, count.sku_id)
    return Booked(
        sku_id=sku.id,
        code=sku.code,
        name=sku.name,
        properties=sku.properties,
        is_faulty=count.fault is not None,
        lot_code=count.lot_code,
        best_before=count.best_before,
        serial=count.serial,
        pieces=count.pieces,
    )


def _cut(
    session: Session, command: Command, counts: Sequence[ReceiptCount], possible: dict[str, int]
) -> bool:
    """Make the document say what is booked: pieces moved on since it was written are left off.

    Return whether any were.
    """
    lines = {
        line.sku_id: line
        for line in session.scalars(
            sa.select(ReceiptLine).where(ReceiptLine.receipt_id == counts[0].receipt_id)
        )
    }
    is_cut = False
    for count in counts:
        pieces = possible.get(_of_count(session, count).key, 0)
        lost = count.pieces - pieces
        is_cut = is_cut or lost != 0
        if count.fault is None:
            lines[count.sku_id].sound -= lost
        else:
            lines[count.sku_id].faulty -= lost
        if pieces:
            count.pieces = pieces
        else:
            count.undone_at = command.at
    session.flush()
    return is_cut


def _changes(
    lines: Sequence[RightNumber], booked: Iterable[Booked], told: Gathered
) -> list[tuple[Booked, int]]:
    """Return what differs, and by how many; what is wrong with a line is told at its key."""
    known = {one.key: one for one in booked}
    found = []
    for line in lines:
        one = known.pop(line.key, None)
        if one is None:
            told.tell(say("The receipt has no such line."), "lines")
            continue
        most = 1 if one.serial else MOST_PIECES
        if not 0 <= line.pieces <= most:
            told.tell(say("This must be {least} to {most}.", least=0, most=most), one.key)
        elif line.pieces != one.pieces:
            found.append((one, line.pieces - one.pieces))
    return found


def _steps(
    session: Session, number: str, possible: Sequence[Possible]
) -> Iterator[list[ledger.Posting]]:
    """Yield what is posted one after the other.

    Those out come first: a piece that goes to the other side must be outside in between.
    """
    supplier = bin_of_kind(session, BinKind.SUPPLIER).id
    counted = bin_of_kind(session, BinKind.COUNT_DIFFERENCE).id
    out = [one for one in possible if one.change < 0]
    more = [one for one in possible if one.change > 0]
    for ways, frm, to in (
        ([(one, one.counted) for one in out], counted, None),
        ([(one, -one.change) for one in out], None, supplier),
        ([(one, one.change) for one in more], supplier, None),
        ([(one, one.counted) for one in more], None, counted),
    ):
        yield [
            ledger.Posting(
                sku_id=one.place.sku_id,
                from_bin_id=one.place.bin_id if frm is None else frm,
                to_bin_id=one.place.bin_id if to is None else to,
                pieces=pieces,
                reason=MoveReason.RECEIVE if frm == supplier else MoveReason.ADJUST,
                reference=number,
                lot_id=one.place.lot_id,
                serials=(one.place.serial,) if one.place.serial else (),
            )
            for one, pieces in ways
            if pieces
        ]


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
    correction.state = ReceiptState.COUNTED
    correction.counted_at, correction.counted_by = command.at, command.actor.person_id
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

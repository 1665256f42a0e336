"""How pieces in hand become counted pieces: what must be known of them, and the sums kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.catalog.queries import sku_out_of_use
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, RuleViolation, SerialElsewhere
from warehouse.inventory.marks import best_before_problem, lot_problem, serial_problem
from warehouse.inventory.models import Lot
from warehouse.inventory.whereabouts import of_other_lots
from warehouse.receiving.models import (
    RECEIPT_OPEN,
    Fault,
    Receipt,
    ReceiptCount,
    ReceiptFocus,
    ReceiptLine,
)
from warehouse.receiving.near_end import too_near
from warehouse.receiving.queries import doubted_of
from warehouse.receiving.rules import MOST_PIECES
from warehouse.receiving.screens import ReceiveScreen
from warehouse.receiving.whereabouts import elsewhere
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Pieces a receiver has in hand, and what is known of them so far."""

    sku: Sku
    pieces: int
    fault: Fault | None = None
    lot: str = ""
    best_before: date | None = None
    serial: str = ""


def count_in(
    session: Session, command: Command, receipt: Receipt, focus: ReceiptFocus, hand: Hand
) -> Outcome:
    """Count the pieces in hand, or keep them there and ask for what is missing.

    Raises:
        InvalidInput: a lot, date or serial number that cannot be, or more pieces than any list has.
        RuleViolation: the lot is known with another date, the book has the piece in another lot,
            or the actor's count of these goods was doubted. SerialElsewhere: the book has the piece
            here, at a customer or on exchange, or it is counted in another receipt.
        OutOfUse: the SKU was taken out of use.
    """
    if not hand.sku.is_active:
        raise sku_out_of_use(hand.sku.code)
    require_another(session, command, receipt, hand.sku.id, hand.sku.code)
    hand = _recalled(session, receipt, focus, hand)
    _require_sound(session, command, receipt, hand)
    focus.unknown_code = ""
    focus.sku_id, focus.fault = hand.sku.id, hand.fault
    focus.lot_code, focus.best_before = hand.lot, hand.best_before
    asked = _missing(hand)
    if asked is not None:
        focus.asks = hand.pieces
        session.flush()
        screen, text = asked
        return Outcome(screen=screen, subject_id=receipt.id, message=text, tone=Tone.WAITING)
    pieces = 1 if hand.sku.is_serial_tracked else hand.pieces
    focus.asks = hand.pieces - pieces
    line = _add(session, command, receipt, hand, pieces)
    if focus.asks:
        return Outcome(
            screen=ReceiveScreen.SERIAL,
            subject_id=receipt.id,
            message=say("{left} pieces still lack their serial number.", left=focus.asks),
            tone=Tone.WAITING,
        )
    return _counted(session, command, receipt, line, hand, pieces)


def focus_of(session: Session, receipt_id: int, person_id: int) -> ReceiptFocus:
    """Return what this receiver has in hand, a fresh row on the first scan."""
    found = session.get(ReceiptFocus, (receipt_id, person_id))
    if found is None:
        found = ReceiptFocus(receipt_id=receipt_id, person_id=person_id, asks=0)
        session.add(found)
    return found


def take_off(session: Session, count: ReceiptCount) -> None:
    """Take a count that was undone off the sums; a SKU nobody announced goes with its last."""
    line = _line(session, count.receipt_id, count.sku_id)
    if line is None:
        return
    if count.fault is None:
        line.sound -= count.pieces
    else:
        line.faulty -= count.pieces
    session.flush()
    if line.announced is None and not line.sound and not line.faulty:
        session.delete(line)
        session.flush()


def line_of(session: Session, receipt_id: int, sku_id: int) -> ReceiptLine:
    """Return the line of the SKU, a fresh one with 0 pieces where the receipt has none."""
    line = _line(session, receipt_id, sku_id)
    if line is None:
        line = ReceiptLine(receipt_id=receipt_id, sku_id=sku_id, sound=0, faulty=0)
        session.add(line)
    return line


def require_another(
    session: Session, command: Command, receipt: Receipt, sku_id: int, code: str
) -> None:
    """Refuse whoever counted the goods before they were to be counted anew.

    Raises:
        RuleViolation: the actor did.
    """
    if (command.actor.person_id, sku_id) in doubted_of(session, receipt.id):
        raise RuleViolation(
            say("You counted {sku} here before. Somebody else counts it again.", sku=code)
        )


def unfit_counts(session: Session, receipt_id: int) -> list[tuple[ReceiptCount, Sku]]:
    """Return the counts that do not tell what is asked of their goods now.

    How a SKU is kept may have changed since its pieces were scanned, and another receipt may have
    brought their lot with another best-before.
    """
    rows = session.execute(
        sa.select(ReceiptCount, Sku)
        .join(Sku, Sku.id == ReceiptCount.sku_id)
        .outerjoin(
            Lot, sa.and_(Lot.sku_id == ReceiptCount.sku_id, Lot.code == ReceiptCount.lot_code)
        )
        .where(
            ReceiptCount.receipt_id == receipt_id,
            ReceiptCount.undone_at.is_(None),
            sa.or_(
                sa.and_(Sku.is_lot_tracked, Lot.best_before != ReceiptCount.best_before),
                sa.and_(Sku.is_lot_tracked, ReceiptCount.lot_code == ""),
                sa.and_(Sku.is_expiry_tracked, ReceiptCount.best_before.is_(None)),
                sa.and_(Sku.is_serial_tracked, ReceiptCount.serial == ""),
            ),
        )
        .order_by(ReceiptCount.id)
    )
    return [(count, sku) for count, sku in rows]


def is_of_another_day(count: ReceiptCount, sku: Sku) -> bool:
    """Tell whether an unfit count lacks nothing: it is the day of its lot that differs."""
    lacks = (
        (sku.is_lot_tracked and not count.lot_code)
        or (sku.is_expiry_tracked and count.best_before is None)
        or (sku.is_serial_tracked and not count.serial)
    )
    return not lacks


def _recalled(session: Session, receipt: Receipt, focus: ReceiptFocus, hand: Hand) -> Hand:
    """Return the pieces with the lot of those before, and the date a known lot has.

    Pieces that say another best-before than those before are of another lot.
    """
    if not hand.sku.is_lot_tracked:
        return replace(hand, lot="", best_before=None)
    is_alike = focus.sku_id == hand.sku.id and hand.best_before in (None, focus.best_before)
    if not hand.lot and is_alike and not focus.asks:
        hand = replace(hand, lot=focus.lot_code, best_before=focus.best_before)
    if hand.lot and hand.best_before is None and hand.sku.is_expiry_tracked:
        hand = replace(hand, best_before=_known_date(session, receipt, hand))
    return hand


def _known_date(session: Session, receipt: Receipt, hand: Hand) -> date | None:
    return session.scalar(
        sa.select(Lot.best_before).where(Lot.sku_id == hand.sku.id, Lot.code == hand.lot)
    ) or session.scalar(
        sa.select(ReceiptCount.best_before).where(
            ReceiptCount.receipt_id == receipt.id,
            ReceiptCount.sku_id == hand.sku.id,
            ReceiptCount.lot_code == hand.lot,
            ReceiptCount.undone_at.is_(None),
            ReceiptCount.best_before.is_not(None),
        ).limit(1)
    )  # fmt: skip


def _missing(hand: Hand) -> tuple[ReceiveScreen, Text] | None:
    sku = hand.sku
    if sku.is_lot_tracked and not hand.lot:
        return ReceiveScreen.LOT, say("Which lot? Scan or type what stands on the goods.")
    if sku.is_expiry_tracked and hand.best_before is None:
        return ReceiveScreen.BEST_BEFORE, say("Best before? Type it as year, month, day.")
    if sku.is_serial_tracked and not hand.serial:
        return ReceiveScreen.SERIAL, say("Scan the serial number of the piece.")
    return None


def _require_sound(session: Session, command: Command, receipt: Receipt, hand: Hand) -> None:
    if hand.pieces > MOST_PIECES:
        raise InvalidInput(say("This must be 1 to {most}.", most=MOST_PIECES), field="pieces")
    if hand.lot and (problem := lot_problem(hand.lot)):
        raise InvalidInput(problem, field="lot")
    if hand.best_before is not None:
        today = command.at.astimezone(command.zone).date()
        problem = best_before_problem(hand.best_before, today, is_faulty=hand.fault is not None)
        if problem is not None:
            raise InvalidInput(problem, field="best_before")
        known = _known_date(session, receipt, hand)
        if known is not None and known != hand.best_before:
            raise RuleViolation(
                say("Lot {lot} is known with best-before {known}, not {given}.",
                    lot=hand.lot, known=str(known), given=str(hand.best_before))
            )  # fmt: skip
    if hand.serial and hand.sku.is_serial_tracked:
        _require_new_piece(session, receipt, hand)


def _require_new_piece(session: Session, receipt: Receipt, hand: Hand) -> None:
    if problem := serial_problem(hand.serial):
        raise InvalidInput(problem, field="serial")
    counted = session.scalar(
        sa.select(ReceiptCount.id).where(
            ReceiptCount.receipt_id == receipt.id,
            ReceiptCount.sku_id == hand.sku.id,
            ReceiptCount.serial == hand.serial,
            ReceiptCount.undone_at.is_(None),
        )
    )
    if counted is not None:
        raise RuleViolation(say("Serial number {serial} is counted already.", serial=hand.serial))
    twice = session.scalar(
        sa.select(Receipt.number)
        .join(ReceiptCount, ReceiptCount.receipt_id == Receipt.id)
        .where(
            Receipt.state.in_(RECEIPT_OPEN),
            Receipt.id != receipt.id,
            ReceiptCount.sku_id == hand.sku.id,
            ReceiptCount.serial == hand.serial,
            ReceiptCount.undone_at.is_(None),
        )
        .limit(1)
    )
    if twice is not None:
        raise SerialElsewhere(
            say("Serial number {serial} is counted in receipt {number} too.",
                serial=hand.serial, number=twice),
            serial=hand.serial,
        )  # fmt: skip
    where = elsewhere(session, hand.sku.id, [hand.serial]).get(hand.serial)
    if where is not None:
        raise SerialElsewhere(where, serial=hand.serial)
    other = of_other_lots(session, hand.sku.id, [hand.serial], hand.lot).get(hand.serial)
    if other is not None:
        raise RuleViolation(other)


def _add(
    session: Session, command: Command, receipt: Receipt, hand: Hand, pieces: int
) -> ReceiptLine:
    session.add(
        ReceiptCount(
            receipt_id=receipt.id,
            sku_id=hand.sku.id,
            pieces=pieces,
            fault=hand.fault,
            lot_code=hand.lot,
            best_before=hand.best_before,
            serial=hand.serial if hand.sku.is_serial_tracked else "",
            person_id=command.actor.person_id,
            at=command.at,
        )
    )
    line = line_of(session, receipt.id, hand.sku.id)
    if hand.fault is None:
        line.sound += pieces
    else:
        line.faulty += pieces
    session.flush()
    return line


def _line(session: Session, receipt_id: int, sku_id: int) -> ReceiptLine | None:
    return session.scalars(
        sa.select(ReceiptLine)
        .where(ReceiptLine.receipt_id == receipt_id, ReceiptLine.sku_id == sku_id)
        .execution_options(populate_existing=True)
    ).first()


def _counted(
    session: Session,
    command: Command,
    receipt: Receipt,
    line: ReceiptLine,
    hand: Hand,
    pieces: int,
) -> Outcome:
    total = line.sound + line.faulty
    # Colour and size are said too: one look at the line tells whether it was the right piece.
    name = f"{hand.sku.name} {hand.sku.properties}".strip()
    tone, is_all = Tone.OK, False
    if line.announced is None and _has_papers(session, receipt):
        text = say("Not announced. +{pieces}: {total} × {name}",
                   pieces=pieces, total=total, name=name)  # fmt: skip
        tone = Tone.ATTENTION
    elif line.announced is None:
        text = say("+{pieces}: {total} × {name}", pieces=pieces, total=total, name=name)
    elif total > line.announced:
        text = say(
            "{over} more than announced: {total} of {announced} {name}",
            over=total - line.announced,
            total=total,
            announced=line.announced,
            name=name,
        )
        tone = Tone.ATTENTION
    else:
        text = say(
            "+{pieces}: {total} of {announced} {name}",
            pieces=pieces,
            total=total,
            announced=line.announced,
            name=name,
        )
        is_all = total == line.announced
    if hand.fault is not None:
        tone, text = Tone.ATTENTION, say("Faulty, to quarantine. {counted}", counted=text)
    elif problem := too_near(hand.sku, hand.best_before, command.day):
        tone, text = Tone.ATTENTION, say("{problem} {counted}", problem=problem, counted=text)
    return Outcome(screen=ReceiveScreen.COUNT, subject_id=receipt.id, message=text, tone=tone,
                   is_step_done=is_all)  # fmt: skip


def _has_papers(session: Session, receipt: Receipt) -> bool:
    named = sa.select(ReceiptLine.sku_id).where(
        ReceiptLine.receipt_id == receipt.id, ReceiptLine.announced.is_not(None)
    )
    return session.scalar(named.limit(1)) is not None

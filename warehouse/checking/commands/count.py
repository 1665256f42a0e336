"""Counting what comes out of the tote; what does not belong is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.queries import Item
from warehouse.checking.commands.pieces import (
    in_tote,
    left_to_count,
    lines_of,
    require_new,
    tote_id,
)
from warehouse.checking.commands.start import open_check, stop_outcome
from warehouse.checking.models import Check, CheckScan, CheckState, Mismatch, MismatchKind
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation
from warehouse.inventory.pieces import Named
from warehouse.inventory.refusals import home_of, require_pieces
from warehouse.orders.goods import lock_lines
from warehouse.orders.models import ConsignmentLine, ConsignmentState
from warehouse.orders.queries import consignment_by_id
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.unfit import stop_unfit


@dataclass(frozen=True, kw_only=True)
class CheckItem(Command):
    """One scan of goods taken out of the tote; `pieces` is how often the barcode counts.

    `lot`, `serial` and `best_before` are what the scan said of them; a known piece may be named by
    its number alone.
    """

    check_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    serial: str = ""
    best_before: date | None = None


@dataclass(frozen=True, kw_only=True)
class UndoCheck(Command):
    """Take the last counted scan back."""

    check_id: int


def check_item(session: Session, command: CheckItem) -> Outcome:
    """Count the pieces; the last one finishes the check. What does not belong is written down.

    Raises:
        StaleScreen: the check is closed. UnknownBarcode: nothing carries the code.
        OrderStopped: the order goes no further. SamePerson: the actor picked it.
        TakenByAnother: somebody else checks it. SerialMissing, SerialElsewhere: a known piece
        without its number, or one that is not in this tote. OtherLot: nor is the lot.
        OtherDay: another best-before stands on it than the book has.
    """
    require_pieces(command.pieces)
    check = open_check(session, command, command.check_id)
    named = in_tote(
        session, check, command.barcode, lot=command.lot, serial=command.serial,
        best_before=command.best_before,
    )  # fmt: skip
    item = named.item
    pieces = command.pieces * item.pieces
    require_new(session, check, named, pieces)
    lines = lock_lines(session, check.consignment_id)
    mine = lines_of(session, lines, named)
    if pieces > left_to_count(session, check, mine, named):
        kind = MismatchKind.TOO_MANY if mine else MismatchKind.WRONG_ITEM
        return _mismatch(session, command, check, kind, item, pieces)
    _count(session, command, check, mine, pieces, named)
    total = sum(line.picked for line in lines)
    done = sum(line.checked for line in lines)
    if done < total:
        message = say("{done} of {total}: {name}", done=done, total=total, name=item.words)
        return Outcome(screen=CheckScreen.ITEMS, subject_id=check.id, message=message)
    if text := stop_unfit(session, command, check.consignment_id, [tote_id(session, check)]):
        return stop_outcome(check.consignment_id, text)
    return _pass(session, command, check)


def _count(
    session: Session,
    command: CheckItem,
    check: Check,
    lines: Sequence[ConsignmentLine],
    pieces: int,
    named: Named,
) -> None:
    for line in lines:
        part = min(pieces, line.picked - line.checked)
        if part == 0:
            continue
        line.checked += part
        pieces -= part
        session.add(
            CheckScan(
                check_id=check.id,
                consignment_line_id=line.id,
                pieces=part,
                command_id=command.id,
                at=command.at,
                lot_id=named.lot_id,
                serial_id=named.serial_id,
            )
        )
    session.flush()


def _mismatch(
    session: Session,
    command: CheckItem,
    check: Check,
    kind: MismatchKind,
    item: Item,
    pieces: int,
) -> Outcome:
    session.add(
        Mismatch(
            check_id=check.id,
            kind=kind,
            sku_id=item.sku_id,
            barcode=command.barcode,
            pieces=pieces,
            command_id=command.id,
            at=command.at,
        )
    )
    session.flush()
    trail.record(
        session, command, "consignment", check.consignment_id, "mismatch",
        kind=kind, sku=item.sku_code, pieces=pieces,
    )  # fmt: skip
    home = home_of(session, item.sku_id) or "?"
    if kind is MismatchKind.WRONG_ITEM:
        text = "{name} is not in this order. Put it aside; it belongs in {home}."
        message = say(text, name=item.words, home=home)
    else:
        text = "Too many of {name}. Put it aside; it belongs in {home}."
        message = say(text, name=item.words, home=home)
    return Outcome(screen=CheckScreen.ITEMS, subject_id=check.id, message=message, tone=Tone.STOP)


def _pass(session: Session, command: CheckItem, check: Check) -> Outcome:
    check.state = CheckState.PASSED
    check.finished_at = command.at
    consignment = consignment_by_id(session, check.consignment_id, lock=True)
    consignment.state = ConsignmentState.CHECKED
    consignment.checked_by = command.actor.person_id
    session.flush()
    trail.record(session, command, "consignment", consignment.id, "checked")
    return Outcome(
        screen=CheckScreen.TOTE,
        message=say("All there. On to packing."),
        is_step_done=True,
        facts={"consignment_id": consignment.id},
    )


def undo_check(session: Session, command: UndoCheck) -> Outcome:
    """Take back the last counted scan of an open check.

    Raises:
        RuleViolation: nothing was counted yet.
    """
    check = open_check(session, command, command.check_id)
    last = session.scalars(
        sa.select(CheckScan)
        .where(CheckScan.check_id == check.id, CheckScan.undone_at.is_(None))
        .order_by(CheckScan.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise RuleViolation(say("There is nothing to undo."))
    scans = session.scalars(
        sa.select(CheckScan).where(
            CheckScan.check_id == check.id, CheckScan.command_id == last.command_id
        )
    ).all()
    pieces = 0
    for scan in scans:
        scan.undone_at = command.at
        line = session.get_one(ConsignmentLine, scan.consignment_line_id, populate_existing=True)
        line.checked -= scan.pieces
        pieces += scan.pieces
    session.flush()
    return Outcome(
        screen=CheckScreen.ITEMS,
        subject_id=check.id,
        message=say("{pieces} taken back.", pieces=pieces),
        tone=Tone.ATTENTION,
    )

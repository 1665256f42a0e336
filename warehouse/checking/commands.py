"""The second look, piece by piece, by another person than the picker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import Item, bin_of_kind, item_by_barcode
from warehouse.checking.models import Check, CheckScan, CheckState, Mismatch, MismatchKind
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import (
    InvalidInput,
    RuleViolation,
    SamePerson,
    StaleScreen,
    TakenByAnother,
    WrongTote,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.queries import movers_of
from warehouse.inventory.refusals import home_of, refuse, refuse_item
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import ConsignmentLine, ConsignmentState, HoldKind
from warehouse.orders.queries import (
    CONSIGNMENT_WORDS,
    consignment_by_id,
    orders_of,
    require_not_stopped,
    stopped,
)
from warehouse.people import trail
from warehouse.text import Text, say
from warehouse.waves.queries import content_of_tote, tote_of

MOST_PIECES = 9_999


@dataclass(frozen=True, kw_only=True)
class StartCheck(Command):
    """Look at the contents of a tote."""

    barcode: str


@dataclass(frozen=True, kw_only=True)
class CheckItem(Command):
    """One scan of goods taken out of the tote; `pieces` is how often the barcode counts."""

    check_id: int
    barcode: str
    pieces: int = 1


@dataclass(frozen=True, kw_only=True)
class UndoCheck(Command):
    """Take the last counted scan back."""

    check_id: int


@dataclass(frozen=True, kw_only=True)
class ReportMissing(Command):
    """The tote is empty and pieces are missing."""

    check_id: int


@dataclass(frozen=True, kw_only=True)
class ReportDamaged(Command):
    """One piece of these goods cannot be sold."""

    check_id: int
    barcode: str


def start_check(session: Session, command: StartCheck) -> Outcome:
    """Open the check of the tote's consignment, or go on with one left open.

    Raises:
        WrongTote, UnknownBarcode: no tote with goods to check. OrderStopped: see there.
        SamePerson: the actor picked some of it and four eyes are asked for.
    """
    tote = content_of_tote(session, command.barcode)
    if tote is None:
        raise refuse(session, command.barcode, say("a tote with picked goods"), WrongTote)
    if tote.stop_id is not None:
        raise stopped(session, tote.consignment_id)
    consignment = consignment_by_id(session, tote.consignment_id, lock=True)
    person_id = command.actor.person_id
    if consignment.is_four_eyes:
        _require_other_eyes(session, consignment.id, consignment.picked_by, person_id)
    if consignment.state is ConsignmentState.CHECKING:
        return _resume(session, command, consignment.id, tote.tote_code)
    if consignment.state is not ConsignmentState.PICKED:
        raise RuleViolation(
            say("Tote {code} is not ready for the check ({state}).",
                code=tote.tote_code, state=CONSIGNMENT_WORDS[consignment.state])
        )  # fmt: skip
    check = Check(
        consignment_id=consignment.id,
        checker_id=person_id,
        picker_id=consignment.picked_by,
        is_four_eyes=consignment.is_four_eyes,
        started_at=command.at,
    )
    session.add(check)
    consignment.state = ConsignmentState.CHECKING
    session.flush()
    trail.record(session, command, "consignment", consignment.id, "check_started")
    return _items(check.id, tote.tote_code)


def _require_other_eyes(
    session: Session, consignment_id: int, picker_id: int | None, person_id: int
) -> None:
    """Refuse whoever picked a piece of it; a wave may have passed through several hands."""
    lines = sa.select(ConsignmentLine.id).where(ConsignmentLine.consignment_id == consignment_id)
    pickers = movers_of(session, session.scalars(lines), MoveReason.PICK)
    if person_id == picker_id or person_id in pickers:
        raise SamePerson(say("You picked this tote. Somebody else has to check it."))


def _resume(session: Session, command: StartCheck, consignment_id: int, code: str) -> Outcome:
    check = session.scalars(
        sa.select(Check).where(
            Check.consignment_id == consignment_id, Check.state == CheckState.OPEN
        )
    ).one()
    if check.checker_id != command.actor.person_id:
        trail.record(session, command, "consignment", consignment_id, "check_taken_over")
        check.checker_id = command.actor.person_id
        session.flush()
    return _items(check.id, code)


def _items(check_id: int, tote_code: str) -> Outcome:
    return Outcome(
        screen=CheckScreen.ITEMS,
        subject_id=check_id,
        message=say("Tote {code}. Scan every piece.", code=tote_code),
    )


def check_item(session: Session, command: CheckItem) -> Outcome:
    """Count the pieces; the last one finishes the check. What does not belong is written down.

    Raises:
        StaleScreen: the check is closed. UnknownBarcode: nothing carries the code.
        OrderStopped: the order goes no further. SamePerson: the actor picked it.
        TakenByAnother: somebody else checks it.
    """
    if not 0 < command.pieces <= MOST_PIECES:
        raise InvalidInput(say("The number of pieces must be 1 or more."), field="pieces")
    check = _open_check(session, command, command.check_id)
    item = item_by_barcode(session, command.barcode)
    if item is None:
        raise refuse_item(session, command.barcode, say("goods of this order"))
    pieces = command.pieces * item.pieces
    lines = _lines(session, check.consignment_id)
    mine = [line for line in lines if line.sku_id == item.sku_id]
    left = sum(line.picked - line.checked for line in mine)
    if pieces > left:
        kind = MismatchKind.TOO_MANY if mine else MismatchKind.WRONG_ITEM
        return _mismatch(session, command, check, kind, item, pieces)
    _count(session, command, check, mine, pieces)
    total = sum(line.picked for line in lines)
    done = sum(line.checked for line in lines)
    if done < total:
        message = say("{done} of {total}: {name}", done=done, total=total, name=item.words)
        return Outcome(screen=CheckScreen.ITEMS, subject_id=check.id, message=message)
    return _pass(session, command, check)


def _count(
    session: Session,
    command: CheckItem,
    check: Check,
    lines: Sequence[ConsignmentLine],
    pieces: int,
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
    check = _open_check(session, command, command.check_id)
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


def report_missing(session: Session, command: ReportMissing) -> Outcome:
    """Book the pieces not counted as missing, and stop the order for the stock people.

    Raises:
        RuleViolation: nothing is missing.
    """
    check = _open_check(session, command, command.check_id)
    lines = _lines(session, check.consignment_id)
    missing = [(line, line.picked - line.checked) for line in lines if line.picked > line.checked]
    if not missing:
        raise RuleViolation(say("Nothing is missing."))
    place = bin_of_kind(session, BinKind.COUNT_DIFFERENCE).id
    _take_out(session, command, check, missing, place, MismatchKind.MISSING)
    pieces = sum(n for _, n in missing)
    return _stop(session, command, check, say("{pieces} missing.", pieces=pieces))


def report_damaged(session: Session, command: ReportDamaged) -> Outcome:
    """Book one piece to quarantine, and stop the order for the stock people.

    Raises:
        WrongItem, UnknownBarcode: not goods of this order.
    """
    check = _open_check(session, command, command.check_id)
    item = item_by_barcode(session, command.barcode)
    lines = _lines(session, check.consignment_id)
    mine = [line for line in lines if item and line.sku_id == item.sku_id and line.picked > 0]
    if item is None or not mine:
        raise refuse_item(session, command.barcode, say("goods of this order"))
    line = next((x for x in mine if x.picked > x.checked), mine[0])
    line.checked = min(line.checked, line.picked - 1)
    place = bin_of_kind(session, BinKind.QUARANTINE)
    _take_out(session, command, check, [(line, 1)], place.id, MismatchKind.DAMAGED)
    message = say("Put the damaged piece into {bin}.", bin=place.code)
    return _stop(session, command, check, message)


def _take_out(
    session: Session,
    command: Command,
    check: Check,
    missing: Sequence[tuple[ConsignmentLine, int]],
    place_id: int,
    kind: MismatchKind,
) -> None:
    tote = tote_of(session, check.consignment_id)
    if tote is None:
        raise StaleScreen
    postings = []
    for line, pieces in missing:
        line.picked -= pieces
        postings.append(
            ledger.Posting(
                sku_id=line.sku_id,
                from_bin_id=tote.tote_id,
                to_bin_id=place_id,
                pieces=pieces,
                reason=MoveReason.MISSING,
                consignment_line_id=line.id,
                reference=kind,
            )
        )
        session.add(
            Mismatch(
                check_id=check.id,
                kind=kind,
                sku_id=line.sku_id,
                pieces=pieces,
                command_id=command.id,
                at=command.at,
            )
        )
    session.flush()
    ledger.post(session, command, postings)


def _stop(session: Session, command: Command, check: Check, message: Text) -> Outcome:
    check.state = CheckState.STOPPED
    check.finished_at = command.at
    session.flush()
    for order in orders_of(session, check.consignment_id):
        hold_order(session, command, order.id, HoldKind.CHECK_MISMATCH)
    return Outcome(
        screen=CheckScreen.STOP,
        subject_id=check.consignment_id,
        message=say("{what} The order stops here. Put the goods aside.", what=message),
        tone=Tone.STOP,
    )


def _open_check(session: Session, command: Command, check_id: int) -> Check:
    check = session.get(Check, check_id, with_for_update=True, populate_existing=True)
    if check is None or check.state is not CheckState.OPEN:
        raise StaleScreen
    require_not_stopped(session, check.consignment_id)
    if check.checker_id != command.actor.person_id:
        if check.is_four_eyes:
            _require_other_eyes(
                session, check.consignment_id, check.picker_id, command.actor.person_id
            )
        raise TakenByAnother(say("Somebody else checks this tote. Scan the tote to take it over."))
    return check


def _lines(session: Session, consignment_id: int) -> list[ConsignmentLine]:
    return list(
        session.scalars(
            sa.select(ConsignmentLine)
            .where(ConsignmentLine.consignment_id == consignment_id)
            .order_by(ConsignmentLine.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )

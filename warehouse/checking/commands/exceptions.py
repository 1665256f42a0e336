"""Goods missing or damaged: booked out of the tote, and the order stops for the stock people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import bin_of_kind
from warehouse.checking.commands.missing import back_to_their_bins
from warehouse.checking.commands.pieces import (
    Part,
    in_tote,
    lines_of,
    missing_parts,
    require_one_lot,
    tote_id,
)
from warehouse.checking.commands.start import open_check
from warehouse.checking.models import Check, CheckState, Mismatch, MismatchKind
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.refusals import refuse_item
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.goods import lock_lines
from warehouse.orders.models import HoldKind
from warehouse.orders.queries import orders_of
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class ReportMissing(Command):
    """The tote is empty and pieces are missing."""

    check_id: int


@dataclass(frozen=True, kw_only=True)
class ReportDamaged(Command):
    """One piece of these goods cannot be sold; `lot` and `serial` as the scan said them."""

    check_id: int
    barcode: str
    lot: str = ""
    serial: str = ""


def report_missing(session: Session, command: ReportMissing) -> Outcome:
    """Book the pieces not counted back to where they were picked, and stop the order.

    Raises:
        RuleViolation: nothing is missing.
    """
    check = open_check(session, command, command.check_id)
    lines = lock_lines(session, check.consignment_id)
    missing = missing_parts(session, check, lines)
    if not missing:
        raise RuleViolation(say("Nothing is missing."))
    for part in missing:
        _write_down(session, command, check, part, MismatchKind.MISSING)
    session.flush()
    back_to_their_bins(session, command, check, lines, missing)
    pieces = sum(part.pieces for part in missing)
    return _stop(session, command, check, say("{pieces} missing.", pieces=pieces))


def report_damaged(session: Session, command: ReportDamaged) -> Outcome:
    """Book one piece to quarantine, and stop the order for the stock people.

    Raises:
        WrongItem, UnknownBarcode: not goods of this order. LotWanted: goods of several lots are
        in the tote. SerialMissing, SerialElsewhere, OtherLot: see `inventory.pieces.named_in`.
    """
    check = open_check(session, command, command.check_id)
    named = in_tote(session, check, command.barcode, lot=command.lot, serial=command.serial)
    lines = lock_lines(session, check.consignment_id)
    mine = [line for line in lines_of(session, lines, named) if line.picked > 0]
    if not mine:
        raise refuse_item(session, command.barcode, say("goods of this order"))
    require_one_lot(session, check, named)
    line = next((x for x in mine if x.picked > x.checked), mine[0])
    line.checked = min(line.checked, line.picked - 1)
    place = bin_of_kind(session, BinKind.QUARANTINE)
    part = Part(line=line, pieces=1, lot_id=named.lot_id, serials=named.serials)
    _write_down(session, command, check, part, MismatchKind.DAMAGED)
    session.flush()
    posting = ledger.Posting(
        sku_id=line.sku_id,
        from_bin_id=tote_id(session, check),
        to_bin_id=place.id,
        pieces=part.pieces,
        reason=MoveReason.MISSING,
        consignment_line_id=line.id,
        reference=MismatchKind.DAMAGED,
        lot_id=part.lot_id,
        serials=part.serials,
    )
    ledger.post(session, command, [posting])
    message = say("Put the damaged piece into {bin}.", bin=place.code)
    return _stop(session, command, check, message)


def _write_down(
    session: Session, command: Command, check: Check, part: Part, kind: MismatchKind
) -> None:
    part.line.picked -= part.pieces
    mismatch = Mismatch(
        check_id=check.id,
        kind=kind,
        sku_id=part.line.sku_id,
        pieces=part.pieces,
        command_id=command.id,
        at=command.at,
    )
    session.add(mismatch)


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

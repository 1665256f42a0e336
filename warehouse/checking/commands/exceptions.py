"""Goods missing or damaged: booked out of the tote, and the order stops for the stock people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import bin_of_kind
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
    """Book the pieces not counted as missing, and stop the order for the stock people.

    Raises:
        RuleViolation: nothing is missing.
    """
    check = open_check(session, command, command.check_id)
    lines = lock_lines(session, check.consignment_id)
    missing = missing_parts(session, check, lines)
    if not missing:
        raise RuleViolation(say("Nothing is missing."))
    place = bin_of_kind(session, BinKind.COUNT_DIFFERENCE).id
    _take_out(session, command, check, missing, place, MismatchKind.MISSING)
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
    _take_out(session, command, check, [part], place.id, MismatchKind.DAMAGED)
    message = say("Put the damaged piece into {bin}.", bin=place.code)
    return _stop(session, command, check, message)


def _take_out(
    session: Session,
    command: Command,
    check: Check,
    parts: Sequence[Part],
    place_id: int,
    kind: MismatchKind,
) -> None:
    here = tote_id(session, check)
    postings = []
    for part in parts:
        line, pieces = part.line, part.pieces
        line.picked -= pieces
        postings.append(
            ledger.Posting(
                sku_id=line.sku_id,
                from_bin_id=here,
                to_bin_id=place_id,
                pieces=pieces,
                reason=MoveReason.MISSING,
                consignment_line_id=line.id,
                reference=kind,
                lot_id=part.lot_id,
                serials=part.serials,
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

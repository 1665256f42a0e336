"""Booking a receipt: another person has compared it, and the goods enter the ledger, once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation, SamePerson, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.people import trail
from warehouse.receiving.commands.correcting import post_correction
from warehouse.receiving.commands.purchases import book_received
from warehouse.receiving.commands.receipts import receipt_by_id
from warehouse.receiving.commands.striking import require_no_doubt
from warehouse.receiving.commands.tallying import is_of_another_day, unfit_counts
from warehouse.receiving.models import Receipt, ReceiptCount, ReceiptState
from warehouse.receiving.queries import involved_in, rows_of
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class BookReceipt(Command):
    """The actor has compared goods, paper and screen, and they agree."""

    receipt_id: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """What is booked in one go: pieces of a SKU, sound or faulty, of one lot."""

    sku_id: int
    is_faulty: bool
    lot_code: str
    best_before: date | None


def book_receipt(session: Session, command: BookReceipt) -> Outcome:
    """Move sound pieces from the supplier to the dock and faulty ones to quarantine.

    Of a correction the differences are moved, see `post_correction`.

    Raises:
        StaleScreen: it is not counted, or somebody was first.
        SamePerson: the actor counted some of it, be it doubted since, or finished the count.
        SerialElsewhere: a piece is in the house, or in another receipt.
        RuleViolation: lots or numbers are missing that the goods have only had since, or a lot has
            come with another best-before.
    """
    receipt = receipt_by_id(session, command.receipt_id)
    if receipt.state is ReceiptState.BOOKED:
        raise StaleScreen(say("Receipt {number} is booked already.", number=receipt.number))
    if receipt.state is not ReceiptState.COUNTED:
        raise StaleScreen(say("Receipt {number} is not counted yet.", number=receipt.number))
    if command.actor.person_id in involved_in(session, receipt):
        raise SamePerson(say("You counted this receipt. Somebody else has to confirm it."))
    if receipt.corrects_id is not None:
        return post_correction(session, command, receipt)
    for count, sku in unfit_counts(session, receipt.id)[:1]:
        if is_of_another_day(count, sku):
            raise RuleViolation(
                say("Lot {lot} of {sku} has come with another best-before meanwhile. Have it"
                    " counted again, or mend the lot at the desk.", lot=count.lot_code,
                    sku=sku.code)
            )  # fmt: skip
        raise RuleViolation(
            say("{sku} is kept in another way since it was counted. Have it counted again.",
                sku=sku.code)
        )  # fmt: skip
    require_no_doubt(session, receipt)
    receipt.state = ReceiptState.BOOKED
    receipt.booked_at, receipt.booked_by = command.at, command.actor.person_id
    session.flush()
    ledger.post(session, command, postings_of(session, command, receipt))
    rows = rows_of(session, receipt.id)
    if receipt.purchase_order_id is not None:
        book_received(session, receipt.purchase_order_id, {row.sku_id: row.counted for row in rows})
    sound, faulty = sum(row.sound for row in rows), sum(row.faulty for row in rows)
    trail.record(session, command, "receipt", receipt.id, "booked", sound=sound, faulty=faulty)
    return Outcome(
        screen=ReceiveScreen.START,
        message=say("{number} is booked: {sound} pieces at the dock, {faulty} in quarantine.",
                    number=receipt.number, sound=sound, faulty=faulty),
        is_step_done=True,
    )  # fmt: skip


def postings_of(session: Session, command: Command, receipt: Receipt) -> list[ledger.Posting]:
    """Return the moves that bring in what is counted, by SKU, fault and lot."""
    supplier = bin_of_kind(session, BinKind.SUPPLIER).id
    targets = {
        False: bin_of_kind(session, BinKind.DOCK).id,
        True: bin_of_kind(session, BinKind.QUARANTINE).id,
    }
    return [
        ledger.Posting(
            sku_id=group.sku_id,
            from_bin_id=supplier,
            to_bin_id=targets[group.is_faulty],
            pieces=pieces,
            reason=MoveReason.RECEIVE,
            reference=receipt.number,
            lot_id=ledger.lot_named(
                session, group.sku_id, group.lot_code, group.best_before, command.at
            )
            if group.lot_code
            else None,
            serials=serials,
        )
        for group, (pieces, serials) in _groups(session, receipt.id).items()
    ]


def _groups(session: Session, receipt_id: int) -> dict[Group, tuple[int, tuple[str, ...]]]:
    found: dict[Group, tuple[int, tuple[str, ...]]] = defaultdict(lambda: (0, ()))
    counts = session.scalars(
        sa.select(ReceiptCount)
        .where(ReceiptCount.receipt_id == receipt_id, ReceiptCount.undone_at.is_(None))
        .order_by(ReceiptCount.sku_id, ReceiptCount.id)
    )
    for count in counts:
        group = Group(
            sku_id=count.sku_id,
            is_faulty=count.fault is not None,
            lot_code=count.lot_code,
            best_before=count.best_before,
        )
        pieces, serials = found[group]
        found[group] = (
            pieces + count.pieces,
            (*serials, count.serial) if count.serial else serials,
        )
    return found

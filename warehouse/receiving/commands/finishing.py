"""The end of counting: the paper in two copies, and counting again where it does not agree."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation, StaleScreen
from warehouse.people import trail
from warehouse.receiving.commands.counting import counting
from warehouse.receiving.commands.receipts import receipt_by_id, require_alone, void_papers
from warehouse.receiving.commands.setting_down import open_hands
from warehouse.receiving.commands.tallying import (
    is_of_another_day,
    line_of,
    require_another,
    take_off,
    unfit_counts,
)
from warehouse.receiving.models import Receipt, ReceiptState
from warehouse.receiving.papers import print_receipt
from warehouse.receiving.queries import due_again, rows_of
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import say

AGAIN_NOTE = say("counted again")


@dataclass(frozen=True, kw_only=True)
class FinishCount(Command):
    """All there is of the delivery is counted; of these SKUs, to be counted anew, none is there."""

    receipt_id: int
    none_there: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CountAgain(Command):
    """What was counted does not agree with goods or paper: it goes on being counted."""

    receipt_id: int


def finish_count(session: Session, command: FinishCount) -> Outcome:
    """Ask for the receipt on paper, in two copies; somebody else compares and confirms.

    Goods to be counted anew of which none is there stay on it as a line with 0 pieces.

    Raises:
        StaleScreen: the receipt is not counted any more.
        RuleViolation: nothing is counted, of some pieces it is not told yet what they are, or goods
            to be counted anew were not, nor said by somebody else not to be there.
    """
    receipt = counting(session, command.receipt_id)
    rows = rows_of(session, receipt.id)
    if not any(row.counted for row in rows):
        raise RuleViolation(say("Nothing is counted yet. The desk can cancel the receipt."))
    _require_all_told(session, receipt.id)
    gone = _gone(session, command, receipt)
    for sku_id in gone:
        line_of(session, receipt.id, sku_id)
    receipt.state = ReceiptState.COUNTED
    receipt.counted_at, receipt.counted_by = command.at, command.actor.person_id
    session.flush()
    print_receipt(session, command, receipt)
    if gone:
        trail.record(
            session, command, "receipt", receipt.id, "none_there", goods=", ".join(gone.values())
        )
    short = sum(-row.difference for row in rows if row.difference < 0)
    trail.record(
        session, command, "receipt", receipt.id, "counted",
        pieces=sum(row.counted for row in rows), short=short,
        faulty=sum(row.faulty for row in rows),
    )  # fmt: skip
    return Outcome(
        screen=ReceiveScreen.START,
        message=say("{number} is counted. Somebody else compares it with its paper and confirms.",
                    number=receipt.number),
        is_step_done=True,
    )  # fmt: skip


def count_again(session: Session, command: CountAgain) -> Outcome:
    """Open the counting once more; the papers printed so far hold no more.

    Pieces whose SKU has lots or numbers only since they were scanned are to be scanned again.

    Raises:
        StaleScreen: the receipt does not wait to be confirmed.
        RuleViolation: another delivery of the same order is being counted just now.
    """
    receipt = receipt_by_id(session, command.receipt_id)
    if receipt.state is not ReceiptState.COUNTED or receipt.corrects_id is not None:
        raise StaleScreen
    require_alone(session, receipt)
    receipt.state, receipt.counted_at, receipt.counted_by = ReceiptState.COUNTING, None, None
    void_papers(session, command, receipt, AGAIN_NOTE.msgid)
    text = say("Counting goes on. The papers printed before hold no more.")
    for count, sku in unfit_counts(session, receipt.id):
        count.undone_at = command.at
        take_off(session, count)
        text = say("Scan all pieces of {sku} again: they are kept in another way now.",
                   sku=sku.code)  # fmt: skip
        if is_of_another_day(count, sku):
            text = say("Scan all pieces of {sku}, lot {lot}, again: it has come with another"
                       " best-before.", sku=sku.code, lot=count.lot_code)  # fmt: skip
    session.flush()
    trail.record(session, command, "receipt", receipt.id, "count_again")
    return Outcome(
        screen=ReceiveScreen.COUNT,
        subject_id=receipt.id,
        message=text,
        tone=Tone.ATTENTION,
    )


def _gone(session: Session, command: FinishCount, receipt: Receipt) -> dict[int, str]:
    """Return SKU id → code of goods to be counted anew of which the actor says none is there."""
    gone = due_again(session, receipt.id)
    for sku_id, code in gone.items():
        if sku_id not in command.none_there:
            raise RuleViolation(
                say(
                    "{sku} was asked to be counted again: count it, or say that none is there.",
                    sku=code,
                )
            )
        require_another(session, command, receipt, sku_id, code)
    return gone


def _require_all_told(session: Session, receipt_id: int) -> None:
    for hand in open_hands(session, receipt_id):
        raise RuleViolation(
            say("{name} has pieces in hand of which it is not told yet what they are.",
                name=hand.name)
        )  # fmt: skip

"""Having goods of a receipt counted anew by somebody else, before it is booked."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, RuleViolation, StaleScreen
from warehouse.people import trail
from warehouse.receiving.commands.finishing import AGAIN_NOTE
from warehouse.receiving.commands.receipts import receipt_by_id, require_alone, void_papers
from warehouse.receiving.commands.tallying import take_off
from warehouse.receiving.models import (
    Receipt,
    ReceiptCount,
    ReceiptFocus,
    ReceiptRecount,
    ReceiptState,
)
from warehouse.receiving.queries import CountRow, rows_of
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class RecountGoods(Command):
    """What was counted of these SKUs is doubted: somebody else counts them anew. None: of all."""

    receipt_id: int
    reason: str
    sku_ids: tuple[int, ...] = ()


def recount_goods(session: Session, command: RecountGoods) -> Outcome:
    """Take back what was counted of the goods, whoever counted it, and open the counting for them.

    Whoever made one of these counts neither counts the goods again nor confirms the receipt. It is
    not finished before they are counted again, or somebody else says that none is there. What
    somebody has in hand of the goods is asked for no more. Papers printed so far hold no more.

    Raises:
        InvalidInput: no reason. StaleScreen: the receipt is booked or cancelled, or a correction.
        RuleViolation: nothing is counted of the goods, or another delivery of the same order is
            being counted just now.
    """
    reason = command.reason.strip()[:200]
    if not reason:
        raise InvalidInput(say("Say why."), field="reason")
    receipt = receipt_by_id(session, command.receipt_id)
    is_open = receipt.state in (ReceiptState.COUNTING, ReceiptState.COUNTED)
    if not is_open or receipt.corrects_id is not None:
        raise StaleScreen
    rows = [
        row
        for row in rows_of(session, receipt.id)
        if row.counted and (not command.sku_ids or row.sku_id in command.sku_ids)
    ]
    if not rows or len(rows) < len(set(command.sku_ids)):
        raise RuleViolation(say("Nothing is counted of it."))
    _open(session, command, receipt)
    _take_back(session, command, receipt, rows, reason)
    trail.record(
        session, command, "receipt", receipt.id, "recount", reason=reason, skus=len(rows),
        goods=", ".join(row.code for row in rows[:5]),
    )  # fmt: skip
    return Outcome(
        screen="receipt",
        subject_id=receipt.id,
        message=say("{count} SKUs are to be counted again, by somebody else.", count=len(rows)),
        tone=Tone.ATTENTION,
    )


def _open(session: Session, command: Command, receipt: Receipt) -> None:
    if receipt.state is ReceiptState.COUNTING:
        return
    require_alone(session, receipt)
    receipt.state, receipt.counted_at, receipt.counted_by = ReceiptState.COUNTING, None, None
    void_papers(session, command, receipt, AGAIN_NOTE.msgid)
    session.flush()


def _take_back(
    session: Session, command: Command, receipt: Receipt, rows: list[CountRow], reason: str
) -> None:
    skus = [row.sku_id for row in rows]
    counts = session.scalars(
        sa.select(ReceiptCount)
        .where(
            ReceiptCount.receipt_id == receipt.id,
            ReceiptCount.sku_id.in_(skus),
            ReceiptCount.undone_at.is_(None),
        )
        .order_by(ReceiptCount.id)
    ).all()
    for count in counts:
        count.undone_at = command.at
        take_off(session, count)
    session.add_all(
        ReceiptRecount(
            receipt_id=receipt.id,
            sku_id=row.sku_id,
            sound=row.sound,
            faulty=row.faulty,
            asked_by=command.actor.person_id,
            at=command.at,
            reason=reason,
        )
        for row in rows
    )
    for hand in session.scalars(
        sa.select(ReceiptFocus).where(
            ReceiptFocus.receipt_id == receipt.id, ReceiptFocus.sku_id.in_(skus)
        )
    ):
        hand.sku_id, hand.lot_code, hand.best_before, hand.asks = None, "", None, 0
    session.flush()

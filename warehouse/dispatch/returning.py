"""The label for goods that come back: where to, and whose they are, to be told by a scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Locale, Party, ReturnLabel
from printing.documents.text import code
from printing.errors import DocumentInvalid
from printing.models import PrintJob
from printing.queue import templates_for
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Order,
    OrderLine,
)
from warehouse.packing.models import Parcel
from warehouse.packing.papers import receiver_of, sender_of
from warehouse.people import trail
from warehouse.printers.asking import ask_for
from warehouse.settings import SiteSettings, load_settings
from warehouse.text import say

LONGEST_CODE = 32  # of what the label's symbol may say


@dataclass(frozen=True, kw_only=True)
class PrintReturnLabel(Command):
    """The order's goods are to come back: a label for it; again with a reason."""

    order_id: int
    reason: str = ""


def print_return_label(session: Session, command: PrintReturnLabel) -> Outcome:
    """Ask for the label of an order that has left.

    Raises:
        NotFound: no such order. InvalidInput: a repeated one without a reason.
        RuleViolation: the order has not left, nobody said where goods come back to, or the label
            before still waits in the queue.
    """
    order = session.get(Order, command.order_id, with_for_update=True, populate_existing=True)
    if order is None:
        raise NotFound(say("order"), command.order_id)
    job_id = ask_for(
        session, command, ReturnLabel.kind, lambda: return_label(session, order, command.zone),
        subject=_subject(order.id), reason=command.reason, part=order.id,
    )  # fmt: skip
    trail.record(session, command, "order", order.id, "return_printed", reason=command.reason[:200])
    return Outcome(
        screen="order",
        subject_id=order.id,
        message=say("The return label of order {order_no} is on its way.", order_no=order.order_no),
        facts={"print_job": job_id},
    )


def return_label(session: Session, order: Order, zone: tzinfo) -> ReturnLabel:
    """Return the label: the returns desk in full, the buyer, how long goods are taken back.

    Its symbol says the order's number; one that no symbol can say, the consignment's. Days are the
    site's, in `zone`.

    Raises:
        RuleViolation: the order has not left, or nobody said where goods come back to.
    """
    consignment = session.get(Consignment, order.consignment_id) if order.consignment_id else None
    if consignment is None or consignment.state is not ConsignmentState.DISPATCHED:
        raise RuleViolation(
            say("Order {order_no} has not left: nothing of it can come back.",
                order_no=order.order_no)
        )  # fmt: skip
    site = load_settings(session)
    receiver = returns_desk(site)
    if not receiver.detail:
        raise RuleViolation(say("The site has no address for returns yet."))
    return ReturnLabel(
        locale=Locale(site.paper_locale),
        return_no=_said_by_symbol(order.order_no, consignment.number),
        receiver=receiver,
        sender=receiver_of(order),
        order_no=order.order_no,
        until=_until(session, consignment.id, site.return_days, zone),
        pieces=_pieces(session, order.id),
        templates=templates_for(session, ReturnLabel.kind, shop_id=order.shop_id),
    )


def returns_desk(site: SiteSettings) -> Party:
    """Return where goods come back to: the returns desk, for what is not said of it the sender."""
    sender = sender_of(site)
    return Party(
        name=site.return_name or sender.name,
        phone=site.return_phone or sender.phone,
        detail=site.return_address or sender.detail,
        is_business=True,
    )


def return_labels_asked(session: Session, order_ids: list[int]) -> set[int]:
    """Return which of these orders had a return label before."""
    subjects = {_subject(order_id): order_id for order_id in order_ids}
    asked = session.scalars(
        sa.select(PrintJob.subject)
        .where(PrintJob.document_kind == ReturnLabel.kind, PrintJob.subject.in_(subjects))
        .distinct()
    )
    return {subjects[subject] for subject in asked}


def _subject(order_id: int) -> str:
    return f"order:{order_id}"


def _said_by_symbol(order_no: str, consignment_no: str) -> str:
    try:
        return code("return_no", order_no, limit=LONGEST_CODE)
    except DocumentInvalid:
        return consignment_no


def _until(session: Session, consignment_id: int, days: int, zone: tzinfo) -> str:
    left_at = session.scalar(
        sa.select(sa.func.max(Parcel.dispatched_at)).where(Parcel.consignment_id == consignment_id)
    )
    if not days or left_at is None:
        return ""
    return (left_at.astimezone(zone).date() + timedelta(days=days)).isoformat()


def _pieces(session: Session, order_id: int) -> int:
    found = session.scalar(
        sa.select(sa.func.sum(ConsignmentLine.dispatched))
        .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
        .where(OrderLine.order_id == order_id)
    )
    return int(found or 0)

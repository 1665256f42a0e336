"""The purchase order on paper: as it stands when somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from printing.documents import Locale
from printing.documents import PurchaseLine as PaperLine
from printing.documents import PurchaseOrder as Paper
from printing.queue import enqueue, void
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.receiving.desk import lines_of_purchase
from warehouse.receiving.models import PurchaseOrder, Supplier
from warehouse.settings import load_settings
from warehouse.text import say

# As kept of papers that hold no more.
DRAFT_NOTE = say("draft")
CLOSED_NOTE = say("closed")
STAMP = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, kw_only=True)
class PrintPurchase(Command):
    """The order is wanted on paper, for the supplier or the file."""

    purchase_id: int


def print_purchase(session: Session, command: PrintPurchase) -> Outcome:
    """Ask for the order on paper; a draft of it that still waits to be printed holds no more.

    Raises:
        NotFound: there is no such order. RuleViolation: it has no line.
    """
    order = session.get(PurchaseOrder, command.purchase_id, with_for_update=True,
                        populate_existing=True)  # fmt: skip
    if order is None:
        raise NotFound(say("purchase order"), command.purchase_id)
    paper = purchase_paper(session, order, command.at, command.zone)
    subject = f"purchase:{order.id}"
    if not _is_draft(order):
        void_drafts(session, command, order)
    enqueue(
        session,
        paper,
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"{subject}:draft" if _is_draft(order) else subject,
        part=next_number(session, f"purchase-order-{order.id}"),
    )
    trail.record(session, command, "purchase", order.id, "order_printed")
    return Outcome(
        screen="purchase",
        subject_id=order.id,
        message=say("{number} is on its way to the printer.", number=order.number),
    )


def void_drafts(session: Session, command: Command, order: PurchaseOrder) -> None:
    """Let no draft of the order leave any more that says what holds no longer."""
    void(
        session,
        [f"purchase:{order.id}:draft"],
        kind=Paper.kind,
        person_id=command.actor.person_id,
        at=command.at,
        reason=DRAFT_NOTE.msgid,
    )


def void_papers(session: Session, command: Command, order: PurchaseOrder) -> None:
    """Let nothing of an order leave any more of which nothing is expected."""
    void_drafts(session, command, order)
    void(
        session,
        [f"purchase:{order.id}"],
        kind=Paper.kind,
        person_id=command.actor.person_id,
        at=command.at,
        reason=CLOSED_NOTE.msgid,
    )


def _is_draft(order: PurchaseOrder) -> bool:
    """Tell whether nothing was ordered by it: one that was closed before that never will be."""
    return order.ordered_at is None


def purchase_paper(session: Session, order: PurchaseOrder, at: datetime, zone: tzinfo) -> Paper:
    """Return the order as paper, in the language of the site's papers.

    Raises:
        RuleViolation: it has no line.
    """
    lines = lines_of_purchase(session, order.id)
    if not lines:
        raise RuleViolation(say("{number} has no lines.", number=order.number))
    site = load_settings(session)
    supplier = session.get_one(Supplier, order.supplier_id)
    return Paper(
        locale=Locale(site.paper_locale),
        order_no=order.number,
        supplier=supplier.name,
        supplier_code=supplier.code,
        contact=supplier.contact,
        buyer=site.site_name,
        address=site.sender_address,
        phone=site.sender_phone,
        ordered_on=(order.ordered_at or order.created_at).astimezone(zone).date().isoformat(),
        expected_on=order.expected_on.isoformat() if order.expected_on else "",
        terms=supplier.terms,
        lines=tuple(
            PaperLine(
                sku_code=line.code,
                name=line.name,
                properties=line.properties,
                pieces=line.pieces,
                price=_yuan(line.price_fen),
                worth=_yuan(line.price_fen * line.pieces),
                expected_on=line.expected_on.isoformat() if line.expected_on else "",
            )
            for line in lines
        ),
        total=_yuan(sum(line.price_fen * line.pieces for line in lines)),
        note=order.note,
        is_draft=_is_draft(order),
        printed_at=at.astimezone(zone).strftime(STAMP),
    )


def _yuan(fen: int) -> str:
    """Return money as it stands on paper; nothing where no price was agreed."""
    return f"¥{fen / 100:,.2f}" if fen else ""

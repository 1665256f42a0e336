"""The packing slip of a parcel, and a copy of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Item, Locale, PackingSlip, Party
from printing.documents.text import NAME_CHARS, clean
from printing.models import PrintJob
from printing.queue import templates_for
from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.orders.models import Consignment, Order
from warehouse.orders.queries import orders_of
from warehouse.packing.models import Parcel, ParcelLine
from warehouse.packing.queries import serials_in_parcel
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.printers.asking import ask_again
from warehouse.settings import SiteSettings, load_settings
from warehouse.text import say

# As kept of papers that tell what lay in a parcel before.
PACKED_OTHERWISE_NOTE = say("packed otherwise")


@dataclass(frozen=True, kw_only=True)
class RepeatSlip(Command):
    """The parcel's packing slip is spoilt or lost: once more, marked as a copy."""

    parcel_id: int
    reason: str


def repeat_slip(session: Session, command: RepeatSlip) -> Outcome:
    """Ask for a copy of the slip that came with the parcel's last closing.

    Raises:
        NotFound: no such parcel. ReasonWanted: nobody says why.
        RuleViolation: it never had a slip, the slip still waits in the queue, tells of other goods
            than are packed, or its names were removed.
    """
    parcel = session.get(Parcel, command.parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None:
        raise NotFound(say("parcel"), command.parcel_id)
    last = session.scalar(
        sa.select(PrintJob.id)
        .where(PrintJob.document_kind == PackingSlip.kind)
        .where(PrintJob.subject == f"parcel:{parcel.id}")
        .order_by(PrintJob.part.desc(), PrintJob.copy_no.desc())
        .limit(1)
    )
    if last is None:
        raise RuleViolation(say("Parcel {number} has no packing slip.", number=parcel.number))
    job_id = ask_again(session, command, last, command.reason)
    trail.record(
        session, command, "parcel", parcel.id, "slip_reprinted", reason=command.reason[:200]
    )
    return Outcome(
        screen="parcel",
        subject_id=parcel.id,
        message=say("A copy of the packing slip of {number} is on its way.", number=parcel.number),
        facts={"print_job": job_id},
    )


def receiver_of(order: Order) -> Party:
    """Return the order's receiver in full; the renderer masks it."""
    return Party(
        name=clean(order.receiver_name, NAME_CHARS) or "-",
        phone=order.receiver_phone,
        province=order.receiver_province,
        city=order.receiver_city,
        district=order.receiver_district,
        town=order.receiver_town,
        detail=order.receiver_detail,
    )


def sender_of(settings: SiteSettings) -> Party:
    """Return the site as sender; a business is printed in full."""
    return Party(
        name=settings.sender_name or settings.site_name,
        phone=settings.sender_phone,
        detail=settings.sender_address,
        is_business=True,
    )


def items_of(session: Session, parcel_id: int) -> tuple[Item, ...]:
    """Return what lies in the parcel, by SKU code."""
    rows = session.execute(
        sa.select(Sku.id, Sku.code, Sku.name, Sku.properties, sa.func.sum(ParcelLine.pieces))
        .join(Sku, Sku.id == ParcelLine.sku_id)
        .where(ParcelLine.parcel_id == parcel_id, ParcelLine.pieces > 0)
        .group_by(Sku.id, Sku.code, Sku.name, Sku.properties)
        .order_by(Sku.code)
    )
    numbers = serials_in_parcel(session, parcel_id)
    return tuple(
        Item(
            code=code,
            name=name,
            properties=properties,
            pieces=int(pieces),
            serials=", ".join(numbers.get(sku_id, ())),
        )
        for sku_id, code, name, properties, pieces in rows
    )


def packing_slip(session: Session, parcel: Parcel, parcel_count: int, zone: tzinfo) -> PackingSlip:
    """Return the slip of a parcel, one of `parcel_count` of its consignment.

    The day of the order is the one in `zone`, the site's.
    """
    orders = orders_of(session, parcel.consignment_id)
    consignment = session.get_one(Consignment, parcel.consignment_id)
    first = orders[0]
    return PackingSlip(
        locale=Locale(load_settings(session).paper_locale),
        parcel_no=parcel.number,
        order_numbers=tuple(o.order_no for o in orders),
        receiver=receiver_of(first),
        items=items_of(session, parcel.id),
        shop=first.shop.name,
        ordered_on=first.created_at.astimezone(zone).date().isoformat(),
        parcel_index=parcel.sequence,
        parcel_count=parcel_count,
        buyer_note=" / ".join(o.buyer_message for o in orders if o.buyer_message),
        packed_by=_name(session, parcel.packer_id),
        checked_by=_name(session, consignment.checked_by),
        templates=templates_for(session, PackingSlip.kind, shop_id=first.shop_id),
    )


def _name(session: Session, person_id: int | None) -> str:
    if person_id is None:
        return ""
    return session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""

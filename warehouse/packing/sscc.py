"""Parcels as logistic units: the number GS1 lets the house give, and the label that bears it.

A parcel gets its number with its first label and keeps it: opened, closed and labelled again it is
the same unit. Numbers are never given twice, whatever becomes of the parcel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import gs1
from printing.documents import CartonLabel, Locale, LogisticFact
from printing.documents.text import NOTE_CHARS, clean
from printing.models import PrintJob
from printing.queue import void
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Barcode, BarcodeKind
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.numbers import following_number, next_number
from warehouse.orders.models import Consignment, Order
from warehouse.orders.queries import orders_of
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.packing.papers import PACKED_OTHERWISE_NOTE, items_of, receiver_of, sender_of
from warehouse.people import trail
from warehouse.printers.asking import ask_for
from warehouse.settings import SiteSettings, load_settings
from warehouse.text import say

CLOSED = (
    ParcelState.SEALED,
    ParcelState.WEIGHED,
    ParcelState.LABELLED,
    ParcelState.MATCHED,
    ParcelState.DISPATCHED,
)
NO_PREFIX = say("The site has no company prefix of GS1 yet.")
KILOGRAMS = "3303"  # gross weight, three places after the point: grams
MOST_GRAMS = 999_999
# Numbers anybody may give within his own walls: outside they name nothing.
WITHIN_A_HOUSE = ("2", "02", "04")
_POSTCODE = re.compile(r"[0-9A-Za-z-]{3,20}", re.ASCII)
_ORDER_NO = re.compile(r"[0-9A-Za-z./_-]{1,30}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class PrintCartonLabel(Command):
    """The parcel's logistic label; after the first of its closing, once more with a reason."""

    parcel_id: int
    reason: str = ""


def print_carton_label(session: Session, command: PrintCartonLabel) -> Outcome:
    """Ask for the label; the parcel gets its number with the first.

    Raises:
        NotFound: no such parcel. InvalidInput: a repeated one without a reason.
        RuleViolation: no company prefix, no number left, the parcel is open or put aside, or the
            label before still waits in the queue.
    """
    parcel = session.get(Parcel, command.parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None:
        raise NotFound(say("parcel"), command.parcel_id)
    if parcel.state not in CLOSED:
        raise RuleViolation(
            say("Parcel {number} is open or was put aside: it gets no carton label.",
                number=parcel.number)
        )  # fmt: skip
    job_id = ask_for_label(session, command, parcel, load_settings(session), reason=command.reason)
    return Outcome(
        screen="parcel",
        subject_id=parcel.id,
        message=say("The carton label {sscc} is on its way.", sscc=parcel.sscc),
        facts={"sscc": parcel.sscc, "print_job": job_id},
    )


def ask_for_label(
    session: Session, command: Command, parcel: Parcel, site: SiteSettings, *, reason: str = ""
) -> int:
    """Give the parcel its number if it has none, ask for the label of this closing; return its job.

    Raises:
        InvalidInput: a repeated one without a reason. RuleViolation: there is no number to give, or
            the label before still waits in the queue.
    """
    if parcel.sscc is None:
        parcel.sscc = _next_sscc(session, site)
        session.flush()
        trail.record(session, command, "parcel", parcel.id, "sscc_given", sscc=parcel.sscc)
    sscc = parcel.sscc
    job_id = ask_for(
        session, command, CartonLabel.kind, lambda: carton_label(session, parcel, sscc, site),
        subject=_subject(parcel), reason=reason, part=_part(session, parcel),
    )  # fmt: skip
    trail.record(session, command, "parcel", parcel.id, "carton_printed", reason=reason[:200])
    return job_id


def has_label(session: Session, parcel: Parcel) -> bool:
    """Tell whether a label was asked for since the parcel was closed last."""
    asked = sa.exists().where(
        PrintJob.document_kind == CartonLabel.kind,
        PrintJob.subject == _subject(parcel),
        PrintJob.part == _part(session, parcel),
    )
    return bool(session.scalar(sa.select(asked)))


def void_miscounted(session: Session, command: Command, parcels: Sequence[Parcel]) -> None:
    """Let no label of a consignment's parcels stand that says another number of cartons."""
    rows = session.execute(
        sa.select(PrintJob.subject, PrintJob.facts).where(
            PrintJob.document_kind == CartonLabel.kind,
            PrintJob.subject.in_([_subject(parcel) for parcel in parcels]),
            PrintJob.void_reason == "",
        )
    ).all()
    told = {subject for subject, facts in rows if facts.get("carton_count") != len(parcels)}
    if told:
        void(
            session, sorted(told), kind=CartonLabel.kind, person_id=command.actor.person_id,
            at=command.at, reason=PACKED_OTHERWISE_NOTE.msgid,
        )  # fmt: skip


def following_sscc(session: Session, site: SiteSettings) -> str:
    """Return the number the next parcel would get, "" without a prefix or a number left."""
    prefix = site.gs1_company_prefix
    if not prefix:
        return ""
    counted = following_number(session, _counter(prefix), least=site.sscc_first)
    serial = _not_given(session, prefix, counted)
    return _sscc(prefix, serial) if serial <= last_serial(prefix) else ""


def last_serial(prefix: str) -> int:
    """Return the largest serial reference beside this prefix, the extension digit its first."""
    return int("9" * (gs1.SSCC_DIGITS - 1 - len(prefix)))


def _next_sscc(session: Session, site: SiteSettings) -> str:
    prefix = site.gs1_company_prefix
    if not prefix:
        raise RuleViolation(NO_PREFIX)
    counted = next_number(session, _counter(prefix), least=site.sscc_first)
    serial = _not_given(session, prefix, counted)
    if serial > last_serial(prefix):
        raise RuleViolation(say("All numbers of the company prefix {prefix} are given.",
                                prefix=prefix))  # fmt: skip
    if serial > counted:
        next_number(session, _counter(prefix), least=serial)
    return _sscc(prefix, serial)


def _not_given(session: Session, prefix: str, serial: int) -> int:
    """Return the first serial from this one on that no parcel bears.

    A prefix corrected by a digit makes numbers the wrong one has made before: 6901234 and 69012340.
    """
    while serial <= last_serial(prefix):
        number = _sscc(prefix, serial)
        of_extension = Parcel.sscc.between(
            number, number[: 1 + len(prefix)].ljust(gs1.SSCC_DIGITS, "9")
        )
        if session.scalar(sa.select(Parcel.id).where(Parcel.sscc == number)) is None:
            break
        highest = session.scalar(sa.select(sa.func.max(Parcel.sscc)).where(of_extension)) or number
        serial = int(highest[0] + highest[1 + len(prefix) : -1]) + 1
    return serial


def _subject(parcel: Parcel) -> str:
    return f"parcel:{parcel.id}"


def _part(session: Session, parcel: Parcel) -> int:
    """Return the number of the label that tells what the parcel is now: one that is void does not.

    It is the first of its closing, or one further on where the label before holds no more.
    """
    last = session.execute(
        sa.select(PrintJob.part, PrintJob.void_reason)
        .where(PrintJob.document_kind == CartonLabel.kind, PrintJob.subject == _subject(parcel))
        .order_by(PrintJob.part.desc(), PrintJob.id.desc())
        .limit(1)
    ).first()
    following = 1 if last is None else last.part + bool(last.void_reason)
    return max(parcel.seals, following)


def _counter(prefix: str) -> str:
    return f"sscc-{prefix}"


def _sscc(prefix: str, serial: int) -> str:
    extension, rest = divmod(serial, 10 ** (gs1.SSCC_DIGITS - 2 - len(prefix)))
    return gs1.sscc(prefix, rest, extension=extension)


def carton_label(session: Session, parcel: Parcel, sscc: str, site: SiteSettings) -> CartonLabel:
    """Return the logistic label of a parcel: who sends it to whom, what is in it, what it weighs.

    Goods of one kind with a GTIN are named by it and counted; else the order tells what it is.
    """
    orders = orders_of(session, parcel.consignment_id)
    consignment = session.get_one(Consignment, parcel.consignment_id)
    carrier = session.get(Carrier, consignment.carrier_id) if consignment.carrier_id else None
    items = items_of(session, parcel.id)
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(Parcel)
        .where(Parcel.consignment_id == parcel.consignment_id)
    )
    return CartonLabel(
        locale=Locale(site.paper_locale),
        sscc=sscc,
        sender=sender_of(site),
        receiver=receiver_of(orders[0]),
        facts=tuple(_facts(session, parcel, orders[0])),
        carrier=carrier.name if carrier else "",
        contents=clean(", ".join(f"{i.pieces} × {i.name}" for i in items), NOTE_CHARS),
        carton_index=parcel.sequence,
        carton_count=max(count or 1, parcel.sequence),
    )


def _facts(session: Session, parcel: Parcel, order: Order) -> list[LogisticFact]:
    found = _goods(session, parcel.id)
    if _ORDER_NO.fullmatch(order.order_no):
        found.append(LogisticFact(ai="400", value=order.order_no))
    if _POSTCODE.fullmatch(order.receiver_zip):
        found.append(LogisticFact(ai="420", value=order.receiver_zip))
    if parcel.gross_g and parcel.gross_g <= MOST_GRAMS:
        found.append(LogisticFact(ai=KILOGRAMS, value=f"{parcel.gross_g:06d}"))
    return found


def _goods(session: Session, parcel_id: int) -> list[LogisticFact]:
    """Return GTIN and pieces of a parcel that holds one SKU with a GTIN, else nothing."""
    rows = session.execute(
        sa.select(ParcelLine.sku_id, sa.func.sum(ParcelLine.pieces).label("pieces"))
        .where(ParcelLine.parcel_id == parcel_id, ParcelLine.pieces > 0)
        .group_by(ParcelLine.sku_id)
    ).all()
    if len(rows) != 1:
        return []
    codes = session.scalars(
        sa.select(Barcode.code)
        .where(
            Barcode.sku_id == rows[0].sku_id,
            Barcode.kind == BarcodeKind.EAN,
            Barcode.pieces == 1,
        )
        .order_by(Barcode.code)
    )
    for code in codes:
        if gs1.is_ean(code) and not code.startswith(WITHIN_A_HOUSE):
            return [
                LogisticFact(ai="02", value=gs1.gtin14(code)),
                LogisticFact(ai="37", value=str(int(rows[0].pieces))),
            ]
    return []

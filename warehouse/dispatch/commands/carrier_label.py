"""A label the carrier has drawn itself, handed in with its number: kept, printed as it came."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from printing.documents import Locale, ReadyFormat, ReadyLabel
from printing.errors import DocumentInvalid
from printing.media import SUITABLE
from printing.queue import enqueue, keep_ready
from warehouse.catalog.models import Station
from warehouse.commands import Command, Outcome
from warehouse.dispatch.commands.given_number import take_given_number
from warehouse.dispatch.commands.label import READY_KIND, is_ready_for_label, set_matched
from warehouse.errors import InvalidInput, RuleViolation, UnknownName
from warehouse.numbers import next_number
from warehouse.orders.queries import consignment_by_id
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.weighing.commands import lock_parcel

STOCKS = SUITABLE[READY_KIND]
UNFIT = say(
    "This file is no label for this paper: one label as PDF no larger than it, as PNG of exactly"
    " its dots, as ZPL or a platform's document."
)


@dataclass(frozen=True, kw_only=True)
class TakeCarrierLabel(Command):
    """Put the carrier's own label on a parcel that lacks nothing else; `station_id` prints it.

    The edge has opened the file before and says its `form`: that is too slow for a transaction.
    """

    parcel_id: int
    number: str
    media: str
    content: bytes
    form: ReadyFormat
    station_id: int


def take_carrier_label(session: Session, command: TakeCarrierLabel) -> Outcome:
    """Take number and label; the label comes out at the station and is scanned like ours.

    Raises:
        RuleViolation: the parcel takes no label now. InvalidInput: no label is made for this paper.
        UnknownBarcode, WrongScan, WrongWaybill: the number is none, or another's.
    """
    parcel = lock_parcel(session, command.parcel_id)
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    if not is_ready_for_label(parcel, consignment):
        raise RuleViolation(say("Parcel {number} takes no label now.", number=parcel.number))
    if session.get(Station, command.station_id) is None:
        raise UnknownName(say("There is no station like this."), field="station")
    carrier = take_given_number(session, command, parcel, consignment, command.number)
    enqueue(
        session,
        _kept(session, command, carrier.name),
        station_id=command.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"parcel:{parcel.id}",
        # The platform gives an order the same number again when its goods were put aside.
        part=next_number(session, f"{READY_KIND}-{command.number}"),
    )
    if not consignment.is_label_match_required:
        set_matched(session, command, parcel)
    trail.record(
        session, command, "parcel", parcel.id, "carrier_label_taken", waybill=command.number
    )
    return Outcome(
        screen="parcel",
        subject_id=parcel.id,
        message=say(
            "Label {number} for parcel {parcel}.", number=command.number, parcel=parcel.number
        ),
    )


def _kept(session: Session, command: TakeCarrierLabel, carrier: str) -> ReadyLabel:
    if command.media not in STOCKS:
        raise InvalidInput(UNFIT, field="media")
    try:
        return keep_ready(
            session,
            command.content,
            command.form,
            waybill_no=command.number,
            carrier=carrier,
            stock=command.media,
            at=command.at,
            locale=Locale(load_settings(session).paper_locale),
        )
    except DocumentInvalid as error:
        raise InvalidInput(UNFIT, field="file") from error

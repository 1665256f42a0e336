"""How what the program has noted down reads: fields, printers' troubles, reasons kept as words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from printing.errors import AddressFault, AddressRefused
from warehouse.dispatch.commands.weighing_anew import TAKEN_BACK_NOTE
from warehouse.money import yuan
from warehouse.orders.commands.importing.stops import (
    LOST_ROWS_NOTE,
    MENDED_NOTE,
    NEW_ADDRESS_NOTE,
    NEW_GOODS_NOTE,
    NEW_PIECES_NOTE,
)
from warehouse.orders.models import LineState, ShopState
from warehouse.packing.papers import PACKED_OTHERWISE_NOTE
from warehouse.receiving.commands.finishing import AGAIN_NOTE
from warehouse.receiving.order_papers import CLOSED_NOTE, DRAFT_NOTE
from warehouse.stopping.commands import SET_ASIDE_NOTE
from warehouse.text import Text, say
from warehouse.web.words import word
from warehouse.weighing.commands import WEIGHT_NOTE

LINE = "line "
INCH = "in"
ROLL = "receipt"

# Fields by their column: of orders and their lines, of printers, couriers and people.
FIELDS: Mapping[str, Text] = {
    "shop_state": say("State at the shop"),
    "shop_state_text": say("State at the shop"),
    "buyer": say("Buyer"),
    "buyer_message": say("Buyer's message"),
    "seller_memo": say("Our memo"),
    "seller_flag": say("Flag"),
    "receiver_name": say("Full name"),
    "receiver_phone": say("Phone"),
    "receiver_province": say("Province"),
    "receiver_city": say("City"),
    "receiver_district": say("District"),
    "receiver_town": say("Town"),
    "receiver_detail": say("Street"),
    "receiver_zip": say("Postcode"),
    "receiver_token": say("Address token"),
    "receiver_token_kind": say("Address token"),
    "is_masked": say("Receiver hidden"),
    "carrier_wish": say("Courier"),
    "payment_fen": say("Paid"),
    "postage_fen": say("Postage"),
    "paid_at": say("Paid at"),
    "promise_at": say("Promise"),
    "title": say("Title"),
    "properties": say("Properties"),
    "seller_code": say("Code at the shop"),
    "pieces": say("Pieces"),
    "bin_code": say("Bin"),
    "lot": say("Lot"),
    "counted_at": say("Counted at"),
    "serials": say("Serial numbers"),
    "counted_by": say("Counter"),
    "sheet": say("Sheet"),
    "price_fen": say("Price"),
    "state": say("State"),
    "is_service": say("service"),
    "name": say("Name"),
    "kind": say("Kind"),
    "address": say("Address"),
    "media": say("Loaded media"),
    "dpi": say("Head"),
    "width_dots": say("Width in dots"),
    "darkness": say("Darkness"),
    "offset_x": say("Move right by dots"),
    "offset_y": say("Move down by dots"),
    "is_mute": say("Never answers"),
    "number_pattern": say("Numbers look like"),
    "aliases": say("Also called"),
    "is_active": say("In use"),
    "contact": say("Contact"),
    "lead_days": say("Lead time in days"),
    "terms": say("Terms of payment"),
    "login": say("Login"),
    "locale": say("Language"),
    "roles": say("Roles"),
}
# Parts of an address the audit misses, as it notes them.
ADDRESS_PARTS: Mapping[str, str] = {
    "province": "receiver_province",
    "city": "receiver_city",
    "detail": "receiver_detail",
    "name": "receiver_name",
    "phone": "receiver_phone",
}
# What a paper is about, by the kind of its subject.
SUBJECTS: Mapping[str, Text] = {
    "parcel": say("parcel"),
    "wave": say("wave"),
    "handover": say("handover"),
    "receipt": say("receipt"),
    "count": say("count"),
    "exchange": say("exchange"),
    "order": say("order"),
    "day": say("day"),
    "station": say("station"),
}
# Notes the program keeps as these words, where a person would have typed a reason.
OWN_NOTES = (
    say("looked at the marks"),
    AGAIN_NOTE,
    CLOSED_NOTE,
    DRAFT_NOTE,
    LOST_ROWS_NOTE,
    MENDED_NOTE,
    NEW_ADDRESS_NOTE,
    NEW_GOODS_NOTE,
    NEW_PIECES_NOTE,
    PACKED_OTHERWISE_NOTE,
    SET_ASIDE_NOTE,
    TAKEN_BACK_NOTE,
    WEIGHT_NOTE,
    say("lost"),
    say("unreadable"),
    say("torn"),
    say("checked by hand"),
    say("other packing"),
    say("wrong weight of the goods"),
    say("weight"),  # as sites of before have kept it
    say("wave taken back"),
    say("read"),
    say("names and addresses removed"),
    say("next in its lane"),
    say("came out"),
    say("came out spoiled"),
    say("not wanted at the bench"),
    say("fetched"),
    say("did not come out"),
    say("released"),
)
COPIED = re.compile(r"copy (?P<copy>\d+): (?P<why>.+)", re.DOTALL)
_OWN = frozenset(note.msgid for note in OWN_NOTES)


def field_word(name: str) -> Text:
    """Return how a field reads; that of an order's line with the line's number."""
    if name.startswith(LINE):
        line, _, column = name.removeprefix(LINE).partition(": ")
        if not column:
            return say("line {line}", line=line)
        return say("line {line}: {field}", line=line, field=field_word(column))
    return FIELDS.get(name) or say("{text}", text=name)


def value_text(name: str, value: str) -> Text | str:
    """Return how the value of a field reads that is kept as plain text."""
    column = name.rpartition(": ")[2]
    if column == "shop_state" and value in set(ShopState):
        return word(ShopState(value))
    if column == "state" and value in set(LineState):
        return word(LineState(value))
    if value in ("True", "False"):
        return say("yes") if value == "True" else say("no")
    if column.endswith("_fen") and value.isdigit():
        return f"¥{yuan(int(value))}"
    return value


def address_fault(error: AddressRefused) -> Text:
    """Return what is wrong with a printer's address."""
    named = error.named
    match error.fault:
        case AddressFault.PORT:
            return say("port {named} is none that printers listen on", named=named)
        case AddressFault.NETWORK:
            return say("{named} lies outside the networks printers may be in", named=named)
        case AddressFault.FOLDER:
            return say("{named} is not below a folder printers may write to", named=named)
        case AddressFault.DEVICE:
            return say("{named} is no device printers may be at", named=named)
        case AddressFault.RELATIVE:
            return say("a folder printer needs the whole path, from / on")
        case AddressFault.UNKNOWN:
            return say("{named} is not known on this network", named=named)
        case AddressFault.MALFORMED:
            return say("{named} is no address of a printer", named=named)


def kept(note: str | None) -> Text:
    """Return a kept note: the program's own in the reader's language, others as they were typed."""
    parts = (note or "").split(", ")
    if note and all(part in ADDRESS_PARTS for part in parts):
        return _missing([FIELDS[ADDRESS_PARTS[part]] for part in parts])
    if note in _OWN:
        return Text(note)
    if copied := COPIED.fullmatch(note or ""):
        return say("copy {copy}: {why}", copy=copied["copy"], why=kept(copied["why"]))
    return say("{text}", text=note or "")


def subject_word(subject: str) -> Text:
    """Return what a paper's subject ("parcel:17") is."""
    kind = subject.partition(":")[0]
    return SUBJECTS.get(kind) or say("{text}", text=subject)


def media_word(name: str) -> Text:
    """Return how the name of a stock of paper or labels reads, as "76x130" or "76x130@203"."""
    name, _, dpi = name.partition("@")
    if dpi and (name[:1].isdigit() or name.startswith(ROLL)):
        return say("{stock}, {dpi} dpi", stock=media_word(name), dpi=dpi)
    if name.startswith(ROLL):
        return say("receipt {width} mm", width=name.removeprefix(ROLL))
    if not name[:1].isdigit():
        return say("{text}", text=name)
    if name.endswith(INCH):
        return say("{size} in", size=name.removesuffix(INCH).replace("x", " × "))
    return say("{text}", text=f"{name.replace('x', ' × ')} mm")


def _missing(parts: list[Text]) -> Text:
    first, *rest = parts
    for part in rest:
        first = say("{some}, {more}", some=first, more=part)
    return first

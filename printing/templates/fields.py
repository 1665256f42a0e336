"""What each kind of label can say: field name → the words, masked where they name a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from printing.documents import (
    BinLabel,
    CartLabel,
    Document,
    Item,
    Party,
    ReturnLabel,
    SkuLabel,
    ToteLabel,
    Waybill,
)
from printing.errors import DoesNotFit
from printing.gs1 import is_ean
from printing.masking import mask_address, mask_name, mask_note, mask_phone
from printing.words import grams, labelled, word

Reader = Callable[[Any], str]

ARROWS = {"up": "▲", "down": "▼"}


def _words(english: str) -> Reader:
    return lambda document: word(document.locale, english)


def _labelled(english: str, name: str) -> Reader:
    return lambda document: _said(document, english, getattr(document, name))


def _said(document: Document, english: str, value: str) -> str:
    return labelled(document.locale, english, value) if value else ""


def _person(which: str) -> Mapping[str, Reader]:
    def of(say: Callable[[Party], str]) -> Reader:
        def read(document: Document) -> str:
            party: Party | None = getattr(document, which)
            return say(party) if party else ""

        return read

    return {
        f"{which}_name": of(_name),
        f"{which}_phone": of(_phone),
        f"{which}_line": of(lambda party: f"{_name(party)}   {_phone(party)}".rstrip()),
        f"{which}_region": of(lambda party: party.region),
        f"{which}_address": of(_address),
    }


def _name(party: Party) -> str:
    return party.name if party.is_business else mask_name(party.name)


def _phone(party: Party) -> str:
    return party.phone if party.is_business else mask_phone(party.phone)


def _address(party: Party) -> str:
    detail = party.detail if party.is_business else mask_address(party.detail)
    return " ".join(part for part in (party.region, detail) if part)


def _place(waybill: Waybill) -> str:
    """Return city and district: what a carrier without routing codes sorts by."""
    receiver = waybill.receiver
    parts = (receiver.city or receiver.province, receiver.district)
    return " ".join(part for part in parts if part)


def _copy_mark(document: Document) -> str:
    if document.copy_no == 1:
        return ""
    return f"{word(document.locale, 'COPY {n}', n=document.copy_no)}  {document.copied_at}".rstrip()


def _count(waybill: Waybill) -> str:
    if waybill.parcel_count == 1:
        return ""
    return word(waybill.locale, "Parcel {i} of {n}", i=waybill.parcel_index, n=waybill.parcel_count)


def _second_note(waybill: Waybill) -> str:
    """Return what stands under the service, where no copy's mark is needed."""
    return _count(waybill) or (waybill.carrier.hotline if waybill.service else "")


def _parcel_facts(waybill: Waybill) -> str:
    facts = [grams(waybill.weight_g), waybill.parcel_no]
    if waybill.copy_no > 1 and waybill.parcel_count > 1:
        facts.insert(0, f"{waybill.parcel_index}/{waybill.parcel_count}")
    return "   ".join(fact for fact in facts if fact)


def _remark(waybill: Waybill) -> str:
    if not waybill.remark:
        return ""
    return labelled(waybill.locale, "Remark", mask_note(waybill.remark))


def _orders(waybill: Waybill) -> str:
    if not waybill.order_numbers:
        return ""
    return labelled(waybill.locale, "Orders", ", ".join(waybill.order_numbers))


def _total_pieces(waybill: Waybill) -> str:
    pieces = sum(item.pieces for item in waybill.items)
    return word(waybill.locale, "{n} pieces", n=pieces) if pieces else ""


def _codes(label: SkuLabel) -> str:
    same = label.sku_code == label.content
    return label.content if same else f"{label.content}   {label.sku_code}"


def _run(document: Document) -> str:
    return f"{document.run_no}/{document.run_count}" if document.run_count > 1 else ""


def _run_mark(document: Document) -> str:
    """Return the mark of a copy and which label it is, where the time has no room."""
    copy = word(document.locale, "COPY {n}", n=document.copy_no) if document.copy_no > 1 else ""
    return "  ".join(part for part in (copy, _run(document)) if part)


def _stamp(document: Document) -> str:
    parts = (_run(document), document.printed_at, document.station)
    return "  ".join(part for part in parts if part)


_ANY: Mapping[str, Reader] = {
    "copy_mark": _copy_mark,
    "run": _run,
    "run_mark": _run_mark,
    "printed_at": lambda d: d.printed_at,
    "station": lambda d: d.station,
    "stamp": _stamp,
}

FIELDS: Mapping[str, Mapping[str, Reader]] = {
    Waybill.kind: {
        "waybill_no": lambda w: w.waybill_no,
        "carrier_name": lambda w: w.carrier.name,
        "carrier_hotline": lambda w: w.carrier.hotline,
        "service": lambda w: w.service,
        "service_or_hotline": lambda w: w.service or w.carrier.hotline,
        "second_note": _second_note,
        "sortation": lambda w: w.sortation,
        "place": _place,
        "consolidation": lambda w: w.consolidation,
        **_person("receiver"),
        **_person("sender"),
        "parcel_no": lambda w: w.parcel_no,
        "parcel_count": _count,
        "parcel_facts": _parcel_facts,
        "weight": lambda w: grams(w.weight_g),
        "order_numbers": _orders,
        "total_pieces": _total_pieces,
        "remark": _remark,
        "word_to": _words("To"),
        "word_from": _words("From"),
        "word_hub": _words("Hub"),
        "word_signature": lambda w: labelled(w.locale, "Signature", ""),
        "word_inspected": _words("Inspected"),
        **_ANY,
    },
    ToteLabel.kind: {
        "content": lambda d: d.content,
        "tote": lambda d: d.tote,
        "note": lambda d: d.note,
        "word_tote": _words("Tote"),
        **_ANY,
    },
    CartLabel.kind: {
        "content": lambda d: d.content,
        "cart": lambda d: d.cart,
        "note": lambda d: d.note,
        "slots": lambda d: word(d.locale, "{n} slots", n=d.slots) if d.slots else "",
        "word_cart": _words("Cart"),
        **_ANY,
    },
    ReturnLabel.kind: {
        "return_no": lambda d: d.return_no,
        **_person("receiver"),
        **_person("sender"),
        "order_no": _labelled("Order", "order_no"),
        "reason": lambda d: _said(d, "Reason", mask_note(d.reason)),
        "until": _labelled("Send back until", "until"),
        "pieces": lambda d: word(d.locale, "{n} pieces", n=d.pieces) if d.pieces else "",
        "word_return": _words("Return"),
        "word_to": _words("To"),
        "word_from": lambda d: word(d.locale, "From") if d.sender else "",
        **_ANY,
    },
    BinLabel.kind: {
        "content": lambda d: d.content,
        "bin_code": lambda d: d.bin_code,
        "zone": lambda d: d.zone,
        "arrow": lambda d: ARROWS.get(d.arrow, ""),
        **_ANY,
    },
    SkuLabel.kind: {
        "content": lambda d: d.content,
        "sku_code": lambda d: d.sku_code,
        "name": lambda d: d.name,
        "properties": lambda d: d.properties,
        "codes": _codes,
        "ean": lambda d: d.content if is_ean(d.content) else "",
        "own_code": lambda d: "" if is_ean(d.content) else d.content,
        "pack": lambda d: word(d.locale, "Pack of {n}", n=d.pieces) if d.pieces > 1 else "",
        **_ANY,
    },
}

# Fields that hold nothing but what may stand in a barcode.
CODES: Mapping[str, Sequence[str]] = {
    Waybill.kind: ("waybill_no", "parcel_no"),
    ToteLabel.kind: ("content",),
    BinLabel.kind: ("content",),
    SkuLabel.kind: ("content", "sku_code", "ean", "own_code"),
    CartLabel.kind: ("content",),
    ReturnLabel.kind: ("return_no",),
}
MARKS_OF_COPIES = frozenset({"copy_mark", "run_mark"})
WITH_ITEMS = frozenset({Waybill.kind})
NAMES: Mapping[str, Sequence[str]] = {kind: tuple(readers) for kind, readers in FIELDS.items()}


def read(document: Document, name: str) -> str:
    """Return what the document says under this name; '' where it says nothing.

    Raises:
        DoesNotFit: the template names a field this document does not have.
    """
    reader = FIELDS.get(document.kind, {}).get(name)
    if reader is None:
        raise DoesNotFit(f"{document.kind} has no field {name!r}")
    return reader(document)


def items_of(document: Document) -> tuple[Item, ...]:
    """Return the goods of a document that has some."""
    items: tuple[Item, ...] = getattr(document, "items", ())
    return items

"""How the designer names what a label can say and what stands on it."""

from __future__ import annotations

from collections.abc import Mapping

from printing.templates import Align, ElementKind, VAlign
from warehouse.text import Text, say

FIELD_WORDS: Mapping[str, Text] = {
    "waybill_no": say("waybill number"),
    "carrier_name": say("courier's name"),
    "carrier_hotline": say("courier's hotline"),
    "service": say("courier's service"),
    "service_or_hotline": say("service, else hotline"),
    "second_note": say("which parcel of how many, else hotline"),
    "sortation": say("routing code"),
    "place": say("city and district"),
    "consolidation": say("hub"),
    "receiver_name": say("receiver's name, masked"),
    "receiver_phone": say("receiver's phone, masked"),
    "receiver_line": say("receiver's name and phone, masked"),
    "receiver_region": say("receiver's region"),
    "receiver_address": say("receiver's address, masked"),
    "sender_name": say("sender's name"),
    "sender_phone": say("sender's phone"),
    "sender_line": say("sender's name and phone"),
    "sender_region": say("sender's region"),
    "sender_address": say("sender's address"),
    "parcel_no": say("parcel number"),
    "parcel_count": say("which parcel of how many"),
    "parcel_facts": say("weight and parcel number"),
    "weight": say("parcel weight"),
    "order_numbers": say("order numbers"),
    "total_pieces": say("pieces in all"),
    "remark": say("remark"),
    "word_to": say("the word To"),
    "word_from": say("the word From"),
    "word_hub": say("the word Hub"),
    "word_signature": say("the word Signature"),
    "word_inspected": say("the word Inspected"),
    "word_tote": say("the word Tote"),
    "copy_mark": say("mark of a copy"),
    "run": say("which label of how many"),
    "run_mark": say("mark of a copy, which label of how many"),
    "printed_at": say("time of printing"),
    "station": say("station"),
    "stamp": say("time of printing and station"),
    "content": say("barcode content"),
    "tote": say("tote"),
    "note": say("note"),
    "bin_code": say("bin code"),
    "zone": say("zone"),
    "arrow": say("arrow"),
    "sku_code": say("SKU code"),
    "name": say("name of the goods"),
    "properties": say("properties of the goods"),
    "codes": say("barcode content and SKU code"),
    "pack": say("pieces in the pack"),
    "ean": say("barcode content, where it is an EAN"),
    "own_code": say("barcode content, where it is none"),
    "cart": say("cart"),
    "slots": say("number of slots"),
    "word_cart": say("the word Cart"),
    "return_no": say("return number"),
    "order_no": say("order number"),
    "reason": say("reason"),
    "until": say("last day to send it back"),
    "pieces": say("pieces"),
    "word_return": say("the word Return"),
}

ELEMENT_WORDS: Mapping[ElementKind, Text] = {
    ElementKind.TEXT: say("Own words"),
    ElementKind.FIELD: say("Field"),
    ElementKind.BARCODE: say("Barcode"),
    ElementKind.QR: say("QR code"),
    ElementKind.DATA_MATRIX: say("DataMatrix"),
    ElementKind.LINE: say("Line"),
    ElementKind.BOX: say("Frame"),
    ElementKind.PICTURE: say("Picture"),
    ElementKind.ITEMS: say("List of goods"),
}

ALIGN_WORDS: Mapping[Align, Text] = {
    Align.LEFT: say("at the left"),
    Align.CENTER: say("middle"),
    Align.RIGHT: say("at the right"),
}
VALIGN_WORDS: Mapping[VAlign, Text] = {
    VAlign.TOP: say("top"),
    VAlign.MIDDLE: say("middle"),
    VAlign.BOTTOM: say("bottom"),
}
SAMPLE_WORDS: Mapping[str, Text] = {
    "short": say("short sample"),
    "long": say("long sample"),
    "hostile": say("worst sample"),
}

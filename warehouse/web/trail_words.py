"""The sentences of the trail: what happened to a thing, said to people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from warehouse.inventory.models import MoveReason
from warehouse.orders.models import HoldKind
from warehouse.receiving.accounts import Settlement
from warehouse.replenishing.models import TaskState as FillState
from warehouse.text import Text, say
from warehouse.web.context import speak
from warehouse.web.notes import field_word, kept
from warehouse.web.words import document_word, word

_PLACE = re.compile(r"\{(\w+)\}")

Facts = Mapping[str, Any]
Say = Callable[[Facts], Text]


def sentence_of(kind: str, event: str, facts: Facts) -> tuple[Text, str | None]:
    """Return what an event of the trail says of its subject, and its tone if it has one."""
    told, mood = SENTENCES.get((kind, event), (_plain(say("{text}", text=event)), None))
    return told(facts), mood


def _held(facts: Facts) -> Text:
    kinds = [speak(word(HoldKind(k))) for k in facts.get("kinds", []) if k in set(HoldKind)]
    note = speak(kept(str(facts.get("note") or "")))
    text = " · ".join([*kinds, note] if note else kinds)
    return say("Held: {reasons}", reasons=text)


def _released(facts: Facts) -> Text:
    kind = facts.get("kind", "")
    what: Text | str = word(HoldKind(kind)) if kind in set(HoldKind) else str(kind)
    return say("Hold released ({kind}): {note}", kind=what, note=kept(facts.get("note")))


def _fields(msgid: str) -> Say:
    return lambda facts: Text(msgid, {"fields": _list(facts.get("fields"))})


def _list(value: object) -> str:
    names = value if isinstance(value, list) else [value or ""]
    return ", ".join(speak(field_word(str(name))) for name in names)


def _with(msgid: str) -> Say:
    """Have the facts stand in the places of the sentence that have their names."""
    names = _PLACE.findall(msgid)
    return lambda facts: Text(msgid, {name: kept(str(facts.get(name, ""))) for name in names})


def _plain(text: Text) -> Say:
    return lambda _facts: text


def _stock_moved(facts: Facts) -> Text:
    return say(
        "{reason}: {pieces}, {source} → {target}",
        reason=word(MoveReason(facts["reason"])), pieces=facts.get("pieces", ""),
        source=facts.get("source", ""), target=facts.get("target", ""),
    )  # fmt: skip


def _levels(facts: Facts) -> Text:
    def shown(name: str) -> object:
        return "–" if facts.get(name) is None else facts[name]

    return say(
        "Levels: safety {safety}, reorder at {reorder_at}, up to {order_up_to}",
        safety=shown("safety"), reorder_at=shown("reorder_at"), order_up_to=shown("order_up_to"),
    )  # fmt: skip


# (subject kind, event) → sentence and tone.
SENTENCES: dict[tuple[str, str], tuple[Say, str | None]] = {
    ("order", "changed_by_shop"): (_fields("Changed at the shop: {fields}"), "attention"),
    ("order", "receiver_changed"): (_fields("Receiver changed at the shop: {fields}"), "attention"),
    ("order", "held"): (_held, "attention"),
    ("order", "hold_released"): (_released, "ok"),
    ("order", "audit_clean"): (_plain(say("Audited: nothing holds it")), "ok"),
    ("order", "audit_cancelled"): (_plain(say("Closed at the shop")), "stop"),
    ("order", "audit_closed"): (_plain(say("Ended at the shop without us")), None),
    ("order", "audit_dispatched"): (_plain(say("What is left of it is with the courier")), "ok"),
    ("order", "released"): (_with("Released as {consignment}"), "ok"),
    ("order", "withdrawn"): (_plain(say("Taken back from the floor")), "attention"),
    ("order", "cancelled"): (_with("Cancelled: {note}"), "stop"),
    ("order", "line_cancelled"): (_with("A line was taken out: {note}"), "attention"),
    ("order", "dispatched"): (_plain(say("With the courier")), "ok"),
    ("order", "set_aside"): (_plain(say("Its goods were set aside")), "stop"),
    ("order", "taken_back"): (_with("Taken back from {handover}"), "attention"),
    ("order", "return_printed"): (_plain(say("Return label printed")), None),
    ("order", "urgent"): (_plain(say("Marked urgent")), "attention"),
    ("order", "not_urgent"): (_plain(say("No longer urgent")), None),
    ("order", "receiver_seen"): (_with("Receiver looked at: {reason}"), "attention"),
    ("order", "mapped"): (_plain(say("A line was given its SKU")), None),
    ("consignment", "waved"): (_with("Planned in wave {wave}"), None),
    ("consignment", "lot_unfit"): (_with("Stopped: lot {lot} may not be sold any more"), "stop"),
    ("consignment", "short"): (_plain(say("Short pick")), "attention"),
    ("consignment", "check_started"): (_plain(say("Check begun")), None),
    ("consignment", "check_taken_over"): (_plain(say("Check taken over")), None),
    ("consignment", "mismatch"): (
        _with("Check: {sku}, {pieces} pieces too many, missing or wrong"),
        "stop",
    ),
    ("consignment", "missing"): (
        _with("Check: {pieces} × {sku} missing. By the book they are in {bin}, which is counted"),
        "stop",
    ),
    ("consignment", "written_off"): (
        _with("Check: {pieces} × {sku} missing, booked to {bin}: their bin is out of use"),
        "stop",
    ),
    ("consignment", "checked"): (_plain(say("Checked, all there")), "ok"),
    ("consignment", "packing_started"): (_plain(say("Packing begun")), None),
    ("consignment", "packed"): (_plain(say("Packed")), "ok"),
    ("consignment", "merged"): (_plain(say("Merged from several orders")), None),
    ("consignment", "split"): (_plain(say("Taken apart again")), "attention"),
    ("consignment", "set_aside"): (_with("Goods set aside in {bin}"), "stop"),
    ("parcel", "opened"): (_with("Parcel opened, carton {carton}"), None),
    ("parcel", "carton_changed"): (_with("Into another carton, {carton}"), None),
    ("parcel", "reopened"): (_plain(say("Parcel opened again")), "attention"),
    ("parcel", "sealed"): (_plain(say("Parcel sealed")), None),
    ("parcel", "weighed"): (_plain(say("Weighed")), None),
    ("parcel", "weight_undone"): (_with("Weight of {gross_g} g taken back"), "attention"),
    ("parcel", "sent_back"): (_plain(say("Sent back to the check")), "stop"),
    ("parcel", "waybill_assigned"): (_with("Waybill {waybill} given"), None),
    ("parcel", "carrier_label_taken"): (_with("The carrier's own label {waybill}"), None),
    ("parcel", "waybill_attached"): (_with("Waybill {waybill} of the platform"), None),
    ("parcel", "label_matched"): (_plain(say("Label scanned back")), "ok"),
    ("parcel", "label_reprinted"): (_with("Label printed again: {reason}"), "attention"),
    ("parcel", "slip_reprinted"): (_with("Packing slip printed again: {reason}"), "attention"),
    ("parcel", "sscc_given"): (_with("Logistic unit {sscc}"), None),
    ("parcel", "carton_printed"): (_plain(say("Carton label printed")), None),
    ("parcel", "no_sscc"): (_plain(say("No carton label: all SSCC are given")), "attention"),
    ("parcel", "refused_at_handover"): (_with("Refused at handover {handover}"), "stop"),
    ("parcel", "dispatched"): (_with("Handed over in {handover}"), "ok"),
    ("parcel", "taken_back"): (_with("Taken back from {handover}"), "attention"),
    ("wave", "planned"): (_with("Planned with {orders} orders"), None),
    ("wave", "taken"): (_plain(say("Taken by a picker")), None),
    ("wave", "picked"): (_plain(say("Picked")), "ok"),
    ("wave", "cancelled"): (_plain(say("Taken back")), "stop"),
    ("wave", "labels_printed"): (_with("{count} labels printed"), None),
    ("wave", "list_printed"): (_plain(say("Pick list printed")), None),
    ("wave", "sheet_printed"): (_plain(say("Wave sheet printed")), None),
    ("wave", "wall_printed"): (_plain(say("Put-wall sheet printed")), None),
    ("wave", "cart_printed"): (_plain(say("Cart label printed")), None),
    ("handover", "opened"): (_plain(say("Handover opened")), None),
    ("handover", "closed"): (_with("Handover closed with {parcels} parcels"), "ok"),
    ("supplier", "added"): (_plain(say("Added")), None),
    ("supplier", "changed"): (_fields("Changed: {fields}"), None),
    ("purchase", "made"): (_with("Drafted with {lines} lines"), None),
    ("purchase", "changed"): (_with("Changed: {lines} lines"), None),
    ("purchase", "order_printed"): (_plain(say("Asked for on paper")), None),
    ("purchase", "ordered"): (_plain(say("Ordered of the supplier")), "ok"),
    ("purchase", "closed"): (_with("Closed: {reason}"), "stop"),
    ("count", "opened"): (_with("Opened with {bins} bins"), None),
    ("count", "started"): (_plain(say("Counting begun")), None),
    ("count", "not_posted"): (
        _with("{lines} lines cannot be posted and are asked again: {goods}"),
        "attention",
    ),
    ("count", "bin_left"): (_with("Bin {bin} is counted sooner, in {number}"), "attention"),
    ("count", "doubted"): (_with("Bin {bin} is doubted"), "attention"),
    ("count", "approved"): (_with("{lines} differences approved"), "ok"),
    ("count", "kept"): (_with("Book kept: {note}"), "attention"),
    ("count", "bins_added"): (_with("{bins} more bins: goods have come there since"), "attention"),
    ("count", "asked_again"): (_with("{lines} lines asked again"), "attention"),
    ("count", "resolved"): (_with("Unknown code {code} explained"), None),
    ("count", "posted"): (_with("{lines} differences posted"), "ok"),
    ("count", "taken_in"): (_with("Counts taken in: {name}"), None),
    ("count", "sheet_corrected"): (_with("{bin} typed in anew: {lines}"), "attention"),
    ("count", "sheet_handed"): (_with("Sheet {sheet} handed to {name}"), None),
    ("count", "sheets_printed"): (_with("{sheets} count sheets printed"), None),
    ("count", "finished"): (_with("Finished {note}"), "ok"),
    ("count", "cancelled"): (_with("Cancelled: {note}"), "stop"),
    ("count_rule", "rule_added"): (_plain(say("Put into the calendar")), None),
    ("count_rule", "rule_dropped"): (_plain(say("Taken out of the calendar")), None),
    ("receipt", "expected"): (_with("Announced with {lines} SKUs"), None),
    ("receipt", "begun"): (_plain(say("Counting begun")), None),
    ("receipt", "counted"): (
        _with("Counted: {pieces} pieces, {faulty} of them faulty, {short} short"),
        None,
    ),
    ("receipt", "count_again"): (_plain(say("To be counted again")), "attention"),
    ("receipt", "none_there"): (_with("Counted again, none there: {goods}"), "attention"),
    ("receipt", "recount"): (
        _with("{goods}: counted again by somebody else, {reason}"),
        "attention",
    ),
    ("receipt", "booked"): (
        _with("Confirmed and booked: {sound} to the dock, {faulty} to quarantine"),
        "ok",
    ),
    ("receipt", "set_down"): (_with("{code} left in hand by {name}: not counted"), "attention"),
    ("receipt", "struck"): (_with("{serial} struck: it is elsewhere"), "attention"),
    ("receipt", "correction_written"): (_with("Correction {number} written: {reason}"), None),
    ("receipt", "written"): (_with("Written to correct {number}: {reason}"), None),
    ("receipt", "corrected"): (_with("Corrected by {number}: {reason}"), "attention"),
    ("receipt", "correction"): (_with("Corrects {number}: {reason}"), "attention"),
    ("receipt", "cancelled"): (_with("Cancelled: {reason}"), "stop"),
    ("receipt", "sku_made"): (_with("New SKU {sku}"), None),
    ("receipt", "code_mapped"): (_with("{code} stands for {sku} now"), None),
    ("receipt_paper", "paper_added"): (_with("Supplier's paper {paper}"), None),
    ("receipt_paper", "paid"): (_with("Payment for {paper}"), "ok"),
    ("receipt_paper", "payment_taken_back"): (_with("Payment for {paper} taken back"), "stop"),
    ("receipt_paper", "paper_withdrawn"): (
        _with("Supplier's paper {paper} withdrawn: {reason}"),
        "attention",
    ),
    ("receipt_paper", "file_kept"): (_with("File kept: {name}"), None),
    ("receipt_paper", "file_removed"): (_with("File removed: {name}"), "attention"),
    ("exchange", "listed"): (_with("Listed: {pieces} pieces"), None),
    ("exchange", "sent"): (_with("Booked out: {pieces} pieces"), "attention"),
    ("exchange", "cancelled"): (_with("Cancelled: {reason}"), "stop"),
    ("exchange", "replaced"): (_with("Good ones came: {pieces} × {sku}"), "ok"),
    ("exchange", "credited"): (_with("Credited: {pieces} × {sku}"), "ok"),
    ("exchange", "sent_back"): (_with("Refused and sent back: {pieces} × {sku}"), "attention"),
    ("exchange", "refused"): (_with("Refused: {pieces} × {sku}"), "stop"),
    ("exchange", "settled"): (_plain(say("All settled")), "ok"),
    ("exchange", "taken_back"): (
        lambda f: say(
            "Taken back: {kind}, {pieces} pieces: {reason}",
            kind=word(Settlement(f["kind"])),
            pieces=f["pieces"],
            reason=f["reason"],
        ),
        "attention",
    ),
    ("sku", "level_set"): (_levels, None),
    ("sku", "level_proposed"): (_levels, "ok"),
    ("sku", "level_imported"): (_plain(say("Levels and terms read from a list")), None),
    ("sku", "terms_set"): (_with("Terms of supplier {supplier} kept"), None),
    ("sku", "terms_dropped"): (_plain(say("A supplier taken out")), "attention"),
    ("sku", "reordered"): (_with("Put on a draft order: {pieces} pieces"), "ok"),
    ("sku", "face_set"): (_with("{bin} kept filled: {least} to {most}"), None),
    ("sku", "face_dropped"): (_plain(say("A pick bin is kept filled no more")), None),
    ("sku", "replenish_aimed"): (_with("Brought to {bin}: {closed} was closed"), "attention"),
    ("sku", "replenish_ended"): (
        lambda f: say(
            "Replenishment: {state}, {pieces} pieces",
            state=word(FillState(f["state"])),
            pieces=f.get("pieces", ""),
        ),
        None,
    ),
    ("consignment", "waits_for_reserve"): (
        _plain(say("Left out of a wave: waits for goods from reserve")),
        "attention",
    ),
    ("bin", "fewer_found"): (_with("{missing} × {sku} missing"), "stop"),
    ("bin", "not_in_tote"): (
        _with("{pieces} × {sku} missing at the check of {consignment}: here again by the book"),
        "stop",
    ),
    ("bin", "seen_empty"): (_plain(say("Seen empty by the picker")), None),
    ("bin", "bin_new"): (_plain(say("Added")), None),
    ("bin", "bin_changed"): (_plain(say("Settings changed")), None),
    ("bin", "limited"): (_fields("Changed: {fields}"), None),
    ("bin", "hand_ended"): (_with("{name} has {pieces} × {what} in hand no more"), "attention"),
    ("bin", "put_in"): (_with("{pieces} pieces came from {source}"), None),
    ("bin", "emptied"): (_with("All of it went to {target}"), None),
    ("bin", "out_of_use"): (_plain(say("Taken out of use")), "attention"),
    ("bin", "used_again"): (_plain(say("Used again")), "ok"),
    ("sku", "out_of_use"): (_plain(say("Taken out of use")), "attention"),
    ("sku", "used_again"): (_plain(say("Used again")), "ok"),
    ("sku", "measured"): (_fields("Changed: {fields}"), None),
    ("sku", "kit_saved"): (_with("A kit of {parts} parts"), None),
    ("sku", "kit_assembled"): (_with("{kits} kits made"), "ok"),
    ("sku", "kit_taken_apart"): (_with("{kits} kits taken apart"), "attention"),
    ("sku", "stock_moved"): (_stock_moved, None),
    ("sku", "sku_new"): (_plain(say("Added")), None),
    ("sku", "sku_tracked"): (_plain(say("How it is kept was changed")), "attention"),
    ("sku", "lot_given"): (_with("All stock was given lot {lot}"), "attention"),
    ("sku", "kits_held_back"): (_with("Kits held back, a lot inside is blocked: {reason}"), "stop"),
    ("sku", "kits_let_go"): (_with("Kits let go: {reason}"), "ok"),
    ("lot", "lot_blocked"): (_with("Blocked: {reason}"), "stop"),
    ("lot", "lot_followed"): (_plain(say("Kits with pieces of it were held back")), "stop"),
    ("lot", "lot_unblocked"): (_with("Let go: {reason}"), "ok"),
    ("lot", "lot_expired"): (_plain(say("Past its day: its promises were given back")), "stop"),
    ("lot", "lot_mended"): (_with("Best-before changed: {reason}"), "attention"),
    ("lot", "recall_told"): (_with("Receivers looked at: {reason}"), "attention"),
    ("consignment", "wave_left"): (
        _plain(say("Out of its wave: a lot may not be sold any more")),
        "attention",
    ),
    ("sku", "sku_changed"): (_plain(say("Settings changed")), None),
    ("carrier", "pool_on"): (_plain(say("A pool is used again")), "ok"),
    ("carrier", "pool_off"): (_plain(say("A pool is no longer used")), "attention"),
    ("printer", "routed"): (
        lambda f: say("Takes papers: {kind}", kind=document_word(str(f.get("kind", "")))),
        None,
    ),
    ("carrier", "range_added"): (_with("A range of {count} numbers was added"), None),
    ("carrier", "list_added"): (_with("A list of {count} numbers was added"), None),
    ("carrier", "changed"): (_fields("Changed: {fields}"), None),
    ("person", "added"): (_plain(say("Added")), None),
    ("person", "changed"): (_fields("Changed: {fields}"), None),
    ("person", "badge_made"): (_plain(say("New badge")), "attention"),
    ("person", "pin_set"): (_plain(say("New PIN")), "attention"),
    ("person", "password_set"): (_plain(say("New password")), "attention"),
    ("person", "left"): (_with("No longer active: {reason}"), "stop"),
    ("person", "returned"): (_plain(say("Active again")), "ok"),
    ("person", "token_made"): (_with("API token {name} made"), "attention"),
    ("person", "token_revoked"): (_with("API token {name} revoked"), "attention"),
    ("printer", "added"): (_plain(say("Added")), None),
    ("printer", "changed"): (_fields("Changed: {fields}"), None),
    ("printer", "paused"): (_plain(say("Paused")), "attention"),
    ("printer", "stand_in_set"): (
        lambda f: say("Stand-in: {name}", name=f["name"]) if f.get("name") else say("No stand-in"),
        None,
    ),
    ("printer", "handed_over"): (_with("{count} papers went to {to}"), "attention"),
    ("printer", "resumed"): (_plain(say("Goes on")), "ok"),
    ("printer", "removed"): (_plain(say("Removed")), "stop"),
}

"""The OpenAPI document, made from what the routes declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask

from warehouse import __doc__ as about
from warehouse.api.answers import PROBLEM
from warehouse.api.door import PREFIX
from warehouse.api.operations import Operation
from warehouse.api.schemas import LARGEST_ID, Schema, component, text, whole
from warehouse.api.shapes import (
    acts,
    consignments,
    counts,
    days,
    handovers,
    imports,
    jobs,
    kits,
    lots,
    moves,
    order_list,
    orders,
    parcels,
    receiving,
    stock,
    supply,
    waves,
)

VERSION = "1"
COMPONENTS: dict[str, Schema] = {
    "Problem": PROBLEM,
    "Act": acts.ACT,
    "Subject": acts.SUBJECT,
    "StoredAct": acts.STORED_ACT,
    "OrderRow": order_list.ORDER_ROW,
    "Order": orders.ORDER,
    "Receiver": orders.RECEIVER,
    "OrderLine": orders.ORDER_LINE,
    "Hold": orders.HOLD,
    "OrderConsignment": orders.ORDER_CONSIGNMENT,
    "Consignment": consignments.CONSIGNMENT,
    "ParcelOfOrder": parcels.PARCEL_OF_ORDER,
    "ParcelRow": parcels.PARCEL_ROW,
    "Parcel": parcels.PARCEL,
    "ParcelLine": parcels.PARCEL_LINE,
    "Waybill": parcels.WAYBILL,
    "WaveRow": waves.WAVE_ROW,
    "Wave": waves.WAVE,
    "WaveSlot": waves.WAVE_SLOT,
    "PickTask": waves.PICK_TASK,
    "Balance": stock.BALANCE,
    "HeldBack": stock.HELD_BACK,
    "SkuRow": stock.SKU_ROW,
    "Sku": stock.SKU,
    "Barcode": stock.BARCODE,
    "Lot": lots.LOT,
    "LotPlace": lots.LOT_PLACE,
    "Serial": lots.SERIAL,
    "KitsHeldBack": kits.KITS_HELD_BACK,
    "BlockedInside": kits.BLOCKED_INSIDE,
    "KitPlace": kits.KIT_PLACE,
    "KitsAround": kits.KITS_AROUND,
    "BinRow": stock.BIN_ROW,
    "Bin": stock.BIN,
    "Move": moves.MOVE,
    "Hands": moves.HANDS,
    "StockNumbers": supply.STOCK_NUMBERS,
    "Offer": supply.OFFER,
    "Reorder": supply.REORDER,
    "Reorders": supply.REORDERS,
    "Verification": stock.VERIFICATION,
    "Difference": stock.DIFFERENCE,
    "Supplier": receiving.SUPPLIER,
    "PurchaseRow": receiving.PURCHASE_ROW,
    "Purchase": receiving.PURCHASE,
    "PurchaseLine": receiving.PURCHASE_LINE,
    "ReceiptRow": receiving.RECEIPT_ROW,
    "Receipt": receiving.RECEIPT,
    "ReceiptLine": receiving.RECEIPT_LINE,
    "Recount": receiving.RECOUNT,
    "ExchangeRow": receiving.EXCHANGE_ROW,
    "Exchange": receiving.EXCHANGE,
    "ExchangeLine": receiving.EXCHANGE_LINE,
    "CountRow": counts.COUNT_ROW,
    "Count": counts.COUNT,
    "Accuracy": counts.ACCURACY,
    "CountLine": counts.COUNT_LINE,
    "UnknownCode": counts.UNKNOWN_CODE,
    "CountFile": counts.COUNT_FILE,
    "HandoverRow": handovers.HANDOVER_ROW,
    "Handover": handovers.HANDOVER,
    "HandedOver": handovers.HANDED_OVER,
    "PrintJob": jobs.JOB,
    "Day": days.DAY,
    "Figure": days.FIGURE,
    "Import": imports.IMPORT,
    "Rejected": imports.REJECTED,
    "Change": imports.CHANGE,
}
# In the order of the work.
TAGS = (
    "Orders",
    "Imports",
    "Consignments",
    "Waves",
    "Parcels",
    "Handovers",
    "Stock",
    "Receiving",
    "Counts",
    "Purchasing",
    "Printing",
    "Days",
    "About",
)
# What may come from any route, or from every one that changes something.
ALWAYS = {
    400: "What was sent cannot be understood; `field` names the place.",
    401: "No token, or none that is known.",
    403: "The token's person has not this right.",
    404: "The thing named does not exist.",
    503: "Busy, try again in a moment.",
}
OF_POSTS = {
    409: "Forbidden by the state of things, or the id was used for something else.",
    413: "The body is too large.",
    415: "Not this kind of body.",
    422: "Understood, but it cannot be used.",
}
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The id of this act, best a UUID. Sent again, it gets the same answer and"
    " happens once; with other content it is refused. Made here if not sent.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
}
_PART = re.compile(r"<(?:(int):)?(\w+)>")


def routes(app: Flask) -> Iterator[tuple[str, str, str, Operation]]:
    """Yield (method, path as OpenAPI writes it, endpoint, operation) of the API's routes."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        declared = getattr(app.view_functions[rule.endpoint], "operation", None)
        if declared is None:
            continue
        path = _PART.sub(r"{\2}", rule.rule).removeprefix(PREFIX)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, path, rule.endpoint, declared


def listing(app: Flask) -> dict[str, list[dict[str, Any]]]:
    """Return tag → its routes, for the page."""
    found: dict[str, list[dict[str, Any]]] = {tag: [] for tag in TAGS}
    for method, path, _, op in routes(app):
        row = {
            "method": method,
            "path": PREFIX + path,
            "summary": op.summary,
            "rights": [right.value for right in op.rights],
            "query": list(op.query),
            "body": [n for n in (op.body or {}).get("properties", {}) if method == "POST"],
        }
        found[op.tag].append(row)
    return found


def description(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    paths: dict[str, dict[str, Any]] = {}
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    for method, path, endpoint, op in routes(app):
        described = _operation(method, endpoint, op)
        described["parameters"] = [*_path_parts(rules[endpoint].rule), *described["parameters"]]
        paths.setdefault(path, {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fahuo 发货", "version": VERSION, "description": (about or "").strip()},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in TAGS],
        "paths": paths,
        "components": {
            "schemas": COMPONENTS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(method: str, endpoint: str, op: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": endpoint.removeprefix("api."),
        "tags": [op.tag],
        "summary": op.summary,
        "description": _rights(op),
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in op.query.items()
        ],
        "responses": _responses(method, op),
    }
    if method == "POST":
        found["parameters"].append(KEY)
        found["requestBody"] = _body(op)
    return found


def _rights(op: Operation) -> str:
    if not op.rights:
        return "Open to every token."
    return "Needs the right " + " or ".join(f"`{right.value}`" for right in op.rights) + "."


def _path_parts(rule: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": whole(least=1, most=LARGEST_ID) if kind else text(least=1, most=64),
        }
        for kind, name in _PART.findall(rule)
    ]


def _body(op: Operation) -> dict[str, Any]:
    if not op.files:
        schema = op.body or {}
        is_needed = bool(schema.get("required") or schema.get("oneOf"))
        return {"required": is_needed, "content": {"application/json": {"schema": schema}}}
    file = {"type": "string", "format": "binary", "minLength": 1}
    files = {"type": "array", "items": file, "minItems": 1, "maxItems": op.most_files}
    form = {
        "type": "object",
        "properties": {op.files: files, **op.fields},
        "required": [op.files],
        "additionalProperties": False,
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": form}}}


def _responses(method: str, op: Operation) -> dict[str, Any]:
    problem = {"application/json": {"schema": component("Problem")}}
    known = {**ALWAYS, **(OF_POSTS if method == "POST" else {})}
    kind = "application/json" if op.answer else "text/html"
    done: dict[str, Any] = {
        "description": op.summary,
        "content": {kind: {"schema": op.answer or {}}},
    }
    if method == "POST":
        mark = {"schema": {"type": "string"}, "description": "true: answered before."}
        done["headers"] = {"Idempotent-Replayed": mark}
    return {
        str(op.status): done,
        **{str(code): {"description": why, "content": problem} for code, why in known.items()},
    }

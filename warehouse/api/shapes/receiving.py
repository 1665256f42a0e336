"""Receiving as JSON: suppliers, purchase orders, receipts, exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    component,
    flag,
    instant,
    listed,
    maybe,
    record,
    text,
    word,
)
from warehouse.api.schemas import whole as whole_number
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.errors import InvalidInput, NotFound, UnknownName
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.receiving.models import (
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptState,
    Supplier,
)
from warehouse.receiving.queries import recounts_of, rows_of, sku_ids
from warehouse.text import say


def day(about: str = "") -> Schema:
    """Return the schema of a calendar day."""
    return {"type": "string", "format": "date", "description": about}


SUPPLIER: Schema = record(
    {
        "code": text(),
        "name": text(),
        "contact": text(),
        "lead_days": whole_number("From ordering to the dock."),
        "terms": text("Of payment."),
        "is_active": flag(),
    },
    "Who goods are bought of.",
)
_PURCHASE: dict[str, Schema] = {
    "number": text(),
    "supplier": text("Its code."),
    "state": word(PurchaseState),
    "expected_on": maybe(day()),
    "created_at": instant(),
    "ordered_at": maybe(instant()),
    "pieces": whole_number("Wanted."),
    "received": whole_number("Of them booked in, faulty ones too."),
}
PURCHASE_ROW: Schema = record(_PURCHASE, "A purchase order in a list.")
PURCHASE: Schema = record(
    {**_PURCHASE, "note": text(), "lines": listed(component("PurchaseLine"))},
    "Goods wanted of one supplier.",
)
PURCHASE_LINE: Schema = record(
    {
        "sku": text(),
        "pieces": whole_number(),
        "price_fen": maybe(whole_number("Of one piece; null without the right to buy.")),
        "expected_on": maybe(day("Null: with the whole order.")),
        "received": whole_number(),
    },
    "Pieces of one SKU on an order.",
)
_RECEIPT: dict[str, Schema] = {
    "number": text(),
    "supplier": text("Its code."),
    "purchase_order": maybe(text("Null: without papers.")),
    "corrects": maybe(text("The receipt it corrects; its pieces are then differences.")),
    "state": word(ReceiptState),
    "expected_on": maybe(day()),
    "created_at": instant(),
    "booked_at": maybe(instant()),
    "announced": maybe(whole_number("Pieces; null: nobody said.")),
    "sound": whole_number("Pieces counted."),
    "faulty": whole_number("Pieces counted that go to quarantine."),
}
RECEIPT_ROW: Schema = record(_RECEIPT, "A receipt in a list.")
RECEIPT: Schema = record(
    {
        **_RECEIPT,
        "supplier_paper_no": text(),
        "lines": listed(component("ReceiptLine")),
        "recounts": listed(component("Recount"), "Goods whose count was doubted."),
    },
    "One delivery.",
)
RECOUNT: Schema = record(
    {
        "sku": text(),
        "sound": whole_number("Pieces counted before."),
        "faulty": whole_number("Pieces counted before that go to quarantine."),
        "reason": text("Why the count was doubted."),
        "who": text("Who asked for another count."),
        "at": instant(),
        "is_due": flag("Nobody has counted any of it since."),
    },
    "Goods of a delivery that somebody else counts anew; the last asking of each SKU.",
)
RECEIPT_LINE: Schema = record(
    {
        "sku": text(),
        "announced": maybe(whole_number()),
        "sound": whole_number(),
        "faulty": whole_number(),
    },
    "One SKU of a delivery, expected against counted.",
)
_EXCHANGE: dict[str, Schema] = {
    "number": text(),
    "supplier": text("Its code."),
    "state": word(ExchangeState),
    "created_at": instant(),
    "sent_at": maybe(instant()),
    "due_on": maybe(day()),
    "pieces": whole_number("On the list."),
    "settled": whole_number("Of them replaced, credited or refused."),
}
EXCHANGE_ROW: Schema = record(_EXCHANGE, "An exchange in a list.")
EXCHANGE: Schema = record(
    {**_EXCHANGE, "lines": listed(component("ExchangeLine"))},
    "Faulty goods on their way to one supplier and back.",
)
EXCHANGE_LINE: Schema = record(
    {
        "sku": text(),
        "lot": maybe(text()),
        "serials": listed(text()),
        "fault": text(),
        "pieces": whole_number(),
        "settled": whole_number(),
    },
    "Faulty pieces of one SKU.",
)


def day_of(value: str | None, field: str) -> date | None:
    """Return the day of a body, None if it was not sent.

    Raises:
        InvalidInput: the calendar has no such day.
    """
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidInput(say("This is no day. Write it as 2026-12-31."), field=field) from error


def list_suppliers(session: Session, *, after: str | None = None, limit: int) -> dict[str, Any]:
    """Return one page of suppliers, oldest first."""
    query = sa.select(Supplier).order_by(Supplier.id).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Supplier.id > keys[0])
    return page("suppliers", session.scalars(query).all(), limit, _supplier, "id")


def show_supplier(session: Session, code: str) -> dict[str, Any]:
    """Return a supplier. Raises NotFound: none has this code."""
    found = session.scalars(sa.select(Supplier).where(Supplier.code == code)).first()
    if found is None:
        raise NotFound(say("supplier"), code)
    return _supplier(found)


def list_purchases(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of purchase orders, newest first."""
    query = _newest(dock_desk.purchase_list(), PurchaseOrder, state, after, limit)
    return page("purchases", session.execute(query).all(), limit, _purchase, "id")


def show_purchase(session: Session, number: str, *, is_buyer: bool) -> dict[str, Any]:
    """Return an order with its lines. Raises NotFound: there is none of this number."""
    row = _one(session, dock_desk.purchase_list(), PurchaseOrder, number, "purchase order")
    lines = dock_desk.lines_of_purchase(session, row.id)
    note = session.get_one(PurchaseOrder, row.id).note
    return {
        **_purchase(row),
        "note": note,
        "lines": [
            {
                "sku": line.code,
                "pieces": line.pieces,
                "price_fen": line.price_fen if is_buyer else None,
                "expected_on": _iso_day(line.expected_on),
                "received": line.received,
            }
            for line in lines
        ],
    }


def list_receipts(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of receipts, newest first."""
    query = _newest(dock_desk.receipt_list(), Receipt, state, after, limit)
    return page("receipts", session.execute(query).all(), limit, _receipt, "id")


def show_receipt(session: Session, number: str) -> dict[str, Any]:
    """Return a receipt with its lines. Raises NotFound: there is none of this number."""
    row = _one(session, dock_desk.receipt_list(), Receipt, number, "receipt")
    return {
        **_receipt(row),
        "supplier_paper_no": session.get_one(Receipt, row.id).supplier_paper_no,
        "lines": [
            {"sku": x.code, "announced": x.announced, "sound": x.sound, "faulty": x.faulty}
            for x in rows_of(session, row.id)
        ],
        "recounts": [_recount(x) for x in recounts_of(session, row.id).values()],
    }


def receipt_id_of(session: Session, number: str) -> int:
    """Return the id of the receipt with this number. Raises NotFound: there is none."""
    found = session.scalar(sa.select(Receipt.id).where(Receipt.number == number))
    if found is None:
        raise NotFound(say("receipt"), number)
    return found


def sku_ids_of(session: Session, codes: Sequence[str], field: str) -> tuple[int, ...]:
    """Return the ids of SKUs named by code or barcode. Raises UnknownName: one names none."""
    found = sku_ids(session, codes)
    for at, code in enumerate(codes):
        if code not in found:
            raise UnknownName(say("There is no SKU with this code."), field=f"{field}[{at}]")
    return tuple(dict.fromkeys(found[code] for code in codes))


def list_exchanges(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of exchanges, newest first."""
    query = _newest(dock_desk.exchange_list(), Exchange, state, after, limit)
    return page("exchanges", session.execute(query).all(), limit, _exchange, "id")


def show_exchange(session: Session, number: str) -> dict[str, Any]:
    """Return an exchange with its lines. Raises NotFound: there is none of this number."""
    row = _one(session, dock_desk.exchange_list(), Exchange, number, "exchange")
    lines: Sequence[Any] = dock_desk.lines_of_exchange(session, row.id)
    return {**_exchange(row), "lines": [_exchange_line(*line) for line in lines]}


def _newest(query: Any, model: Any, state: str | None, after: str | None, limit: int) -> Any:
    query = query.order_by(model.id.desc()).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(model.id < keys[0])
    return query if state is None else query.where(model.state == state)


def _one(session: Session, query: Any, model: Any, number: str, kind: str) -> Any:
    row = session.execute(query.where(model.number == number)).first()
    if row is None:
        kinds = {
            "purchase order": say("purchase order"),
            "receipt": say("receipt"),
            "exchange": say("exchange"),
        }
        raise NotFound(kinds[kind], number)
    return row


def _supplier(row: Supplier) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "contact": row.contact,
        "lead_days": row.lead_days,
        "terms": row.terms,
        "is_active": row.is_active,
    }


def _purchase(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "supplier": row.supplier_code,
        "state": row.state.value,
        "expected_on": _iso_day(row.expected_on),
        "created_at": iso(row.created_at),
        "ordered_at": iso(row.ordered_at),
        "pieces": int(row.pieces),
        "received": int(row.received),
    }


def _receipt(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "supplier": row.supplier_code,
        "purchase_order": row.purchase_no,
        "corrects": row.corrects,
        "state": row.state.value,
        "expected_on": _iso_day(row.expected_on),
        "created_at": iso(row.created_at),
        "booked_at": iso(row.booked_at),
        "announced": None if row.announced is None else int(row.announced),
        "sound": int(row.sound),
        "faulty": int(row.faulty),
    }


def _recount(row: Any) -> dict[str, Any]:
    return {
        "sku": row.code,
        "sound": row.sound,
        "faulty": row.faulty,
        "reason": row.reason,
        "who": row.who,
        "at": iso(row.at),
        "is_due": row.is_due,
    }


def _exchange(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "supplier": row.supplier_code,
        "state": row.state.value,
        "created_at": iso(row.created_at),
        "sent_at": iso(row.sent_at),
        "due_on": _iso_day(row.due_on),
        "pieces": int(row.pieces),
        "settled": int(row.settled),
    }


def _exchange_line(line: ExchangeLine, sku: Any, _bin: str, lot: str | None) -> dict[str, Any]:
    return {
        "sku": sku.code,
        "lot": lot,
        "serials": line.serials.split(),
        "fault": line.fault,
        "pieces": line.pieces,
        "settled": line.settled,
    }


def _iso_day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()

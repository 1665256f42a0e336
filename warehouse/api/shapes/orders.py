"""One order as JSON, with everything known of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.masking import mask_address, mask_name, mask_note, mask_phone
from warehouse.api.schemas import (
    Schema,
    component,
    flag,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.consignments import number_of
from warehouse.api.shapes.paging import iso
from warehouse.api.shapes.parcels import parcels_of
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Sku
from warehouse.errors import InvalidInput, NotFound
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    HoldOwner,
    LineState,
    Order,
    OrderState,
    Shop,
    ShopState,
)
from warehouse.orders.not_shipped import not_shipped_of
from warehouse.text import say

INSTANTS = ("created_at", "paid_at", "promise_at", "received_at", "released_at", "dispatched_at")
STEPS = ("picked", "checked", "packed", "dispatched")

HEAD: dict[str, Schema] = {
    "number": text("The shop's order number."),
    "shop": text("The shop's code."),
    "state": word(OrderState),
    "shop_state": word(ShopState, "What the shop last said."),
    "is_urgent": flag(),
    "carrier": maybe(text("The courier's code.")),
    "consignment_number": maybe(text()),
    **{
        name: maybe(instant()) if name not in ("created_at", "received_at") else instant()
        for name in INSTANTS
    },
}
ORDER: Schema = record(
    {
        **HEAD,
        "shop_state_text": text("The shop's own words, where they are not known to us."),
        "version": whole("Raised by every change from the shop."),
        "buyer": text(),
        "buyer_message": text(),
        "seller_memo": text(),
        "seller_flag": whole("The number of the flag's colour, 0 for none."),
        "carrier_wish": text(),
        "payment_fen": whole(),
        "postage_fen": whole(),
        "receiver": component("Receiver"),
        "not_shipped": whole("Pieces that stayed here though the order is dispatched."),
        "lines": listed(component("OrderLine")),
        "holds": listed(component("Hold"), "All, released ones too, oldest first."),
        "consignment": maybe(component("OrderConsignment")),
        "parcels": listed(component("ParcelOfOrder")),
        "waybills": listed(text(), "The live numbers."),
    },
    "An order with everything known of it.",
)
RECEIVER: Schema = record(
    {
        "name": text(),
        "phone": text(),
        "province": text(),
        "city": text(),
        "district": text(),
        "town": text(),
        "detail": text(),
        "zip": text(),
        "is_masked": flag("The shop itself told no more than this."),
        "is_shown_masked": flag("More is known than is shown here."),
    },
    "To whom it goes.",
)
ORDER_LINE: Schema = record(
    {
        "key": text("The shop's id of the line."),
        "title": text(),
        "properties": text(),
        "seller_code": text(),
        "sku": maybe(text("Our code; null: not known yet.")),
        "pieces": whole(),
        "price_fen": whole(),
        "state": word(LineState),
        "is_service": flag("Delivered by nobody's hands."),
        **{name: whole("Pieces.") for name in STEPS},
        "not_shipped": whole("Pieces that stayed here though the order is dispatched."),
    },
    "One line of an order.",
)
HOLD: Schema = record(
    {
        "id": whole(),
        "kind": word(HoldKind),
        "owner": word(HoldOwner, "Who has to settle it."),
        "note": text(),
        "raised_at": instant(),
        "released_at": maybe(instant("Null: it holds the order.")),
        "release_note": text(),
    },
    "One reason that stops an order, or did.",
)
ORDER_CONSIGNMENT: Schema = record(
    {
        "number": text(),
        "state": word(ConsignmentState),
        "carrier": maybe(text()),
        "orders": listed(text(), "All orders that go together."),
    },
    "What goes to one address.",
)


def head_of(order: Order, shop: str, carrier: str | None) -> dict[str, Any]:
    """Return what a list and the order itself have in common."""
    return {
        "number": order.order_no,
        "shop": shop,
        "state": order.state.value,
        "shop_state": order.shop_state.value,
        "is_urgent": order.is_urgent,
        "carrier": carrier,
        "consignment_number": number_of(order.consignment_id),
        **{name: iso(getattr(order, name)) for name in INSTANTS},
    }


def order_id_of(session: Session, number: str, shop: str | None = None) -> int:
    """Return the id of the order with the shop's number.

    Raises:
        NotFound: there is none. InvalidInput: several shops have one; name the shop.
    """
    query = sa.select(Order.id, Shop.code).join(Shop, Shop.id == Order.shop_id)
    rows = session.execute(query.where(Order.order_no == number)).all()
    found = [row for row in rows if shop is None or row.code == shop]
    if not found:
        raise NotFound(say("order"), number)
    if len(found) > 1:
        shops = ", ".join(sorted(row.code for row in found))
        raise InvalidInput(
            say("Several shops have an order of this number. Name the shop: {shops}.", shops=shops),
            field="shop",
        )
    order_id: int = found[0].id
    return order_id


def show_order(session: Session, order_id: int, *, masked: bool) -> dict[str, Any]:
    """Return an order with everything known of it; `masked`: persons as on paper."""
    order = session.get_one(Order, order_id)
    carrier = session.get(Carrier, order.carrier_id) if order.carrier_id else None
    parcels = parcels_of(session, order)
    left = not_shipped_of(session, order.id)
    note = mask_note if masked else str
    return {
        **head_of(order, order.shop.code, carrier.code if carrier else None),
        "shop_state_text": order.shop_state_text,
        "version": order.version,
        "buyer": mask_name(order.buyer) if masked and order.buyer else order.buyer,
        "buyer_message": note(order.buyer_message),
        "seller_memo": note(order.seller_memo),
        "seller_flag": order.seller_flag,
        "carrier_wish": order.carrier_wish,
        "payment_fen": order.payment_fen,
        "postage_fen": order.postage_fen,
        "receiver": _receiver(order, masked=masked),
        "not_shipped": sum(left.values()),
        "lines": _lines(session, order, left),
        "holds": [hold_of(hold) for hold in order.holds],
        "consignment": _consignment(session, order),
        "parcels": parcels,
        "waybills": [p["waybill"] for p in parcels if p["waybill"]],
    }


def _receiver(order: Order, *, masked: bool) -> dict[str, Any]:
    name, phone, detail = order.receiver_name, order.receiver_phone, order.receiver_detail
    if masked:
        name = mask_name(name) if name else ""
        phone = mask_phone(phone) if phone else ""
        detail = mask_address(detail)
    return {
        "name": name,
        "phone": phone,
        "province": order.receiver_province,
        "city": order.receiver_city,
        "district": order.receiver_district,
        "town": order.receiver_town,
        "detail": detail,
        "zip": order.receiver_zip,
        "is_masked": order.is_masked,
        "is_shown_masked": (name, phone, detail)
        != (order.receiver_name, order.receiver_phone, order.receiver_detail),
    }


def _lines(session: Session, order: Order, left: Mapping[int, int]) -> list[dict[str, Any]]:
    skus = [line.sku_id for line in order.lines if line.sku_id]
    rows = session.execute(sa.select(Sku.id, Sku.code).where(Sku.id.in_(skus)))
    codes = {sku_id: code for sku_id, code in rows}  # noqa: C416  (dict() is not typed for rows)
    done = _steps(session, order)
    return [
        {
            "key": line.line_key,
            "title": line.title,
            "properties": line.properties,
            "seller_code": line.seller_code,
            "sku": codes.get(line.sku_id or 0),
            "pieces": line.pieces,
            "price_fen": line.price_fen,
            "state": line.state.value,
            "is_service": line.is_service,
            **dict(zip(STEPS, done.get(line.id, (0, 0, 0, 0)), strict=True)),
            "not_shipped": left.get(line.id, 0),
        }
        for line in order.lines
    ]


def _steps(session: Session, order: Order) -> dict[int, tuple[int, ...]]:
    """Return order line id → pieces picked, checked, packed, dispatched.

    What left earlier in another consignment counts too; what was put down again does not.
    """
    line = ConsignmentLine
    is_ours = line.consignment_id == (order.consignment_id or 0)
    sums = [sa.func.sum(sa.case((is_ours, getattr(line, step)), else_=line.dispatched))
            for step in STEPS]  # fmt: skip
    rows = session.execute(
        sa.select(line.order_line_id, *sums)
        .where(line.order_line_id.in_([x.id for x in order.lines]))
        .group_by(line.order_line_id)
    )
    return {row[0]: tuple(int(n) for n in row[1:]) for row in rows}


def hold_of(hold: Hold) -> dict[str, Any]:
    """Return one hold."""
    return {
        "id": hold.id,
        "kind": hold.kind.value,
        "owner": hold.owner.value,
        "note": hold.note,
        "raised_at": iso(hold.raised_at),
        "released_at": iso(hold.released_at),
        "release_note": hold.release_note,
    }


def _consignment(session: Session, order: Order) -> dict[str, Any] | None:
    if order.consignment_id is None:
        return None
    consignment = session.get_one(Consignment, order.consignment_id)
    carrier = session.get(Carrier, consignment.carrier_id) if consignment.carrier_id else None
    orders = session.scalars(
        sa.select(Order.order_no).where(Order.consignment_id == consignment.id).order_by(Order.id)
    )
    return {
        "number": consignment.number,
        "state": consignment.state.value,
        "carrier": carrier.code if carrier else None,
        "orders": list(orders),
    }

"""One box that finds anything by any number on it; an exact hit goes straight to its page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import has_barcode
from warehouse.dispatch.models import Handover, Waybill
from warehouse.dispatch.queries import parcels_named, unit_of
from warehouse.errors import WarehouseError
from warehouse.inventory.models import Lot, Serial
from warehouse.orders.models import Consignment, Order
from warehouse.packing.models import Parcel
from warehouse.people.rights import Right
from warehouse.receiving.accounts import Exchange
from warehouse.receiving.models import PurchaseOrder, Receipt
from warehouse.scanning import CodeScan, parse
from warehouse.text import Text, say
from warehouse.waves.models import Wave
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import LARGEST_INT, reading, speak
from warehouse.web.desk import buyer_shown
from warehouse.web.finding import orders_like, parcels_like

bp = Blueprint("search", __name__, url_prefix="/search")
MOST_HITS = 12

Hit = dict[str, Any]


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """Go to what carries this number, or list what comes near."""
    q = tables.text("q")
    code = _code(q)
    with reading() as session:
        exact = _exact(session, code) if code else []
        places = {hit["href"] for hit in exact}
        if len(places) == 1:
            return redirect(places.pop())
        near = _near(session, q) if q and not exact else []
    groups: dict[str, list[Hit]] = {}
    for hit in exact or near:
        groups.setdefault(speak(hit["kind"]), []).append(hit)
    return render_template("search/index.html", q=q, groups=groups)


def _code(q: str) -> str:
    """Return what a scanner or a person meant; "" for badges and cards, which name nothing here."""
    try:
        scan = parse(q) if q else None
    except WarehouseError:
        return q
    # The symbol of a piece leads to the piece, that of a lot to the lot.
    return (scan.serial or scan.lot or scan.code) if isinstance(scan, CodeScan) else ""


def _hit(kind: Text, label: str, about: str, endpoint: str, **where: Any) -> Hit:
    return {"kind": kind, "label": label, "about": about, "href": url_for(endpoint, **where)}


def _exact(session: Session, code: str) -> list[Hit]:
    upper = code.upper()
    return [
        *_orders(session, sa.or_(Order.order_no == code, Order.buyer == code)),
        *_consignment(session, upper),
        *_parcels(
            session,
            Parcel.id.in_(
                sa.union_all(
                    *parcels_named(upper).selects,
                    sa.select(Parcel.id).where(Parcel.sscc == (unit_of(upper) or upper)),
                )
            ),
        ),
        *_waves(session, Wave.number == upper),
        *_handovers(session, Handover.number == upper),
        *_receiving(session, upper, is_exact=True),
        *_bins(session, Bin.code == upper),
        *_skus(session, sa.or_(Sku.code == code, has_barcode(code))),
        *_lots(session, Lot.code == upper),
        *_serials(session, Serial.code == upper),
    ]


def _near(session: Session, q: str) -> list[Hit]:
    upper = q.upper()
    return [
        *_orders(session, orders_like(session, q).condition),
        *_parcels(session, parcels_like(session, q).condition),
        *_waves(session, tables.begins(Wave.number, upper)),
        *_handovers(session, tables.begins(Handover.number, upper)),
        *_receiving(session, upper, is_exact=False),
        *_bins(session, tables.begins(Bin.code, upper)),
        *_skus(session, sa.or_(tables.like(Sku.code, q), tables.like(Sku.name, q))),
        *_lots(session, tables.begins(Lot.code, upper)),
        *_serials(session, tables.begins(Serial.code, upper)),
    ]


def _lots(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Lot.id, Lot.code, Sku.code)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(condition)
        .order_by(Lot.id.desc())
        .limit(MOST_HITS)
    )
    return [_hit(say("Lots"), code, sku, "lots.lot", lot_id=i) for i, code, sku in rows]


def _serials(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Serial.id, Serial.code, Sku.code)
        .join(Sku, Sku.id == Serial.sku_id)
        .where(condition)
        .order_by(Serial.id.desc())
        .limit(MOST_HITS)
    )
    place = "lots.serial"
    return [_hit(say("Serial numbers"), code, sku, place, serial_id=i) for i, code, sku in rows]


def _orders(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Order.id, Order.order_no, Order.buyer)
        .where(condition)
        .order_by(Order.id.desc())
        .limit(MOST_HITS)
    )
    return [
        _hit(say("Orders"), no, buyer_shown(buyer), "orders.order", order_id=i)
        for i, no, buyer in rows
    ]


def _consignment(session: Session, code: str) -> list[Hit]:
    digits = code.removeprefix("C")
    if digits == code or not digits.isascii() or not digits.isdigit():
        return []
    if len(digits) >= len(str(LARGEST_INT)):
        return []
    found = session.get(Consignment, int(digits))
    if found is None or found.number != code:
        return []
    place = "consignments.consignment"
    return [_hit(say("Consignments"), found.number, "", place, consignment_id=found.id)]


def _parcels(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Parcel.id, Parcel.number, Waybill.number)
        .outerjoin(Waybill, Waybill.parcel_id == Parcel.id)
        .where(condition)
        .order_by(Parcel.id.desc())
        .limit(MOST_HITS)
    )
    return [
        _hit(say("Parcels"), number, waybill or "", "parcels.parcel", parcel_id=i)
        for i, number, waybill in rows
    ]


def _waves(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Wave.id, Wave.number).where(condition).order_by(Wave.id.desc()).limit(MOST_HITS)
    )
    return [_hit(say("Waves"), number, "", "waves.wave", wave_id=i) for i, number in rows]


def _handovers(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Handover.id, Handover.number)
        .where(condition)
        .order_by(Handover.id.desc())
        .limit(MOST_HITS)
    )
    return [
        _hit(say("Handovers"), number, "", "handovers.handover", handover_id=i)
        for i, number in rows
    ]


def _receiving(session: Session, code: str, *, is_exact: bool) -> list[Hit]:
    found: list[Hit] = []
    places: tuple[tuple[Any, Text, str, str], ...] = (
        (Receipt, say("Receipts"), "receiving.receipt", "receipt_id"),
        (PurchaseOrder, say("Purchase orders"), "receiving.order", "order_id"),
        (Exchange, say("Exchange"), "receiving.exchange", "exchange_id"),
    )
    for model, kind, endpoint, name in places:
        condition = model.number == code if is_exact else tables.begins(model.number, code)
        rows = session.execute(
            sa.select(model.id, model.number)
            .where(condition)
            .order_by(model.id.desc())
            .limit(MOST_HITS)
        )
        found += [_hit(kind, number, "", endpoint, **{name: i}) for i, number in rows]
    return found


def _bins(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    # A parcel is a bin too; whoever looks for its number wants the parcel.
    rows = session.execute(
        sa.select(Bin.id, Bin.code)
        .where(condition, Bin.kind != BinKind.PARCEL)
        .order_by(Bin.walk_order, Bin.code)
        .limit(MOST_HITS)
    )
    return [_hit(say("Bins"), code, "", "stock.bin", bin_id=i) for i, code in rows]


def _skus(session: Session, condition: sa.ColumnElement[bool]) -> list[Hit]:
    rows = session.execute(
        sa.select(Sku.id, Sku.code, Sku.name, Sku.properties)
        .where(condition)
        .order_by(Sku.code)
        .limit(MOST_HITS)
    )
    return [
        _hit(say("SKUs"), code, f"{name} {properties}".strip(), "stock.sku", sku_id=i)
        for i, code, name, properties in rows
    ]

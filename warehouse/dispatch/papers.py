"""The waybill of a parcel and the manifest of a handover."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Carrier as CarrierFacts
from printing.documents import Locale, Manifest, ManifestLine
from printing.documents import Waybill as WaybillPaper
from printing.queue import templates_for
from warehouse.carriers.models import Carrier
from warehouse.dispatch.models import Handover, HandoverParcel, Waybill, WaybillState
from warehouse.orders.models import Order
from warehouse.orders.queries import orders_of
from warehouse.packing.models import Parcel
from warehouse.packing.papers import items_of, receiver_of, sender_of
from warehouse.settings import load_settings


def waybill_paper(session: Session, parcel: Parcel, carrier: Carrier, number: str) -> WaybillPaper:
    """Return the label of a parcel with a number from the courier's pool."""
    orders = orders_of(session, parcel.consignment_id)
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(Parcel)
        .where(Parcel.consignment_id == parcel.consignment_id)
    )
    settings = load_settings(session)
    return WaybillPaper(
        locale=Locale(settings.paper_locale),
        waybill_no=number,
        carrier=CarrierFacts(code=carrier.code, name=carrier.name),
        receiver=receiver_of(orders[0]),
        sender=sender_of(settings),
        order_numbers=tuple(o.order_no for o in orders),
        parcel_no=parcel.number,
        parcel_index=parcel.sequence,
        parcel_count=count or parcel.sequence,
        items=items_of(session, parcel.id),
        weight_g=parcel.gross_g,
        templates=templates_for(
            session, WaybillPaper.kind, shop_id=orders[0].shop_id, carrier_id=carrier.id
        ),
    )


def manifest(session: Session, handover: Handover, handed_over_at: str) -> Manifest:
    """Return the list of parcels the courier signs for; `handed_over_at` is in the site's time."""
    carrier = session.get_one(Carrier, handover.carrier_id)
    rows = session.execute(
        sa.select(Waybill.number, Parcel.number, Parcel.gross_g, Parcel.consignment_id)
        .join(HandoverParcel, HandoverParcel.parcel_id == Parcel.id)
        .join(Waybill, Waybill.parcel_id == Parcel.id)
        .where(HandoverParcel.handover_id == handover.id, Waybill.state == WaybillState.LIVE)
        .order_by(HandoverParcel.id)
    ).all()
    places: dict[int | None, str] = {}
    numbers: dict[int | None, str] = {}
    found = session.execute(
        sa.select(
            Order.consignment_id, Order.order_no, Order.receiver_province, Order.receiver_city
        )
        .where(Order.consignment_id.in_({row.consignment_id for row in rows}))
        .order_by(Order.id)
    )
    for consignment_id, order_no, province, city in found:
        places.setdefault(consignment_id, f"{province} {city}".strip())
        numbers.setdefault(consignment_id, order_no)
    settings = load_settings(session)
    return Manifest(
        locale=Locale(settings.paper_locale),
        manifest_no=handover.number,
        carrier=CarrierFacts(code=carrier.code, name=carrier.name),
        lines=tuple(
            ManifestLine(
                waybill_no=waybill_no,
                parcel_no=parcel_no,
                order_no=numbers.get(consignment_id, ""),
                destination=places.get(consignment_id, ""),
                weight_g=gross_g,
            )
            for waybill_no, parcel_no, gross_g, consignment_id in rows
        ),
        warehouse=settings.site_name,
        handed_over_at=handed_over_at,
    )

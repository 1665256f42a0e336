"""The packer's tablet."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.catalog.queries import carton_by_code
from warehouse.checking.queries import waiting
from warehouse.commands import Outcome
from warehouse.orders.models import ConsignmentState
from warehouse.packing.commands.carton import ChangeCarton, OpenParcel, change_carton, open_parcel
from warehouse.packing.commands.goods import PackItem, PackRest, pack_item, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.packing.models import Parcel
from warehouse.packing.queries import PackView, cartons, pack_view
from warehouse.packing.screens import PackScreen
from warehouse.people.rights import Right
from warehouse.scanning import Card, CardScan, Scan
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, reading
from warehouse.web.stations import Fragment, code_of, said_of, stop_screen, unknown_card

bp = Blueprint("pack", __name__, url_prefix="/pack")


@bp.get("")
@needs(Right.PACK)
def index() -> str:
    """Wait for a tote."""
    return stations.page(
        _show,
        screen=PackScreen.TOTE,
        subject=None,
        scan_url=url_for("pack.scans"),
        title=say("Pack"),
    )


@bp.post("/scans")
@needs(Right.PACK)
def scans() -> Response:
    """Take one scan of the packing bench."""
    return stations.answer(_take, _show)


def _take(scan: Scan, screen: str, subject: int | None) -> Outcome:
    if isinstance(scan, CardScan):
        return _card(scan.card, screen, subject or 0)
    item = code_of(scan)
    if screen == PackScreen.CARTON:
        return do(open_parcel, OpenParcel, consignment_id=subject or 0, barcode=item.code)
    if screen == PackScreen.ITEMS:
        with reading() as session:
            is_carton = carton_by_code(session, item.code) is not None
        if is_carton:
            return do(change_carton, ChangeCarton, parcel_id=subject or 0, barcode=item.code)
        pieces = form_int("pieces", 1) * item.pieces
        return do(pack_item, PackItem, parcel_id=subject or 0, pieces=pieces, **said_of(item))
    return do(start_packing, StartPacking, barcode=item.code)


def _card(card: Card, screen: str, subject: int) -> Outcome:
    if screen == PackScreen.ITEMS:
        if card is Card.OK:
            return do(pack_rest, PackRest, parcel_id=subject)
        if card is Card.FULL:
            return do(seal_parcel, SealParcel, parcel_id=subject)
        if card is Card.UNDO:
            with reading() as session:
                consignment_id = session.get_one(Parcel, subject).consignment_id
            return do(undo_pack, UndoPack, consignment_id=consignment_id)
    if card is Card.UNDO and screen in (PackScreen.CARTON, PackScreen.TOTE) and subject:
        return do(undo_pack, UndoPack, consignment_id=subject)
    raise unknown_card()


def _show(session: Session, screen: str, subject: int | None) -> Fragment:
    if screen == PackScreen.ITEMS and subject:
        parcel = session.get(Parcel, subject)
        if parcel is not None:
            view = pack_view(session, parcel.consignment_id)
            if view.is_stopped:
                raise stop_screen(session, view.consignment_id)
            if view.parcel_id == parcel.id:
                return _items(view)
            if view.done < view.total:
                return _carton(session, view)
            return _tote(session, view.consignment_id)
    if screen == PackScreen.CARTON and subject:
        view = pack_view(session, subject)
        if view.is_stopped:
            raise stop_screen(session, view.consignment_id)
        if view.parcel_id is not None:
            return _items(view)
        if view.done < view.total:
            return _carton(session, view)
    return _tote(session, subject if screen == PackScreen.TOTE else None)


def _tote(session: Session, last: int | None) -> Fragment:
    """Wait for the next tote; `last` was just packed, and its last scan may be undone."""
    return Fragment(
        template="pack/_tote.html",
        screen=PackScreen.TOTE,
        subject=last,
        expects=say("a tote with checked goods"),
        context={
            "checked": waiting(session, ConsignmentState.CHECKED),
            "packing": waiting(session, ConsignmentState.PACKING),
            "last": last,
        },
    )


def _carton(session: Session, view: PackView) -> Fragment:
    return Fragment(
        template="pack/_carton.html",
        screen=PackScreen.CARTON,
        subject=view.consignment_id,
        expects=say("a carton"),
        context={"view": view, "cartons": cartons(session)},
    )


def _items(view: PackView) -> Fragment:
    return Fragment(
        template="pack/_items.html",
        screen=PackScreen.ITEMS,
        subject=view.parcel_id,
        expects=say("goods, or OK for everything"),
        context={"view": view},
    )

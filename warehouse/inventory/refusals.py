"""Saying what a scanned code is and where it belongs, when it is not what the step needs."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind
from warehouse.catalog.queries import (
    bin_by_code,
    carton_by_code,
    item_by_barcode,
    station_by_code,
)
from warehouse.errors import InvalidInput, UnknownBarcode, WrongBin, WrongItem, WrongScan
from warehouse.inventory.models import StockBalance
from warehouse.text import Text, say

MOST_PIECES = 9_999  # of one scan


def home_of(session: Session, sku_id: int) -> str | None:
    """Return the code of the shelf with most pieces of the SKU, None if it stands nowhere."""
    return session.execute(
        sa.select(Bin.code)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .where(StockBalance.sku_id == sku_id, Bin.kind == BinKind.SHELF, StockBalance.on_hand > 0)
        .order_by(StockBalance.on_hand.desc(), Bin.walk_order)
        .limit(1)
    ).scalar()


def describe(session: Session, barcode: str) -> tuple[Text | None, Text | None]:
    """Return (what the code is, where it belongs) for a refusal; None where nobody knows."""
    item = item_by_barcode(session, barcode)
    if item is not None:
        if not item.is_active:
            return say("{sku}, which is out of use", sku=item.words), None
        home = home_of(session, item.sku_id)
        return say("{name}", name=item.words), say("{name}", name=home) if home else None
    place = bin_by_code(session, barcode)
    if place is not None:
        return _describe_bin(place), None
    carton = carton_by_code(session, barcode)
    if carton is not None:
        return say("carton {code}", code=carton.code), None
    station = station_by_code(session, barcode)
    if station is not None:
        return say("station {code}", code=station.code), None
    return None, None


def _describe_bin(place: Bin) -> Text:
    if place.kind is BinKind.TOTE:
        return say("tote {code}", code=place.code)
    if place.kind is BinKind.PARCEL:
        return say("parcel {code}", code=place.code)
    return say("bin {code}", code=place.code)


def refuse(
    session: Session, barcode: str, wanted: Text, error: type[WrongScan] = WrongScan
) -> WrongScan | UnknownBarcode:
    """Return the refusal for a code that is not `wanted`: what came, what was needed, its home."""
    got, home = describe(session, barcode)
    if got is None:
        return UnknownBarcode(barcode, wanted=wanted)
    return error(got=got, wanted=wanted, home=home)


def refuse_item(session: Session, barcode: str, wanted: Text) -> WrongScan | UnknownBarcode:
    """Return the refusal where an item was wanted."""
    return refuse(session, barcode, wanted, WrongItem)


def refuse_bin(session: Session, barcode: str, wanted: Text) -> WrongScan | UnknownBarcode:
    """Return the refusal where a bin was wanted."""
    return refuse(session, barcode, wanted, WrongBin)


def require_pieces(pieces: int) -> None:
    """Refuse a number of pieces that no hand scans at once.

    Raises:
        InvalidInput: less than one, or more than 9,999.
    """
    if pieces > MOST_PIECES:
        text = say("At most {most} pieces at once. Enter more in parts.", most=MOST_PIECES)
        raise InvalidInput(text, field="pieces")
    if pieces < 1:
        raise InvalidInput(say("The number of pieces must be 1 or more."), field="pieces")

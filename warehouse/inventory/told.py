"""What is taken for an answer where lot, number or best-before was asked: no barcode, no place."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.queries import Item, item_by_barcode
from warehouse.catalog.rules import ean_problem
from warehouse.errors import LotDoubted, SerialDoubted, StillAsked, WrongItem, WrongScan
from warehouse.inventory.models import Lot, Serial
from warehouse.inventory.refusals import describe, refuse, refuse_item
from warehouse.text import Text, say

SHORTEST_EAN = 12  # a lot of eight digits is a day more often than an EAN-8


def require_lot(
    session: Session, sku_id: int, lot: str, *, goods: str = "", is_sure: bool = False
) -> None:
    """Refuse an answer to the question of these goods' lot that is none, or may be none.

    `goods`: what the symbol says it stands on, where it says the lot as well. A lot these goods
    have had is always one; a new one of twelve to fourteen digits that could be the barcode of an
    item, or one that is called like a place or other goods, has to be told twice, the second time
    `is_sure`.

    Raises:
        StillAsked: the goods themselves once more, or their symbol without a lot. WrongItem,
        UnknownBarcode: the symbol is of other goods, or says no lot of goods nobody knows.
        LotDoubted: it looks like an item's barcode, is the code of a place or of other goods, or
        its symbol is of goods nobody knows.
    """
    if goods:
        item = item_by_barcode(session, goods)
        is_other = item is not None and item.sku_id != sku_id
        if is_other or (item is None and goods == lot):
            raise refuse(session, goods, say("the lot"), WrongItem)
        if item is not None and goods == lot:
            raise _still_asked(item)
        is_doubtful = item is None and _is_ean(goods)
    elif session.scalar(sa.select(Lot.id).where(Lot.sku_id == sku_id, Lot.code == lot)):
        return
    else:
        item = item_by_barcode(session, lot)
        if item is not None and item.sku_id == sku_id:
            raise _still_asked(item)
        got, _ = describe(session, lot)
        if got is not None and not is_sure:
            raise LotDoubted(lot, lot=lot, got=got)
        is_doubtful = _is_ean(lot)
    if is_doubtful and not is_sure:
        raise LotDoubted(goods or lot, lot=lot)


def _still_asked(item: Item) -> StillAsked:
    text = say("{name} is in hand already; this scan was not counted. Scan or type its lot.",
               name=item.words)  # fmt: skip
    return StillAsked(text)


def require_serial(
    session: Session,
    sku_id: int,
    serial: str,
    *,
    goods: str = "",
    paper: Text | None = None,
    is_sure: bool = False,
) -> None:
    """Refuse an answer to the question of a piece's number that is none, or may be none.

    `goods`: what the symbol says it stands on, where it says the number as well; `paper`: what of
    ours is called so. What is called like a place, paper or other goods, or could be the barcode of
    an item, has to be told twice, the second time `is_sure`; a number these goods have had is
    always one.

    Raises:
        StillAsked: the goods themselves once more. WrongItem, UnknownBarcode: the symbol is of
        other goods, or says no number of goods nobody knows. SerialDoubted: it is the code of a
        place, paper or other goods, or looks like one.
    """
    item = item_by_barcode(session, serial)
    if item is not None and item.sku_id == sku_id:
        raise StillAsked(
            say("{name} is in hand already; this scan was not counted. Scan the number of the"
                " piece.", name=item.words)
        )  # fmt: skip
    if goods:
        named = item_by_barcode(session, goods)
        if goods == serial or (named is not None and named.sku_id != sku_id):
            raise refuse_item(session, goods, say("the serial number of the piece in hand"))
        return
    if is_sure:
        return
    got = describe(session, serial)[0] or paper
    known = sa.select(Serial.id).where(Serial.sku_id == sku_id, Serial.code == serial)
    if (got is not None or _is_ean(serial)) and session.scalar(known) is None:
        raise SerialDoubted(serial, got=got)


def require_day(session: Session, sku_id: int, *, goods: str = "", code: str = "") -> None:
    """Refuse a scan as the best-before of these goods that says none of them.

    `goods`: what the symbol that says the day stands on; `code`: what was scanned instead of one.

    Raises:
        StillAsked: the goods themselves once more, without a day. WrongItem, WrongScan: other
        goods, or a place. UnknownBarcode: the symbol is of goods nobody knows.
    """
    item = item_by_barcode(session, goods or code)
    if item is not None and item.sku_id == sku_id:
        if goods:
            return
        raise StillAsked(
            say("{name} is in hand already; this scan was not counted. Scan or type its"
                " best-before.", name=item.words)
        )  # fmt: skip
    if goods or describe(session, code)[0] is not None:
        wrong = WrongItem if item else WrongScan
        raise refuse(session, goods or code, say("the best-before"), wrong)


def _is_ean(code: str) -> bool:
    return len(code) >= SHORTEST_EAN and ean_problem(code) is None

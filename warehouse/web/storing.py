"""The stock tablet: goods from dock to bin, moves from bin to bin, a look at anything."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_by_code, item_by_barcode
from warehouse.commands import Outcome
from warehouse.counting.blind import bins_hidden
from warehouse.errors import StaleScreen
from warehouse.inventory.desk import bins_of_sku, content_of_bin, lots_standing
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.models import Lot, LotBalance, Serial, SuspectKits
from warehouse.inventory.refusals import refuse
from warehouse.people.rights import Right
from warehouse.placing.models import Why
from warehouse.placing.reasons import OTHER_BIN, TO_QUARANTINE
from warehouse.scanning import Card, CardScan, CodeScan, Scan, WeightScan
from warehouse.storing.commands.hand import (
    AddGoods,
    ChooseLot,
    SetPieces,
    TakeBin,
    TakeGoods,
    add_goods,
    choose_lot,
    open_of,
    set_pieces,
    take_bin,
    take_goods,
)
from warehouse.storing.commands.place import (
    PlaceGoods,
    PutBack,
    UndoPlacing,
    against,
    place_goods,
    put_back,
    undo_placing,
)
from warehouse.storing.desk import DOCK_SORTS, can_undo, dock_bin_of, dock_list
from warehouse.storing.models import Handling
from warehouse.storing.screens import StockScreen
from warehouse.storing.sources import TAKEN_FROM
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, person, reading, today
from warehouse.web.in_hand import hand_view
from warehouse.web.stations import Fragment, code_of, unknown_card

bp = Blueprint("storing", __name__, url_prefix="/store")
LISTED = 5


@bp.get("")
@needs(Right.PUT_AWAY)
def index() -> str:
    """Show what this person has in hand, else what waits in the dock."""
    return stations.page(
        _show,
        screen=StockScreen.START,
        subject=None,
        scan_url=url_for("storing.scans"),
        title=say("Stock"),
    )


@bp.post("/scans")
@needs(Right.PUT_AWAY)
def scans() -> Response:
    """Take one scan."""
    return stations.answer(_take, _show)


def _take(scan: Scan, screen: str, subject: int | None) -> Outcome:
    if isinstance(scan, CardScan):
        return _card(scan.card, screen, subject or 0)
    if isinstance(scan, WeightScan) and screen == StockScreen.HAND:
        return _number(scan, subject or 0)
    code = code_of(scan)
    if screen in (StockScreen.HAND, StockScreen.WHY):
        return _in_hand(code, subject or 0)
    return _look(code, screen, subject)


def _number(scan: WeightScan, handling_id: int) -> Outcome:
    """A number keyed on the screen is how many pieces are in hand."""
    is_whole = scan.text.isascii() and scan.text.isdigit()
    pieces = int(scan.text) if is_whole and len(scan.text) < len("10000") else 0
    return do(set_pieces, SetPieces, handling_id=handling_id, pieces=pieces)


def _card(card: Card, screen: str, subject: int) -> Outcome:
    if card is Card.UNDO:
        if screen in (StockScreen.HAND, StockScreen.WHY):
            return do(put_back, PutBack, handling_id=subject)
        if screen in (StockScreen.BIN, StockScreen.SKU):
            return Outcome(screen=StockScreen.START, message=say("Back to the dock."))
        return do(undo_placing, UndoPlacing)
    if card is Card.OK and screen == StockScreen.BIN:
        return do(take_bin, TakeBin, bin_id=subject)
    if card is Card.OK and screen == StockScreen.HAND:
        if form_str("lot", ""):
            return do(choose_lot, ChooseLot, handling_id=subject, lot_id=form_int("lot"))
        return do(set_pieces, SetPieces, handling_id=subject, pieces=form_int("all", 0))
    if card is Card.OK and screen == StockScreen.WHY:
        return _place_elsewhere(subject)
    raise unknown_card()


def _place_elsewhere(handling_id: int) -> Outcome:
    with reading() as session:
        code = session.scalar(
            sa.select(Bin.code)
            .join(Handling, Handling.other_bin_id == Bin.id)
            .where(Handling.id == handling_id)
        )
    given = form_str("why", "")
    if code is None or given not in set(Why):
        raise StaleScreen
    return do(place_goods, PlaceGoods, handling_id=handling_id, barcode=code, why=Why(given))


def _in_hand(code: CodeScan, handling_id: int) -> Outcome:
    with reading() as session:
        is_bin = bin_by_code(session, code.code) is not None
    if is_bin:
        return do(place_goods, PlaceGoods, handling_id=handling_id, barcode=code.code)
    return do(
        add_goods, AddGoods, handling_id=handling_id, barcode=code.code, pieces=code.pieces,
        lot=code.lot, serial=code.serial,
    )  # fmt: skip


def _look(code: CodeScan, screen: str, subject: int | None) -> Outcome:
    """Show what was scanned; goods where they stand are taken up."""
    with reading() as session:
        place = bin_by_code(session, code.code)
        item = item_by_barcode(session, code.code) if place is None else None
        piece = _piece(session, code.code) if place is None and item is None else None
        if place is not None:
            return Outcome(
                screen=StockScreen.BIN,
                subject_id=place.id,
                message=say("Bin {code}", code=place.code),
            )
        if item is None and piece is None:
            raise refuse(session, code.code, say("goods or a bin"))
        if piece is not None:
            where = session.scalar(sa.select(Bin.code).where(Bin.id == piece.bin_id))
            text = say("Serial number {serial} is in {bin}.", serial=piece.code, bin=where)
            return Outcome(screen=StockScreen.SKU, subject_id=piece.sku_id, message=text)
        sku_id = item.sku_id if item else 0
        words = item.words if item else ""
        bin_id = subject if screen == StockScreen.BIN else dock_bin_of(session, sku_id)
        kind = session.scalar(sa.select(Bin.kind).where(Bin.id == bin_id)) if bin_id else None
    if bin_id is None or kind not in TAKEN_FROM:
        return Outcome(screen=StockScreen.SKU, subject_id=sku_id, message=say("{name}", name=words))
    return do(
        take_goods, TakeGoods, bin_id=bin_id, barcode=code.code, pieces=code.pieces,
        lot=code.lot, serial=code.serial,
    )  # fmt: skip


def _piece(session: Session, code: str) -> Serial | None:
    return session.scalars(sa.select(Serial).where(Serial.code == code).limit(1)).first()


def _show(session: Session, screen: str, subject: int | None) -> Fragment:
    hand = open_of(session, person().id)
    if hand is not None:
        return _why(session, hand) if hand.other_bin_id is not None else _hand(session, hand)
    if screen == StockScreen.BIN and (place := session.get(Bin, subject)) is not None:
        return _bin(session, place)
    if screen == StockScreen.SKU and (sku := session.get(Sku, subject)) is not None:
        return Fragment(
            template="store/_sku.html",
            screen=StockScreen.SKU,
            subject=sku.id,
            expects=say("goods or a bin"),
            context={
                "sku": sku,
                "bins": (bins := bins_of_sku(session, sku.id)),
                "hidden": bins_hidden(session, person().id, (row.id for row in bins)),
                "lots": _by(session, sku, "bin_id", Lot.sku_id == sku.id),
                "held_back": _held_back(session, [sku.id]),
                "today": today(),
            },
        )
    query = dock_list().order_by(DOCK_SORTS["arrived"], Sku.id).limit(LISTED + 1)
    rows = list(session.execute(query))
    return Fragment(
        template="store/_start.html",
        screen=StockScreen.START,
        expects=say("goods or a bin"),
        context={
            "rows": rows[:LISTED],
            "is_more": len(rows) > LISTED,
            "can_undo": can_undo(session, person().id),
        },
    )


def _by(session: Session, sku: Sku | None, key: str, where: sa.ColumnElement[bool]) -> Any:
    """Return the lots by bin or by SKU; of goods kept without lots nothing is asked."""
    found: dict[int, list[Any]] = {}
    if sku is None or sku.is_lot_tracked:
        for lot in lots_standing(session, where):
            found.setdefault(getattr(lot, key), []).append(lot)
    return found


def _held_back(session: Session, sku_ids: list[int]) -> set[int]:
    """Return those of the SKUs that are kits with pieces of a blocked lot inside, maybe."""
    return set(session.scalars(SUSPECT_SKUS.where(SuspectKits.sku_id.in_(sku_ids))))


def _bin(session: Session, place: Bin) -> Fragment:
    content = content_of_bin(session, place.id)
    can_take = place.kind in TAKEN_FROM
    return Fragment(
        template="store/_bin.html",
        screen=StockScreen.BIN,
        subject=place.id,
        expects=say("goods to take, or another bin") if can_take else say("goods or a bin"),
        context={
            "place": place,
            "content": content,
            "hidden": bins_hidden(session, person().id, [place.id]),
            "can_take": can_take,
            "lots": _by(session, None, "sku_id", LotBalance.bin_id == place.id),
            "held_back": _held_back(session, [row.sku_id for row in content]),
            "today": today(),
        },
    )


def _hand(session: Session, hand: Handling) -> Fragment:
    view = hand_view(session, hand)
    expects = say("the bin")
    if view.lots:
        expects = say("the lot")
    elif view.needs_serials:
        expects = say("the serial number of each piece")
    elif view.advised is not None:
        expects = say("bin {code}", code=view.advised)
    return Fragment(
        template="store/_lots.html" if view.lots else "store/_hand.html",
        screen=StockScreen.HAND,
        subject=hand.id,
        expects=expects,
        context={"view": view},
    )


def _why(session: Session, hand: Handling) -> Fragment:
    place = session.get_one(Bin, hand.other_bin_id)
    is_quarantine = place.kind is BinKind.QUARANTINE
    return Fragment(
        template="store/_why.html",
        screen=StockScreen.WHY,
        subject=hand.id,
        expects=say("why"),
        context={
            "view": hand_view(session, hand),
            "place": place,
            "against": against(session, hand, place),
            "reasons": TO_QUARANTINE if is_quarantine else OTHER_BIN,
        },
    )

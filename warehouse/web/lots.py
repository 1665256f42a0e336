"""The desk's lots and serial numbers: where they are, whence they came, who got them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.masking import mask_address, mask_name, mask_phone
from warehouse.catalog.models import Bin, Sku
from warehouse.errors import InvalidInput, NotFound, WarehouseError
from warehouse.inventory.models import Lot, Move, Serial
from warehouse.people.rights import Right
from warehouse.storing.desk import move_list
from warehouse.text import say
from warehouse.tracing import queries, recalling
from warehouse.tracing.commands.blocking import (
    BlockLot,
    LetKitsGo,
    UnblockLot,
    block_lot,
    let_kits_go,
    unblock_lot,
)
from warehouse.tracing.commands.mending import MendLot, mend_lot
from warehouse.tracing.commands.recalling import TellRecall, tell_recall
from warehouse.tracing.in_doubt import causes_of, in_doubt, in_doubt_for, skus_in_doubt
from warehouse.tracing.inside import inside_lot, inside_piece
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import do, form_day, form_str, reading, speak, today
from warehouse.web.desk import act, told
from warehouse.web.spreadsheets import Field, csv_answer
from warehouse.web.stock import MOVES
from warehouse.web.timeline import story

bp = Blueprint("lots", __name__, url_prefix="/lots")
SOON_DAYS = 30
MOST_DAYS = 3_650

LOT_FIELDS: tuple[Field, ...] = (
    (say("Lot"), lambda r: r.lot),
    (say("SKU"), lambda r: r.code),
    (say("Goods"), lambda r: r.name),
    (say("Properties"), lambda r: r.properties),
    (say("Best before"), lambda r: r.best_before.isoformat() if r.best_before else ""),
    (say("On hand"), lambda r: int(r.on_hand)),
    (say("In reserve"), lambda r: int(r.reserve)),
    (say("Reserved"), lambda r: int(r.reserved)),
    (say("Blocked"), lambda r: r.blocked_reason),
)
SERIAL_FIELDS: tuple[Field, ...] = (
    (say("Serial number"), lambda r: r.serial),
    (say("SKU"), lambda r: r.code),
    (say("Goods"), lambda r: r.name),
    (say("Lot"), lambda r: r.lot or ""),
    (say("Bin"), lambda r: r.bin),
)
_GOT: tuple[Field, ...] = (
    (say("Order"), lambda r: r.order_no),
    (say("Parcel"), lambda r: r.parcel),
    (say("State"), lambda r: r.state),
    (say("Gone at"), lambda r: r.dispatched_at),
    (say("SKU"), lambda r: r.sku),
    (say("Pieces"), lambda r: r.pieces),
    (say("Region"), lambda r: " ".join(filter(None, (r.receiver_province, r.receiver_city,
                                                     r.receiver_district, r.receiver_town)))),
)  # fmt: skip
MASKED: tuple[Field, ...] = (
    *_GOT,
    (say("Full name"), lambda r: mask_name(r.receiver_name) if r.receiver_name else ""),
    (say("Phone"), lambda r: mask_phone(r.receiver_phone) if r.receiver_phone else ""),
    (say("Address"), lambda r: mask_address(r.receiver_detail) if r.receiver_detail else ""),
)
IN_FULL: tuple[Field, ...] = (
    *_GOT,
    (say("Full name"), lambda r: r.receiver_name),
    (say("Phone"), lambda r: r.receiver_phone),
    (say("Address"), lambda r: r.receiver_detail),
)
LOTS = tables.Listing(
    name="lots", key=Lot.id, sorts=queries.LOT_SORTS, default="best_before", fields=LOT_FIELDS
)
SERIALS = tables.Listing(
    name="serials", key=Serial.id, sorts=queries.SERIAL_SORTS, default="serial",
    fields=SERIAL_FIELDS,
)  # fmt: skip
RECALL = tables.Listing(
    name="recall", key=Move.id, sorts=queries.RECALL_SORTS, default="no", fields=MASKED
)


@bp.get("")
@needs(Right.SEE_DESK, shows_book=True)
def index() -> str | Response:
    """List the lots: those in the house, expired, ending soon, blocked, or all."""
    only, days = tables.text("only"), min(tables.whole("days", SOON_DAYS), MOST_DAYS)
    query = queries.lot_list()
    chosen = {
        "": (queries.is_standing(),),
        "expired": (queries.is_standing(), queries.is_expired(today())),
        "soon": (queries.is_standing(), queries.ends_within(today(), days)),
        "blocked": (Lot.blocked_at.is_not(None),),
    }
    query = query.where(*chosen.get(only, ()))
    if q := tables.text("q"):
        query = query.where(
            tables.begins(Lot.code, q.upper()) | tables.like(Sku.code, q) | tables.like(Sku.name, q)
        )
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LOTS)
        return render_template(
            "lots/index.html",
            page=tables.page_of(session, query, LOTS),
            chips=[
                *_chips(queries.lot_counts(session, today(), days), only, days),
                _kits_chip(session),
            ],
            today=today(),
            q=q,
            only=only,
            days=days,
        )


def _chips(counts: dict[str, int], only: str, days: int) -> list[dict[str, Any]]:
    chips = (
        ("expired", say("expired"), "stop"),
        ("soon", say("end within {days} days", days=days), "attention"),
        ("blocked", say("blocked"), "stop"),
    )
    return [
        {
            "label": speak(label),
            "count": counts[name],
            "tone": tone,
            "href": tables.href(only=None if only == name else name),
            "current": only == name,
        }
        for name, label, tone in chips
    ]


def _kits_chip(session: Session) -> dict[str, Any]:
    return {
        "label": speak(say("kits held back")),
        "count": skus_in_doubt(session),
        "tone": "stop",
        "href": url_for("lots.kits"),
        "current": False,
    }


@bp.get("/<int:lot_id>")
@needs(Right.SEE_DESK, shows_book=True)
def lot(lot_id: int) -> str | Response:
    """Show one lot: where it stands, every move back to its receipt, who got it."""
    with reading() as session:
        found = session.execute(queries.lot_list().where(Lot.id == lot_id)).first()
        if found is None:
            raise NotFound(say("lot"), lot_id)
        if tables.is_export():
            name = f"moves-lot-{lot_id}"
            mine = (Move.lot_id == lot_id,)
            return tables.export(session, move_list(), MOVES, name=name, arms=mine)
        got = recalling.recall(session, lot_id).order_by(Move.id.desc()).limit(tables.PAGE_ROWS)
        return render_template(
            "lots/lot.html",
            lot=found,
            today=today(),
            bins=queries.bins_of_lot(session, lot_id),
            got=list(session.execute(got)),
            kits=recalling.kits_with(session, lot_id),
            doubts=in_doubt(session, in_doubt_for(lot_id)),
            inside=causes_of(session, lot_id),
            parts=inside_lot(session, lot_id),
            page=tables.page_of(session, move_list(), MOVES, arms=(Move.lot_id == lot_id,)),
            events=story(session, [("lot", [lot_id])]),
        )


@bp.get("/<int:lot_id>/recall")
@needs(Right.SEE_DESK)
def recall(lot_id: int) -> Response:
    """Return which orders and parcels got the lot, receivers hidden, as a file."""
    with reading() as session:
        if session.get(Lot, lot_id) is None:
            raise NotFound(say("lot"), lot_id)
        name = f"recall-{lot_id}"
        return tables.export(session, recalling.recall(session, lot_id), RECALL, name=name)


@bp.post("/<int:lot_id>/recall")
@needs(Right.UNMASK)
def recall_in_full(lot_id: int) -> Response:
    """Return the same with the receivers in full; that somebody looked stays in the trail."""
    try:
        do(tell_recall, TellRecall, lot_id=lot_id, reason=form_str("reason", ""))
    except NotFound:
        raise
    except WarehouseError as error:
        return told(error, url_for("lots.lot", lot_id=lot_id))
    with reading() as session:
        rows = session.execute(recalling.recall(session, lot_id).order_by(Move.id))
        return csv_answer(f"recall-{lot_id}-in-full", IN_FULL, rows)


@bp.post("/<int:lot_id>/block")
@needs(Right.STOCK)
def block(lot_id: int) -> Response:
    """Block the lot, with a reason."""
    return act(block_lot, BlockLot, back=_page(lot_id), lot_id=lot_id, reason=form_str("reason"))


@bp.post("/<int:lot_id>/unblock")
@needs(Right.STOCK)
def unblock(lot_id: int) -> Response:
    """Let the lot go, with a reason."""
    return act(
        unblock_lot, UnblockLot, back=_page(lot_id), lot_id=lot_id, reason=form_str("reason")
    )


@bp.get("/kits")
@needs(Right.SEE_DESK, shows_book=True)
def kits() -> str:
    """Show the kits in doubt: for which lots, where they stand, inside which other kits."""
    with reading() as session:
        return render_template("lots/kits.html", doubts=in_doubt(session))


@bp.post("/kits/<int:sku_id>/let-go")
@needs(Right.STOCK)
def kits_sorted(sku_id: int) -> Response:
    """Let kits without lots be sold again, with a word of what was found."""
    page = url_for("stock.sku", sku_id=sku_id)
    return act(let_kits_go, LetKitsGo, back=page, sku_id=sku_id, reason=form_str("reason"))


@bp.post("/<int:lot_id>/best-before")
@needs(Right.STOCK)
def mend(lot_id: int) -> Response:
    """Give the lot another best-before, with a reason."""
    try:
        day = form_day("best_before")
    except InvalidInput as error:
        return told(error, _page(lot_id))
    given = {"lot_id": lot_id, "best_before": day, "reason": form_str("reason", "")}
    return act(mend_lot, MendLot, back=_page(lot_id), **given)


@bp.get("/serials")
@needs(Right.SEE_DESK, shows_book=True)
def serials() -> str | Response:
    """List the known pieces."""
    query = queries.serial_list()
    if q := tables.text("q"):
        of_skus = sa.select(Sku.id).where(tables.like(Sku.code, q))
        query = query.where(tables.begins(Serial.code, q) | Serial.sku_id.in_(of_skus))
    if place := tables.text("bin"):
        query = query.where(Bin.code == place.upper())
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, SERIALS)
        page = tables.page_of(session, query, SERIALS)
        return render_template("lots/serials.html", page=page, q=q, place=place)


@bp.get("/serials/<int:serial_id>")
@needs(Right.SEE_DESK, shows_book=True)
def serial(serial_id: int) -> str | Response:
    """Show one piece: where it is, its whole way to the parcel and back."""
    query = move_list().where(queries.took_along(serial_id))
    with reading() as session:
        found = session.execute(queries.serial_list().where(Serial.id == serial_id)).first()
        if found is None:
            raise NotFound(say("serial number"), serial_id)
        if tables.is_export():
            return tables.export(session, query, MOVES, name=f"moves-serial-{serial_id}")
        kits = recalling.kits_with_piece(session, serial_id)
        return render_template(
            "lots/serial.html",
            serial=found,
            got=recalling.who_got(session, serial_id, kits),
            kits=kits,
            parts=inside_piece(session, serial_id),
            page=tables.page_of(session, query, MOVES),
        )


def _page(lot_id: int) -> str:
    return url_for("lots.lot", lot_id=lot_id)

"""The desk's stock: SKUs and bins with what stands there, and the moves that explain it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.commands.labels import (
    PrintBinLabels,
    PrintSkuLabels,
    print_bin_labels,
    print_sku_labels,
)
from warehouse.catalog.models import (
    IN_WORK_KINDS,
    Barcode,
    Bin,
    BinKind,
    Sku,
    SkuPicture,
    Zone,
)
from warehouse.commands import Outcome
from warehouse.counting.queries import not_found
from warehouse.errors import Conflict, InvalidInput, NotFound, RuleViolation
from warehouse.inventory import desk as stock_desk
from warehouse.inventory.models import Move, MoveReason, StockBalance
from warehouse.inventory.proof import differences
from warehouse.inventory.standing import held_back, stands_in, stands_of
from warehouse.inventory.tracking import GiveLot, SetTracking, give_lot, set_tracking
from warehouse.kitting.queries import can_make, kits_with, parts_of
from warehouse.people.rights import Right
from warehouse.settings import load_settings
from warehouse.storing.commands.moves import ADJUSTED
from warehouse.storing.desk import move_list
from warehouse.supplying.stock import Asked, stocks_of
from warehouse.text import say
from warehouse.tracing.in_doubt import in_doubt
from warehouse.tracing.queries import lots_of_sku
from warehouse.waves.models import WaveSlot
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import (
    Typed,
    form_day,
    form_ids,
    form_int,
    form_str,
    reading,
    speak,
    today,
)
from warehouse.web.desk import act, back_or, called, noted, told
from warehouse.web.move_filters import filtered
from warehouse.web.pages import invalid
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story
from warehouse.web.words import options, word

_Answer = Response | tuple[str | Response, int]
_FLAGS = ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked")
_SKU_FIELDS = ("copies", "days_before_expiry", "lot", "best_before", *_FLAGS)
bp = Blueprint("stock", __name__, url_prefix="/stock")

BIN_FIELDS: tuple[Field, ...] = (
    (say("Bin"), lambda b: b.code),
    (say("Kind"), lambda b: b.kind),
    (say("In use"), lambda b: b.is_active),
    (say("Zone"), lambda b: b.zone or ""),
    (say("Walk"), lambda b: b.walk_order),
    (say("SKUs"), lambda b: int(b.skus)),
    (say("On hand"), lambda b: int(b.on_hand)),
    (say("Reserved"), lambda b: int(b.reserved)),
    (say("Inner length"), lambda b: b.length_mm),
    (say("Inner width"), lambda b: b.width_mm),
    (say("Inner height"), lambda b: b.height_mm),
    (say("Most weight"), lambda b: b.most_weight_g),
    (say("Most pieces"), lambda b: b.most_pieces),
    (say("One SKU only"), lambda b: b.is_one_sku),
    (say("Storage class"), lambda b: b.storage_class),
    (say("Closed to put-away"), lambda b: b.is_put_closed),
    (say("Closed to picking"), lambda b: b.is_pick_closed),
)
MOVE_FIELDS: tuple[Field, ...] = (
    (say("Time"), lambda m: m.at),
    (say("SKU"), lambda m: m.code),
    (say("Pieces"), lambda m: m.pieces),
    (say("From"), lambda m: m.source),
    (say("To bin"), lambda m: m.target),
    (say("Why"), lambda m: m.reason),
    (say("Lot"), lambda m: m.lot or ""),
    (say("Reason"), lambda m: speak(word(m.why)) if m.why else ""),
    (say("Note"), lambda m: m.note or ""),
    (say("Reference"), lambda m: m.reference),
    (say("Who"), lambda m: called(m.who)),
    (say("Where"), lambda m: m.station or ""),
)
BINS = tables.Listing(
    name="bins", key=Bin.id, sorts=stock_desk.BIN_SORTS, default="walk", fields=BIN_FIELDS
)
MOVES = tables.Listing(
    name="moves", key=Move.id, sorts=stock_desk.MOVE_SORTS, default="-no", fields=MOVE_FIELDS
)


@bp.get("/sku/<int:sku_id>")
@needs(Right.SEE_DESK, shows_book=True)
def sku(sku_id: int) -> str | Response:
    """Show one SKU: picture, barcodes, where it stands, how it moved."""
    return _sku_page(sku_id, {})


def _sku_page(sku_id: int, errors: Mapping[str, str]) -> str | Response:
    """Show the page, or return its moves as a file; a form that was refused as it was typed."""
    query = filtered(move_list())
    of_sku = Move.sku_id == sku_id
    with reading() as session:
        found = session.get(Sku, sku_id)
        if found is None:
            raise NotFound(say("SKU"), sku_id)
        if tables.is_export():
            name = f"moves-sku-{sku_id}"
            return tables.export(session, query, MOVES, name=name, arms=(of_sku,))
        barcodes = sa.select(Barcode).where(Barcode.sku_id == sku_id).order_by(Barcode.code)
        parts = parts_of(session, sku_id, today())
        return render_template(
            "stock/sku.html",
            sku=found,
            has_picture=session.get(SkuPicture, sku_id) is not None,
            barcodes=list(session.scalars(barcodes)),
            **_standing(session, sku_id),
            lots=lots_of_sku(session, sku_id),
            today=today(),
            page=tables.page_of(session, query, MOVES, arms=(of_sku,)),
            events=story(session, [("sku", [sku_id])]),
            reasons=options(MoveReason, say("all")),
            kit=parts,
            can_make=can_make(parts),
            inside=kits_with(session, sku_id),
            doubts=in_doubt(session, Sku.id == sku_id),
            values=request.form,
            errors=errors,
            told=[said for name, said in errors.items() if name not in _SKU_FIELDS],
        )


def _standing(session: Session, sku_id: int) -> dict[str, Any]:
    """Return the numbers of the SKU and its places: what the list of stock says, one by one."""
    stands = stands_of(session, [sku_id], day=today()).get(sku_id, [])
    elsewhere = stock_desk.bins_of_sku(session, sku_id)
    others = [b for b in elsewhere if b.is_virtual or b.kind in IN_WORK_KINDS]
    asked = Asked(day=today(), settings=load_settings(session))
    return {
        "stock": stocks_of(session, asked, [sku_id])[sku_id],
        "stands": stands,
        "held": sorted(held_back(stands).items()),
        "others": others,
        "on_way_out": sum(b.on_hand for b in others if not b.is_virtual),
    }


@bp.get("/bins")
@needs(Right.SEE_DESK, shows_book=True)
def bins() -> str | Response:
    """List the bins in use in walking order; totes, parcels and what is out of use if asked for."""
    query, q = stock_desk.bin_list(), tables.text("q")
    kind, use = tables.one_of("kind", BinKind), tables.text("use")
    if kind:
        query = query.where(Bin.kind == kind)
    else:
        left_out = (BinKind.PARCEL,) if q else (BinKind.PARCEL, BinKind.TOTE)
        query = query.where(Bin.kind.not_in(left_out))
    if q:
        query = query.where(tables.begins(Bin.code, q.upper()))
    if use == "out" or (use != "all" and not q):
        query = query.where(~Bin.is_active if use == "out" else Bin.is_active)
    if zone := tables.text("zone"):
        query = query.where(Zone.code == zone)
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, BINS)
        return render_template(
            "stock/bins.html",
            page=tables.page_of(session, query, BINS),
            zones=list(session.execute(sa.select(Zone.code, Zone.name).order_by(Zone.sequence))),
            kinds=options(BinKind, say("all but totes and parcels")),
            q=q,
        )


@bp.get("/bins/<int:bin_id>")
@needs(Right.SEE_DESK, shows_book=True)
def bin(bin_id: int) -> str | Response:
    """Show one bin: what stands in it, what came and went."""
    query = filtered(move_list())
    touching = (Move.from_bin_id == bin_id, Move.to_bin_id == bin_id)
    with reading() as session:
        found = session.get(Bin, bin_id)
        if found is None:
            raise NotFound(say("bin"), bin_id)
        if tables.is_export():
            return tables.export(session, query, MOVES, name=f"moves-bin-{bin_id}", arms=touching)
        carries = session.scalar(
            sa.select(WaveSlot.consignment_id).where(
                WaveSlot.tote_bin_id == bin_id, WaveSlot.freed_at.is_(None)
            )
        )
        return render_template(
            "stock/bin.html",
            bin=found,
            zone=session.get(Zone, found.zone_id) if found.zone_id else None,
            consignment_id=carries,
            content=stands_in(session, [bin_id], day=today()),
            unfound=not_found(session, bin_id),
            page=tables.page_of(session, query, MOVES, arms=touching),
            events=story(session, [("bin", [bin_id])]),
            reasons=options(MoveReason, say("all")),
            can_take=found.kind in ADJUSTED,
            can_retire=not found.is_virtual and found.kind is not BinKind.PARCEL,
        )


@bp.post("/sku/<int:sku_id>/labels")
@needs(Right.STOCK)
def sku_labels(sku_id: int) -> _Answer:
    """Print labels for pieces of a SKU."""
    typed = Typed()
    copies = typed.read(lambda name: form_int(name, 1), "copies", 0)
    return _done(
        sku_id, lambda: typed.do(print_sku_labels, PrintSkuLabels, sku_id=sku_id, copies=copies)
    )


@bp.post("/sku/<int:sku_id>/tracking")
@needs(Right.STOCK)
def tracking(sku_id: int) -> _Answer:
    """Say how a SKU is kept: by lot, with a best-before, piece by piece."""
    typed = Typed()
    days = typed.read(lambda name: form_int(name, 0), "days_before_expiry", -1)
    fields = {"days_before_expiry": days, **{f: form_str(f, "") == "1" for f in _FLAGS}}
    return _done(sku_id, lambda: typed.do(set_tracking, SetTracking, sku_id=sku_id, **fields))


@bp.post("/sku/<int:sku_id>/lot")
@needs(Right.STOCK)
def give_all_a_lot(sku_id: int) -> _Answer:
    """Give everything in the house of a SKU one lot; from then on it is kept by lot."""
    typed = Typed()
    day = typed.read(form_day, "best_before", None)
    lot = form_str("lot", "")
    return _done(
        sku_id, lambda: typed.do(give_lot, GiveLot, sku_id=sku_id, lot=lot, best_before=day)
    )


def _done(sku_id: int, act: Callable[[], Outcome]) -> _Answer:
    """Do what a form of a SKU's page asks for; a refusal marks its fields, what was typed stays."""
    back = url_for("stock.sku", sku_id=sku_id)
    try:
        outcome = act()
    except (InvalidInput, RuleViolation) as error:
        tables.stand_at("stock.sku")
        return _sku_page(sku_id, invalid(error)), 400
    except Conflict as error:
        return told(error, back)
    return noted(outcome, back)


@bp.post("/bins/labels")
@needs(Right.STOCK)
def bin_labels() -> Response:
    """Print the labels of chosen bins and totes."""
    return act(
        print_bin_labels,
        PrintBinLabels,
        back=back_or(url_for("stock.bins")),
        bin_ids=form_ids("chosen"),
    )


@bp.get("/proof")
@needs(Right.SEE_DESK)
def proof() -> str:
    """Recompute every balance from its moves and show what does not agree."""
    with reading() as session:
        moves, balances = session.execute(
            sa.select(
                sa.select(sa.func.count()).select_from(Move).scalar_subquery(),
                sa.select(sa.func.count()).select_from(StockBalance).scalar_subquery(),
            )
        ).one()
        return render_template(
            "stock/proof.html", differences=differences(session), moves=moves, balances=balances
        )

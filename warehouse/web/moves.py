"""The desk's moves: the list of all, what waits in the dock, and moving goods by word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin, Sku
from warehouse.catalog.queries import bin_by_code, sku_named
from warehouse.catalog.rules import scan_code
from warehouse.commands import Outcome
from warehouse.counting.commands.hands_ended import end_hand_and_look
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.inventory.models import Move, MoveReason
from warehouse.people.rights import Right
from warehouse.placing import reasons
from warehouse.placing.models import Why
from warehouse.storing.commands.ending import EndHand
from warehouse.storing.commands.moves import (
    AdjustStock,
    FreeStock,
    MoveBin,
    MovePieces,
    QuarantineStock,
    ScrapStock,
    Taken,
    adjust_stock,
    free_stock,
    move_bin,
    move_pieces,
    quarantine_stock,
    scrap_stock,
)
from warehouse.storing.desk import ARRIVED, DOCK_SORTS, dock_list, move_list
from warehouse.storing.hands import HandKind, in_hands
from warehouse.storing.sources import lots_in, serials_in
from warehouse.text import Text, say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import Typed, do, form_day, form_int, form_str, reading, speak
from warehouse.web.desk import act as act_and_tell
from warehouse.web.desk import back_or, noted
from warehouse.web.doubts import doubted
from warehouse.web.move_filters import filtered
from warehouse.web.pages import invalid
from warehouse.web.spreadsheets import Field
from warehouse.web.stock import MOVES, bp
from warehouse.web.words import options, word

LONGEST_SERIALS = 20_000
DOCK_FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda r: r.code),
    (say("Goods"), lambda r: r.name),
    (say("Bin"), lambda r: r.bin),
    (say("On hand"), lambda r: r.on_hand),
    (say("Available"), lambda r: r.available),
    (say("Arrived"), lambda r: r.at),
    (say("Reference"), lambda r: r.reference or ""),
)
DOCK = tables.Listing(
    name="dock", key=ARRIVED, sorts=DOCK_SORTS, default="arrived", fields=DOCK_FIELDS
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing that can be done to stock at the desk: its name, its fields, its reasons."""

    name: Text
    reasons: tuple[Why, ...] = ()
    has_target: bool = False
    has_goods: bool = True


ACTS: Mapping[str, Act] = {
    "move": Act(name=say("Move pieces"), has_target=True),
    "whole": Act(name=say("Move a whole bin"), has_target=True, has_goods=False),
    "adjust": Act(name=say("Adjust"), reasons=reasons.ADJUST),
    "scrap": Act(name=say("Scrap"), reasons=reasons.SCRAP),
    "quarantine": Act(name=say("Into quarantine"), reasons=reasons.TO_QUARANTINE),
    "free": Act(name=say("Out of quarantine"), reasons=reasons.OUT_OF_QUARANTINE, has_target=True),
}
FIELDS = ("bin", "sku", "pieces", "lot", "serials", "to", "why", "note", "best_before", "sign")


@bp.get("/moves")
@needs(Right.SEE_DESK, shows_book=True)
def moves() -> str | Response:
    """List all moves, the newest first."""
    query = filtered(move_list())
    if sku := tables.text("sku"):
        of_sku = sa.select(Sku.id).where(Sku.code == sku).scalar_subquery()
        query = query.where(Move.sku_id == of_sku)
    arms: tuple[sa.ColumnElement[bool], ...] = (sa.true(),)
    if code := tables.text("bin"):
        ids = sa.select(Bin.id).where(Bin.code == scan_code(code)).scalar_subquery()
        arms = (Move.from_bin_id == ids, Move.to_bin_id == ids)
    if reference := tables.text("q"):
        query = query.where(tables.begins(Move.reference, reference))
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, MOVES, arms=arms)
        return render_template(
            "stock/moves.html",
            page=tables.page_of(session, query, MOVES, arms=arms),
            reasons=options(MoveReason, say("all")),
        )


@bp.get("/dock")
@needs(Right.SEE_DESK, shows_book=True)
def dock() -> str | Response:
    """List what waits to be put away, the oldest first."""
    query = dock_list()
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, DOCK)
        return render_template(
            "stock/dock.html",
            page=tables.page_of(session, query, DOCK),
            hands=in_hands(session),
        )


@bp.post("/hands/end")
@needs(Right.STOCK)
def hand_ended() -> Response:
    """Forget what somebody has in hand; the goods stand where the book has them."""
    back = back_or(url_for("stock.dock"))
    kind = form_str("kind", "")
    if kind not in set(HandKind):
        raise NotFound(say("page"), kind)
    return act_and_tell(
        end_hand_and_look, EndHand, back=back, kind=HandKind(kind), person_id=form_int("person"),
        no=form_int("no"),
    )  # fmt: skip


@bp.get("/act/<act>")
@needs(Right.STOCK)
def acting(act: str) -> str:
    """Show the form of one act, with what is known of the goods."""
    values = {name: request.args.get(name, "")[:200] for name in FIELDS}
    return _form(act, values, {})


@bp.post("/act/<act>")
@needs(Right.STOCK)
def acted(act: str) -> Response | tuple[str, int]:
    """Do the act."""
    if act not in ACTS:
        raise NotFound(say("page"), act)
    try:
        outcome = _do(act)
    except (InvalidInput, RuleViolation) as error:
        status = 400 if isinstance(error, InvalidInput) else error.status
        return _form(act, _said(), invalid(doubted(error))), status
    found = outcome.subject_id
    if outcome.screen == "bin":
        return noted(outcome, url_for("stock.bin", bin_id=found))
    return noted(outcome, url_for("stock.sku", sku_id=found))


def _do(act: str) -> Outcome:
    note, to = form_str("note", ""), form_str("to", "")
    if act == "whole":
        return do(move_bin, MoveBin, bin=form_str("bin", ""), to=to, note=note)
    typed = Typed()
    taken = _taken(typed)
    if act == "move":
        return typed.do(move_pieces, MovePieces, taken=taken, to=to, note=note)
    given: dict[str, Any] = {
        "taken": taken, "why": typed.read(_why, "why", Why.BIN_FULL), "note": note
    }  # fmt: skip
    if act == "adjust":
        day = typed.read(form_day, "best_before", None)
        is_more = form_str("sign", "") == "more"
        return typed.do(adjust_stock, AdjustStock, is_more=is_more, best_before=day, **given)
    if act == "scrap":
        return typed.do(scrap_stock, ScrapStock, **given)
    if act == "quarantine":
        return typed.do(quarantine_stock, QuarantineStock, **given)
    return typed.do(free_stock, FreeStock, to=to, **given)


def _taken(typed: Typed) -> Taken:
    serials = form_str("serials", "")[:LONGEST_SERIALS].replace(",", " ").replace("，", " ")
    return Taken(
        bin=form_str("bin", ""),
        sku=form_str("sku", ""),
        pieces=typed.read(form_int, "pieces", 0),
        lot=form_str("lot", ""),
        serials=tuple(serials.split()),
    )


def _why(name: str) -> Why:
    given = form_str(name, "")
    if given not in set(Why):
        raise InvalidInput(say("Choose one of the reasons."), field=name)
    return Why(given)


def _said() -> dict[str, str]:
    return {name: form_str(name, "") for name in FIELDS}


def _form(act: str, values: dict[str, str], errors: dict[str, str]) -> str:
    if act not in ACTS:
        raise NotFound(say("page"), act)
    with reading() as session:
        place = bin_by_code(session, scan_code(values["bin"])) if values["bin"] else None
        sku = sku_named(session, values["sku"]) if values["sku"] else None
        return render_template(
            "stock/act.html",
            act=act,
            acts=ACTS,
            wanted=ACTS[act],
            whys=[("", ""), *((why.value, speak(word(why))) for why in ACTS[act].reasons)],
            values=values,
            errors=errors,
            refusals=[said for name, said in errors.items() if name not in FIELDS],
            sku=sku,
            **_known(session, place, sku),
        )


def _known(session: Session, place: Bin | None, sku: Sku | None) -> dict[str, Any]:
    if place is None or sku is None:
        return {"lots": [], "lots_shown": [], "serials": []}
    lots = lots_in(session, place.id, sku.id) if sku.is_lot_tracked else []
    return {
        "lots": lots,
        "lots_shown": [
            (lot.code, f"{lot.code} · {lot.best_before or '–'} · {lot.free}") for lot in lots
        ],
        "serials": serials_in(session, place.id, sku.id) if sku.is_serial_tracked else [],
    }

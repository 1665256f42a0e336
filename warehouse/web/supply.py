"""The desk's purchasing: what to buy of whom and why, and the levels and terms it follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.rules import scan_code
from warehouse.commands import Outcome
from warehouse.errors import Conflict, InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.kitting.queries import can_make, parts_of
from warehouse.money import yuan
from warehouse.orders.models import Shop
from warehouse.people.rights import Right
from warehouse.receiving.models import Supplier
from warehouse.receiving.queries import suppliers_in_use
from warehouse.replenishing.commands.levels import DropFace, SetFace, drop_face, set_face
from warehouse.replenishing.models import FaceLevel
from warehouse.supplying.commands.levels import SetLevel, set_level
from warehouse.supplying.commands.reorder import Chosen, OrderProposal, order_proposal
from warehouse.supplying.commands.terms import (
    DropShare,
    DropTerms,
    SetShare,
    SetTerms,
    drop_share,
    drop_terms,
    set_share,
    set_terms,
)
from warehouse.supplying.models import StockLevel, SupplierSku
from warehouse.supplying.offers import offers_of
from warehouse.supplying.proposals import proposals_of
from warehouse.supplying.reordering import Reorder, SupplierReorder, reorders
from warehouse.supplying.stock import stocks_of
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import form_fen
from warehouse.web.context import Typed, form_ids, form_int, form_str, reading
from warehouse.web.desk import act, noted, told
from warehouse.web.pages import fieldless, invalid
from warehouse.web.sku_stock import asked_now
from warehouse.web.spreadsheets import Field, file_answer

Answer = Response | tuple[str, int]
bp = Blueprint("supply", __name__, url_prefix="/supply")

REORDER_FIELDS: tuple[Field, ...] = (
    (say("Supplier"), lambda x: x.stock.supplier),
    (say("SKU"), lambda x: x.stock.code),
    (say("Goods"), lambda x: x.stock.name),
    (say("Properties"), lambda x: x.stock.properties),
    (say("Supplier's item number"), lambda x: x.item_no),
    (say("Pieces"), lambda x: x.pieces),
    (say("Unit price"), lambda x: "" if x.price_fen is None else yuan(x.price_fen)),
    (say("Lead time in days"), lambda x: x.lead_days),
    (say("Why"), lambda x: x.why),
)


@bp.get("/reorder")
@needs(Right.BUY)
def reorder() -> str | Response:
    """Show what to buy of each supplier, how many and why; as a file too."""
    with reading() as session:
        found = reorders(session, asked_now(session))
        if tables.is_export():
            lines: list[Reorder] = [line for one in found for line in one.lines]
            return file_answer("reorder", REORDER_FIELDS, lines, as_=tables.export_kind())
        return _reorder_page(found)


def _reorder_page(
    found: Sequence[SupplierReorder],
    errors: Mapping[str, str] | None = None,
    supplier_id: int | None = None,
) -> str:
    """Show what to buy; of a supplier whose order was refused, as it was typed and ticked."""
    errors = errors or {}
    return render_template(
        "supply/reorder.html", found=found, errors=errors, told=fieldless(errors),
        values=request.form, chosen=form_ids("chosen"), ordered_of=supplier_id,
    )  # fmt: skip


@bp.post("/<int:supplier_id>/order")
@needs(Right.BUY)
def order(supplier_id: int) -> Response | tuple[str, int]:
    """Draft an order of the ticked lines, in the pieces typed."""
    back = url_for("supply.reorder")
    typed = Typed()
    try:
        ids = form_ids("chosen")
        if not ids:
            raise RuleViolation(say("Choose at least one row."))
        lines = tuple(
            Chosen(sku_id=i, pieces=typed.read(form_int, f"pieces-{i}", 0)) for i in ids
        )  # fmt: skip
        outcome = typed.do(order_proposal, OrderProposal, supplier_id=supplier_id, lines=lines)
    except InvalidInput as error:
        with reading() as session:
            found = reorders(session, asked_now(session))
            return _reorder_page(found, invalid(error), supplier_id), 400
    except NotFound:
        raise
    except WarehouseError as error:
        return told(error, back)
    if outcome.subject_id is None:
        return noted(outcome, url_for("receiving.orders", state="draft"))
    return noted(outcome, url_for("receiving.order", order_id=outcome.subject_id))


@bp.get("/sku/<int:sku_id>")
@needs(Right.SEE_DESK, shows_book=True)
def sku(sku_id: int) -> str:
    """Show how one SKU is planned: numbers, levels, suppliers, shops, pick bins."""
    return _sku_page(sku_id, {})


def _sku_page(sku_id: int, errors: Mapping[str, str]) -> str:
    """Show the page; a form of it that was refused as it was typed."""
    with reading() as session:
        found = session.get(Sku, sku_id)
        if found is None:
            raise NotFound(say("SKU"), sku_id)
        asked = asked_now(session)
        terms = sa.select(SupplierSku, Supplier).join(Supplier).where(SupplierSku.sku_id == sku_id)
        parts = parts_of(session, sku_id, asked.day)
        faces = sa.select(FaceLevel, Bin).join(Bin).where(FaceLevel.sku_id == sku_id)
        return render_template(
            "supply/sku.html",
            sku=found,
            stock=stocks_of(session, asked, [sku_id])[sku_id],
            level=session.get(StockLevel, sku_id),
            proposal=proposals_of(session, asked, [sku_id])[sku_id],
            settings=asked.settings,
            kit=parts,
            can_make=can_make(parts),
            terms=session.execute(terms.order_by(Supplier.name)).all(),
            suppliers=[(str(s.id), f"{s.name} ({s.code})") for s in suppliers_in_use(session)],
            faces=session.execute(faces.order_by(Bin.walk_order, Bin.code)).all(),
            offers=offers_of(session, asked, sku_ids=[sku_id]),
            shops=session.execute(sa.select(Shop.id, Shop.code, Shop.name).order_by(Shop.id)).all(),
            values=request.form,
            errors=errors,
            told=fieldless(errors),
        )


@bp.post("/sku/<int:sku_id>/level")
@needs(Right.BUY)
def level(sku_id: int) -> Answer:
    """Keep the levels typed."""
    typed = Typed()
    fields = {
        "safety": typed.read(_whole(0), "safety", -1),
        **typed.wholes(("reorder_at", "order_up_to")),
    }
    return _done(sku_id, lambda: typed.do(set_level, SetLevel, sku_id=sku_id, **fields))


@bp.post("/sku/<int:sku_id>/terms")
@needs(Right.BUY)
def terms(sku_id: int) -> Answer:
    """Keep what a supplier asks for the SKU."""
    typed = Typed()
    is_priced = form_str("price_fen", "") != ""
    fields = {
        "supplier_id": form_int("supplier"),
        "item_no": form_str("item_no", ""),
        "price_fen": typed.read(form_fen, "price_fen", -1) if is_priced else None,
        "pack_pieces": typed.read(_whole(1), "pack_pieces", 0),
        "least_pieces": typed.read(_whole(0), "least_pieces", -1),
        **typed.wholes(("lead_days",)),
        "is_main": form_str("is_main", "") == "1",
    }
    return _done(sku_id, lambda: typed.do(set_terms, SetTerms, sku_id=sku_id, **fields))


@bp.post("/sku/<int:sku_id>/terms/<int:supplier_id>/drop")
@needs(Right.BUY)
def forget(sku_id: int, supplier_id: int) -> Response:
    """Forget that a supplier sells the SKU."""
    return act(drop_terms, DropTerms, back=_here(sku_id), sku_id=sku_id, supplier_id=supplier_id)


@bp.post("/sku/<int:sku_id>/share")
@needs(Right.BUY)
def share(sku_id: int) -> Answer:
    """Keep a shop's share in the SKU."""
    typed = Typed()
    fields = {
        "shop_id": form_int("shop"),
        "percent": typed.read(_whole(100), "percent", -1),
        "kept": typed.read(_whole(0), "kept", -1),
        "shown": form_int("shown") if form_str("shown", "") else None,
    }
    return _done(sku_id, lambda: typed.do(set_share, SetShare, sku_id=sku_id, **fields))


@bp.post("/sku/<int:sku_id>/share/drop")
@needs(Right.BUY)
def unshare(sku_id: int) -> Response:
    """Let a shop have of the SKU what it has of all goods."""
    return act(drop_share, DropShare, back=_here(sku_id), sku_id=sku_id, shop_id=form_int("shop"))


@bp.post("/sku/<int:sku_id>/face")
@needs(Right.STOCK)
def face(sku_id: int) -> Answer:
    """Keep a pick bin filled with the SKU."""
    code = scan_code(form_str("bin", ""))
    with reading() as session:
        place = session.scalar(sa.select(Bin.id).where(Bin.code == code, Bin.kind == BinKind.SHELF))
    typed = Typed()
    fields = {
        "bin_id": place or 0,
        "least": typed.read(form_int, "least", -1),
        "most": typed.read(form_int, "most", 0),
    }
    return _done(sku_id, lambda: typed.do(set_face, SetFace, sku_id=sku_id, **fields))


@bp.post("/sku/<int:sku_id>/face/<int:bin_id>/drop")
@needs(Right.STOCK)
def unface(sku_id: int, bin_id: int) -> Response:
    """Keep the pick bin filled no more."""
    return act(drop_face, DropFace, back=_here(sku_id), sku_id=sku_id, bin_id=bin_id)


def _done(sku_id: int, act: Callable[[], Outcome]) -> Answer:
    """Do what a form of the page asks for; a refusal marks its fields, what was typed stays."""
    try:
        outcome = act()
    except (InvalidInput, RuleViolation) as error:
        return _sku_page(sku_id, invalid(error)), 400
    except Conflict as error:
        return told(error, _here(sku_id))
    return noted(outcome, _here(sku_id))


def _whole(default: int) -> Callable[[str], int]:
    """Return how a whole number is read that a form may leave out."""
    return lambda name: form_int(name, default)


def _here(sku_id: int) -> str:
    return url_for("supply.sku", sku_id=sku_id)

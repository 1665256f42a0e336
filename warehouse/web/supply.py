"""The desk's purchasing: what to buy of whom and why, and the levels and terms it follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.rules import scan_code
from warehouse.errors import InvalidInput, NotFound, RuleViolation, UnknownName, WarehouseError
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
    DropTerms,
    SetShare,
    SetTerms,
    drop_terms,
    set_share,
    set_terms,
)
from warehouse.supplying.models import ShopShare, StockLevel, SupplierSku
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
@needs(Right.SEE_DESK)
def sku(sku_id: int) -> str:
    """Show how one SKU is planned: numbers, levels, suppliers, shops, pick bins."""
    with reading() as session:
        found = session.get(Sku, sku_id)
        if found is None:
            raise NotFound(say("SKU"), sku_id)
        asked = asked_now(session)
        terms = sa.select(SupplierSku, Supplier).join(Supplier).where(SupplierSku.sku_id == sku_id)
        faces = sa.select(FaceLevel, Bin).join(Bin).where(FaceLevel.sku_id == sku_id)
        shares = sa.select(ShopShare).where(ShopShare.sku_id == sku_id)
        return render_template(
            "supply/sku.html",
            sku=found,
            stock=stocks_of(session, asked, [sku_id])[sku_id],
            level=session.get(StockLevel, sku_id),
            proposal=proposals_of(session, asked, [sku_id])[sku_id],
            settings=asked.settings,
            terms=session.execute(terms.order_by(Supplier.name)).all(),
            suppliers=[(str(s.id), s.name) for s in suppliers_in_use(session)],
            faces=session.execute(faces.order_by(Bin.walk_order, Bin.code)).all(),
            offers=offers_of(session, asked, sku_ids=[sku_id]),
            shares={share.shop_id: share for share in session.scalars(shares)},
            shops=session.execute(sa.select(Shop.id, Shop.code, Shop.name).order_by(Shop.id)).all(),
        )


@bp.post("/sku/<int:sku_id>/level")
@needs(Right.BUY)
def level(sku_id: int) -> Response:
    """Keep the levels typed."""
    return act(
        set_level, SetLevel, back=_here(sku_id), sku_id=sku_id, safety=form_int("safety", 0),
        reorder_at=_maybe("reorder_at"), order_up_to=_maybe("order_up_to"),
    )  # fmt: skip


@bp.post("/sku/<int:sku_id>/terms")
@needs(Right.BUY)
def terms(sku_id: int) -> Response:
    """Keep what a supplier asks for the SKU."""
    try:
        price = form_fen("price") if form_str("price", "") else None
    except InvalidInput as error:
        return told(error, _here(sku_id))
    return act(
        set_terms, SetTerms, back=_here(sku_id), sku_id=sku_id,
        supplier_id=form_int("supplier"), item_no=form_str("item_no", ""), price_fen=price,
        pack_pieces=form_int("pack_pieces", 1), least_pieces=form_int("least_pieces", 0),
        lead_days=_maybe("lead_days"), is_main=form_str("is_main", "") == "1",
    )  # fmt: skip


@bp.post("/sku/<int:sku_id>/terms/<int:supplier_id>/drop")
@needs(Right.BUY)
def forget(sku_id: int, supplier_id: int) -> Response:
    """Forget that a supplier sells the SKU."""
    return act(drop_terms, DropTerms, back=_here(sku_id), sku_id=sku_id, supplier_id=supplier_id)


@bp.post("/sku/<int:sku_id>/share")
@needs(Right.BUY)
def share(sku_id: int) -> Response:
    """Keep a shop's share in the SKU."""
    return act(
        set_share, SetShare, back=_here(sku_id), sku_id=sku_id, shop_id=form_int("shop"),
        percent=form_int("percent", 100), kept=form_int("kept", 0),
    )  # fmt: skip


@bp.post("/sku/<int:sku_id>/face")
@needs(Right.STOCK)
def face(sku_id: int) -> Response:
    """Keep a pick bin filled with the SKU."""
    with reading() as session:
        place = session.scalar(
            sa.select(Bin.id).where(
                Bin.code == scan_code(form_str("bin", "")), Bin.kind == BinKind.SHELF
            )
        )
    if place is None:
        error = UnknownName(say("There is no shelf with this code."), field="bin")
        return told(error, _here(sku_id))
    return act(
        set_face, SetFace, back=_here(sku_id), sku_id=sku_id, bin_id=place,
        least=form_int("least"), most=form_int("most"),
    )  # fmt: skip


@bp.post("/sku/<int:sku_id>/face/<int:bin_id>/drop")
@needs(Right.STOCK)
def unface(sku_id: int, bin_id: int) -> Response:
    """Keep the pick bin filled no more."""
    return act(drop_face, DropFace, back=_here(sku_id), sku_id=sku_id, bin_id=bin_id)


def _here(sku_id: int) -> str:
    return url_for("supply.sku", sku_id=sku_id)


def _maybe(name: str) -> int | None:
    return form_int(name) if form_str(name, "") else None

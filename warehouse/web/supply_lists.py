"""The desk's levels by list, what shops may offer, and what a period sold against its stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.lists import ListReport, not_read
from warehouse.catalog.models import Sku
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.money import yuan
from warehouse.orders.models import Shop
from warehouse.orders.queries import shop_choices
from warehouse.people.rights import Right
from warehouse.receiving.models import Supplier
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import SourceFile
from warehouse.supplying.commands.levels import TakeProposals, take_proposals
from warehouse.supplying.commands.terms import SetShare, set_share
from warehouse.supplying.forecasting import Proposal
from warehouse.supplying.importing import import_levels
from warehouse.supplying.models import ShopShare, StockLevel, SupplierSku
from warehouse.supplying.offers import offers_of
from warehouse.supplying.periods import SkuPeriod, periods, steady
from warehouse.supplying.proposals import proposals_of
from warehouse.supplying.stock import StockQuestion
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import period
from warehouse.web.context import (
    Typed,
    actor,
    config,
    database,
    form_ids,
    form_int,
    may,
    now,
    reading,
)
from warehouse.web.desk import act, back_or, noted, told
from warehouse.web.faults import SHOWN as FAULTS_SHOWN
from warehouse.web.faults import whole_list
from warehouse.web.pages import invalid
from warehouse.web.sku_stock import asked_now
from warehouse.web.spreadsheets import Field, file_answer
from warehouse.web.supply import bp, reorder

LARGEST_LIST = 20 * 1024 * 1024
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
SHOWN = 200
PERIOD_SOLD = 6  # where the columns are that stand behind "Sold"

# These columns are read again as they are exported.
LEVEL_FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda x: x.code),
    (say("Goods"), lambda x: x.name),
    (say("Safety stock"), lambda x: x.safety),
    (say("Reorder point"), lambda x: x.reorder_at),
    (say("Order up to"), lambda x: x.order_up_to),
    (say("Supplier code"), lambda x: x.supplier_code or ""),
    (say("Supplier's item number"), lambda x: x.item_no or ""),
    (say("Unit price"), lambda x: "" if x.price_fen is None else yuan(x.price_fen)),
    (say("Pieces per pack"), lambda x: x.pack_pieces),
    (say("Minimum"), lambda x: x.least_pieces),
    (say("Lead time in days"), lambda x: x.lead_days),
)
OFFER_FIELDS: tuple[Field, ...] = (
    (say("Shop"), lambda o: o.shop),
    (say("SKU"), lambda o: o.stock.code),
    (say("Goods"), lambda o: o.stock.name),
    (say("Properties"), lambda o: o.stock.properties),
    (say("May be sold"), lambda o: o.pieces),
    (say("On the way in"), lambda o: o.coming),
    (say("Next expected"), lambda o: o.next_on),
)
PERIOD_FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda p: p.code),
    (say("Goods"), lambda p: p.name),
    (say("Properties"), lambda p: p.properties),
    (say("Opening stock"), lambda p: p.stock.opening),
    (say("Received"), lambda p: p.stock.received),
    (say("Sold"), lambda p: p.stock.sold),
    (say("Count differences"), lambda p: p.stock.counted),
    (say("Other"), lambda p: p.stock.other),
    (say("Closing stock"), lambda p: p.stock.closing),
    (say("Sold percent"), lambda p: p.stock.sold_percent),
)
RETURNED: Field = (say("Returned"), lambda p: p.stock.returned)
OF_SHOP: Field = (say("Of it sold by the shop"), lambda p: p.of_shop)
PERIOD_SORTS: dict[str, Callable[[SkuPeriod], Any]] = {
    "code": lambda p: p.code,
    "opening": lambda p: p.stock.opening,
    "received": lambda p: p.stock.received,
    "sold": lambda p: p.stock.sold,
    "of_shop": lambda p: p.of_shop or 0,
    "closing": lambda p: p.stock.closing,
    "percent": lambda p: -1 if p.stock.sold_percent is None else p.stock.sold_percent,
}


@bp.get("")
@needs(Right.SEE_DESK, shows_book=True)
def start() -> str | Response:
    """Show what to buy; who buys nothing, what the shops may offer."""
    return reorder() if may(Right.BUY) else offers()


@bp.get("/levels")
@needs(Right.BUY)
def levels() -> str | Response:
    """List the levels of the SKUs with what their sales propose."""
    with reading() as session:
        asked = asked_now(session)
        question = StockQuestion(asked)
        listing = tables.Listing(
            name="levels", key=Sku.id, sorts=question.sorts, default="code", fields=LEVEL_FIELDS
        )
        query = _with_terms(question).where(Sku.is_active)
        if q := tables.text("q"):
            query = query.where(sa.or_(tables.like(Sku.code, q), tables.like(Sku.name, q)))
        if tables.text("only") == "none":
            query = query.where(StockLevel.reorder_at.is_(None))
        if tables.is_export():
            return tables.export(session, query, listing)
        page = tables.page_of(session, query, listing)
        return render_template(
            "supply/levels.html",
            page=page,
            proposals=proposals_of(session, asked, [row.id for row in page.rows]),
            is_proposal=lambda found: isinstance(found, Proposal),
            settings=asked.settings,
            q=tables.text("q"),
            only=tables.text("only"),
        )


def _with_terms(question: StockQuestion) -> sa.Select[Any]:
    return question.select().add_columns(
        Supplier.code.label("supplier_code"), SupplierSku.item_no, SupplierSku.price_fen,
        SupplierSku.lead_days, StockLevel.source,
    )  # fmt: skip


@bp.post("/levels/take")
@needs(Right.BUY)
def take() -> Response:
    """Take over what the sales of the ticked SKUs propose."""
    back = back_or(url_for("supply.levels"))
    ids = form_ids("chosen")
    if not ids:
        return told(InvalidInput(say("Choose at least one row."), field="chosen"), back)
    return act(take_proposals, TakeProposals, back=back, sku_ids=ids)


@bp.post("/levels/import")
@needs(Right.BUY)
def import_list() -> str | tuple[str, int] | Response:
    """Read a list of levels and suppliers; show what was taken and what was not."""
    try:
        report = _import()
    except FileRefused as error:
        return told(RuleViolation(error.reason), url_for("supply.levels"))
    except InvalidInput as error:
        return told(error, url_for("supply.levels"))
    whole = whole_list(report.rejected)
    return render_template(
        "supply/imported.html", report=report, shown=FAULTS_SHOWN, whole=whole,
        not_read=not_read(report.not_read),
    )  # fmt: skip


def _import() -> ListReport:
    upload = next((f for f in request.files.getlist("files") if f.filename), None)
    if upload is None:
        raise InvalidInput(say("Choose a file."), field="files")
    name = Path(upload.filename or "list").name
    if not name.lower().endswith(ENDINGS):
        raise InvalidInput(say("A list is a CSV or XLSX file."), field="files")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(name).suffix}"
        upload.save(path)
        if path.stat().st_size > LARGEST_LIST:
            raise InvalidInput(say("The file is larger than 20 MB."), field="files")
        return import_levels(database(), SourceFile(path=path, name=name), actor=actor(), at=now())


@bp.get("/offers")
@needs(Right.SEE_DESK, shows_book=True)
def offers() -> str | Response:
    """Show what the shops may offer, SKU by SKU; as a file to upload."""
    return _offers_page({})


def _offers_page(errors: Mapping[str, str]) -> str | Response:
    """Show the page, or return its list as a file; a share that was refused as it was typed."""
    shop = tables.text("shop") or None
    with reading() as session:
        q = tables.text("q").lower()
        found = offers_of(session, asked_now(session), shop=shop)
        wanted = [o for o in found if q in f"{o.stock.code} {o.stock.name}".lower()]
        if tables.is_export():
            return file_answer(
                _file_name(shop or ""), OFFER_FIELDS, wanted, as_=tables.export_kind()
            )
        general = sa.select(ShopShare).where(ShopShare.sku_id.is_(None))
        return render_template(
            "supply/offers.html",
            offers=wanted[:SHOWN],
            total=len(wanted),
            shops=shop_choices(session),
            shop=shop or "",
            every=session.execute(sa.select(Shop.id, Shop.code, Shop.name).order_by(Shop.id)).all(),
            percents={s.shop_id: s.percent for s in session.scalars(general)},
            q=tables.text("q"),
            values=request.form,
            errors=errors,
            told=[said for name, said in errors.items() if name != "percent"],
        )


def _file_name(shop: str) -> str:
    """Return the code of a shop as the name of a file, "offers" where it can be none."""
    return shop if shop.isascii() and shop.replace("-", "").isalnum() else "offers"


@bp.post("/offers/share")
@needs(Right.BUY)
def general_share() -> str | Response | tuple[str | Response, int]:
    """Keep a shop's share in all goods."""
    typed = Typed()
    fields = {"shop_id": form_int("shop"), "percent": typed.read(form_int, "percent", -1)}
    try:
        outcome = typed.do(set_share, SetShare, **fields)
    except InvalidInput as error:
        tables.stand_at("supply.offers")
        return _offers_page(invalid(error)), 400
    return noted(outcome, url_for("supply.offers"))


@bp.get("/period")
@needs(Right.SEE_DESK, shows_book=True)
def sold() -> str | Response:
    """Show a period's stock: opening, received, sold, counted, closing; of one shop, if asked."""
    (first, last), shop = period(), tables.text("shop")
    with reading() as session:
        page = _periods(session, first, last, shop)
        # What customers sent back has a column as soon as any is booked so.
        has_returned = any(p.stock.returned for p in page.rows)
        if tables.is_export():
            fields = list(PERIOD_FIELDS)
            fields[PERIOD_SOLD:PERIOD_SOLD] = [OF_SHOP] * bool(shop) + [RETURNED] * has_returned
            name = f"period-{first}-{last}"
            return file_answer(name, fields, page.rows, as_=tables.export_kind())
        return render_template(
            "supply/period.html", page=page, rows=page.rows[:SHOWN], total=page.total, first=first,
            last=last, q=tables.text("q"), has_returned=has_returned, shop=shop,
            shops=shop_choices(session),
        )  # fmt: skip


def _periods(session: Session, first: date, last: date, shop: str) -> tables.Page:
    """Return all that is asked for as one page, in the order the address asks for."""
    steady(session)
    q, order = tables.text("q").lower(), tables.text("sort")
    if order.removeprefix("-") not in PERIOD_SORTS:
        order = "code"
    every = periods(session, first, last, config().time_zone, shop=shop)
    rows = [p for p in every if q in f"{p.code} {p.name} {p.properties}".lower()]
    rows.sort(key=PERIOD_SORTS[order.removeprefix("-")], reverse=order.startswith("-"))
    return tables.Page(
        rows=rows, first=1, last=len(rows), total=len(rows), previous_href=None, next_href=None,
        order=order,
    )  # fmt: skip

"""The desk's stock page: every number of every SKU in one list, by what is to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Sku, Zone
from warehouse.catalog.queries import has_barcode
from warehouse.db import MOST_NAMED
from warehouse.inventory.standing import Stand, stands_of
from warehouse.money import yuan
from warehouse.people.rights import Right
from warehouse.receiving.models import Supplier
from warehouse.settings import load_settings
from warehouse.supplying.places import stands_in_zone
from warehouse.supplying.rules import Alert
from warehouse.supplying.stock import Asked, SkuStock, StockQuestion
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import today
from warehouse.web.context import config, may, reading, speak
from warehouse.web.spreadsheets import Field, file_answer
from warehouse.web.stock import bp
from warehouse.web.words import word

Read = Callable[[SkuStock], object]
PIECES: tuple[tuple[Any, Read], ...] = (
    (say("On hand"), lambda s: s.on_hand),
    (say("Reserved"), lambda s: s.reserved),
    (say("Held back"), lambda s: s.held_back),
    (say("Available"), lambda s: s.available),
    (say("On shelves"), lambda s: s.standing.shelf),
    (say("In reserve"), lambda s: s.standing.reserve),
    (say("Blocked or expired"), lambda s: s.standing.unfit),
    (say("On the dock"), lambda s: s.standing.dock),
    (say("In quarantine"), lambda s: s.standing.quarantine),
    (say("Wanted by orders"), lambda s: s.standing.promised),
    (say("Wanted by held orders"), lambda s: s.standing.held),
    (say("On the way in"), lambda s: s.standing.on_the_way),
    (say("Owed in exchange"), lambda s: s.standing.owed),
    (say("Next expected"), lambda s: s.next_on),
    (say("Safety stock"), lambda s: s.level.safety),
    (say("Reorder point"), lambda s: s.level.reorder_at),
    (say("Order up to"), lambda s: s.level.order_up_to),
    (say("May be sold"), lambda s: s.may_sell),
    (say("Sold lately"), lambda s: s.sold),
    (say("Days of cover"), lambda s: s.cover),
    (say("Days without dispatch, use in kits or delivery"), lambda s: s.idle_days),
)
FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda s: s.code),
    (say("Goods"), lambda s: s.name),
    (say("Properties"), lambda s: s.properties),
    (say("Class"), lambda s: s.storage_class),
    *PIECES,
    (say("Bins"), lambda s: s.bins),
    (say("Supplier"), lambda s: s.supplier),
    (say("Look at"), lambda s: ", ".join(speak(word(alert)) for alert in s.alerts)),
)
STAND_FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda s: s.sku_code),
    (say("Goods"), lambda s: s.name),
    (say("Properties"), lambda s: s.properties),
    (say("Bin"), lambda s: s.bin_code),
    (say("Kind"), lambda s: s.kind),
    (say("Lot"), lambda s: s.lot),
    (say("Best before"), lambda s: s.best_before),
    (say("On hand"), lambda s: s.on_hand),
    (say("Reserved"), lambda s: s.reserved),
    (say("Held back"), lambda s: s.held),
    (say("Why"), lambda s: s.why),
    (say("Available"), lambda s: s.available),
)
VALUE: Field = (say("Worth"), lambda s: "" if s.value_fen is None else yuan(s.value_fen))


def asked_now(session: Session) -> Asked:
    """Return the question for the numbers of today under the site's rules."""
    return Asked(day=today(), settings=load_settings(session), zone=config().time_zone)


def listing_of(question: StockQuestion) -> tables.Listing:
    """Return the list of SKUs with their numbers."""
    return tables.Listing(name="stock", key=Sku.id, sorts=question.sorts, default="code")


@bp.get("")
@needs(Right.SEE_DESK, shows_book=True)
def index() -> str | Response:
    """List the SKUs with all their numbers; by alert, supplier, class and zone, and as a file."""
    with reading() as session:
        question = StockQuestion(asked_now(session))
        query = question.select().where(*_filters(question))
        listing = listing_of(question)
        if tables.is_export():
            rows = (question.stock_of(row) for row in tables.rows_of(session, query, listing))
            if tables.text("by") == "bin":
                stands = _stands(session, [s.sku_id for s in rows], question.asked.day)
                return file_answer("places", STAND_FIELDS, stands, as_=tables.export_kind())
            fields = (*FIELDS, VALUE) if may(Right.BUY) else FIELDS
            return file_answer("stock", fields, rows, as_=tables.export_kind())
        page = tables.page_of(session, query, listing)
        stocks = [question.stock_of(row) for row in page.rows]
        return render_template(
            "stock/index.html",
            page=page,
            stocks=stocks,
            places=stands_of(session, [s.sku_id for s in stocks], day=question.asked.day),
            weeks=question.asked.settings.sales_weeks,
            only=tables.text("only"),
            q=tables.text("q"),
            **_choices(session),
        )


def _stands(session: Session, sku_ids: Sequence[int], day: date) -> Iterator[Stand]:
    """Yield where these SKUs stand, in their order, by bin and lot."""
    for start in range(0, len(sku_ids), MOST_NAMED):
        few = sku_ids[start : start + MOST_NAMED]
        found = stands_of(session, few, day=day)
        for sku_id in few:
            yield from found.get(sku_id, ())


def _filters(question: StockQuestion) -> Iterable[sa.ColumnElement[bool]]:
    if q := tables.text("q"):
        yield sa.or_(
            tables.like(Sku.code, q),
            tables.like(Sku.name, q),
            tables.like(Sku.properties, q),
            has_barcode(q),
        )
    only = tables.text("only")
    yield from _in_use(only, q)
    if only in set(Alert):
        yield sa.and_(question.is_alert(Alert(only)), Sku.is_active)
    elif only == "none":
        yield sa.and_(question.sellable <= 0, Sku.is_active)
    elif only == "stock":
        yield question.on_hand > 0
    elif only == "unweighed":
        yield sa.and_(Sku.weight_g.is_(None), Sku.is_active)
    if supplier := tables.text("supplier"):
        yield Supplier.code == supplier
    if kind := tables.text("class"):
        yield Sku.storage_class == kind
    if zone := tables.text("zone"):
        yield stands_in_zone(zone)


def _in_use(only: str, q: str) -> Iterable[sa.ColumnElement[bool]]:
    """Yield the condition that leaves out what is out of use, unless it is asked for or named."""
    if only == "retired":
        yield ~Sku.is_active
    elif not q:
        yield sa.and_(Sku.is_active)


def _choices(session: Session) -> dict[str, Any]:
    every = ("", speak(say("all")))
    alerts = [(alert.value, speak(word(alert))) for alert in Alert]
    classes = session.scalars(sa.select(Sku.storage_class).distinct().order_by(Sku.storage_class))
    return {
        "onlys": [
            every, *alerts, ("stock", speak(say("in stock"))),
            ("none", speak(say("none available"))), ("unweighed", speak(say("never weighed"))),
            ("retired", speak(say("not in use"))),
        ],
        "suppliers": [every, *_pairs(session, Supplier.code, Supplier.name)],
        "zones": [every, *_pairs(session, Zone.code, Zone.name)],
        "classes": [every, *((name, name) for name in classes if name)],
    }  # fmt: skip


def _pairs(session: Session, code: Any, name: Any) -> list[tuple[str, str]]:
    rows = session.execute(sa.select(code, name).order_by(name, code))
    return [(row[0], row[1] or row[0]) for row in rows]

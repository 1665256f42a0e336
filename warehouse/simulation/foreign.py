"""Orders from somebody else's files: imported, and their unknown goods made and put on shelves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.places import BinFacts, ImportBins, import_bins
from warehouse.catalog.commands.skus import ImportSkus, SkuFacts, import_skus
from warehouse.catalog.models import Sku
from warehouse.commands import Actor
from warehouse.demo.desk import Desk
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.orders.importing import ImportSummary, import_files
from warehouse.orders.models import LineState, Order, OrderLine, OrderState, SkuMapping
from warehouse.simulation.day import Day
from warehouse.simulation.shopside import from_database

SPARE_PIECES = 20
WEIGHTS_G = (30, 900)
LONGEST_CODE = 40


def bring_in(day: Day, actor: Actor, files: Sequence[Path]) -> list[str]:
    """Import the files, make and stock the goods nobody knows, and say what was done.

    Raises:
        FileRefused: a file cannot be read.
    """
    with day.database.reading() as session:
        known = set(session.scalars(sa.select(Order.id)))
    summary = _import(day, actor, files)
    made = _make_goods(day)
    if made:
        _import(day, actor, files)  # now every line finds its SKU
    with day.database.reading() as session:
        ids = session.scalars(sa.select(Order.id).order_by(Order.id)).all()
        day.order_ids += [order_id for order_id in ids if order_id not in known]
        for order in from_database(session, day.order_ids):
            day.judge.book[order.order_no] = order
    day.is_all_ordered = True
    stocked = _stock_up(day)
    return [
        f"imported {len(files)} files: {summary.orders_new} orders, {summary.lines_new} lines,"
        f" {summary.rows_rejected} rows refused",
        f"{made} SKUs unknown to the warehouse were made with a bin and a weight",
        f"{stocked} SKUs were stocked for the day",
    ]


def _import(day: Day, actor: Actor, files: Sequence[Path]) -> ImportSummary:
    return import_files(day.database, files, day.config, actor=actor, clock=lambda: day.now)


def _make_goods(day: Day) -> int:
    """Make a SKU for everything on the mapping page and tell the mapping of it."""
    with day.database.transaction() as session:
        unknown = session.scalars(
            sa.select(SkuMapping).where(SkuMapping.sku_id.is_(None)).order_by(SkuMapping.id)
        ).all()
        facts = {m.id: _facts(day, m) for m in unknown}
        if not facts:
            return 0
        desk = Desk(session=session, now=day.now, name=f"{day.run_name}-goods")
        desk.do(import_skus, ImportSkus, rows=tuple({f.code: f for f in facts.values()}.values()))
        ids = dict(
            session.execute(
                sa.select(Sku.code, Sku.id).where(Sku.code.in_([f.code for f in facts.values()]))
            ).all()
        )
        for mapping_id, fact in facts.items():
            mapping = session.get_one(SkuMapping, mapping_id)
            mapping.sku_id = ids.get(fact.code)
            mapping.mapped_at = day.now
        return len(ids)


def _facts(day: Day, mapping: SkuMapping) -> SkuFacts:
    code = mapping.seller_code if mapping.seller_code.isascii() else ""
    return SkuFacts(
        code=code.strip()[:LONGEST_CODE].replace(" ", "-") or f"NEW-{mapping.id:05d}",
        name=(mapping.title or mapping.seller_code or "未命名商品")[:200],
        properties=mapping.properties[:200],
        weight_g=day.chance.randint(*WEIGHTS_G),
    )


def _stock_up(day: Day) -> int:
    """Put enough of everything that was ordered on shelves of its own."""
    with day.database.transaction() as session:
        wanted = _wanted(session, day)
        if not wanted:
            return 0
        desk = Desk(session=session, now=day.now, name=f"{day.run_name}-stock")
        bins = {code: f"X-{number:04d}" for number, code in enumerate(sorted(wanted), start=1)}
        desk.do(
            import_bins, ImportBins,
            rows=tuple(BinFacts(code=b, zone="X") for b in bins.values()),
        )  # fmt: skip
        rows = tuple(
            OpeningRow(bin_code=bins[code], sku_code=code, pieces=pieces + SPARE_PIECES)
            for code, pieces in sorted(wanted.items())
        )
        desk.do(import_opening, ImportOpening, rows=rows)
        return len(rows)


def _wanted(session: Session, day: Day) -> dict[str, int]:
    rows: Any = session.execute(
        sa.select(Sku.code, sa.func.sum(OrderLine.pieces))
        .join(OrderLine, OrderLine.sku_id == Sku.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.id.in_(day.order_ids),
            Order.state.in_((OrderState.RECEIVED, OrderState.HELD, OrderState.CLEAN)),
            OrderLine.state == LineState.OPEN,
        )
        .group_by(Sku.code)
    )
    return {code: int(pieces) for code, pieces in rows}

"""The desk's unknown SKUs: what shops write, and which goods of ours they mean."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Sku
from warehouse.orders.commands.mapping import MapSku, map_sku
from warehouse.orders.desk import waiting_lines
from warehouse.orders.models import Shop, SkuMapping
from warehouse.orders.queries import shop_choices
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import form_str, reading
from warehouse.web.desk import act, back_or
from warehouse.web.spreadsheets import Field

bp = Blueprint("mapping", __name__, url_prefix="/mapping")
MOST_PROPOSALS = 5
_waiting = waiting_lines()
SORTS: dict[str, Any] = {"orders": _waiting, "seen": SkuMapping.first_seen_at,
                         "code": SkuMapping.seller_code}  # fmt: skip
FIELDS: tuple[Field, ...] = (
    (say("Shop"), lambda m: m.shop),
    (say("Code at the shop"), lambda m: m.seller_code),
    (say("Title"), lambda m: m.title),
    (say("Properties"), lambda m: m.properties),
    (say("Waiting orders"), lambda m: int(m.waiting)),
    (say("SKU"), lambda m: m.sku_code or ""),
)
LISTING = tables.Listing(
    name="mapping", key=SkuMapping.id, sorts=SORTS, default="-orders", fields=FIELDS
)


@bp.get("")
@needs(Right.MAP_SKU)
def index() -> str | Response:
    """List what shops call things that are still unknown here, or the known ones."""
    is_known = tables.text("known") == "1"
    query = (
        sa.select(
            SkuMapping.id, SkuMapping.seller_code, SkuMapping.title, SkuMapping.properties,
            SkuMapping.first_seen_at, SkuMapping.sku_id, Shop.name.label("shop"),
            Sku.code.label("sku_code"), Sku.name.label("sku_name"), _waiting.label("waiting"),
        )
        .join(Shop, Shop.id == SkuMapping.shop_id)
        .outerjoin(Sku, Sku.id == SkuMapping.sku_id)
        .where(SkuMapping.sku_id.is_not(None) if is_known else SkuMapping.sku_id.is_(None))
    )  # fmt: skip
    if shop := tables.text("shop"):
        query = query.where(Shop.code == shop)
    if q := tables.text("q"):
        query = query.where(
            sa.or_(tables.like(SkuMapping.seller_code, q), tables.like(SkuMapping.title, q))
        )
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        page = tables.page_of(session, query, LISTING)
        return render_template(
            "mapping/index.html",
            page=page,
            proposals={row.id: _proposals(session, row) for row in page.rows if not is_known},
            shops=shop_choices(session),
            is_known=is_known,
            q=q,
        )


def _proposals(session: Session, row: Any) -> list[Any]:
    """Return SKUs whose code begins like the shop's, or whose name stands in its title."""
    code = row.seller_code.strip()
    if not code and not row.title:
        return []
    named = sa.and_(Sku.name != "", sa.literal(row.title).contains(Sku.name))
    return list(
        session.execute(
            sa.select(Sku.code, Sku.name, Sku.properties)
            .where(Sku.is_active, tables.begins(Sku.code, code) if code else named)
            .order_by(Sku.code)
            .limit(MOST_PROPOSALS)
        )
    )


@bp.get("/skus")
@needs(Right.MAP_SKU)
def skus() -> str:
    """Return the SKUs that contain what was typed, for the choice below the field."""
    q = tables.text("q")
    query = (
        sa.select(Sku.id, Sku.code, Sku.name, Sku.properties)
        .where(
            Sku.is_active,
            sa.or_(tables.like(Sku.code, q), tables.like(Sku.name, q)),
        )
        .order_by(Sku.code)
        .limit(tables.PAGE_ROWS)
    )
    with reading() as session:
        return render_template(
            "mapping/skus.html", rows=list(session.execute(query)) if q else [], q=q,
            mapping=session.get(SkuMapping, tables.whole("for", 0)),
        )  # fmt: skip


@bp.post("/<int:mapping_id>")
@needs(Right.MAP_SKU)
def save(mapping_id: int) -> Response:
    """Say which SKU it is."""
    back = back_or(url_for("mapping.index"))
    if "/mapping/skus" in back:
        back = url_for("mapping.index")
    return act(map_sku, MapSku, back=back, mapping_id=mapping_id, sku=form_str("sku", ""))

"""The desk's word on places and goods: what bins hold, what zones are for, how large a piece is."""

from __future__ import annotations

import sqlalchemy as sa
from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.commands.limits import (
    FLAGS,
    MOST,
    SKU_MOST,
    LimitBin,
    MeasureSku,
    limit_bin,
    measure_sku,
)
from warehouse.catalog.commands.places import SaveZone, save_zone
from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import Typed, form_int, form_str, reading
from warehouse.web.desk import noted
from warehouse.web.pages import fieldless, invalid
from warehouse.web.stock import bp


@bp.get("/bins/<int:bin_id>/limits")
@needs(Right.STOCK)
def limits(bin_id: int) -> str:
    """Show the form of what a bin holds."""
    return _bin_form(bin_id, {})


@bp.post("/bins/<int:bin_id>/limits")
@needs(Right.STOCK)
def limit(bin_id: int) -> Response | tuple[str, int]:
    """Save what a bin holds."""
    typed = Typed()
    try:
        outcome = typed.do(
            limit_bin, LimitBin, bin_id=bin_id,
            **typed.wholes(MOST),
            **{name: form_str(name, "") == "1" for name in FLAGS},
            storage_class=form_str("storage_class", ""),
        )  # fmt: skip
    except InvalidInput as error:
        return _bin_form(bin_id, invalid(error)), 400
    return noted(outcome, url_for("stock.bin", bin_id=bin_id))


@bp.get("/sku/<int:sku_id>/measures")
@needs(Right.STOCK)
def measures(sku_id: int) -> str:
    """Show the form of how large a piece is and where it may stand."""
    return _sku_form(sku_id, {})


@bp.post("/sku/<int:sku_id>/measures")
@needs(Right.STOCK)
def measure(sku_id: int) -> Response | tuple[str, int]:
    """Save how large a piece is and where it may stand."""
    typed = Typed()
    try:
        outcome = typed.do(
            measure_sku, MeasureSku, sku_id=sku_id,
            **typed.wholes(SKU_MOST),
            storage_class=form_str("storage_class", ""),
        )  # fmt: skip
    except InvalidInput as error:
        return _sku_form(sku_id, invalid(error)), 400
    return noted(outcome, url_for("stock.sku", sku_id=sku_id))


@bp.get("/zones")
@needs(Right.SEE_DESK)
def zones() -> str:
    """List the zones with their class and how many bins in use they have."""
    return _zones_page({})


@bp.post("/zones")
@needs(Right.STOCK)
def zone() -> Response | tuple[str, int]:
    """Save a zone."""
    typed = Typed()
    try:
        outcome = typed.do(
            save_zone, SaveZone, code=form_str("code", ""), name=form_str("name", ""),
            sequence=typed.read(form_int, "sequence", -1),
            storage_class=form_str("storage_class", ""),
        )  # fmt: skip
    except InvalidInput as error:
        return _zones_page(invalid(error)), 400
    return noted(outcome, url_for("stock.zones"))


def _zones_page(errors: dict[str, str]) -> str:
    """Show the zones; in the row whose form was refused, or in that of a new one, as typed."""
    with reading() as session:
        found = session.execute(
            sa.select(
                Zone.id, Zone.code, Zone.name, Zone.sequence, Zone.storage_class,
                sa.func.count(Bin.id).label("bins"),
            )
            .outerjoin(Bin, sa.and_(Bin.zone_id == Zone.id, Bin.is_active))
            .group_by(Zone.id, Zone.code, Zone.name, Zone.sequence, Zone.storage_class)
            .order_by(Zone.sequence, Zone.code)
        )  # fmt: skip
        refused = {form_str("zone_id", ""): request.form} if errors else {}
        return render_template(
            "stock/zones.html", zones=list(found), refused=refused, errors=errors,
            refusals=fieldless(errors),
        )  # fmt: skip


def _bin_form(bin_id: int, errors: dict[str, str]) -> str:
    with reading() as session:
        found = session.get(Bin, bin_id)
        if found is None:
            raise NotFound(say("bin"), bin_id)
        zone_ = session.get(Zone, found.zone_id) if found.zone_id else None
        names = (*MOST, *FLAGS, "storage_class")
        return render_template(
            "stock/limits.html", bin=found, zone=zone_, errors=errors,
            values=_values(found, names, errors),
        )  # fmt: skip


def _sku_form(sku_id: int, errors: dict[str, str]) -> str:
    with reading() as session:
        found = session.get(Sku, sku_id)
        if found is None:
            raise NotFound(say("SKU"), sku_id)
        names = (*SKU_MOST, "storage_class")
        return render_template(
            "stock/measures.html", sku=found, errors=errors, values=_values(found, names, errors)
        )


def _values(row: Bin | Sku, names: tuple[str, ...], errors: dict[str, str]) -> dict[str, object]:
    """What was typed stays where something has to be mended, else what is known."""
    if errors:
        return {name: request.form.get(name, "") for name in names}
    return {name: "" if (v := getattr(row, name)) is None else v for name in names}

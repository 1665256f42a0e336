"""Taking bins, zones and SKUs out of use at the desk, and using them again."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from warehouse.people.rights import Right
from warehouse.retiring.commands import (
    RetireBin,
    RetireSku,
    ReuseBin,
    ReuseSku,
    retire_bin,
    retire_sku,
    reuse_bin,
    reuse_sku,
)
from warehouse.retiring.zones import DropZone, drop_zone
from warehouse.web.access import needs
from warehouse.web.desk import act
from warehouse.web.stock import bp


@bp.post("/bins/<int:bin_id>/retire")
@needs(Right.STOCK)
def bin_retired(bin_id: int) -> Response:
    """Take the bin out of use."""
    back = url_for("stock.bin", bin_id=bin_id)
    return act(retire_bin, RetireBin, back=back, bin_id=bin_id)


@bp.post("/bins/<int:bin_id>/reuse")
@needs(Right.STOCK)
def bin_reused(bin_id: int) -> Response:
    """Use the bin again."""
    back = url_for("stock.bin", bin_id=bin_id)
    return act(reuse_bin, ReuseBin, back=back, bin_id=bin_id)


@bp.post("/zones/<int:zone_id>/drop")
@needs(Right.STOCK)
def zone_dropped(zone_id: int) -> Response:
    """Take the zone away."""
    return act(drop_zone, DropZone, back=url_for("stock.zones"), zone_id=zone_id)


@bp.post("/sku/<int:sku_id>/retire")
@needs(Right.STOCK)
def sku_retired(sku_id: int) -> Response:
    """Take the SKU out of use."""
    back = url_for("stock.sku", sku_id=sku_id)
    return act(retire_sku, RetireSku, back=back, sku_id=sku_id)


@bp.post("/sku/<int:sku_id>/reuse")
@needs(Right.STOCK)
def sku_reused(sku_id: int) -> Response:
    """Use the SKU again."""
    back = url_for("stock.sku", sku_id=sku_id)
    return act(reuse_sku, ReuseSku, back=back, sku_id=sku_id)

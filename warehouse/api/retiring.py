"""`/api/v1/bins`, `/skus`: taking them out of use, and using them again."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from warehouse.api.acting import act
from warehouse.api.door import body, bp
from warehouse.api.operations import operation
from warehouse.api.schemas import Schema, component, text
from warehouse.catalog.models import Bin
from warehouse.catalog.rules import scan_code
from warehouse.errors import UnknownName
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
from warehouse.storing.sources import sku_of
from warehouse.text import say
from warehouse.web.context import reading

TAG = "Stock"
_BIN: dict[str, Schema] = {"bin": text("Its code.", least=1, most=64)}
_SKU: dict[str, Schema] = {"sku": text("Its code or a barcode.", least=1, most=64)}


@bp.post("/bins/retire")
@operation(
    summary="Take a bin out of use: nothing stands there, and nothing comes",
    tag=TAG,
    rights=(Right.STOCK,),
    body=_BIN,
    answer=component("Act"),
)
def bins_retire() -> Response:
    return act(retire_bin, RetireBin, bin_id=_bin_id(body()["bin"]))


@bp.post("/bins/reuse")
@operation(
    summary="Use a bin again that was taken out of use",
    tag=TAG,
    rights=(Right.STOCK,),
    body=_BIN,
    answer=component("Act"),
)
def bins_reuse() -> Response:
    return act(reuse_bin, ReuseBin, bin_id=_bin_id(body()["bin"]))


@bp.post("/skus/retire")
@operation(
    summary="Take a SKU out of use: none is in the house, and nothing waits for it",
    tag=TAG,
    rights=(Right.STOCK,),
    body=_SKU,
    answer=component("Act"),
)
def skus_retire() -> Response:
    return act(retire_sku, RetireSku, sku_id=_sku_id(body()["sku"]))


@bp.post("/skus/reuse")
@operation(
    summary="Use a SKU again that was taken out of use",
    tag=TAG,
    rights=(Right.STOCK,),
    body=_SKU,
    answer=component("Act"),
)
def skus_reuse() -> Response:
    return act(reuse_sku, ReuseSku, sku_id=_sku_id(body()["sku"]))


def _bin_id(code: str) -> int:
    with reading() as session:
        found = session.scalar(sa.select(Bin.id).where(Bin.code == scan_code(code)))
    if found is None:
        raise UnknownName(say("There is no bin with this code."), field="bin")
    return found


def _sku_id(code: str) -> int:
    with reading() as session:
        return sku_of(session, code).id

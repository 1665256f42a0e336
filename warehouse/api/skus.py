"""`POST /api/v1/skus`: a SKU made by a machine, as at the desk."""

from __future__ import annotations

from typing import Any

from flask import Response

from warehouse.api.acting import act
from warehouse.api.door import body, bp
from warehouse.api.operations import operation
from warehouse.api.schemas import Schema, component, flag, listed, record, text, whole
from warehouse.catalog.commands.limits import LONGEST_CLASS, SKU_MOST
from warehouse.catalog.commands.skus import MOST_PIECES, PackCode, SkuFacts
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.new_sku import NewSku, new_sku
from warehouse.inventory.tracking import MOST_DAYS
from warehouse.people.rights import Right

MOST_CODES = 50
_OWN_NAMES = {"eans": "barcodes", "pattern": "class"}
FLAGS = ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked")
_CODE = text(least=1, most=64)
_SIZES: dict[str, Schema] = {
    name: whole(least=1, most=most) for name, most in SKU_MOST.items()
}  # in grams, millimetres, pieces, as their names say
_SAID: dict[str, Schema] = {
    "code": text("Left out, it gets the next of its class by the site's rule.", least=1, most=64),
    "class": text("Of the site's rule for codes; left out, the first.", least=1, most=40),
    "name": text(least=1, most=200),
    "properties": text("Colour and size.", most=200),
    "barcodes": listed(_CODE, "EAN or UPC of a piece.", most=MOST_CODES),
    "packs": listed(
        record({"code": _CODE, "pieces": whole(least=1, most=MOST_PIECES)}),
        "Barcodes of packs and the pieces in each.",
        most=MOST_CODES,
    ),
    **_SIZES,
    "storage_class": text("Put away only into bins of this class.", most=LONGEST_CLASS),
    "is_lot_tracked": flag("Kept by lot."),
    "is_expiry_tracked": flag("Each lot has a best-before; by lot only."),
    "is_serial_tracked": flag("Each piece has a serial number."),
    "days_before_expiry": whole("Days that must be left for a buyer.", least=0, most=MOST_DAYS),
}


@bp.post("/skus")
@operation(
    summary="Make a SKU; one that is there already is refused",
    tag="Stock",
    rights=(Right.STOCK,),
    body=_SAID,
    optional=tuple(name for name in _SAID if name != "name"),
    answer=component("Act"),
)
def skus_make() -> Response:
    said = body()
    try:
        return act(new_sku, NewSku, facts=_facts(said), pattern=said.get("class", ""))
    except InvalidInput as error:  # a sound body: no such class, a code that is taken or no EAN
        field = _OWN_NAMES.get(error.field, error.field)
        raise RuleViolation(error.text, field=field) from error


def _facts(said: dict[str, Any]) -> SkuFacts:
    sizes: dict[str, Any] = {name: said.get(name) for name in SKU_MOST}
    kept: dict[str, Any] = {name: said.get(name, False) for name in FLAGS}
    return SkuFacts(
        code=said.get("code", ""),
        name=said["name"],
        properties=said.get("properties", ""),
        eans=tuple(said.get("barcodes", ())),
        packs=tuple(PackCode(code=x["code"], pieces=x["pieces"]) for x in said.get("packs", ())),
        storage_class=said.get("storage_class", ""),
        days_before_expiry=said.get("days_before_expiry", 0),
        **sizes,
        **kept,
    )

"""A SKU made by hand: its code typed or by the site's rule, refused where it is one already."""

from __future__ import annotations

import pytest

from printing.models import PrintJob
from tests.builders import World
from warehouse.catalog.commands.skus import PackCode, SkuFacts
from warehouse.catalog.models import Barcode, Sku
from warehouse.errors import InvalidInput
from warehouse.inventory.new_sku import NewSku, new_sku

EAN = "6901234567892"
GTIN = "6901234567885"


def made(world: World, **said: object) -> Sku:
    labels, pattern = said.pop("labels", 0), said.pop("pattern", "")
    facts = SkuFacts(**{"code": "", "name": "Gift box", **said})
    outcome = world.do(new_sku, NewSku, facts=facts, labels=labels, pattern=pattern)
    return world.get(Sku, outcome.subject_id)


def test_a_sku_is_made_with_all_that_is_said_of_it(world: World):
    world.site()
    sku = made(
        world, code="GIFT-01", properties="red", eans=(EAN,), weight_g=250, length_mm=200,
        packs=(PackCode(code="GIFTBOX12", pieces=12),), is_lot_tracked=True, is_expiry_tracked=True,
        days_before_expiry=30, storage_class="A", labels=2,
    )  # fmt: skip
    assert (sku.code, sku.name, sku.properties, sku.weight_g) == ("GIFT-01", "Gift box", "red", 250)
    assert (sku.is_lot_tracked, sku.is_expiry_tracked, sku.is_serial_tracked) == (True, True, False)
    assert (sku.days_before_expiry, sku.storage_class) == (30, "A")
    codes = {row.code: row.pieces for row in world.all(Barcode, sku_id=sku.id)}
    assert codes == {"GIFT-01": 1, EAN: 1, "GIFTBOX12": 12}
    assert len(world.all(PrintJob)) == 2


def test_without_a_code_it_gets_the_next_that_is_free(world: World):
    world.site()
    world.sku("N-000002")
    world.bin("N-000003")
    made(world, code="n-000004")  # scanned as N-000004
    assert [made(world).code, made(world).code] == ["N-000001", "N-000005"]


def test_a_code_scanned_twice_is_there_once_and_an_ean_may_be_the_code(world: World):
    world.site()
    pack = PackCode(code="P6", pieces=6)
    sku = made(world, code=EAN, eans=(EAN, EAN), packs=(pack, pack))
    assert {(row.code, row.pieces, row.kind) for row in world.all(Barcode, sku_id=sku.id)} == {
        (EAN, 1, "ean"),
        ("P6", 6, "pack"),
    }


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"code": "TEE"}, "code"),
        ({"code": "T\nEE"}, "code"),
        ({"eans": (EAN[:-1] + "3",)}, "eans"),
        ({"code": "NEW", "packs": (PackCode(code="TEE", pieces=2),)}, "packs"),
        ({"eans": (f"0{GTIN}",)}, "eans"),  # TEE's, with another leading zero
        ({"eans": (EAN,), "packs": (PackCode(code=EAN, pieces=6),)}, "packs"),
        ({"packs": (PackCode(code="P", pieces=6), PackCode(code="p", pieces=12))}, "packs"),
        ({"is_expiry_tracked": True}, "is_expiry_tracked"),
        ({"name": " "}, "name"),
        ({"weight_g": 0}, "weight_g"),
        ({"labels": 501}, "labels"),
        ({"pattern": "Tops"}, "pattern"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_made(world: World, said, field):
    world.site()
    made(world, code="TEE", eans=(GTIN,))
    given = {**said}
    extra = {name: given.pop(name) for name in ("labels", "pattern") if name in given}
    facts = SkuFacts(**{"code": "", "name": "Gift box", **given})
    error = world.refused(InvalidInput, new_sku, NewSku, facts=facts, **extra)
    assert error.facts["field"] == field

"""Labels for goods and places are asked for as often as they are wanted."""

from __future__ import annotations

import pytest

from printing.models import PrintJob
from tests.builders import World
from warehouse.catalog.commands.labels import (
    PrintBinLabels,
    PrintSkuLabels,
    print_bin_labels,
    print_sku_labels,
)
from warehouse.catalog.models import BinKind
from warehouse.errors import InvalidInput, NotFound


def _jobs(world: World) -> list[tuple[str, str, int]]:
    return [(j.document_kind, j.number, j.part) for j in world.all(PrintJob)]


def test_labels_of_a_sku_carry_its_ean_and_may_be_repeated(world: World):
    goods = world.sku()
    world.do(print_sku_labels, PrintSkuLabels, sku_id=goods.id, copies=2)
    world.do(print_sku_labels, PrintSkuLabels, sku_id=goods.id, copies=1)
    assert _jobs(world) == [("sku_label", goods.barcode, n) for n in (1, 2, 3)]


def test_bins_and_totes_get_their_own_label_in_walking_order(world: World):
    far, near = world.bin("B-1", walk_order=2), world.bin("A-1", walk_order=1)
    tote = world.bin("TOTE-9", kind=BinKind.TOTE)
    world.do(print_bin_labels, PrintBinLabels, bin_ids=(far, tote, near))
    assert _jobs(world) == [
        ("tote_label", "TOTE-9", 1),
        ("bin_label", "A-1", 1),
        ("bin_label", "B-1", 1),
    ]


@pytest.mark.parametrize("copies", [0, -1, 501])
def test_no_or_too_many_copies_are_refused(world: World, copies: int):
    goods = world.sku()
    with pytest.raises(InvalidInput):
        world.do(print_sku_labels, PrintSkuLabels, sku_id=goods.id, copies=copies)
    assert _jobs(world) == []


def test_a_place_outside_gets_no_label(world: World):
    courier = world.bin("C-1", kind=BinKind.COURIER)
    with pytest.raises(InvalidInput):
        world.do(print_bin_labels, PrintBinLabels, bin_ids=(courier,))
    assert _jobs(world) == []


def test_a_bin_that_is_not_there_is_named(world: World):
    with pytest.raises(NotFound, match="999"):
        world.do(print_bin_labels, PrintBinLabels, bin_ids=(world.bin("A-1"), 999))
    assert _jobs(world) == []

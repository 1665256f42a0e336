"""Advice where to put goods: the bin that holds them is found, however many do not."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.placing.places import LOOKED_AT, advice_for, goods_of


@pytest.fixture
def sofa(world: World) -> Goods:
    goods = world.sku("SOFA")
    with world.database.transaction() as session:
        session.execute(
            sa.update(Sku).where(Sku.id == goods.id).values(weight_g=9_000, **cube(900))
        )
    world.stock(goods, "DOCK", 4)
    return goods


def cube(side_mm: int) -> dict[str, int]:
    return dict.fromkeys(("length_mm", "width_mm", "height_mm"), side_mm)


def shelves(world: World, prefix: str, count: int, **values: Any) -> None:
    """Make shelves in a row behind those made before."""
    with world.database.transaction() as session:
        last = session.scalar(sa.select(sa.func.max(Bin.walk_order))) or 0
        for n in range(count):
            session.add(
                Bin(code=f"{prefix}-{n}", kind=BinKind.SHELF, walk_order=last + n, **values)
            )


def advised(world: World, goods: Goods, pieces: int) -> tuple[str, int] | None:
    with world.database.reading() as session:
        dock_id = int(session.scalars(sa.select(Bin.id).where(Bin.code == "DOCK")).one())
        wanted = goods_of(session, session.get_one(Sku, goods.id), pieces)
        found = advice_for(session, wanted, but=dock_id)
    return (found.place.code, found.pieces) if found else None


@pytest.mark.parametrize(
    "small",
    [
        cube(200),
        {"length_mm": 3000, "width_mm": 899, "height_mm": 3000},
        {"length_mm": 3000, "width_mm": 899, "height_mm": 899},
        {"most_weight_g": 8_999},
        {"storage_class": "cold"},
    ],
)
def test_no_number_of_bins_that_do_not_hold_the_goods_hides_one_that_does(
    world: World, sofa: Goods, small: dict[str, Any]
):
    shelves(world, "S", LOOKED_AT + 1, **small)
    shelves(world, "P", 1, length_mm=1000, width_mm=2000, height_mm=900)
    assert advised(world, sofa, 1) == ("P-0", 1)


def test_a_bin_that_takes_all_is_found_behind_many_that_take_some(world: World, sofa: Goods):
    shelves(world, "S", LOOKED_AT + 1, **cube(1000))
    assert advised(world, sofa, 3) == ("S-0", 1)
    shelves(world, "P", 1, **cube(2000))
    assert advised(world, sofa, 3) == ("P-0", 3)


@pytest.mark.parametrize("held", [{"length_mm": 890}, {"is_put_closed": True}])
def test_where_nothing_holds_a_piece_nothing_is_advised(
    world: World, sofa: Goods, held: dict[str, Any]
):
    shelves(world, "S", 2, **(cube(890) | held))
    assert advised(world, sofa, 1) is None


def test_a_bin_nobody_measured_is_advised(world: World, sofa: Goods):
    shelves(world, "S", 1, length_mm=100)
    assert advised(world, sofa, 4) == ("S-0", 4)


def test_goods_without_a_class_come_beside_others_before_they_take_room_kept_for_a_class(
    world: World, sofa: Goods
):
    shelves(world, "COLD", 1, storage_class="cold")
    assert advised(world, sofa, 1) == ("COLD-0", 1)
    world.stock(world.sku("MUG"), "B-01", 1, walk_order=900)
    assert advised(world, sofa, 1) == ("B-01", 1)


def test_a_bin_is_of_the_class_of_its_zone_unless_it_says_one_itself(world: World, sofa: Goods):
    cold, plain = (world.add(Zone(code=c, name=c, sequence=1, storage_class=k)).id
                   for c, k in (("C", "cold"), ("P", "")))  # fmt: skip
    shelves(world, "C", LOOKED_AT + 1, zone_id=cold)
    shelves(world, "DRY", 1, zone_id=cold, storage_class="dry")
    shelves(world, "P", 1, zone_id=plain)
    assert advised(world, sofa, 1) == ("P-0", 1)
    for wanted, code in (("cold", "C-0"), ("dry", "DRY-0"), ("frozen", None)):
        with world.database.transaction() as session:
            session.get_one(Sku, sofa.id).storage_class = wanted
        assert advised(world, sofa, 1) == ((code, 1) if code else None)

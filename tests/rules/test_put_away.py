"""Where goods had best be put: never where a known limit forbids it, and for the best reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.catalog.models import BinKind
from warehouse.placing.rules import Goods, Limit, Place, Reason, advise, broken, room

TEE = Goods(sku_id=1, pieces=10, weight_g=200, size_mm=(300, 200, 20))
SHELF = Place(bin_id=1, code="A-01", kind=BinKind.SHELF, zone_id=1, walk_order=10)

maybe = st.none() | st.integers(1, 400)
sizes = st.none() | st.tuples(*[st.integers(1, 400)] * 3)
classes = st.sampled_from(["", "A", "cold"])
goods_given = st.builds(
    Goods,
    sku_id=st.integers(1, 3),
    pieces=st.integers(1, 60),
    lot_id=st.none() | st.integers(1, 3),
    weight_g=maybe,
    size_mm=sizes,
    storage_class=classes,
    shelf_most=maybe,
    on_shelves=st.integers(0, 60),
)
places_given = st.lists(
    st.builds(
        Place,
        bin_id=st.integers(1, 99),
        code=st.just("X"),
        kind=st.sampled_from([BinKind.SHELF, BinKind.RESERVE, BinKind.DOCK, BinKind.TOTE]),
        zone_id=st.none() | st.integers(1, 3),
        walk_order=st.integers(0, 90),
        x_mm=maybe,
        y_mm=maybe,
        storage_class=classes,
        is_one_sku=st.booleans(),
        is_closed=st.booleans(),
        size_mm=sizes,
        most_weight_g=st.none() | st.integers(1, 9_000),
        most_pieces=maybe,
        sku_ids=st.frozensets(st.integers(1, 3), max_size=2),
        lot_ids=st.frozensets(st.integers(1, 3), max_size=2),
        pieces=st.integers(0, 60),
        weight_g=st.integers(0, 9_000),
        volume_mm3=st.integers(0, 10**7),
    ),
    max_size=8,
    unique_by=lambda p: p.bin_id,
)


@given(goods_given, places_given)
def test_no_advice_ever_breaks_a_limit_that_is_known(goods: Goods, places: list[Place]):
    found = advise(goods, places)
    if found is None:
        return
    assert found.place in places
    assert found.place.kind in (BinKind.SHELF, BinKind.RESERVE)
    assert 1 <= found.pieces <= goods.pieces
    assert broken(found.place, [replace(goods, pieces=found.pieces)]) == ()


@given(goods_given, places_given)
def test_no_advice_means_that_no_bin_takes_a_single_piece(goods: Goods, places: list[Place]):
    one = [replace(goods, pieces=1)]
    fitting = [p for p in places
               if p.kind in (BinKind.SHELF, BinKind.RESERVE) and not broken(p, one)]  # fmt: skip
    assert (advise(goods, places) is None) == (fitting == [])


@given(goods_given, places_given)
def test_the_room_of_a_bin_is_the_most_that_breaks_nothing(goods: Goods, places: list[Place]):
    for place in places:
        most = room(place, goods)
        assert most == 0 or broken(place, [replace(goods, pieces=most)]) == ()
        assert most == goods.pieces or broken(place, [replace(goods, pieces=most + 1)])


@given(goods_given, places_given, st.randoms())
def test_the_order_in_which_bins_are_looked_at_does_not_matter(goods, places, random):
    shuffled = list(places)
    random.shuffle(shuffled)
    assert advise(goods, shuffled) == advise(goods, places)


@given(goods_given)
def test_a_bin_of_which_nothing_is_known_takes_everything(goods: Goods):
    limits = broken(SHELF, [goods])
    assert set(limits) <= ({Limit.CLASS} if goods.storage_class else set())


@pytest.mark.parametrize(
    ("place", "limit"),
    [
        (replace(SHELF, is_closed=True), Limit.CLOSED),
        (replace(SHELF, is_one_sku=True, sku_ids=frozenset({2})), Limit.MIXED),
        (replace(SHELF, most_pieces=19, pieces=10), Limit.PIECES),
        (replace(SHELF, most_weight_g=2_999, weight_g=1_000), Limit.WEIGHT),
        (replace(SHELF, size_mm=(299, 299, 299)), Limit.SIZE),
        (replace(SHELF, size_mm=(300, 200, 100)), Limit.VOLUME),
    ],
)
def test_each_limit_is_seen_by_itself(place: Place, limit: Limit):
    assert limit in broken(place, [TEE])
    assert limit not in broken(SHELF, [TEE])


def test_a_piece_alone_fills_its_bin_to_the_brim_two_leave_gaps():
    bay = replace(SHELF, size_mm=(310, 210, 50))
    assert room(bay, replace(TEE, size_mm=(300, 200, 50), pieces=5)) == 1
    assert room(replace(bay, pieces=1), replace(TEE, size_mm=(300, 200, 49), pieces=5)) == 0
    assert Limit.VOLUME in broken(bay, [replace(TEE, size_mm=(400, 200, 50), pieces=1)])


def test_goods_without_a_class_take_room_kept_for_one_last_but_stand_where_they_stand():
    cold = replace(SHELF, bin_id=2, storage_class="cold", walk_order=1)
    shared = replace(SHELF, bin_id=3, sku_ids=frozenset({2}))
    for places, best in (([cold, shared], shared), ([cold], cold)):
        found = advise(TEE, places)
        assert found is not None
        assert found.place == best
    home = replace(cold, sku_ids=frozenset({1}))
    found = advise(TEE, [home, shared, SHELF])
    assert found is not None
    assert found.place == home


def test_goods_with_a_class_stand_nowhere_else():
    cold = replace(TEE, storage_class="cold")
    fridge = replace(SHELF, bin_id=2, storage_class="cold", walk_order=900)
    found = advise(cold, [SHELF, fridge])
    assert found is not None
    assert (found.place, found.reason) == (fridge, Reason.CLASS)


def test_the_best_reason_wins_and_distance_decides_between_equals():
    same_lot = replace(SHELF, bin_id=2, sku_ids=frozenset({1}), lot_ids=frozenset({7}))
    same = replace(SHELF, bin_id=3, sku_ids=frozenset({1}))
    near = replace(SHELF, bin_id=4, walk_order=30)
    far = replace(SHELF, bin_id=5, walk_order=500)
    shared = replace(SHELF, bin_id=6, sku_ids=frozenset({2}))
    lot = replace(TEE, lot_id=7)
    left = [shared, far, near, same, same_lot]
    told = []
    while left:
        found = advise(lot, left)
        assert found is not None
        told.append((found.place.bin_id, found.reason))
        left.remove(found.place)
    assert told == [
        (2, Reason.SAME_LOT), (3, Reason.SAME_SKU), (4, Reason.EMPTY), (5, Reason.EMPTY),
        (6, Reason.SHARED),
    ]  # fmt: skip


def test_shelves_are_filled_to_what_is_wanted_there_and_reserve_takes_the_rest():
    reserve = replace(SHELF, bin_id=2, kind=BinKind.RESERVE)
    half = replace(TEE, shelf_most=12, on_shelves=8)
    first = advise(half, [SHELF, reserve])
    assert first is not None
    assert (first.place, first.pieces) == (SHELF, 4)
    rest = advise(replace(half, pieces=6, on_shelves=12), [SHELF, reserve])
    assert rest is not None
    assert (rest.place, rest.pieces, rest.is_reserve) == (reserve, 6, True)
    # No reserve: they stand on the shelf after all.
    alone = advise(replace(half, pieces=6, on_shelves=12), [SHELF])
    assert alone is not None
    assert (alone.place, alone.pieces) == (SHELF, 6)

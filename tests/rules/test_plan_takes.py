"""Splitting what is wanted over the bins it stands in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warehouse.waves.rules import BinStock, Take, plan_takes


def test_one_bin_that_has_all_is_preferred_to_several_nearer_ones():
    stock = [BinStock(1, 10, 2), BinStock(2, 20, 5)]
    assert plan_takes(4, stock) == ((Take(2, 20, 4),), 0)


def test_bins_are_emptied_in_walking_order_where_none_has_all():
    stock = [BinStock(3, 30, 2), BinStock(1, 10, 2), BinStock(2, 20, 2)]
    assert plan_takes(5, stock) == ((Take(1, 10, 2), Take(2, 20, 2), Take(3, 30, 1)), 0)


def test_what_no_bin_has_is_missing():
    assert plan_takes(5, [BinStock(1, 1, 3)]) == ((Take(1, 1, 3),), 2)
    assert plan_takes(5, []) == ((), 5)


stocks = st.lists(st.tuples(st.integers(0, 9), st.integers(-3, 12)), max_size=7).map(
    lambda rows: [BinStock(n, walk, pieces) for n, (walk, pieces) in enumerate(rows, start=1)]
)


@given(wanted=st.integers(0, 40), stock=stocks)
def test_takes_plus_missing_equal_what_was_wanted(wanted, stock):
    takes, missing = plan_takes(wanted, stock)
    assert sum(take.pieces for take in takes) + missing == wanted
    assert missing == max(0, wanted - sum(max(b.available, 0) for b in stock))


@given(wanted=st.integers(0, 40), stock=stocks)
def test_no_bin_gives_more_than_it_has_or_gives_twice(wanted, stock):
    takes, _ = plan_takes(wanted, stock)
    has = {b.bin_id: b.available for b in stock}
    assert all(0 < take.pieces <= has[take.bin_id] for take in takes)
    assert len({take.bin_id for take in takes}) == len(takes)


@given(wanted=st.integers(0, 40), stock=stocks, order=st.randoms())
def test_the_order_in_which_bins_come_does_not_matter(wanted, stock, order):
    shuffled = list(stock)
    order.shuffle(shuffled)
    assert plan_takes(wanted, shuffled) == plan_takes(wanted, stock)


@given(wanted=st.integers(1, 40), stock=stocks)
def test_takes_come_in_walking_order(wanted, stock):
    takes, _ = plan_takes(wanted, stock)
    walk = [(take.walk_order, take.bin_id) for take in takes]
    assert walk == sorted(walk)

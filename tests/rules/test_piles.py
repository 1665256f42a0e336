"""Things on piles: taken up in order, whole piles at a time, as often as one likes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.piles import Piles


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 4))), st.integers(1, 12))
def test_portions_are_whole_piles_in_order(put: list[tuple[int, int]], most: int):
    with Piles[int, tuple[int, int]](most) as piles:
        for pile, size in put:
            piles.put(pile, (pile, size), size=size)
        portions = list(piles)
        assert (list(piles), len(piles)) == (portions, len(put))
    assert [thing for portion in portions for thing in portion] == sorted(put, key=lambda p: p[0])
    named = [{pile for pile, _ in portion} for portion in portions]
    assert sum(map(len, named)) == len({pile for pile, _ in put})
    sizes = [sum(size for _, size in portion) for portion in portions]
    assert all(size <= most or len(piles) == 1 for size, piles in zip(sizes, named, strict=True))


def test_a_portion_is_filled_before_the_next_begins():
    with Piles[str, str](3) as piles:
        for word in ("oak", "ash", "alder", "beech", "birch"):
            piles.put(word[0], word)
        assert list(piles) == [["ash", "alder"], ["beech", "birch", "oak"]]


def test_what_is_put_away_is_gone():
    with Piles[str, str](3) as piles:
        piles.put("a", "ash")
    with pytest.raises(Exception, match="closed"):
        list(piles)

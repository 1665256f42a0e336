"""When a count is believed, who may approve it, and which goods are A, B and C."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.counting.models import LineState
from warehouse.counting.rules import Limits, Look, classes_of, state_after

DAY_ONE = Look(person_id=1, variance=-2)


def look(person_id: int, *, gone: str = "", found: str = "") -> Look:
    """Return a look at known pieces, each with a number of one letter."""
    numbers = (frozenset(gone), frozenset(found))
    return Look(person_id=person_id, variance=len(found) - len(gone), numbers=numbers)


@pytest.mark.parametrize(
    ("size", "book", "price_fen", "is_allowed"),
    [(3, 100, 100, True), (4, 100, 100, False), (2, 10, 100, False), (2, 40, 600, False),
     (2, 40, 500, True), (1, 0, 100, False), (0, 0, 0, True), (1, 100, 0, False),
     (3, 60, None, True), (4, 100, None, False), (3, 59, None, False)],
)  # fmt: skip
def test_limits(size: int, book: int, price_fen: int | None, *, is_allowed: bool):
    assert Limits(pieces=3, percent=5, fen=1_000).allow(size, book, price_fen) is is_allowed


@pytest.mark.parametrize(
    ("look", "before", "state"),
    [
        (DAY_ONE, [], LineState.RECOUNT),
        (Look(person_id=1, variance=0), [], LineState.AGREED),
        (Look(person_id=2, variance=-2), [DAY_ONE], LineState.DIFFERENT),
        (DAY_ONE, [DAY_ONE], LineState.RECOUNT),  # the same person once more proves nothing
        (Look(person_id=2, variance=-1), [DAY_ONE], LineState.RECOUNT),
        (Look(person_id=2, variance=0), [DAY_ONE], LineState.AGREED),
        (Look(person_id=3, variance=-3), [DAY_ONE, Look(person_id=2, variance=-1)],
         LineState.DIFFERENT),
        (look(2, gone="B"), [look(1, gone="A")], LineState.RECOUNT),
        (look(2, gone="A"), [look(1, gone="A")], LineState.DIFFERENT),
        (look(1, gone="A", found="X"), [], LineState.RECOUNT),
        (look(2, gone="A", found="Y"), [look(1, gone="A", found="X")], LineState.RECOUNT),
        (look(2), [look(1, gone="A", found="X")], LineState.AGREED),
    ],
)  # fmt: skip
def test_who_is_believed(look: Look, before: list[Look], state: LineState):
    assert state_after(look, before, is_disturbed=False, is_small=False) is state


def test_what_moved_is_asked_again_and_what_is_small_needs_nobody_else():
    zero = Look(person_id=1, variance=0)
    assert state_after(zero, [], is_disturbed=True, is_small=True) is LineState.LOOK
    assert state_after(DAY_ONE, [], is_disturbed=False, is_small=True) is LineState.DIFFERENT


@pytest.mark.parametrize(
    ("later", "state"),
    [
        ([(3, 0)], LineState.RECOUNT),  # one who says otherwise
        ([(3, 0), (4, 0)], LineState.AGREED),
        ([(3, 0), (4, -9)], LineState.DIFFERENT),
        ([(3, 0), (3, 0)], LineState.RECOUNT),
        ([(3, -5)], LineState.RECOUNT),
        ([(3, -5), (4, 0)], LineState.RECOUNT),  # not one of them bears out that nothing is gone
        ([(3, 0), (4, -5)], LineState.DIFFERENT),  # left to the reviewer
        ([(3, 0), (4, 0), (5, -5)], LineState.DIFFERENT),
    ],
)
@pytest.mark.parametrize("is_small", [False, True])
def test_what_two_found_stands_until_two_find_otherwise(
    later: list[tuple[int, int]], state: LineState, *, is_small: bool
):
    seen = [Look(person_id=who, variance=pieces) for who, pieces in ((1, -9), (2, -9), *later)]
    found = state_after(seen[-1], seen[:-1], is_disturbed=False, is_small=is_small)
    assert found is state


@given(st.dictionaries(st.integers(), st.integers(0, 10_000), max_size=40))
def test_classes_part_goods_by_what_they_move(moved: dict[int, int]):
    found = classes_of(moved)
    assert found.keys() == moved.keys()
    total = sum(moved.values())
    of_class = {letter: [k for k, c in found.items() if c == letter] for letter in "ABC"}
    if total:
        assert sum(moved[k] for k in of_class["A"]) * 100 >= 80 * total
        least_a = min(moved[k] for k in of_class["A"])
        assert all(moved[k] <= least_a for k in of_class["B"] + of_class["C"])
    assert all(found[k] == "C" for k, pieces in moved.items() if pieces == 0)

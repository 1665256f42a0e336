"""Guessing a secret: tries are counted by login and place, also those made at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from tests.builders import World
from warehouse.errors import Forbidden
from warehouse.people.auth import hash_secret
from warehouse.people.commands import SetKey, set_key
from warehouse.people.models import Key, LoginTry, Person
from warehouse.people.tries import MOST_TRIES, SHUT_FOR, count_try, forget_tries

AT_ONCE = 12


def _tried(world: World, login: str = "wang", place: str = "here") -> bool:
    """Make a try; tell whether its secret would be looked at."""
    try:
        with world.database.transaction() as session:
            count_try(session, login, place, world.now)
    except Forbidden:
        return False
    return True


def _shut(world: World, login: str = "wang", place: str = "here") -> None:
    assert [_tried(world, login, place) for _ in range(MOST_TRIES + 1)] == [True] * 5 + [False]


def test_tries_made_at_once_are_counted_one_by_one(world: World):
    together = Barrier(AT_ONCE)

    def guess(_: int) -> bool:
        together.wait()
        return _tried(world)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        looked_at = list(pool.map(guess, range(AT_ONCE)))
    assert looked_at.count(True) == MOST_TRIES
    assert not _tried(world)


@pytest.mark.parametrize("login", ["wang", " WANG ", "nobody", "", "x" * 5_000, "王"])
def test_a_login_is_shut_whether_anybody_has_it_or_not(world: World, login: str):
    world.add(Person(name="Wang", login="wang", locale="en", pin_hash=hash_secret("4711")))
    _shut(world, login)
    row = world.one(LoginTry)
    assert (len(row.login_hash), row.count) == (64, MOST_TRIES)


def test_another_place_and_another_login_have_tries_of_their_own(world: World):
    _shut(world)
    assert _tried(world, place="there")
    assert _tried(world, login="liu")
    assert not _tried(world, login="Wang ")


def test_a_shut_login_opens_after_a_quarter_of_an_hour_and_leaves_no_row(world: World):
    _shut(world)
    world.now += SHUT_FOR - timedelta(seconds=1)
    assert not _tried(world)
    world.now += timedelta(seconds=1)
    assert _tried(world, login="liu")
    assert len(world.all(LoginTry)) == 1
    assert _tried(world)


def test_the_right_secret_forgets_the_wrong_ones_of_this_place_only(world: World):
    for place in ("here", "there"):
        _tried(world, place=place)
    with world.database.transaction() as session:
        forget_tries(session, "Wang", "here")
    assert [row.place for row in world.all(LoginTry)] == ["there"]


def test_a_new_pin_opens_a_shut_login_everywhere(world: World):
    person = world.add(Person(name="Wang", login="wang", locale="en"))
    _shut(world)
    _shut(world, place="there")
    world.do(set_key, SetKey, person_id=person.id, key=Key.PIN, hash=hash_secret("4711"))
    assert world.all(LoginTry) == []

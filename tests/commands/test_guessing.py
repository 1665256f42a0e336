"""Guessing a PIN: tries are counted, also those made at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.builders import World
from warehouse.errors import Forbidden
from warehouse.people.auth import MOST_FAILURES, hash_secret, person_by_secret
from warehouse.people.models import Person

TRIES = 12


def test_tries_made_at_once_are_counted_one_by_one(world: World):
    world.add(Person(name="Wang", login="wang", locale="en", pin_hash=hash_secret("4711")))
    together = Barrier(TRIES)

    def guess(number: int) -> bool:
        together.wait()
        with world.database.transaction() as session:
            try:
                found = person_by_secret(session, "wang", f"{number:04d}", world.now, is_pin=True)
            except Forbidden:
                return False
            assert found is None
            return True

    with ThreadPoolExecutor(TRIES) as pool:
        looked_at = list(pool.map(guess, range(TRIES)))
    assert looked_at.count(True) == MOST_FAILURES
    with pytest.raises(Forbidden), world.database.transaction() as session:
        person_by_secret(session, "wang", "4711", world.now, is_pin=True)

"""A machine's guesses at every route, sound and hostile: every answer is one that is described."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.api.conftest import API, Machine, make_own_app, new_machine
from tests.builders import Stage, World
from warehouse.db import Database
from warehouse.people.models import Role

ROUTES = 31
GUESSES = 15  # of each route; the same ones at every run


@pytest.fixture(scope="module")
def machine(tmp_path_factory, sqlite_template) -> Iterator[Machine]:
    """Serve a database with an order on its way."""
    folder = tmp_path_factory.mktemp("schemathesis")
    shutil.copy(sqlite_template, folder / "fahuo.db")
    world = World(Database(f"sqlite:///{folder / 'fahuo.db'}"))
    world.bring(Stage.LABELLED)
    yield new_machine(world, make_own_app(world.database, folder), *Role)
    assert world.differences() == []
    world.database.dispose()


@pytest.fixture(scope="module")
def described(machine: Machine) -> Any:
    app = machine.client.application
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app, headers=machine.headers())


GUESSING = settings(
    max_examples=GUESSES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


# What breaks a schema may be sound again once it is written into a query or a form, and the token
# is always sent: whether wrong bodies are refused is held by the tests of bodies.
SPARED = {GenerationMode.POSITIVE: [], GenerationMode.NEGATIVE: [negative_data_rejection]}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_guess_gets_an_answer_that_is_not_described(
    described: Any, machine: Machine, mode: GenerationMode
) -> None:
    guessed = 0
    for found in described.get_all_operations():
        operation = found.ok()
        with suppress(Unsatisfiable):  # nothing can be got wrong where nothing is taken
            _guess(operation.as_strategy(generation_mode=mode), machine, SPARED[mode])
            guessed += 1
    assert guessed >= ROUTES - 1


def _guess(cases: SearchStrategy[Any], machine: Machine, spared: list[Any]) -> None:
    @GUESSING
    @given(case=cases)
    def guess(case: Any) -> None:
        case.call_and_validate(headers=machine.headers(), excluded_checks=spared)

    guess()

"""A running application, a token per right needed, and a client that speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.apps import lend
from tests.builders import MONDAY, World
from warehouse.app import create_app
from warehouse.config import Config
from warehouse.db import Database
from warehouse.people.auth import hash_token
from warehouse.people.models import ApiToken, Person, PersonRole, Role

API = "/api/v1"
EVERY_ROLE = tuple(Role)


@dataclass
class Machine:
    """A program with a token."""

    client: FlaskClient
    token: str
    person_id: int

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(API + path, query_string=query, headers=self.headers())

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> TestResponse:
        content = b"" if body is None else json.dumps(body).encode()
        return self.raw(path, content, key=key, **headers)

    def raw(self, path: str, content: bytes, *, key: str = "", **headers: str) -> TestResponse:
        given = {"Content-Type": "application/json", **self.headers(), **headers}
        if key:
            given["Idempotency-Key"] = key
        return self.client.post(API + path, data=content, headers=given)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    assert world.differences() == []


def config_of(database: Database, folder: Path) -> Config:
    return Config(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder,
        secret_key="of the tests",
    )


def make_app(database: Database, folder: Path) -> Flask:
    """Return the application for one test."""
    return lend(config_of(database, folder), database)


def make_own_app(database: Database, folder: Path) -> Flask:
    """Return an application that may stay for more than a test."""
    app = create_app(config_of(database, folder), database)
    app.testing = True
    return app


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    return make_app(database, tmp_path)


@pytest.fixture
def machine_of(world: World, app: Flask) -> Callable[..., Machine]:
    """Make a program whose token acts as a person with these roles."""

    def make(*roles: Role, locale: str = "en", is_active: bool = True) -> Machine:
        return new_machine(world, app, *roles, locale=locale, is_active=is_active)

    return make


def new_machine(
    world: World, app: Flask, *roles: Role, locale: str = "en", is_active: bool = True
) -> Machine:
    number = len(world.all(Person))
    person = world.add(Person(name=f"machine {number}", locale=locale, is_active=is_active))
    for role in roles:
        world.add(PersonRole(person_id=person.id, role=role))
    token = f"token-{number}"
    world.add(
        ApiToken(name="test", token_hash=hash_token(token), person_id=person.id, created_at=MONDAY)
    )
    return Machine(app.test_client(), token, person.id)


@pytest.fixture
def desk(machine_of: Callable[..., Machine]) -> Machine:
    """A program that may do all the desk may."""
    return machine_of(*EVERY_ROLE)


def error_of(response: TestResponse) -> tuple[int, str, str]:
    """Return (status, code, field) of a refusal."""
    error = response.get_json()["error"]
    return response.status_code, error["code"], error.get("field", "")


@contextmanager
def tampered(world: World) -> Iterator[None]:
    """Have a balance of 5 say 7, behind the ledger's back, inside the block."""
    with world.database.transaction() as session:
        session.execute(sa.text("UPDATE stock_balance SET on_hand = 7 WHERE on_hand = 5"))
    yield
    with world.database.transaction() as session:
        session.execute(sa.text("UPDATE stock_balance SET on_hand = 5 WHERE on_hand = 7"))

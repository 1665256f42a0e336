"""Who may call what: tokens, rights, and JSON also where nothing is found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.api.conftest import API, Machine, error_of, make_app, new_machine
from tests.builders import MONDAY, World
from warehouse.api.openapi import routes
from warehouse.db import utcnow
from warehouse.people.auth import open_session
from warehouse.people.models import ApiToken, Key, Person, Role
from warehouse.people.rights import OF_ROLE
from warehouse.web.access import COOKIE, MACHINE


@pytest.fixture
def world(sqlite_database) -> World:
    return World(sqlite_database)


@pytest.fixture
def app(world: World, tmp_path) -> Flask:
    return make_app(world.database, tmp_path)


@pytest.fixture
def desk(world: World, app: Flask) -> Machine:
    return new_machine(world, app, *Role)


def test_every_route_of_the_api_declares_who_may_call_it(app: Flask) -> None:
    rules = [r for r in app.url_map.iter_rules() if r.rule.startswith(API)]
    declared = {endpoint: op for _, _, endpoint, op in routes(app)}
    assert {r.endpoint for r in rules} == set(declared)
    assert all(app.view_functions[r.endpoint].needs == (MACHINE,) for r in rules)
    open_to_all = {e for e, op in declared.items() if not op.rights}
    assert open_to_all == {"api.index", "api.openapi", "api.commands_show"}


def test_nothing_answers_without_a_token(app: Flask, world: World) -> None:
    before = world.rows()
    client = app.test_client()
    for method, path, _, _ in routes(app):
        url = API + path.replace("{", "").replace("}", "").replace("import_id", "1").replace(
            "hold_id", "1"
        )
        response = client.open(url, method=method, json={"note": "x"})
        assert error_of(response)[:2] == (401, "unauthorized"), path
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert world.rows() == before


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_call_what_its_rights_open(app: Flask, world: World, role: Role) -> None:
    machine = new_machine(world, app, role)
    for method, path, _, op in routes(app):
        url = path.replace("{import_id}", "1").replace("{hold_id}", "1")
        url = url.replace("{", "").replace("}", "")
        response = machine.get(url) if method == "GET" else machine.post(url, {"none": 1})
        is_open = not op.rights or any(right in OF_ROLE[role] for right in op.rights)
        assert (response.status_code != 403) is is_open, (method, path)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer nobody", "Basic dG9rZW4tMTo=", "token-1",
     "Bearer " + "x" * 5000, "Bearer t\u00f6ken"],
)  # fmt: skip
def test_what_is_no_token_opens_nothing(desk: Machine, header: str) -> None:
    response = desk.client.get(f"{API}/orders", headers={"Authorization": header})
    assert error_of(response)[:2] == (401, "unauthorized")


def test_a_revoked_token_opens_nothing(world: World, desk: Machine) -> None:
    assert desk.get("/orders").status_code == 200
    with world.database.transaction() as session:
        session.execute(sa.update(ApiToken).values(revoked_at=MONDAY))
    assert error_of(desk.get("/orders"))[:2] == (401, "unauthorized")


def test_the_token_of_somebody_who_left_opens_nothing(world: World, app: Flask) -> None:
    machine = new_machine(world, app, Role.SUPERVISOR, is_active=False)
    assert error_of(machine.get("/orders"))[:2] == (401, "unauthorized")


def test_a_desk_session_reads_the_pages_and_nothing_else(world: World, app: Flask) -> None:
    person = world.get(Person, new_machine(world, app, Role.SUPERVISOR).person_id)
    with world.database.transaction() as session:
        cookie = open_session(session, person, None, utcnow(), by=Key.PASSWORD)
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    assert client.get(f"{API}/").status_code == 200
    assert client.get(f"{API}/openapi.json").status_code == 200
    assert client.get(f"{API}/orders").status_code == 401
    assert client.post(f"{API}/orders/release", json={"all_clean": True}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/nothing/at/all", 404, "not_found"),
        ("DELETE", "/orders", 405, "method_not_allowed"),
        ("PUT", "/orders/1", 405, "method_not_allowed"),
        ("GET", "/orders/release/x", 404, "not_found"),
        ("GET", "/imports/x", 404, "not_found"),
    ],
)
def test_where_there_is_no_route_the_answer_is_json_too(
    desk: Machine, method: str, path: str, status: int, code: str
) -> None:
    response = desk.client.open(API + path, method=method, headers=desk.headers())
    assert error_of(response)[:2] == (status, code)
    assert ("Allow" in response.headers) is (status == 405)


def test_pages_outside_the_api_keep_their_own_errors(desk: Machine) -> None:
    response = desk.client.get("/nothing")
    assert response.status_code == 404
    assert response.mimetype == "text/html"


@pytest.mark.parametrize(
    ("wanted", "language", "message"),
    [
        ("en", "en", "order 7 does not exist."),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "订单 7 不存在。"),
        ("fr", "zh-CN", "订单 7 不存在。"),
        (None, "zh-CN", "订单 7 不存在。"),
    ],
)
def test_refusals_speak_the_language_asked_for(
    world: World, app: Flask, wanted: str | None, language: str, message: str
) -> None:
    machine = new_machine(world, app, Role.SUPERVISOR, locale="zh")
    headers = {**machine.headers(), **({"Accept-Language": wanted} if wanted else {})}
    response = machine.client.get(f"{API}/orders/7", headers=headers)
    assert response.headers["Content-Language"] == language
    assert response.get_json()["error"] == {"code": "not_found", "message": message}


def test_answers_are_kept_by_nobody(desk: Machine) -> None:
    response = desk.get("/orders")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers

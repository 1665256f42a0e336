"""Hostile, broken and merely wrong bodies: a clear refusal, no crash, nothing half written."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Machine, error_of, make_own_app, new_machine
from tests.builders import Stage, World
from warehouse.api.bodies import read_json
from warehouse.db import Database
from warehouse.errors import InvalidInput
from warehouse.orders.models import Hold, Order
from warehouse.people.models import Role


@pytest.fixture
def desk(world: World, app: Flask) -> Machine:
    return new_machine(world, app, *Role)


@pytest.fixture
def posts(world: World) -> dict[str, dict]:
    """Return every POST of the API with a body that would be taken."""
    work = world.bring(Stage.READY)
    tee = world.sku("CAP")
    world.stock(tee, "B-01", 5)
    order_ids = [world.audited({tee: 1}) for _ in range(2)]
    numbers = [world.get(Order, i).order_no for i in order_ids]
    held = world.audited({tee: 1}, buyer_message="read me")
    hold = world.one(Hold, order_id=held)
    return {
        f"/orders/{numbers[0]}/holds": {"note": "wait", "kind": "manual", "owner": "stock"},
        f"/orders/{numbers[0]}/cancel": {"note": "wait"},
        f"/holds/{hold.id}/release": {"note": "read"},
        "/orders/release": {"orders": numbers[:1]},
        "/orders/merge": {"orders": numbers},
        f"/consignments/C{work.consignment_id:08d}/split": {},
        "/waves": {"consignments": [f"C{work.consignment_id:08d}"]},
        "/moves": {"sku": "TEE", "from": "A-01", "to": "DOCK", "pieces": 1},
    }


WHOLE_BODIES: dict[str, bytes] = {
    "not JSON": b"note=wait",
    "half": b'{"note": "wa',
    "a list": b"[]",
    "a text": b'"note"',
    "null": b"null",
    "a number": b"7",
    "true": b"true",
    "NaN": b"NaN",
    "blank": b"   ",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"note":' * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "UTF-16": '{"note": "wait"}'.encode("utf-16"),
    "bad UTF-8": b'{"note": "\xff\xfe"}',
    "BOM": b'\xef\xbb\xbf{"note": "wait"}',
    "NUL": b"\x00",
    "two values": b"{}{}",
    "unknown field": b'{"nothing": 1}',
    "a privileged field": b'{"person_id": 1}',
    "a strange field": b'{"\\ud800\\u0000": 1}',
    "a long number": b'{"command_id": ' + b"9" * 5000 + b"}",
    "infinite": b'{"command_id": 1e999}',
    "an empty id": b'{"command_id": ""}',
    "an id with NUL": b'{"command_id": "a\\u0000b"}',
    "a long id": b'{"command_id": "' + b"a" * 10_000 + b'"}',
}
# What stands in the place of a text or of a list of texts.
VALUES = [
    "null", "true", "false", "0", "-1", "1.5", "1e999", "-0.0", "NaN", str(2**40), str(2**63),
    str(2**70), "9" * 5000, "[]", "{}", '""', '"   "', '"\\ud800"', '"\\udfff x"', '"a\\u0000b"',
    '"\\u0007"', '"\\u0085"', '[""]', "[null]", "[1]", "[[]]", '["\\ud800"]', '["a\\u0000"]',
    '["x","x"]', json.dumps(["x"] * 300), json.dumps([str(n) for n in range(300)]),
    '"' + "x" * 501 + '"', '"' + "字" * 300_000 + '"', '{"note":{"note":{}}}',
]  # fmt: skip


def test_bodies_that_are_none_are_refused_by_every_route(world, desk, posts) -> None:
    with world.nothing_written():
        for path in posts:
            for name, body in WHOLE_BODIES.items():
                response = desk.raw(path, body)
                status, code, _ = error_of(response)
                assert (status, code) == (400, "invalid_input"), (path, name, response.text)


def test_wrong_values_are_refused_by_every_field(world, desk, posts) -> None:
    with world.nothing_written():
        for path, body in posts.items():
            for field in (*body, "command_id"):
                for value in VALUES:
                    rest = {k: v for k, v in body.items() if k != field}
                    head = json.dumps(rest)[1:-1]
                    content = f'{{{head}{", " if head else ""}"{field}": {value}}}'
                    response = desk.raw(path, content.encode())
                    status, code, _ = error_of(response)
                    assert (status, code) == (400, "invalid_input"), (path, field, value[:40])


def test_a_field_twice_is_refused_by_every_route(world, desk, posts) -> None:
    with world.nothing_written():
        for path, body in posts.items():
            for field in body:
                pair = f'"{field}": {json.dumps(body[field])}'
                response = desk.raw(path, f"{{{pair}, {pair}}}".encode())
                assert error_of(response) == (400, "invalid_input", field)


def test_a_missing_field_is_named(world, desk, posts) -> None:
    with world.nothing_written():
        for path in posts:
            if path.endswith(("/holds", "/cancel")):
                assert error_of(desk.post(path, {})) == (400, "invalid_input", "note")
        assert error_of(desk.post("/waves")) == (400, "invalid_input", "consignments")
        assert error_of(desk.post("/orders/merge")) == (400, "invalid_input", "orders")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""]
)
def test_only_json_is_taken(world, desk, posts, kind: str) -> None:
    with world.nothing_written():
        for path, body in posts.items():
            content = json.dumps({**body, "command_id": "x"}).encode()
            response = desk.raw(path, content, **{"Content-Type": kind})
            assert error_of(response)[:2] == (415, "unsupported_media_type")


def test_a_body_beyond_a_megabyte_is_refused(world, desk, posts) -> None:
    with world.nothing_written():
        for path in posts:
            response = desk.raw(path, b'{"note": "' + b"x" * 1_000_000 + b'"}')
            assert error_of(response)[:2] == (413, "too_large")


def test_a_megabyte_without_a_length_is_refused_too(world, desk) -> None:
    stream = io.BytesIO(b" " * 2_000_000)
    with world.nothing_written():
        response = desk.client.post(
            "/api/v1/waves",
            input_stream=stream,
            headers={**desk.headers(), "Content-Type": "application/json"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert error_of(response)[:2] == (413, "too_large")


def test_markup_and_other_scripts_are_kept_as_they_are(world, desk, posts) -> None:
    note = "<script>alert(1)</script> ' OR 1=1; -- 😀 \u202eمرحبا ${7*7} {{7*7}} 𠮷\n\t=1+1"
    path = next(iter(posts))
    assert desk.post(path, {"note": note}).status_code == 200
    shown = desk.get(path.removesuffix("/holds")).get_json()["holds"]
    assert shown[-1]["note"] == note


def test_every_body_that_should_be_taken_is_taken(desk, posts) -> None:
    taken = {path: desk.post(path, body).status_code for path, body in posts.items()
             if "/split" not in path and "/cancel" not in path and "merge" not in path}  # fmt: skip
    assert set(taken.values()) == {200}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory, sqlite_template) -> Iterator[tuple[World, Machine]]:
    folder = tmp_path_factory.mktemp("bodies")
    shutil.copy(sqlite_template, folder / "fahuo.db")
    world = World(Database(f"sqlite:///{folder / 'fahuo.db'}"))
    yield world, new_machine(world, make_own_app(world.database, folder), *Role)
    world.database.dispose()


PATHS = ("/orders/1/holds", "/orders/1/cancel", "/holds/1/release", "/orders/release",
         "/orders/merge", "/consignments/1/split", "/waves")  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200) | JSON.map(
    lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_bytes_break_it(quiet, path: str, body: bytes) -> None:
    response = quiet[1].raw(path, body)
    assert response.status_code in (400, 404, 409)
    assert set(response.get_json()) == {"error"}


def _is_plain(value: object) -> bool:
    text = json.dumps(value)
    return not re.search(r"NaN|Infinity|\d{17}", text)


@given(JSON.filter(_is_plain))
def test_sound_json_is_read_as_it_was_written(value) -> None:
    assert read_json(json.dumps(value).encode()) == value


def test_a_number_of_many_digits_is_refused_without_reading_it() -> None:
    with pytest.raises(InvalidInput, match="too large"):
        read_json(b"9" * 900_000)


@pytest.mark.parametrize(("written", "read"), [("2.0", 2), ("2e2", 200), ("2.5", 2.5)])
def test_a_whole_number_may_be_written_with_a_point(written: str, read: float) -> None:
    found = read_json(f'{{"pieces": {written}}}'.encode())["pieces"]
    assert (found, type(found)) == (read, type(read))

"""The description of the API is whole, sound, and what the documentation says."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema_rs
import pytest

from tests.api.conftest import API, Machine, make_app, new_machine
from tests.api.described import Description
from tests.builders import World
from warehouse.api import answers, door
from warehouse.errors import WarehouseError
from warehouse.people.models import Role

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")


@pytest.fixture
def desk(sqlite_database, tmp_path) -> Machine:
    world = World(sqlite_database)
    return new_machine(world, make_app(sqlite_database, tmp_path), *Role)


def test_every_route_is_described(desk: Machine) -> None:
    document = Description(desk).document
    described = {
        (method.upper(), API + path) for path, ops in document["paths"].items() for method in ops
    }
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in desk.client.application.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        if rule.rule.startswith(API)
    }
    assert described == routes
    assert len(described) == 82


def test_the_description_is_sound(desk: Machine) -> None:
    document = Description(desk).document
    assert document["openapi"] == "3.1.0"
    ids = [op["operationId"] for ops in document["paths"].values() for op in ops.values()]
    assert len(ids) == len(set(ids))
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema_rs.validator_for(whole)


def test_every_named_schema_is_used(desk: Machine) -> None:
    document = Description(desk).document
    used = set(re.findall(r'"#/components/schemas/(\w+)"', desk.get("/openapi.json").text))
    assert used == set(document["components"]["schemas"])


def test_every_field_of_an_answer_is_required_and_no_other_allowed(desk: Machine) -> None:
    for name, schema in Description(desk).document["components"]["schemas"].items():
        if name != "Problem":
            assert schema["required"] == list(schema["properties"]), name
        assert schema["additionalProperties"] is False


def test_the_page_lists_every_route(desk: Machine) -> None:
    text = desk.get("/").text
    for path, ops in Description(desk).paths.items():
        for method in ops:
            assert f"{method.upper()} {API}{path}" in text


def test_the_documentation_names_every_route(desk: Machine) -> None:
    written = set(re.findall(r"^\| `(GET|POST) ([^`]*)` \|", PAGE, re.MULTILINE))
    described = {
        (method.upper(), path) for path, ops in Description(desk).paths.items() for method in ops
    }
    assert written == described


def test_the_documentation_names_every_code() -> None:
    written = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", PAGE, re.MULTILINE))
    tree = {
        cls.code: str(cls.status)
        for cls in _leaves(WarehouseError)
        if cls.__module__ == WarehouseError.__module__
    }
    own = {"unauthorized": "401", "unsupported_media_type": "415", "busy": "503",
           "method_not_allowed": "405", "too_large": "413", "internal": "500"}  # fmt: skip
    assert answers.Unauthorized.code in own
    assert door.PREFIX == API
    assert written == tree | own


def _leaves(cls: type[WarehouseError]) -> list[type[WarehouseError]]:
    found = []
    for sub in cls.__subclasses__():
        found += [sub, *_leaves(sub)]
    return found

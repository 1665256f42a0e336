"""Holding answers against the API's own description of them."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
from werkzeug.test import TestResponse

from tests.api.conftest import API, Machine

# The parts of paths: a value of each that a test knows to exist is put in by name.
PART = re.compile(r"{(\w+)}")


class Description:
    """The OpenAPI document as a client reads it."""

    def __init__(self, machine: Machine) -> None:
        self.document = machine.get("/openapi.json").get_json()
        self.paths: dict[str, Any] = self.document["paths"]

    def operations(self, method: str) -> list[str]:
        """Return the paths that know the method."""
        return [path for path, methods in self.paths.items() if method in methods]

    def hold(self, path: str, response: TestResponse, method: str = "get") -> Any:
        """Hold that the answer is one the description promises; return its JSON."""
        known = self.paths[path][method]["responses"]
        assert str(response.status_code) in known, (response.status_code, response.text)
        content = known[str(response.status_code)]["content"]
        assert list(content) == [response.mimetype]
        if response.mimetype != "application/json":
            return None
        schema = {
            **content["application/json"]["schema"],
            "components": self.document["components"],
        }
        value = response.get_json()
        faults = list(jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(value))
        assert not faults, (path, [f"{f.message} at {f.instance_path}" for f in faults])
        return value


def fill(path: str, parts: dict[str, str]) -> str:
    """Return the path with its parts put in."""
    return PART.sub(lambda match: parts[match[1]], path)


__all__ = ["API", "Description", "fill"]

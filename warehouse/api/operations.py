"""What one route of the API is: who may call it, what it takes, what it answers.

The declaration is not a description beside the code: the door refuses by it, and the OpenAPI
document is made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app

from warehouse.api.schemas import Schema, record
from warehouse.orders.uploads import MOST_FILES
from warehouse.people.rights import Right
from warehouse.web.access import MACHINE

View = TypeVar("View", bound=Callable[..., Any])

COMMAND_ID: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]{1,64}$",
    "description": "The id of this act; instead of the header Idempotency-Key.",
}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route. Any of `rights` opens it; none: every token does.

    `body` None on a POST means an empty body or `{}`. `files` names the field of an upload.
    A page is also open to somebody logged in at a desk, reading only.
    """

    summary: str
    tag: str
    answer: Schema | None = None
    rights: tuple[Right, ...] = ()
    status: int = 200
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    files: str = ""
    most_files: int = MOST_FILES
    fields: Mapping[str, Schema] = field(default_factory=dict)  # of an upload
    refusals: tuple[int, ...] = ()
    is_page: bool = False


def operation(
    *,
    body: Mapping[str, Schema] | None = None,
    optional: tuple[str, ...] = (),
    either: tuple[str, ...] = (),
    **given: Any,
) -> Callable[[View], View]:
    """Declare a view to be an operation of the API; `body` are the fields of its JSON body."""
    fields = {**(body or {}), "command_id": COMMAND_ID}
    schema = record(fields, optional=(*optional, "command_id"), either=either)
    declared = Operation(body=schema, **given)

    def declare(view: View) -> View:
        view.needs = (MACHINE,)  # type: ignore[attr-defined]
        view.operation = declared  # type: ignore[attr-defined]
        return view

    return declare


def operation_of(endpoint: str) -> Operation | None:
    """Return what a route declared, None if it is none of the API's."""
    view = current_app.view_functions.get(endpoint)
    found: Operation | None = getattr(view, "operation", None)
    return found

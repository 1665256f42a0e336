"""Reading what was sent: bytes to JSON without surprises, query and path by what is declared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from warehouse.api.schemas import LARGEST_ID, MOST_CODE, UNREADABLE, Schema, check, printable
from warehouse.errors import Conflict, InvalidInput
from warehouse.text import say

MOST_BYTES = 1_000_000
MOST_DIGITS = 16
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WHOLE = re.compile(r"-?[0-9]{1,16}")


def read_json(body: bytes) -> Any:
    """Return the JSON value of a body; an empty body is an empty object.

    Raises:
        InvalidInput: not UTF-8, not JSON, a field twice, NaN, a number out of all bounds, or
            nested beyond reason.
    """
    if not body:
        return {}
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except RecursionError as error:
        raise InvalidInput(say("The body is nested too deeply.")) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(say("The body is no JSON in UTF-8.")) from error


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(say("This field stands here twice."), field=printable(twice))
    return found


def _no_constant(name: str) -> Any:
    raise InvalidInput(say("{name} is no number that can be stored.", name=name))


def _whole(digits: str) -> int:
    # Beyond every bound anyway; turning thousands of digits into a number costs time.
    if len(digits) > MOST_DIGITS + 1:
        raise InvalidInput(say("A number is too large."))
    return int(digits)


def _fraction(digits: str) -> int | float:
    """Return a number with a point or an exponent; 2.0 is a whole one, as schemas have it."""
    value = float(digits)
    return int(value) if value.is_integer() and abs(value) <= LARGEST_ID else value


def read_query(given: MultiDict[str, str], declared: Mapping[str, Schema]) -> dict[str, Any]:
    """Return the values of a query or form by name, those not sent left out.

    Raises:
        InvalidInput: a name that is not declared, or twice, or a value that is not as declared.
    """
    found: dict[str, Any] = {}
    for name, values in given.lists():
        if name not in declared:
            raise InvalidInput(say("This field is not known."), field=printable(name))
        if len(values) > 1:
            raise InvalidInput(say("This field stands here twice."), field=name)
        found[name] = _value(values[0], declared[name], name)
    return found


def _value(text: str, schema: Schema, name: str) -> Any:
    if schema.get("format") == "date-time":
        return _instant(text, name)
    value: Any = text
    if schema["type"] == "integer":
        if not _WHOLE.fullmatch(text):
            raise InvalidInput(say("This must be a whole number."), field=name)
        value = int(text)
    elif schema["type"] == "boolean":
        if text not in ("true", "false"):
            raise InvalidInput(say("This must be true or false."), field=name)
        value = text == "true"
    check(value, schema, name)
    return value


def _instant(text: str, name: str) -> datetime:
    try:
        # A plus sign that was not escaped arrives as a blank.
        at = datetime.fromisoformat(text.replace(" ", "+"))
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        say("Write an instant with its zone, as 2026-03-02T09:00:00+08:00."), field=name
    )


def is_possible(part: object) -> bool:
    """Tell whether a part of a path can name anything at all."""
    if isinstance(part, int):
        return 0 < part <= LARGEST_ID
    return 0 < len(str(part)) <= MOST_CODE and not UNREADABLE.search(str(part))


def read_key(header: str | None, body: dict[str, Any] | None = None) -> str | None:
    """Return the id the sender gave this act, in the header or as `command_id` of the body.

    Raises:
        InvalidInput: it is no id. Conflict: the two differ.
    """
    in_body = body.get("command_id") if body else None
    if header is not None and in_body is not None and header != in_body:
        raise Conflict(say("Idempotency-Key and command_id must be the same."))
    key = header if header is not None else in_body
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidInput(say("The command id cannot be used."), field="command_id")
    return key

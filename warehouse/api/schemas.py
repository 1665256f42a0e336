"""What JSON values of the API look like, as plain JSON Schema, and the check of values by it.

The same dictionaries refuse a request's body, describe it to its sender, and describe the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from warehouse.errors import InvalidInput
from warehouse.text import Text, say

Schema = dict[str, Any]

LARGEST = 2**31 - 1
LARGEST_ID = 2**53 - 1  # the largest whole number every JSON reader keeps exactly
MOST_CODE = 64
MOST_NOTE = 500
# Lone surrogates cannot be stored, NUL neither, and no person types the other control characters.
_UNREADABLE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff"
UNREADABLE = re.compile(rf"[{_UNREADABLE}\ud800-\udfff]")
# The same for those who read the description; what must not be empty must not be blank either.
_READABLE = f"^[^{_UNREADABLE}]*$"
_NOT_BLANK = rf"^[^{_UNREADABLE}]*[^\s{_UNREADABLE}][^{_UNREADABLE}]*$"


def text(about: str = "", *, least: int = 0, most: int | None = None) -> Schema:
    """Return the schema of a text; with bounds, of one that may be sent, and is readable."""
    schema: Schema = {"type": "string", "description": about}
    if least or most is not None:
        schema["pattern"] = _NOT_BLANK if least else _READABLE
    if least:
        schema["minLength"] = least
    if most is not None:
        schema["maxLength"] = most
    return schema


def code(about: str = "") -> Schema:
    """Return the schema of a short code as people choose them: letters, digits, dots, dashes."""
    pattern = rf"^[A-Za-z0-9._\u4e00-\u9fff-]{{1,{MOST_CODE}}}$"
    return {"type": "string", "pattern": pattern, "description": about}


def whole(about: str = "", *, least: int | None = None, most: int | None = None) -> Schema:
    """Return the schema of a whole number."""
    schema: Schema = {"type": "integer", "description": about}
    if least is not None:
        schema["minimum"] = least
    if most is not None:
        schema["maximum"] = most
    return schema


def flag(about: str = "") -> Schema:
    """Return the schema of true or false."""
    return {"type": "boolean", "description": about}


def yes(about: str = "") -> Schema:
    """Return the schema of what can only be true, or not be there."""
    return {"type": "boolean", "enum": [True], "description": about}


def word(words: type[StrEnum], about: str = "") -> Schema:
    """Return the schema of one of the words of an enum."""
    return {"type": "string", "enum": [w.value for w in words], "description": about}


def instant(about: str = "") -> Schema:
    """Return the schema of an instant: ISO 8601 with its zone; answers are always in UTC."""
    return {"type": "string", "format": "date-time", "description": about}


def anything(about: str = "") -> Schema:
    """Return the schema of an object with any fields."""
    return {"type": "object", "description": about}


def maybe(schema: Schema) -> Schema:
    """Return the schema with null allowed."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    allowed: Schema = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        allowed["enum"] = [*schema["enum"], None]
    return allowed


def listed(item: Schema, about: str = "", *, least: int = 0, most: int | None = None) -> Schema:
    """Return the schema of a list; with `most`, one that may be sent, without repeats."""
    schema: Schema = {"type": "array", "items": item, "description": about}
    if least:
        schema["minItems"] = least
    if most is not None:
        schema |= {"maxItems": most, "uniqueItems": True}
    return schema


def record(
    fields: Mapping[str, Schema],
    about: str = "",
    *,
    optional: tuple[str, ...] = (),
    either: tuple[str, ...] = (),
) -> Schema:
    """Return the schema of an object with exactly these fields, all but `optional` always there.

    Of the fields in `either`, one must be there and no second one.
    """
    schema: Schema = {
        "type": "object",
        "description": about,
        "properties": dict(fields),
        "required": [name for name in fields if name not in (*optional, *either)],
        "additionalProperties": False,
    }
    if either:
        schema["oneOf"] = [{"required": [name]} for name in either]
    return schema


def component(name: str) -> Schema:
    """Return a reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def check(value: Any, schema: Schema, field: str = "") -> None:
    """Refuse a value that is not as the schema says; knows what bodies use, not all of JSON Schema.

    Raises:
        InvalidInput: with the path of the field, as "orders[2]".
    """
    kind = schema["type"]
    if isinstance(kind, list):  # null is allowed
        if value is None:
            return
        (kind,) = (one for one in kind if one != "null")
    if type(value) is not _TYPES[kind]:  # true is no number, 1.5 no whole one
        raise InvalidInput(_KINDS[kind], field=field)
    _CHECKS[kind](value, schema, field)


_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
_KINDS: dict[str, Text] = {
    "object": say("This must be an object."),
    "array": say("This must be a list."),
    "string": say("This must be a text."),
    "integer": say("This must be a whole number."),
    "boolean": say("This must be true or false."),
}


_BLANK = say("This is empty.")
_UNREADABLE_TEXT = say("This has characters that cannot be read.")


def _check_object(value: dict[str, Any], schema: Schema, field: str) -> None:
    known: Mapping[str, Schema] = schema.get("properties", {})
    inside = f"{field}." if field else ""
    for name in value:
        if name not in known:
            raise InvalidInput(say("This field is not known."), field=inside + printable(name))
    for name in schema.get("required", ()):
        if name not in value:
            raise InvalidInput(say("A field is missing."), field=inside + name)
    either = [name for part in schema.get("oneOf", ()) for name in part["required"]]
    if either and sum(name in value for name in either) != 1:
        names = ", ".join(either)
        raise InvalidInput(say("Send one of these: {names}.", names=names), field=field)
    for name, part in value.items():
        check(part, known[name], inside + name)


def _check_array(value: list[Any], schema: Schema, field: str) -> None:
    least, most = schema.get("minItems", 0), schema.get("maxItems", LARGEST)
    if not least <= len(value) <= most:
        raise InvalidInput(say("This must have {least} to {most} entries.", least=least, most=most),
                           field=field)  # fmt: skip
    for at, part in enumerate(value):
        check(part, schema["items"], f"{field}[{at}]")
    if schema.get("uniqueItems") and len(set(map(repr, value))) != len(value):
        raise InvalidInput(say("An entry stands here twice."), field=field)


def _check_text(value: str, schema: Schema, field: str) -> None:
    if UNREADABLE.search(value):
        raise InvalidInput(_UNREADABLE_TEXT, field=field)
    if "enum" in schema and value not in schema["enum"]:
        words = ", ".join(schema["enum"])
        raise InvalidInput(say("This must be one of: {words}.", words=words), field=field)
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        is_blank = not value.strip()
        raise InvalidInput(_BLANK if is_blank else _UNREADABLE_TEXT, field=field)
    least, most = schema.get("minLength", 0), schema.get("maxLength", LARGEST)
    if least and not value.strip():
        raise InvalidInput(_BLANK, field=field)
    if not least <= len(value) <= most:
        raise InvalidInput(
            say("This must have {least} to {most} characters.", least=least, most=most), field=field
        )


def _check_whole(value: int, schema: Schema, field: str) -> None:
    least, most = schema.get("minimum", -LARGEST), schema.get("maximum", LARGEST)
    if not least <= value <= most:
        raise InvalidInput(say("This must be from {least} to {most}.", least=least, most=most),
                           field=field)  # fmt: skip


def _check_flag(value: bool, schema: Schema, field: str) -> None:
    if "enum" in schema and value not in schema["enum"]:
        raise InvalidInput(say("This can only be true."), field=field)


_CHECKS: dict[str, Callable[[Any, Schema, str], None]] = {
    "object": _check_object,
    "array": _check_array,
    "string": _check_text,
    "integer": _check_whole,
    "boolean": _check_flag,
}


def printable(name: str, most: int = MOST_CODE) -> str:
    """Return a name somebody sent, fit to be sent back."""
    return UNREADABLE.sub("?", name)[:most]

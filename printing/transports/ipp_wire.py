"""IPP messages as bytes: requests out, answers in (RFC 8010). Nothing here opens a connection."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

CHARSET, LANGUAGE, URI, KEYWORD, MIME, NAME, INTEGER, ENUM, BOOLEAN = (
    *(0x47, 0x48, 0x45, 0x44, 0x49, 0x42, 0x21, 0x23, 0x22),
)  # fmt: skip
OPERATION_GROUP, JOB_GROUP, END = 0x01, 0x02, 0x03
FIRST_VALUE_TAG = 0x10
BEGIN_COLLECTION, END_COLLECTION = 0x34, 0x37
VERSION = (2, 0)

Value = str | int | bool | bytes
Attribute = tuple[int, str, str | int]


class Operation(IntEnum):
    PRINT_JOB = 0x02
    VALIDATE_JOB = 0x04
    CANCEL_JOB = 0x08
    GET_JOB_ATTRIBUTES = 0x09
    GET_PRINTER_ATTRIBUTES = 0x0B


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A printer's answer: status, and every attribute by name with all its values."""

    status: int
    attributes: Mapping[str, Sequence[Value]] = field(default_factory=dict)

    def words(self, name: str) -> list[str]:
        """Return the text values of an attribute, none if it is missing."""
        return [value for value in self.attributes.get(name, ()) if isinstance(value, str)]

    def number(self, name: str) -> int | None:
        """Return the first whole number of an attribute."""
        found = [value for value in self.attributes.get(name, ()) if type(value) is int]
        return found[0] if found else None


class Malformed(Exception):
    """The bytes are no IPP answer."""


def request(
    operation: Operation,
    request_id: int,
    operation_attributes: Sequence[Attribute],
    job_attributes: Sequence[Attribute] = (),
) -> bytes:
    """Return a request; charset and language come first, as the standard wants."""
    out = struct.pack(">BBHI", *VERSION, operation, request_id)
    out += bytes([OPERATION_GROUP])
    out += _attribute((CHARSET, "attributes-charset", "utf-8"))
    out += _attribute((LANGUAGE, "attributes-natural-language", "en"))
    out += b"".join(map(_attribute, operation_attributes))
    if job_attributes:
        out += bytes([JOB_GROUP]) + b"".join(map(_attribute, job_attributes))
    return out + bytes([END])


def answer(data: bytes) -> Answer:
    """Return what the printer said.

    Raises:
        Malformed: cut off, or not IPP.
    """
    try:
        _, _, status, _ = struct.unpack_from(">BBHI", data)
        return Answer(status=status, attributes=_attributes(data))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from error


def _attribute(attribute: Attribute) -> bytes:
    tag, name, value = attribute
    text = name.encode("ascii")
    content = struct.pack(">i", value) if isinstance(value, int) else value.encode("utf-8")
    return (
        struct.pack(">BH", tag, len(text)) + text + struct.pack(">H", len(content)) + content
    )  # fmt: skip


def _attributes(data: bytes) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    at, current, depth = 8, "", 0
    while data[at] != END:
        tag = data[at]
        at += 1
        if tag < FIRST_VALUE_TAG:
            continue
        name, at = _counted(data, at)
        content, at = _counted(data, at)
        # The members of a collection are of no use here; only that they are skipped right.
        depth += (tag == BEGIN_COLLECTION) - (tag == END_COLLECTION)
        if depth or tag == END_COLLECTION:
            continue
        current = name.decode("utf-8") or current
        found.setdefault(current, []).append(_value(tag, content))
    return found


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", data, at)
    end = at + 2 + length
    if end > len(data):
        raise IndexError("cut off")
    return data[at + 2 : end], end


def _value(tag: int, content: bytes) -> Value:
    if tag in (INTEGER, ENUM):
        return int(struct.unpack(">i", content)[0])
    if tag == BOOLEAN:
        return content != b"\x00"
    if tag >= NAME - 1:
        return content.decode("utf-8")
    return content

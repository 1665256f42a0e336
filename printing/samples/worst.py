"""The worst that can stand in a document: every text as long as it may be, or hostile."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import cycle
from typing import Any, TypeVar

from printing.documents.base import Facts
from printing.errors import DocumentInvalid

HOSTILE = (
    "<b>Robert'); DROP TABLE</b>",
    "a<b & c>d {{7*7}} ${x} %s %(n)s \\x00 {0.__class__}",
    "^XA^FO0,0^FDx^FS^XZ ~HS _5E",
    '" \r\nPRINT 1,9\r\nBITMAP 0,0',
    "\x1b@\x1dV\x00\x10\x04\x01 bell\x07 null\x00 tab\t",
    "مرحبا بالعالم שלום",
    "😀🌸👨‍👩‍👧🏳️‍🌈",
    "\u202eevil\u202c \u2066x\u2069 \u200b\ufeff",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
    "\ud800lone\udfff",
    "㛃䶮𠅤𪻐𤰉𠮷 \ue863 \uffff 𱁬",
    "備" * 4000,
    "x" * 4000,
    "长 " * 2000,
)
MANY = 40  # lines of a document that has lines
LONGEST = 400  # more than any field keeps

_F = TypeVar("_F", bound=Facts)


def stretched(facts: _F) -> _F:
    """Return the facts with every text repeated until its field is full, and many lines."""
    return refilled(facts, _repeated)


def soiled(facts: _F, start: int = 0) -> _F:
    """Return the facts with a hostile text in every field that takes one, one after the other."""
    texts = cycle((*HOSTILE[start:], *HOSTILE[:start]))
    return refilled(facts, lambda _text: next(texts))


def _repeated(text: str) -> str:
    return " ".join([text] * (LONGEST // (len(text) + 1) + 1)) if text else text


def refilled(facts: _F, change: Callable[[str], str]) -> _F:
    """Return the facts with every text put through `change`; what is in a barcode stays."""
    for name, value in _texts_of(facts):
        new = _value(value, change)
        try:
            facts = dataclasses.replace(facts, **{name: new})
        except DocumentInvalid:
            continue
    return facts


def _value(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Facts):
        return refilled(value, change)
    if isinstance(value, tuple):
        lines = (value * (MANY // len(value) + 1))[:MANY] if value else value
        return tuple(_value(line, change) for line in lines)
    return change(value)


def _texts_of(facts: Facts) -> Iterator[tuple[str, Any]]:
    read_by_scanners = {"content", getattr(facts, "numbered_by", "")}
    for field in dataclasses.fields(facts):
        if field.name in read_by_scanners:
            continue
        value = getattr(facts, field.name)
        is_text = isinstance(value, str) and not isinstance(value, StrEnum)
        if is_text or isinstance(value, tuple | Facts):
            yield field.name, value

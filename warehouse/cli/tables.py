"""Rows and facts for people: in columns, with the headings and words of the shell's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import click

from warehouse.cli import Site
from warehouse.cli.headings import heading
from warehouse.cli.language import language, note, spoken
from warehouse.cli.speaking import collect, put_json
from warehouse.text import Text, say

WIDEST = 40
GAP = "  "
JOINTS = {"en": ", ", "zh": "、"}
# Column → how its codes read. English needs none: the codes are English words, and options take
# them as they stand.
Words = Mapping[str, Callable[[str], Text]]


def of(words: type[StrEnum]) -> Callable[[str], Text]:
    """Return how the codes of an enum read."""

    def read(code: str) -> Text:
        from warehouse.web.words import word  # with every model behind it: English does without

        return word(words(code))

    return read


def paper(kind: str) -> Text:
    """Return how a kind of paper reads."""
    from warehouse.web.words import document_word  # as above

    return document_word(kind)


def put_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], words: Words | None = None
) -> None:
    """Print rows as a table, columns as wide as their widest cell."""
    read = words or {}
    lines = [[_cell(row[name], read.get(name)) for name in columns] for row in rows]
    heads = [spoken(heading(name)) for name in columns]
    widths = [max(map(_width, column)) for column in zip(heads, *lines, strict=True)]
    for line in (heads, *lines):
        padded = (_padded(cell, width) for cell, width in zip(line, widths, strict=True))
        click.echo(GAP.join(padded).rstrip())


def put_list(
    site: Site,
    read: Callable[..., dict[str, Any]],
    name: str,
    columns: Sequence[str],
    words: Words | None = None,
    *,
    as_json: bool,
    **asked: Any,
) -> None:
    """Print what `read` lists under `name`, as many pages as are wanted, as JSON or as a table."""
    put_listing(collect(site, read, name, **asked), name, columns, words, as_json=as_json)


def put_listing(
    facts: dict[str, Any],
    name: str,
    columns: Sequence[str],
    words: Words | None = None,
    *,
    as_json: bool,
) -> None:
    """Print a listing as JSON or as a table."""
    if as_json:
        put_json(facts)
        return
    if not facts[name]:
        note(say("There is nothing."))
        return
    put_table(facts[name], columns, words)
    if facts["next"]:
        note(say("There is more: --after {key}, or --all.", key=facts["next"]))


def put_one(
    facts: dict[str, Any], words: Words | None = None, *, as_json: bool, **tables: Sequence[str]
) -> None:
    """Print one thing as JSON, or its plain fields and a table of each part it has.

    `tables` are the parts by name with their columns; the words of a part's column are found
    under `part.column`.
    """
    if as_json:
        put_json(facts)
        return
    read = words or {}
    put_facts(facts, without=tuple(tables), words=read)
    for name, columns in tables.items():
        if facts[name]:
            of_part = {
                k.removeprefix(f"{name}."): v for k, v in read.items() if k.startswith(f"{name}.")
            }
            put_table(facts[name], columns, of_part)


def put_facts(
    facts: Mapping[str, Any], *, without: Sequence[str] = (), words: Words | None = None
) -> None:
    """Print the plain fields of one thing, one a line."""
    read = words or {}
    shown = {key: value for key, value in facts.items() if key not in without}
    _put_pairs([(key, _cell(value, read.get(key))) for key, value in shown.items()])


def put_counts(counts: Mapping[str, int]) -> None:
    """Print figures, one a line, their last digits below each other."""
    _put_pairs([(key, f"{count:>9}") for key, count in counts.items()])


def _put_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    heads = [spoken(heading(key)) for key, _ in pairs]
    width = max(map(_width, heads))
    for head, (_, value) in zip(heads, pairs, strict=True):
        click.echo(f"{_padded(head, width)}{GAP}{value}".rstrip())


def _cell(value: Any, read: Callable[[str], Text] | None) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return spoken(say("yes")) if value else spoken(say("no"))
    parts = value if isinstance(value, list) else [value]
    if read is not None and language() != "en":
        parts = [spoken(read(part)) for part in parts if part]
    joint = JOINTS[language()]
    text = "".join(c if c.isprintable() else " " for c in joint.join(map(str, parts)))
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

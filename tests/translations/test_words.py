"""Every state, kind and reason of the trade has a word, and so has every event of the trail."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from printing import models as printing_models
from tests.translations.extraction import ROOT
from warehouse.inventory.models import ReleaseReason
from warehouse.orders.import_models import ImportKind
from warehouse.orders.queries import CONSIGNMENT_WORDS
from warehouse.storing.models import HandlingKind, HandlingState
from warehouse.supplying.models import Flow
from warehouse.web.trail_words import SENTENCES
from warehouse.web.words import WORDS, word

NEVER_SHOWN = {Flow, HandlingKind, HandlingState, ImportKind, ReleaseReason}
# Events named by what they were given: their names in full.
NAMED_BY = {
    "f'audit_{state}'": ["audit_clean", "audit_cancelled", "audit_closed", "audit_dispatched"],
    "f'{command.key}_set'": ["pin_set", "password_set"],
    "command.kind.value": ["replaced", "credited", "sent_back", "refused"],
}

# Events that are named by what they happened to: in full, with it.
NAMED_BY_SUBJECT = {
    "f'{kind}_{word}'": {(k, f"{k}_{w}") for k in ("bin", "sku") for w in ("new", "changed")},
}


def _enums() -> Iterator[type[StrEnum]]:
    """Yield the enums of every models module: what columns hold and pages show."""
    paths = sorted((ROOT / "warehouse").glob("*/models.py"))
    modules = [importlib.import_module(f"warehouse.{path.parent.name}.models") for path in paths]
    for module in (*modules, printing_models):
        for value in vars(module).values():
            is_enum = isinstance(value, type) and issubclass(value, StrEnum)
            if is_enum and value.__module__ == module.__name__:
                yield value


def test_every_state_and_kind_has_a_word() -> None:
    without = [e for e in _enums() if e not in WORDS and e not in NEVER_SHOWN]
    assert without == []
    assert [value for e, words in WORDS.items() for value in e if value not in words] == []


def test_a_consignments_state_reads_alike_everywhere() -> None:
    assert {state: word(state) for state in CONSIGNMENT_WORDS} == CONSIGNMENT_WORDS


def test_every_event_a_page_tells_of_has_a_sentence() -> None:
    told = {kind for kind, _ in SENTENCES}
    unsaid = {event for event in _recorded() if event[0] in told} - SENTENCES.keys()
    assert sorted(unsaid) == []


def test_no_sentence_is_kept_for_what_nobody_records() -> None:
    assert sorted(SENTENCES.keys() - _recorded()) == []


def _recorded() -> set[tuple[str, str]]:
    """Return (subject kind, event) of every call that writes to the trail."""
    found: set[tuple[str, str]] = set()
    for path in sorted((ROOT / "warehouse").rglob("*.py")):
        for call in _trail_calls(path):
            if pairs := NAMED_BY_SUBJECT.get(ast.unparse(call.args[4])):
                found |= pairs
                continue
            kind = getattr(call.args[2], "value", ast.unparse(call.args[2]))
            found |= {(kind, name) for name in _names(call.args[4], path)}
    return found


def _trail_calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "trail.record",
            "trail.record_all",
        ):
            yield node


def _names(event: ast.expr, path: Path) -> list[str]:
    if isinstance(event, ast.Constant):
        return [event.value]
    if isinstance(event, ast.IfExp):
        return [*_names(event.body, path), *_names(event.orelse, path)]
    spelled = ast.unparse(event)
    if spelled in NAMED_BY:
        return NAMED_BY[spelled]
    given = [
        name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == spelled
        for name in _names(node.value, path)
    ]
    assert given, f"{path}: the event {spelled} cannot be read"
    return given

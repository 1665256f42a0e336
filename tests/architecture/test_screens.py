"""Each process is a declared machine: its table names every command and every answer."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping

import pytest

from tests.architecture.source import Module, modules

# Table of screens → the modules whose handlers answer with them.
TABLES = {
    "warehouse.replenishing.screens": (
        "ReplenishScreen", "warehouse.replenishing", "warehouse.counting",
    ),
    "warehouse.picking.screens": ("PickScreen", "warehouse.picking"),
    "warehouse.checking.screens": ("CheckScreen", "warehouse.checking"),
    "warehouse.packing.screens": ("PackScreen", "warehouse.packing"),
    "warehouse.weighing.screens": ("WeighScreen", "warehouse.weighing", "warehouse.dispatch"),
    "warehouse.storing.screens": ("StockScreen", "warehouse.storing"),
    "warehouse.counting.screens": ("CountScreen", "warehouse.counting"),
    "warehouse.dispatch.screens": ("ShipScreen", "warehouse.dispatch"),
    "warehouse.receiving.screens": ("ReceiveScreen", "warehouse.receiving"),
}  # fmt: skip


def functions(module: Module) -> dict[str, ast.FunctionDef]:
    return {n.name: n for n in module.tree.body if isinstance(n, ast.FunctionDef)}


def in_reach(module: Module) -> dict[str, ast.FunctionDef]:
    """Return the functions of the module and of those beside it that it imports from."""
    package = module.name.rpartition(".")[0]
    found: dict[str, ast.FunctionDef] = {}
    for other in modules():
        if other.name in module.imports and other.name.rpartition(".")[0] == package:
            found |= functions(other)
    return found | functions(module)


def screens_in(node: ast.AST, enum: str) -> set[str]:
    return {
        n.attr.lower()
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == enum
    }


def answers_of(name: str, known: Mapping[str, ast.FunctionDef], enum: str) -> set[str]:
    """Return the screens a function can answer with, through the helpers of its package."""
    seen: set[str] = set()
    todo, found = [name], set()
    while todo:
        current = todo.pop()
        if current in seen or current not in known:
            continue
        seen.add(current)
        found |= screens_in(known[current], enum)
        todo += [
            n.func.id
            for n in ast.walk(known[current])
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        ]
    return found


def handlers(table: str) -> dict[str, set[str]]:
    """Return command name → screens its handler can answer with, as the code has it."""
    enum, *packages = TABLES[table]
    found: dict[str, set[str]] = {}
    for module in modules():
        if not module.is_in(*packages) or ".commands" not in module.name:
            continue
        known = in_reach(module)
        commands = {n.name for n in module.tree.body if isinstance(n, ast.ClassDef)}
        for name, node in functions(module).items():
            kinds = [ast.unparse(a.annotation) for a in node.args.args if a.annotation]
            if name.startswith("_") or len(kinds) < 2 or kinds[1] not in commands:
                continue
            answers = answers_of(name, known, enum)
            if answers:
                found[kinds[1]] = answers
    return found


@pytest.mark.parametrize("table", TABLES)
def test_the_table_of_screens_is_what_the_handlers_do(table: str):
    declared = importlib.import_module(table).LEADS_TO
    assert {k: {s.value for s in v} for k, v in declared.items()} == handlers(table)


@pytest.mark.parametrize("table", TABLES)
def test_every_screen_of_a_table_exists(table: str):
    module = importlib.import_module(table)
    screens = set(getattr(module, TABLES[table][0]))
    assert set().union(*module.LEADS_TO.values()) <= screens

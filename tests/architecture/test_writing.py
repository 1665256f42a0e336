"""Who may write: stock only the ledger, transactions only where they are opened."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import ROOT, Module, modules

STOCK = {"Move", "StockBalance", "Allocation", "AllocationRelease", "Lot", "LotBalance", "Serial",
         "MoveSerial"}  # fmt: skip
LEDGER = "warehouse.inventory.ledger."
TRANSACTIONS = ("warehouse.commands", "warehouse.worker", "warehouse.outbox", "printing.queue",
                "warehouse.migrations")  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}


def calls(module: Module) -> list[ast.Call]:
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]


def tables_of_stock(module: Module) -> set[str]:
    """Return the names by which the module knows the stock tables: Move, _move …"""
    names = set(STOCK)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made_of = {a.id for a in node.value.args if isinstance(a, ast.Name)}
            if made_of & STOCK and getattr(node.value.func, "id", "") == "table_of":
                names |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    return names


def writes_stock(module: Module) -> list[int]:
    """Return the lines where a stock row is made, inserted, updated or deleted."""
    names = tables_of_stock(module)
    found = []
    for call in calls(module):
        func = call.func
        first = call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""
        verb = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        is_statement = verb in ("insert", "update", "delete") and first in names
        is_made = isinstance(func, ast.Name) and func.id in STOCK
        if is_statement or is_made:
            found.append(call.lineno)
    return found


def test_stock_is_written_in_the_ledger_and_nowhere_else():
    found = {m.name: writes_stock(m) for m in modules() if writes_stock(m)}
    assert found
    assert {name for name in found if not name.startswith(LEDGER)} == set()


def test_transactions_are_ended_only_where_they_are_opened():
    found = {
        m.name
        for m in modules()
        for call in calls(m)
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("commit", "rollback")
    }
    assert {name for name in found if not name.startswith(TRANSACTIONS)} == set()


def test_handlers_and_rules_look_at_no_clock():
    found = {
        (m.name, call.lineno)
        for m in modules()
        if re.search(r"\.(commands|rules|ledger|papers)(\.|$)", m.name)
        and m.name != "warehouse.commands"
        for call in calls(m)
        if isinstance(call.func, ast.Attribute | ast.Name)
        and (getattr(call.func, "attr", "") or getattr(call.func, "id", "")) in CLOCKS
    }
    assert found == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_name_no_place_to_fetch_from(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text


def test_the_detector_sees_what_it_looks_for():
    """A check that can find nothing would pass for ever."""
    source = "import x\n_m = table_of(Move)\nsa.insert(_m)\nsession.add(StockBalance())\n"
    module = Module("warehouse.test", ROOT, ast.parse(source))
    assert writes_stock(module) == [3, 4]

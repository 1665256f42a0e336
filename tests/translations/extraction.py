"""Every sentence the program can say, read from code and templates, and the catalogue they are in.

Run as a script it puts the catalogue in order: new sentences are added with an empty translation,
those nobody says any more are dropped, the rest is sorted by the file that says it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "warehouse/translations/zh_Hans_CN.po"
HEAD = r"""msgid ""
msgstr ""
"Project-Id-Version: fahuo\n"
"Language: zh_Hans_CN\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"""
_PLACE = re.compile(r"{(\w+)}")


@dataclass
class Said:
    """What a set of sources says: msgid → its files, and the calls whose msgid cannot be read."""

    sources: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def add(self, msgid: str, source: str) -> None:
        files = self.sources.setdefault(msgid, [])
        if source not in files:
            files.append(source)


def said() -> Said:
    """Return everything that code (but not what prints) and templates say, files in their order."""
    found = Said()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = path.relative_to(ROOT).as_posix()
        read_template(path.read_text(encoding="utf-8"), source, found)
    for path in sorted((ROOT / "warehouse").rglob("*.py")):
        source = path.relative_to(ROOT).as_posix()
        read_code(path.read_text(encoding="utf-8"), source, found)
    return found


def places(sentence: str) -> frozenset[str]:
    """Return the names of the places of a sentence."""
    return frozenset(_PLACE.findall(sentence))


def catalogue() -> Catalog:
    """Return the Chinese catalogue as it is in the file."""
    with CATALOGUE.open("rb") as stream:
        return read_po(stream)


def read_template(text: str, source: str, found: Said) -> None:
    """Add what a template says: the first argument of every call of `_`."""
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args):
            continue
        msgids = _constants(call.args[0])
        for msgid in msgids:
            found.add(msgid, source)
        if not msgids:
            found.unreadable.append(f"{source}: _({_expression(call.args[0])})")


def _constants(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, nodes.CondExpr):
        parts = [_constants(node.expr1), _constants(node.expr2) if node.expr2 else []]
        return [msgid for part in parts for msgid in part] if all(parts) else []
    return []


def _expression(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_expression(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else type(node).__name__


def read_code(text: str, source: str, found: Said) -> None:
    """Add what a module says.

    A sentence is the first argument of `say`, of `Text`, or of a function of the module whose own
    first parameter is called `msgid`. A variable is followed to the constants it is given in the
    same function.
    """
    tree = ast.parse(text)
    sayers = {"say", "Text"} | {f.name for f in _functions(tree) if _is_sayer(f)}
    for scope in (tree, *_functions(tree)):
        assigned = _assigned(scope)
        for call in _calls(scope):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in sayers or not call.args:
                continue
            first = call.args[0]
            msgids = list(_strings(first, assigned))
            for msgid in msgids:
                found.add(msgid, source)
            if not msgids and not (isinstance(first, ast.Name) and first.id == "msgid"):
                found.unreadable.append(f"{source}: {ast.unparse(call)}")


def _functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _is_sayer(function: ast.FunctionDef) -> bool:
    parameters = [*function.args.posonlyargs, *function.args.args]
    return bool(parameters) and parameters[0].arg == "msgid"


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, those of functions inside it left out."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own_nodes(child)


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    return (node for node in _own_nodes(scope) if isinstance(node, ast.Call))


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    assigned: dict[str, list[ast.expr]] = {}
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    return assigned


def _strings(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body, assigned)
        yield from _strings(node.orelse, assigned)
    elif isinstance(node, ast.Name):
        for value in assigned.get(node.id, []):
            yield from _strings(value, {})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One sentence of the catalogue and the file it is filed under."""

    source: str
    msgid: str
    chinese: str

    @property
    def order(self) -> tuple[str, str, str]:
        return self.source, self.msgid.casefold(), self.msgid


def entries() -> list[Entry]:
    """Return the catalogue's sentences in the order of the file."""
    return [
        Entry(source=next((name for name, _ in m.locations), ""), msgid=str(m.id),
              chinese=str(m.string))
        for m in catalogue() if m.id
    ]  # fmt: skip


def mended(old: Iterable[Entry], now: Said) -> list[Entry]:
    """Return the entries for what is said now: kept under their file as long as it says them."""
    known = {entry.msgid: entry for entry in old}
    fresh = []
    for msgid, sources in now.sources.items():
        entry = known.get(msgid)
        source = entry.source if entry and entry.source in sources else sources[0]
        chinese = entry.chinese if entry else ""
        fresh.append(Entry(source=source, msgid=msgid, chinese=chinese))
    return sorted(fresh, key=lambda entry: entry.order)


def written(found: Iterable[Entry]) -> str:
    """Return the text of the catalogue's file."""
    parts = [
        f"#: {entry.source}\nmsgid {_quoted(entry.msgid)}\nmsgstr {_quoted(entry.chinese)}\n"
        for entry in found
    ]
    return "\n".join([HEAD, *parts])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    CATALOGUE.write_text(written(mended(entries(), said())), encoding="utf-8")

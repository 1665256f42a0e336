"""Every sentence the program can say, read from code and templates, and the catalogue they are in.

Run as a module (`python -m tests.translations.extraction`) it puts the catalogue in order: new
sentences come in with an empty translation, those nobody says any more go, the rest is sorted by
the file that says it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from warehouse import api

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
_PLACE = re.compile(r"{([a-z_]\w*)}")


@dataclass
class Said:
    """What a set of sources says.

    `sources`: msgid → its files. `unreadable`: calls whose msgid is not in the source.
    `ill_filled`: calls that do not give exactly the places of their sentence.
    """

    sources: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    ill_filled: list[str] = field(default_factory=list)

    def add(self, msgid: str, source: str, given: set[str] | None = None) -> None:
        """Note that `source` says the sentence; `given` are the places filled, None: not known."""
        files = self.sources.setdefault(msgid, [])
        if source not in files:
            files.append(source)
        if given is not None and given != places(msgid):
            self.ill_filled.append(f"{source}: {msgid!r} is given {sorted(given)}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One sentence of the catalogue and the file it is filed under."""

    source: str
    msgid: str
    chinese: str

    @property
    def order(self) -> tuple[str, str, str]:
        return self.source, self.msgid.casefold(), self.msgid


def said() -> Said:
    """Return everything that templates and code say, files in their order."""
    found = Said()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        read_template(path.read_text(encoding="utf-8"), _name(path), found)
    for path in sorted((ROOT / "warehouse").rglob("*.py")):
        read_code(path.read_text(encoding="utf-8"), _name(path), found)
    for tag, source in sorted(api_tags()):
        found.add(tag, source)
    return found


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def api_tags() -> set[tuple[str, str]]:
    """Return (tag, its module) of the API's routes: its page says them as headings."""
    modules = [
        importlib.import_module(f"warehouse.api.{found.name}")
        for found in pkgutil.iter_modules(api.__path__)
    ]
    return {
        (view.operation.tag, f"warehouse/api/{module.__name__.rpartition('.')[2]}.py")
        for module in modules
        for view in vars(module).values()
        if inspect.isfunction(view) and hasattr(view, "operation")
    }


def places(sentence: str) -> frozenset[str]:
    """Return the names of the places of a sentence."""
    return frozenset(_PLACE.findall(sentence))


def read_template(text: str, source: str, found: Said) -> None:
    """Add what a template says: the first argument of every call of `_`."""
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args):
            continue
        msgids = _template_strings(call.args[0])
        for msgid in msgids:
            found.add(msgid, source, {given.key for given in call.kwargs})
        if not msgids:
            found.unreadable.append(f"{source}: _({_spelled(call.args[0])})")


def _template_strings(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        parts = [_template_strings(node.expr1), _template_strings(node.expr2)]
        return [msgid for part in parts for msgid in part] if all(parts) else []
    return []


def _spelled(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_spelled(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else type(node).__name__


def read_code(text: str, source: str, found: Said) -> None:
    """Add what a module says.

    A sentence is the first argument of `say`, of `Text`, or of a function of the module whose own
    first parameter is called `msgid`. A variable is followed to the strings it is given in the
    same function.
    """
    tree = ast.parse(text)
    sayers = {"say", "Text"} | {f.name for f in _functions(tree) if _is_sayer(f)}
    for scope in (tree, *_functions(tree)):
        own = list(_own_nodes(scope))
        assigned = _assigned(own)
        for call in (node for node in own if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") in sayers and call.args:
                _read_call(call, assigned, source, found)


def _read_call(
    call: ast.Call, assigned: dict[str, list[ast.expr]], source: str, found: Said
) -> None:
    first = call.args[0]
    if isinstance(first, ast.Name) and first.id == "msgid":
        return
    names = {given.arg for given in call.keywords}
    is_known = getattr(call.func, "id", "") == "say" and None not in names
    msgids = list(_strings(first, assigned))
    for msgid in msgids:
        found.add(msgid, source, {str(name) for name in names} if is_known else None)
    if not msgids:
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


def _assigned(scope: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    assigned: dict[str, list[ast.expr]] = {}
    for node in scope:
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


def catalogue() -> Catalog:
    """Return the Chinese catalogue as it is in the file."""
    with CATALOGUE.open("rb") as stream:
        return read_po(stream)


def entries() -> list[Entry]:
    """Return the catalogue's sentences in the order of the file."""
    return [
        Entry(
            source=next((name for name, _ in message.locations), ""),
            msgid=str(message.id),
            chinese=str(message.string),
        )
        for message in catalogue()
        if message.id
    ]


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

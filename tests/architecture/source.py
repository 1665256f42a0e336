"""The project's own modules as syntax trees, for the tests of who imports and writes what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One source file under its dotted name."""

    name: str
    path: Path
    tree: ast.Module

    @cached_property
    def imports(self) -> set[str]:
        """The dotted names it imports, `from a import b` as a.b and a."""
        return {name for node in ast.walk(self.tree) for name in imported_by(node)}

    def is_in(self, *packages: str) -> bool:
        return any(self.name == p or self.name.startswith(p + ".") for p in packages)


def imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of `warehouse` and `printing`, and `wsgi`."""
    paths = [p for top in ("warehouse", "printing") for p in sorted((ROOT / top).rglob("*.py"))]
    wsgi = ROOT / "wsgi.py"
    return tuple(_read(p) for p in [*paths, *([wsgi] if wsgi.exists() else [])])


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))


def users_of(library: str) -> set[str]:
    """Return the names of the modules that import `library` or anything of it."""
    return {
        m.name
        for m in modules()
        if any(i == library or i.startswith(library + ".") for i in m.imports)
    }

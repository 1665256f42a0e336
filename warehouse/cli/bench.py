"""`fahuo bench`: the scripts of benchmarks/, each with its baseline from the same run."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from warehouse.cli.language import Refusal
from warehouse.text import say

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def names() -> list[str]:
    """Return the benchmarks there are, by name."""
    return sorted(p.stem for p in BENCHMARKS.glob("*.py") if not p.stem.startswith("_"))


@click.command("bench", help="Run one benchmark, or all.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench_command(name: str | None, as_json: bool) -> None:
    """Measure, and print each figure beside its baseline."""
    if name is not None and name not in names():
        raise Refusal(
            say(
                "There is no benchmark {name}. Known: {names}.", name=name, names=", ".join(names())
            )
        )
    results: dict[str, Any] = {}
    for one in [name] if name else names():
        click.echo(f"{one} …", err=True)
        results[one] = _load(one).measure()
        if not as_json:
            _print(one, results[one])
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False))


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmarks.{name}", BENCHMARKS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise Refusal(say("The benchmark {name} cannot be read.", name=name))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _print(name: str, figures: dict[str, Any]) -> None:
    click.echo(f"\n{name}")
    for key, value in figures.items():
        shown = f"{value:,.3f}" if isinstance(value, float) else str(value)
        click.echo(f"  {key:<48} {shown:>14}")

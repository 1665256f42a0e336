"""The documented list of commands is the one there is, and every command explains itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from warehouse.cli import COMMANDS, main

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text(encoding="utf-8")


def walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by what one types."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    ctx = click.Context(command)
    for name in command.list_commands(ctx):
        found = command.get_command(ctx, name)
        assert found is not None
        yield from walk(f"{path} {name}".strip(), found)


ALL = dict(walk("", main))


def first_sentence(command: click.Command) -> str:
    return re.sub(r"\s+", " ", (command.help or "").split("\n\n")[0].strip())


def arguments(command: click.Command) -> str:
    ctx = click.Context(command)
    found = [
        p.metavar or p.make_metavar(ctx) for p in command.params if p.param_type_name == "argument"
    ]
    return "".join(f" {name}" for name in found)


def test_the_documented_commands_are_those_there_are() -> None:
    written = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", PAGE, re.MULTILINE))
    real = {path + arguments(command): first_sentence(command) for path, command in ALL.items()}
    assert written == real


@pytest.mark.parametrize("path", ALL)
def test_every_command_has_help(path: str) -> None:
    assert first_sentence(ALL[path]).endswith(".")


@pytest.mark.parametrize("path", [path for path in ALL if path not in ("run", "simulate")])
def test_every_option_has_help(path: str) -> None:
    command = ALL[path]
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, f"{path} {param.opts[0]}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_tells_what_a_group_is_about(name: str) -> None:
    assert COMMANDS[name][2].endswith(".")


def test_every_listing_and_importing_command_speaks_json() -> None:
    for path, command in ALL.items():
        if path.split()[-1] in ("list", "show", "import", "verify"):
            assert "--json" in [opt for p in command.params for opt in p.opts], path

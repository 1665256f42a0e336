"""Commands run in this process, on a database with a world in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.builders import World
from warehouse.cli import Site, main
from warehouse.config import Config
from warehouse.db import Database


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    assert world.differences() == []


@dataclass
class Shell:
    """Runs commands and holds what every one of them promises."""

    site: Site

    def run(
        self, line: str, *more: str, typed: str = "", status: int = 0, language: str = "C.UTF-8"
    ) -> Result:
        name, *arguments = [*line.split(), *more]
        command = main.get_command(None, name)
        result = CliRunner(env={"LC_ALL": language}).invoke(
            command, arguments, obj=self.site, input=typed
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result

    def json(self, line: str, *more: str, **given: Any) -> Any:
        """Return the one object that `--json` prints, with nothing else around it."""
        result = self.run(line, *more, "--json", **given)
        assert result.stdout.count("\n") == 1
        return json.loads(result.stdout)


@pytest.fixture
def shell(world: World, tmp_path: Path) -> Shell:
    site = Site()
    config = Config(database_url="", data_dir=tmp_path, secret_key="of the tests")
    # What a command would open by the environment, opened already.
    vars(site).update(config=config, database=world.database)
    return Shell(site)

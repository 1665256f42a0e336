"""The application, made once for each way of setting it up and lent from test to test.

Putting four hundred routes and two hundred templates together takes longer than most tests. An
application keeps nothing of a database or a folder: it asks for both at every request.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask

from tests.drawing import ROOM
from warehouse.app import create_app
from warehouse.config import Config
from warehouse.db import Database

_made: dict[Config, tuple[Flask, dict[str, Any]]] = {}
_lent: set[Config] = set()


def lend(config: Config, database: Database) -> Flask:
    """Return an application on this database, which nobody else in this test has.

    What holds one for longer than a test makes its own by `create_app`.
    """
    way = replace(config, database_url="", data_dir=Path())
    if way in _lent:
        return _for_tests(config, database)
    if way not in _made:
        app = _for_tests(config, database)
        _made[way] = (app, dict(app.config))
    _lent.add(way)
    app, settings = _made[way]
    app.config.clear()
    app.config.update(settings)
    app.extensions.update(fahuo_config=config, fahuo_database=database, fahuo_drawing=ROOM)
    return app


def take_back() -> None:
    """Have every application ready for the next test."""
    _lent.clear()


def _for_tests(config: Config, database: Database) -> Flask:
    app = create_app(config, database, ROOM)
    app.testing = True
    return app

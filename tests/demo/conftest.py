from __future__ import annotations

import pytest

from tests.conftest import _empty
from warehouse.db import Database


@pytest.fixture
def database_emptied(postgres: Database) -> None:
    _empty(postgres)

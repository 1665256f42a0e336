"""A print queue for every test, which must not leave a paper claimed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from printing.models import PrintJob
from tests.printing.floor import Floor
from warehouse.db import Database


@pytest.fixture
def floor(database: Database) -> Iterator[Floor]:
    made = Floor(database)
    made.route()
    yield made
    with database.reading() as session:
        leased = session.scalars(sa.select(PrintJob.id).where(PrintJob.lease_token.is_not(None)))
        assert list(leased) == [], "a lease was left behind"

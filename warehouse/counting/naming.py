"""Naming bins to the database; of very many everything is read and picked out by who asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from warehouse.db import MOST_NAMED


def is_of(bins: Collection[int], *columns: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return that a column names one of the bins, where these are few enough to be named.

    Of more than `MOST_NAMED` it is true of every row: the caller leaves out the other bins. No row
    of a bin asked for is left out either way.
    """
    if len(bins) > MOST_NAMED:
        return sa.true()
    return sa.or_(*(column.in_(bins) for column in columns))

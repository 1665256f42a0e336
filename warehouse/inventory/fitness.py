"""Which goods may be promised to an order: no blocked lot, no kit in doubt, good long enough."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from warehouse.catalog.models import Sku
from warehouse.db import DayType
from warehouse.inventory.models import Lot, SuspectKits


class DaysAfter(FunctionElement[date]):
    """So many days after a day, as each database reckons it."""

    type = DayType()
    inherit_cache = True


@compiles(DaysAfter, "sqlite")
def _on_sqlite(element: DaysAfter, compiler: Any, **kw: Any) -> str:
    day, days = (compiler.process(part, **kw) for part in element.clauses)
    return f"date({day}, {days} || ' days')"


@compiles(DaysAfter, "postgresql")
def _on_postgres(element: DaysAfter, compiler: Any, **kw: Any) -> str:
    day, days = (compiler.process(part, **kw) for part in element.clauses)
    return f"(CAST({day} AS DATE) + {days})"


def is_fit(day: date) -> sa.ColumnElement[bool]:
    """Return the condition that `Lot`, joined to its `Sku`, may be promised on the site's `day`.

    Goods are good on their best-before itself; a SKU may ask for more days to be left.
    """
    limit = DaysAfter(sa.literal(day, DayType()), Sku.days_before_expiry)
    return sa.and_(
        Lot.blocked_at.is_(None), sa.or_(Lot.best_before.is_(None), Lot.best_before >= limit)
    )


def is_fit_on(day: date, *, is_blocked: bool, best_before: date | None, days_before: int) -> bool:
    """Return whether a lot with these facts may be promised on the site's `day`."""
    if is_blocked:
        return False
    return best_before is None or best_before >= day + timedelta(days=days_before)


# The SKUs without lots of which kits stand that may have pieces of a blocked lot inside.
SUSPECT_SKUS = sa.select(SuspectKits.sku_id).where(
    SuspectKits.ended_at.is_(None), SuspectKits.kit_lot_id.is_(None)
)

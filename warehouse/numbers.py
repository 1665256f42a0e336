"""Running numbers people read aloud: waves, parcels, manifests."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from warehouse.db import Base, PerDialect, on_dialect, table_of, text_of


class Counter(Base):
    """The last number given out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    value: Mapped[int]


_table = table_of(Counter)


def _bump(insert: Any) -> Any:
    return (
        insert(_table)
        .values(name=sa.bindparam("counter"), value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": _table.c.value + 1})
        .returning(_table.c.value)
    )


_next = PerDialect(_bump)


def next_number(session: Session, name: str) -> int:
    """Return the next number under `name`, from 1 on; taken back if the transaction fails."""
    return int(session.execute(on_dialect(session, _next), {"counter": name}).scalar_one())

"""Which consignment a tote holds, for the stations after the pick."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.db import table_of
from warehouse.orders.models import Consignment, ConsignmentState
from warehouse.orders.queries import stop_column
from warehouse.waves.models import WaveSlot

_slot = table_of(WaveSlot)
_bin = table_of(Bin)
_consignment = table_of(Consignment)


@dataclass(frozen=True, kw_only=True)
class ToteContent:
    """A tote in use, and the consignment whose goods it carries."""

    tote_id: int
    tote_code: str
    slot_id: int
    consignment_id: int
    state: ConsignmentState
    stop_id: int | None


_in_tote = (
    sa.select(
        _bin.c.id.label("tote_id"),
        _bin.c.code.label("tote_code"),
        _slot.c.id.label("slot_id"),
        _slot.c.consignment_id,
        _consignment.c.state,
        stop_column(_slot.c.consignment_id).label("stop_id"),
    )
    .join(_bin, _bin.c.id == _slot.c.tote_bin_id)
    .join(_consignment, _consignment.c.id == _slot.c.consignment_id)
    .where(_slot.c.freed_at.is_(None))
)


def content_of_tote(session: Session, code: str) -> ToteContent | None:
    """Return what the tote with this code carries, None if it carries nothing."""
    row = session.execute(_in_tote.where(_bin.c.code == code)).first()
    return ToteContent(**row._mapping) if row else None


def tote_of(session: Session, consignment_id: int) -> ToteContent | None:
    """Return the tote a consignment's goods are in, None if they are in none."""
    row = session.execute(_in_tote.where(_slot.c.consignment_id == consignment_id)).first()
    return ToteContent(**row._mapping) if row else None

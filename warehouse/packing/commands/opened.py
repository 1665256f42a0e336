"""The parcel open on the bench: fetched by every act that needs it, shown after most."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Outcome, Tone
from warehouse.errors import StaleScreen
from warehouse.orders.goods import lock_lines
from warehouse.orders.models import ConsignmentLine
from warehouse.orders.queries import require_not_stopped
from warehouse.packing.models import Parcel, ParcelState
from warehouse.packing.screens import PackScreen
from warehouse.text import Text


def open_parcel_of(session: Session, consignment_id: int) -> Parcel | None:
    """Return the consignment's open parcel, None if none is open."""
    return session.scalars(
        sa.select(Parcel)
        .where(Parcel.consignment_id == consignment_id, Parcel.state == ParcelState.OPEN)
        .execution_options(populate_existing=True)
    ).first()


def lock_open(session: Session, parcel_id: int) -> tuple[Parcel, list[ConsignmentLine]]:
    """Return the parcel and its consignment's lines, fresh and locked.

    Raises:
        StaleScreen: it is not open. OrderStopped: the order goes no further.
    """
    parcel = session.get(Parcel, parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None or parcel.state is not ParcelState.OPEN:
        raise StaleScreen
    require_not_stopped(session, parcel.consignment_id)
    return parcel, lock_lines(session, parcel.consignment_id)


def items_screen(parcel: Parcel, message: Text, *, tone: Tone = Tone.OK) -> Outcome:
    """Return the answer that shows the parcel and what is left to pack."""
    return Outcome(screen=PackScreen.ITEMS, subject_id=parcel.id, message=message, tone=tone)

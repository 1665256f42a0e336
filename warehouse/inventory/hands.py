"""Hands that ended: what somebody had out of a bin, booked there all the while, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.inventory.models import PastHand


def let_go(
    session: Session,
    command: Command,
    *,
    person_id: int,
    bin_id: int,
    sku_id: int | None,
    since: datetime,
    changed_at: datetime | None,
    is_back: bool,
) -> None:
    """Keep that a hand ended now; counts of the bin in that time cannot tell what stood there.

    `sku_id` None: the whole bin was in hand. `is_back`: the goods went back where they were taken.
    """
    session.add(
        PastHand(
            person_id=person_id,
            bin_id=bin_id,
            sku_id=sku_id,
            since=since,
            changed_at=changed_at or since,
            until=command.at,
            is_back=is_back,
        )
    )

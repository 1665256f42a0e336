"""Taking a zone away that no bin in use belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Zone
from warehouse.commands import Command, Outcome
from warehouse.counting.models import CountRule
from warehouse.errors import NotFound, RuleViolation
from warehouse.people import trail
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class DropZone(Command):
    """Take a zone away; bins out of use that belonged to it belong to none."""

    zone_id: int


def drop_zone(session: Session, command: DropZone) -> Outcome:
    """Take the zone away. Made again by its code, it is as before.

    Raises:
        NotFound: no such zone. RuleViolation: bins in use belong to it, or counts are opened by it.
    """
    zone = session.get(Zone, command.zone_id, with_for_update=True, populate_existing=True)
    if zone is None:
        raise NotFound(say("zone"), command.zone_id)
    _require_unused(session, zone)
    session.execute(sa.update(Bin).where(Bin.zone_id == zone.id).values(zone_id=None))
    trail.record(session, command, "zone", zone.id, "zone_dropped", code=zone.code)
    session.delete(zone)
    session.flush()
    return Outcome(screen="bins", message=say("Zone {code} is taken away.", code=zone.code))


def _require_unused(session: Session, zone: Zone) -> None:
    bins = session.scalar(sa.select(sa.func.count()).where(Bin.zone_id == zone.id, Bin.is_active))
    if bins:
        raise RuleViolation(
            say("{bins} bins in use belong to zone {code}. Give them another zone, or take them out"
                " of use, first.", bins=bins, code=zone.code)
        )  # fmt: skip
    rules = sa.select(CountRule.id).where(CountRule.zone_id == zone.id)
    if session.scalars(rules.limit(1)).first() is not None:
        raise RuleViolation(
            say("Counts of zone {code} are opened by a rule: it stays.", code=zone.code)
        )

"""Looking from time to time whether a pick bin wants pieces; written only where it does."""

from __future__ import annotations

from datetime import datetime, tzinfo

from warehouse.commands import Actor, execute, new_id
from warehouse.db import Database
from warehouse.replenishing.commands.planning import PlanTasks, is_due, plan_tasks


def plan_if_needed(database: Database, *, actor: Actor, at: datetime, zone: tzinfo) -> bool:
    """Plan tasks where that would change anything; tell whether it was done."""
    with database.reading() as session:
        if not is_due(session, at, at.astimezone(zone).date()):
            return False
    execute(database, plan_tasks, PlanTasks(id=new_id(), actor=actor, at=at, zone=zone))
    return True

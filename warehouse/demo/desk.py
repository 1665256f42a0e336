"""Doing one command after the other for the demo, each in the name of somebody, at a given time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from warehouse.commands import Actor, Handler, Outcome, perform

SYSTEM_PERSON_ID = 1


@dataclass
class Desk:
    """A clock and a hand: every command is a few seconds later than the one before.

    All is done in the session given, so that a whole site is loaded in one transaction.
    """

    session: Session
    now: datetime
    name: str
    step: timedelta = timedelta(seconds=7)
    actor: Actor = field(default_factory=lambda: Actor(person_id=SYSTEM_PERSON_ID))
    count: int = 0

    def do(self, handler: Handler[Any], command: type[Any], **content: Any) -> Outcome:
        """Perform one command and let the clock go on."""
        self.count += 1
        self.now += self.step
        made = command(
            id=f"demo-{self.name}-{self.count:05d}", actor=self.actor, at=self.now, **content
        )
        outcome = perform(self.session, handler, made)
        # As between two transactions: what Core statements changed is read anew.
        self.session.expire_all()
        return outcome

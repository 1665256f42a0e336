"""A tablet with its scanner: every act is one command through the same door as the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warehouse.commands import Actor, Handler, Outcome, execute
from warehouse.errors import OrderStopped, WarehouseError
from warehouse.scanning import CodeScan, parse
from warehouse.simulation.day import Day, DayBroken

DOUBLE_SHARE = 0.03  # scans that arrive twice: a shaky network sends them again


@dataclass(frozen=True)
class Tablet:
    """A station's tablet in somebody's hands."""

    day: Day
    actor: Actor

    def send(self, handler: Handler[Any], command: type[Any], **content: Any) -> Outcome:
        """Send one command, now and then a second time with the same id, and return its answer.

        Raises:
            WarehouseError: refused. DayBroken: a repeated command was not answered alike.
        """
        day = self.day
        day.tally.scans += 1
        made = command(id=day.next_id(), actor=self.actor, at=day.now, **content)
        is_doubled = day.happens(DOUBLE_SHARE)
        try:
            outcome = execute(day.database, handler, made)
        except WarehouseError as refusal:
            day.tally.refused[refusal.code] += 1
            raise
        if is_doubled:
            day.tally.repeated += 1
            again = execute(day.database, handler, made)
            if not again.is_replayed or again.to_json() != outcome.to_json():
                raise DayBroken(f"{command.__name__} sent twice was answered differently.")
        return outcome

    def refused(
        self,
        errors: tuple[type[WarehouseError], ...],
        handler: Handler[Any],
        command: type[Any],
        **content: Any,
    ) -> None:
        """Send a command that must be refused with one of the errors.

        Raises:
            OrderStopped: the order was stopped meanwhile, which comes first.
            DayBroken: it was taken.
        """
        try:
            self.send(handler, command, **content)
        except OrderStopped:
            raise
        except errors:
            return
        raise DayBroken(f"{command.__name__} with {content} should have been refused.")


def scanned(raw: str) -> str:
    """Return the code a scanner's text stands for, as the station pages read it."""
    scan = parse(f"{raw}\r")
    if not isinstance(scan, CodeScan):
        raise DayBroken(f"{raw} is no code of a thing.")
    return scan.code

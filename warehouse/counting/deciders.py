"""Who may decide about differences: whoever had no part in them, as far as the limits go."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.counting.figures import sound
from warehouse.counting.models import (
    ASKED_AGAIN,
    CountEntry,
    CountLine,
    CountSession,
    CountTake,
    LineState,
)
from warehouse.counting.prices import unknown_price
from warehouse.counting.queries import had_part
from warehouse.counting.rules import approval_limits
from warehouse.db import portions
from warehouse.errors import Forbidden
from warehouse.people.models import Person
from warehouse.people.rights import Right, rights_of
from warehouse.text import say


def require_may_decide(
    session: Session, command: Command, count: CountSession, lines: Sequence[CountLine]
) -> None:
    """Refuse lines beyond what this person may decide about, and those he had a part in.

    Raises:
        Forbidden: they are.
    """
    _require_others(session, command, lines)
    person = session.get_one(Person, command.actor.person_id)
    if Right.APPROVE_COUNT in rights_of(row.role for row in person.roles):
        return
    limits = approval_limits(count)
    unknown = unknown_price(session)
    unpriced = [
        x
        for x in lines
        if limits.fen and x.gone + x.found and not x.price_fen and unknown is not None
    ]
    # What waits for another look may only be decided by who stands above the limits.
    beyond = [
        x
        for x in lines
        if x.state in ASKED_AGAIN
        or not limits.allow(x.gone + x.found, x.book, x.price_fen or unknown)
    ]
    if beyond:
        if len(unpriced) == len(beyond):
            raise Forbidden(
                say("Nobody knows what a piece costs in {lines} differences, and there is a limit"
                    " of money. Ask the supervisor.", lines=len(beyond))
            )  # fmt: skip
        raise Forbidden(
            say("{lines} differences are larger than you may decide about. Ask the supervisor.",
                lines=len(beyond))
        )  # fmt: skip


def _require_others(session: Session, command: Command, lines: Sequence[CountLine]) -> None:
    """Refuse lines of which this person made or typed in any look that counts, first or last.

    Of a line whose goods moved at every look, or at the last, those looks count as well.

    Raises:
        Forbidden: he did.
    """
    for ids in portions(line.id for line in lines):
        seen = (
            sa.select(CountEntry.line_id)
            .join(CountTake, CountTake.id == CountEntry.take_id)
            .where(CountEntry.line_id.in_(ids), sound())
        )
        mine = (
            sa.select(CountEntry.id)
            .join(CountTake, CountTake.id == CountEntry.take_id)
            .join(CountLine, CountLine.id == CountEntry.line_id)
            .where(
                CountEntry.line_id.in_(ids),
                had_part(command.actor.person_id),
                sa.or_(
                    ~CountEntry.is_disturbed,
                    CountLine.state == LineState.LOOK,
                    CountLine.id.not_in(seen),
                ),
            )
            .limit(1)
        )
        if session.execute(mine).first() is not None:
            raise Forbidden(say("You counted one of these yourself. Another person decides."))

"""What a blind count hides from those who may be sent to count: the book, and another's look."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.counting.models import BinState, CountBin, CountSession, SessionState
from warehouse.people.models import PersonRole
from warehouse.people.rights import Right, rights_of

RUNNING = (SessionState.COUNTING, SessionState.REVIEW)
_ASKED_BLIND = (
    sa.select(CountBin.bin_id)
    .join(CountSession, CountSession.id == CountBin.session_id)
    .where(
        CountBin.is_live,
        CountBin.state != BinState.COUNTED,
        CountSession.is_blind,
        CountSession.state.in_(RUNNING),
    )
)


def only_counts(session: Session, person_id: int) -> bool:
    """Tell whether somebody may be asked to count, and may not approve: to him counts are blind."""
    roles = session.scalars(sa.select(PersonRole.role).where(PersonRole.person_id == person_id))
    rights = rights_of(roles)
    return Right.COUNT in rights and Right.APPROVE_COUNT not in rights


def is_blind_to(session: Session, count: CountSession, person_id: int) -> bool:
    """Tell whether this person is not to see what is asked again in the count."""
    return count.is_blind and count.state in RUNNING and only_counts(session, person_id)


def bins_hidden(session: Session, person_id: int, bin_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the bins that a running blind count still asks for, as far as he may count.

    Whoever is sent there next must not know what the book has.
    """
    wanted = set(bin_ids)
    if not wanted or not only_counts(session, person_id):
        return frozenset()
    return frozenset(session.scalars(_ASKED_BLIND.where(CountBin.bin_id.in_(wanted))))


def is_book_hidden(session: Session, person_id: int) -> bool:
    """Tell whether a running blind count still asks for any bin, of somebody who may be sent there.

    The desk's lists add up over bins, so they are shut to him as long; a tablet hides the bins.
    """
    is_asked = _ASKED_BLIND.exists()
    return only_counts(session, person_id) and bool(session.scalar(sa.select(is_asked)))

"""Who may look at which papers: what a paper shows decides."""

from __future__ import annotations

from printing.queue.keeping import PERSONAL
from warehouse.errors import Forbidden
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web.context import may

# Beside those that tell who lives where.
SECRET = ("badge_sheet",)
PRICED = ("purchase_order",)  # what is asked and paid is told to those who buy


def may_see(kind: str) -> bool:
    """Tell whether this person may look at papers of this kind."""
    if kind in PERSONAL:
        return may(Right.REPRINT) or may(Right.UNMASK)
    if kind in PRICED:
        return may(Right.BUY)
    return may(Right.PEOPLE) if kind in SECRET else True


def require_may_see(kind: str) -> None:
    """Refuse a paper to somebody who may not look at its kind: not shown, not printed once more.

    Raises:
        Forbidden: this is one.
    """
    if may_see(kind):
        return
    if kind in PRICED:
        raise Forbidden(say("This paper tells prices. It is not your right to see it."))
    raise Forbidden(say("This paper shows people. It is not your right to see it."))

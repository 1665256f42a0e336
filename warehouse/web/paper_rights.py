"""Who may look at which papers: what a paper shows decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from printing.queue.keeping import PERSONAL
from warehouse.errors import Forbidden
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web.context import may

# Beside those that tell who lives where.
SECRET = ("badge_sheet",)
PRICED = ("purchase_order",)  # what is asked and paid is told to those who buy


# Of these the facts say whether they tell prices: whose right it is not has them without.
VALUES = {"count_report": ("by_value", "net_value")}


def may_see(kind: str, facts: Mapping[str, Any] | None = None) -> bool:
    """Tell whether this person may look at papers of this kind, or at the one with these facts."""
    if kind in PERSONAL:
        return may(Right.REPRINT) or may(Right.UNMASK)
    if _is_priced(kind, facts):
        return may(Right.BUY)
    return may(Right.PEOPLE) if kind in SECRET else True


def _is_priced(kind: str, facts: Mapping[str, Any] | None) -> bool:
    values = VALUES.get(kind)
    if values is None:
        return kind in PRICED
    return facts is None or any(facts.get(name) for name in values)


def require_may_see(kind: str, facts: Mapping[str, Any] | None = None) -> None:
    """Refuse a paper to somebody who may not look at it: not shown, not printed once more.

    Raises:
        Forbidden: this is one.
    """
    if may_see(kind, facts):
        return
    if _is_priced(kind, facts):
        raise Forbidden(say("This paper tells prices. It is not your right to see it."))
    raise Forbidden(say("This paper shows people. It is not your right to see it."))

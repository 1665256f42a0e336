"""A believable small shop to look at and try: goods, building, people, two days of orders.

Telling whether a site is the demo needs little; making one needs much, and is loaded late.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import CommandRow
from warehouse.demo.first_steps import welcome
from warehouse.demo.people import PASSWORD, PIN, STAFF

if TYPE_CHECKING:
    from warehouse.demo.loading import SENDER, DemoSite, load, set_up

__all__ = [
    "PASSWORD",
    "PIN",
    "SENDER",
    "STAFF",
    "DemoSite",
    "acts_of_others",
    "is_demo",
    "load",
    "set_up",
    "welcome",
]

FIRST_COMMAND = "demo-site-00001"
OWN_COMMANDS = "demo-%"
_LATE = frozenset({"SENDER", "DemoSite", "load", "set_up"})


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module("warehouse.demo.loading"), name)


def is_demo(session: Session) -> bool:
    """Tell whether the database holds the demo site."""
    return session.get(CommandRow, FIRST_COMMAND) is not None


def acts_of_others(session: Session) -> tuple[int, int]:
    """Return how many acts are not the demo's own: those before it was loaded, those since."""
    of_demo = CommandRow.id.like(OWN_COMMANDS)
    opened_at, loaded_at = session.execute(
        sa.select(sa.func.min(CommandRow.at), sa.func.max(CommandRow.at)).where(of_demo)
    ).one()
    # Opening stock is booked under ids made of its content.
    is_opening = sa.and_(
        CommandRow.name == "BookOpening", CommandRow.at.between(opened_at, loaded_at)
    )
    own = sa.or_(of_demo, is_opening)
    others = sa.select(sa.func.count()).select_from(CommandRow).where(sa.not_(own))
    all_others = session.scalar(others) or 0
    before = session.scalar(others.where(CommandRow.at < loaded_at)) or 0
    return before, all_others - before

"""A believable small shop to look at and try: goods, building, people, two days of orders.

Telling whether a site is the demo needs little; making one needs much, and is loaded late.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    "is_demo",
    "load",
    "set_up",
    "welcome",
]

FIRST_COMMAND = "demo-site-00001"
_LATE = frozenset({"SENDER", "DemoSite", "load", "set_up"})


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module("warehouse.demo.loading"), name)


def is_demo(session: Session) -> bool:
    """Tell whether the database holds the demo site."""
    return session.get(CommandRow, FIRST_COMMAND) is not None

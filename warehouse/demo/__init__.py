"""A believable small shop to look at and try: goods, building, people, two days of orders.

Telling whether a site is the demo needs little; making one needs much, and is loaded late.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from warehouse.commands import CommandRow
from warehouse.demo.people import PASSWORD, PIN, ROLE_WORDS, STAFF, Staff

if TYPE_CHECKING:
    from warehouse.demo.loading import SENDER, DemoSite, load, set_up

__all__ = ["SENDER", "DemoSite", "is_demo", "load", "set_up", "welcome"]

FIRST_COMMAND = "demo-site-00001"
_LATE = frozenset({"SENDER", "DemoSite", "load", "set_up"})


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module("warehouse.demo.loading"), name)


def is_demo(session: Session) -> bool:
    """Tell whether the database holds the demo site."""
    return session.get(CommandRow, FIRST_COMMAND) is not None


def welcome(data_dir: Path) -> str:
    """Return what one needs to know to try the demo: badges, PIN, password, the first scans."""
    badges = "\n".join(
        f"  {staff.badge:<16} {staff.name}  {staff.login:<6} {_roles(staff)}" for staff in STAFF
    )
    return (
        f"Badges to scan (print {data_dir / 'badges.pdf'}) or logins with PIN {PIN}:\n{badges}\n"
        f"Password at the desk: {PASSWORD}, e.g. huang (supervisor) or zhou (customer service).\n"
        "Try first:\n"
        "  1. log in at a tablet as zhang, take the wave that waits, scan ST-PICK-1\n"
        "  2. log in at the desk as huang, release the clean orders, make a wave of them\n"
        f"  3. look at what was printed: {data_dir / 'spool'}"
    )


def _roles(staff: Staff) -> str:
    return " ".join(ROLE_WORDS[role] for role in staff.roles)

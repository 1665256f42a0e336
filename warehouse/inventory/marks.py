"""What lot codes, serial numbers and best-befores may look like, wherever somebody tells them."""

from __future__ import annotations

from datetime import date, timedelta

from warehouse.text import Text, say

LONGEST_LOT = 20  # GS1 General Specifications: AI 10 and AI 21 hold 20 characters, labels as many
LONGEST_LIFE_DAYS = 15 * 366


def lot_problem(code: str) -> Text | None:
    """Return why this is no lot code a label can show, None if it is one."""
    return _mark_problem(code, say("A lot code is {most} characters at most.", most=LONGEST_LOT))


def serial_problem(code: str) -> Text | None:
    """Return why this is no serial number a label can show, None if it is one."""
    return _mark_problem(
        code, say("A serial number is {most} characters at most.", most=LONGEST_LOT)
    )


def best_before_problem(day: date, today: date, *, is_faulty: bool) -> Text | None:
    """Return why goods with this best-before are not taken, None if they are.

    Expired pieces come in as faulty ones only: they go to quarantine, not to a shelf.
    """
    if day > today + timedelta(days=LONGEST_LIFE_DAYS):
        return say("Best-before {day} is too far away. Look at the goods again.", day=str(day))
    if day < today - timedelta(days=LONGEST_LIFE_DAYS):
        return say("Best-before {day} is too long ago. Look at the goods again.", day=str(day))
    if day < today and not is_faulty:
        return say("Best-before {day} is past. Count these pieces as faulty.", day=str(day))
    return None


def _mark_problem(code: str, too_long: Text) -> Text | None:
    if not code:
        return say("The code is empty.")
    if len(code) > LONGEST_LOT:
        return too_long
    if not code.isascii() or not code.isprintable() or " " in code:
        return say("A code to be scanned has Latin letters, digits and signs only, no blanks.")
    return None

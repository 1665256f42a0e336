"""What a login, a PIN and a password must be like."""

from __future__ import annotations

import re

from warehouse.text import Text, say

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
PIN_LENGTHS = range(4, 9)
LONGEST_LOGIN = 32
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]*")
_DIGITS = "01234567890"


def login_problem(login: str) -> Text | None:
    """Return what is wrong with a login name, None if nothing is."""
    if len(login) > LONGEST_LOGIN or not _LOGIN.fullmatch(login):
        return say("A login has small letters, digits, dots and dashes, at most {most}.",
                   most=LONGEST_LOGIN)  # fmt: skip
    return None


def pin_problem(pin: str) -> Text | None:
    """Return what is wrong with a PIN, None if nothing is: 4 to 8 digits nobody guesses first."""
    if not pin.isascii() or not pin.isdigit() or len(pin) not in PIN_LENGTHS:
        return say("A PIN has 4 to 8 digits.")
    if len(set(pin)) == 1 or pin in _DIGITS or pin in _DIGITS[::-1]:
        return say("This PIN is the first one anybody tries.")
    return None


def password_problem(password: str, *, login: str, name: str) -> Text | None:
    """Return what is wrong with a password, None if nothing is.

    Length is what counts (NIST SP 800-63B, 3.1.1.2): no rule asks for signs of certain kinds.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return say("A password has at least {least} characters.", least=SHORTEST_PASSWORD)
    folded = password.casefold()
    if len(set(folded)) < 4 or (login and folded.startswith(login * 2)):  # noqa: PLR2004
        return say("This password is too simple.")
    if folded in {login.casefold(), name.casefold()}:
        return say("This password is too simple.")
    return None

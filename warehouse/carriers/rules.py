"""Waybill numbers of a range, with their check digit."""

from __future__ import annotations

from warehouse.carriers.models import CheckRule

_MOD11_TEN = "0"


def waybill_no(prefix: str, running: int, digits: int, rule: CheckRule) -> str:
    """Return prefix + zero-padded running number + check digit, if the rule adds one."""
    body = f"{running:0{digits}d}" if digits else str(running)
    return prefix + body + check_digit(body, rule)


def check_digit(body: str, rule: CheckRule) -> str:
    """Return the check digit of a numeric body, "" for no rule.

    mod7 and mod11 take the whole number's remainder (10 is printed as 0); mod10 is the GS1
    weighting 3-1 from the right (GS1 General Specifications, 7.9).
    """
    if rule is CheckRule.NONE:
        return ""
    if rule is CheckRule.MOD7:
        return str(int(body) % 7)
    if rule is CheckRule.MOD11:
        rest = int(body) % 11
        return str(rest) if rest < 10 else _MOD11_TEN  # noqa: PLR2004
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(body)))
    return str(-total % 10)

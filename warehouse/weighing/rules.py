"""Whether a parcel weighs what it should."""

from __future__ import annotations

from warehouse.weighing.models import Verdict


def tolerance_of(expected_g: int, *, absolute_g: int, percent: int) -> int:
    """Return the deviation allowed, in grams: the larger limit, percent rounded down."""
    return max(absolute_g, expected_g * percent // 100)


def verdict_of(gross_g: int, expected_g: int | None, tolerance_g: int) -> Verdict:
    """Return how a reading compares with the expected weight; UNKNOWN where there is none."""
    if expected_g is None:
        return Verdict.UNKNOWN
    return Verdict.WITHIN if abs(gross_g - expected_g) <= tolerance_g else Verdict.OUTSIDE

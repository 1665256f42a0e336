"""From what is read off a test page to how far the picture must move, and whether it was scaled.

The rulers of the page run off the paper at both ends. Were the picture two millimetres too far
right, the left edge would still show 0, and the right edge cut the ruler two short of its end.
"""

from __future__ import annotations

from dataclasses import dataclass

from printing.media import DOTS_PER_MM

TENTHS = 10
# What an eye may be wrong by at an edge, and a steel rule over a few centimetres.
EDGE_TENTHS = 10
SCALE_TOLERANCE = 0.02


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What the paper's two edges cut on one ruler of `length`, in tenths of a millimetre."""

    low: int
    high: int
    length: int

    @property
    def is_short(self) -> bool:
        """Whether both ends are cut off: the paper is smaller than the media it is said to be."""
        return self.low > EDGE_TENTHS and self.high < self.length - EDGE_TENTHS

    @property
    def is_sound(self) -> bool:
        """Whether a ruler of this length can be read like that."""
        return 0 <= self.low < self.high <= self.length


def move_by(readings: Readings, dpi: int) -> int:
    """Return by how many dots to move the picture on, right or down, so that it lies straight."""
    too_far = readings.length - readings.high - readings.low
    return -round(too_far * DOTS_PER_MM[dpi] / TENTHS)


def head_of(measured: int, wanted: int, dpi: int) -> int | None:
    """Return the head that prints `wanted` tenths as `measured`; None: none, something scales."""
    ratio = measured / wanted
    for head, dots in DOTS_PER_MM.items():
        if abs(ratio * dots / DOTS_PER_MM[dpi] - 1) <= SCALE_TOLERANCE:
            return head
    return None


def scale_mm(length_mm: float) -> int:
    """Return how much of a ruler is measured: the largest whole centimetres short of its end."""
    return int((length_mm - 1) // TENTHS) * TENTHS

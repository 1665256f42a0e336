"""Rectangles on paper, in millimetres from the top left, cut into rows and columns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in millimetres, y downwards from the top of the page."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def inset(self, dx: float, dy: float | None = None) -> Box:
        """Return the box smaller by dx on the left and right, dy (or dx) above and below."""
        down = dx if dy is None else dy
        return Box(self.x + dx, self.y + down, self.w - 2 * dx, self.h - 2 * down)

    def narrowed(self, right: float) -> Box:
        """Return the box with so much taken away at its right."""
        return Box(self.x, self.y, self.w - right, self.h)

    def rows(self, *heights: float) -> list[Box]:
        """Return boxes of these heights from the top; a last one takes the rest if there is any."""
        return [Box(self.x, self.y + at, self.w, height) for at, height in _stops(heights, self.h)]

    def columns(self, *widths: float) -> list[Box]:
        """Return boxes of these widths from the left; a last one takes the rest if there is any."""
        return [Box(self.x + at, self.y, width, self.h) for at, width in _stops(widths, self.w)]


def _stops(sizes: tuple[float, ...], whole: float) -> list[tuple[float, float]]:
    stops: list[tuple[float, float]] = []
    at = 0.0
    for size in sizes:
        stops.append((at, size))
        at += size
    if whole - at > 1e-6:  # noqa: PLR2004  below this it is rounding, not room
        stops.append((at, whole - at))
    return stops

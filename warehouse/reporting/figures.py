"""What the day's figures are made of: a figure with its name, figures that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from warehouse.text import Text


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of the site, from its midnight to the next."""

    date: date
    begin: datetime
    end: datetime

    @property
    def number(self) -> str:
        """The number of its report: D and the date."""
        return f"D{self.date:%Y%m%d}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a day. `key` never changes; `before` is the same number a day earlier."""

    key: str
    name: Text
    value: int
    before: int = 0
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """Figures that belong together."""

    key: str
    title: Text
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A figure before it is held against the day before."""

    key: str
    name: Text
    value: int
    note: Text | None = None


def day_of(when: date, zone: tzinfo) -> Day:
    """Return the day as the instants between which it lies, in a time zone."""

    def midnight(of: date) -> datetime:
        return datetime.combine(of, time(), zone).astimezone(UTC)

    return Day(date=when, begin=midnight(when), end=midnight(when + timedelta(days=1)))


def beside(today: list[Line], before: list[Line]) -> tuple[Figure, ...]:
    """Return today's figures with those of the day before; one only then is nought today."""
    earlier = {line.key: line.value for line in before}
    known = {line.key for line in today}
    gone = [Line(key=line.key, name=line.name, value=0) for line in before if line.key not in known]
    return tuple(
        Figure(
            key=line.key,
            name=line.name,
            value=line.value,
            before=earlier.get(line.key, 0),
            note=line.note,
        )
        for line in (*today, *gone)
    )

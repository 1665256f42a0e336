"""All that is wrong with what was typed is told at once: refusals gathered, then raised as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from warehouse.errors import InvalidInput, RuleViolation, WarehouseError
from warehouse.text import Text

T = TypeVar("T")
Words = Callable[[Text], Text]  # what a refusal says once it is told with others


class Gathered:
    """The refusals of one look at what was typed, in the order they were found."""

    def __init__(self) -> None:
        self.found: list[WarehouseError] = []

    def tell(self, problem: Text | None, field: str) -> None:
        """Keep what is wrong with a field, if anything is."""
        if problem is not None:
            self.found.append(InvalidInput(problem, field=field))

    def take(self, field: str, read: Callable[[], T], words: Words | None = None) -> T | None:
        """Return what `read` returns; where it refuses, keep that as `keep` does, return None."""
        try:
            return read()
        except (InvalidInput, RuleViolation) as error:
            self.keep(error, field, words)
            return None

    def keep(self, error: WarehouseError, field: str, words: Words | None = None) -> None:
        """Keep a refusal and all that is told with it at the field, where it names none itself.

        With `words` it is of one line of the field, whatever part of the line it names.
        """
        for one in error.all:
            one.facts["field"] = field if words else one.field or field
            one.text = words(one.text) if words else one.text
        self.found += error.all

    def sound(self, value: T | None) -> T:
        """Return a value that was taken, if nothing at all is wrong.

        Raises:
            as `refuse`.
        """
        self.refuse()
        assert value is not None  # noqa: S101  (what is missing was refused)
        return value

    def refuse(self) -> None:
        """Refuse with all that was found.

        Raises:
            InvalidInput, RuleViolation: the first one, with the others.
        """
        if self.found:
            raise together(self.found)


def together(found: Sequence[WarehouseError]) -> WarehouseError:
    """Return the first of some refusals, with the others told by it."""
    first, *others = found
    first.others = tuple(others)
    return first

"""What saving rows of a list did, told in one way: new, changed, as before, refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from warehouse.catalog.rules import Problem, RowRefusal, row_refusals
from warehouse.commands import Outcome, Tone
from warehouse.gathering import Gathered
from warehouse.text import say


@dataclass(kw_only=True)
class Saved:
    """The codes of the rows, in their order, by what became of them."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[RowRefusal] = field(default_factory=list)

    def is_refused(self, row: int, problems: Iterable[Problem], unread: Collection[str]) -> bool:
        """Keep what is wrong with a row; tell whether it cannot be taken."""
        found = list(problems)
        self.refused += row_refusals(row, found, unread)
        return bool(found or unread)


def require_all(saved: Saved, *, name: str = "") -> None:
    """Refuse what was said of one thing, or of many at once, if any row was refused.

    Raises:
        InvalidInput: so it is, with all of it; of many that are said in one field, which `name`
            names, with the first.
    """
    told = Gathered()
    for refusal in saved.refused[:1] if name else saved.refused:
        told.tell(refusal.reason, name or refusal.field)
    told.refuse()


def subjects(codes: Iterable[str], ids: Mapping[str, int]) -> list[tuple[int, dict[str, Any]]]:
    """Return the things of these codes as the trail takes them, each once."""
    return [(ids[code], {}) for code in dict.fromkeys(codes)]


def outcome_of(saved: Saved, screen: str) -> Outcome:
    """Return the answer to an import; its facts tell how many, and the `refused` rows."""
    counts = {
        "new": len(saved.new),
        "changed": len(saved.changed),
        "unchanged": len(saved.unchanged),
    }
    return Outcome(
        screen=screen,
        message=say(
            "{new} new, {changed} changed, {unchanged} as before, {refused} refused.",
            **counts, refused=len({refusal.row for refusal in saved.refused}),
        ),
        tone=Tone.ATTENTION if saved.refused else Tone.OK,
        facts={**counts, "refused": [refusal.to_json() for refusal in saved.refused]},
    )  # fmt: skip

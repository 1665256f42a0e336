"""When a count is believed: thresholds, agreement of two people, classes of goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse.counting.models import CountSession, LineState

SHARE_A, SHARE_B = 80, 95  # percent of all that moved: the usual cut of ABC analysis
MOST_LOOKS = 3  # after so many people who disagree, a reviewer decides


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large a difference may be: pieces, percent of the book, fen; 0 of the last two: any."""

    pieces: int
    percent: int = 0
    fen: int = 0

    def allow(self, size: int, book: int, price_fen: int | None) -> bool:
        """Tell whether a difference of so many pieces is within all of the limits.

        The price of a piece is 0 where nobody knows it: what it is worth is then beyond any limit
        of money. It is None where nobody says prices of anything: then pieces and percent decide.
        """
        if size > self.pieces:
            return False
        if self.percent and size * 100 > self.percent * book:
            return False
        if self.fen and size and price_fen is not None:
            return 0 < size * price_fen <= self.fen
        return True


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one person found of a line: counted minus book at that moment.

    `numbers` are the serial numbers gone and found, of goods known piece by piece.
    """

    person_id: int
    variance: int
    numbers: tuple[frozenset[str], frozenset[str]] | None = None

    @property
    def size(self) -> int:
        """Pieces that are gone or found; a piece taken for another is two."""
        return abs(self.variance) if self.numbers is None else sum(map(len, self.numbers))

    @property
    def sides(self) -> tuple[int, int]:
        """How many pieces are gone, and how many were found."""
        if self.numbers is not None:
            return len(self.numbers[0]), len(self.numbers[1])
        return max(-self.variance, 0), max(self.variance, 0)

    def agrees_with(self, other: Look) -> bool:
        """Tell whether another person found the very same."""
        return self.person_id != other.person_id and (
            (self.variance, self.numbers) == (other.variance, other.numbers)
        )


def look_of(person_id: int, variance: int, serials: Mapping[str, Sequence[str]] | None) -> Look:
    """Return what a person found, of goods known piece by piece with their numbers."""
    numbers = None
    if serials is not None:
        numbers = (frozenset(serials["gone"]), frozenset(serials["found"]))
    return Look(person_id=person_id, variance=variance, numbers=numbers)


def recount_limits(session: CountSession) -> Limits:
    """Return up to where a difference needs no second person."""
    return Limits(
        pieces=session.recount_pieces, percent=session.recount_percent, fen=session.recount_fen
    )


def approval_limits(session: CountSession) -> Limits:
    """Return up to where a difference needs no right to approve."""
    return Limits(pieces=session.limit_pieces, percent=session.limit_percent, fen=session.limit_fen)


def state_after(
    look: Look, before: Sequence[Look], *, is_disturbed: bool, is_small: bool
) -> LineState:
    """Return what becomes of a line after a look, `before` being the undisturbed ones so far.

    Shelf and book that agree need no second person. A difference that is not small stands once
    two people found the same; when three disagree, a reviewer decides. What two people found
    stands until two others, or one of them and another, find the same of something else. Nobody
    takes back alone what he found.
    """
    if is_disturbed:
        return LineState.LOOK
    outcome = LineState.DIFFERENT if look.size else LineState.AGREED
    if any(look.agrees_with(seen) for seen in before):
        return outcome
    pair = _last_pair(before)
    if pair is not None and before[pair].size:
        since = {seen.person_id for seen in (*before[pair + 1 :], look)}
        is_left = look.size and len(since) >= MOST_LOOKS - 1
        return LineState.DIFFERENT if is_left else LineState.RECOUNT
    found_before = any(seen.size and seen.person_id == look.person_id for seen in before)
    if found_before and not look.size:
        return LineState.RECOUNT
    if is_small or len({seen.person_id for seen in (*before, look)}) >= MOST_LOOKS:
        return outcome
    return LineState.RECOUNT if look.size else LineState.AGREED


def _last_pair(looks: Sequence[Look]) -> int | None:
    """Return the place of the last look that another person's before it agreed with."""
    for at in range(len(looks) - 1, 0, -1):
        if any(looks[at].agrees_with(seen) for seen in looks[:at]):
            return at
    return None


def classes_of(moved: Mapping[int, int]) -> dict[int, str]:
    """Return key → A, B or C by what each contributes to the whole of `moved`.

    In order of what they moved, keys up to 80 % of the whole are A, up to 95 % B, the rest C;
    the key that crosses a mark still belongs above it. What never moved is C.
    """
    total = sum(moved.values())
    found: dict[int, str] = {}
    so_far = 0
    for key, value in sorted(moved.items(), key=lambda pair: (-pair[1], pair[0])):
        if value <= 0 or so_far * 100 >= SHARE_B * total:
            found[key] = "C"
        else:
            found[key] = "A" if so_far * 100 < SHARE_A * total else "B"
        so_far += max(value, 0)
    return found

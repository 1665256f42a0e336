"""How many pieces a pick bin wants from reserve, and what becomes of a task when stock moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warehouse.replenishing.models import TaskState


@dataclass(frozen=True, kw_only=True)
class Face:
    """A pick bin and one SKU: its level (0, 0: nobody set one), and who wants what.

    `free` pieces stand in the bin and are promised to nobody, `free_elsewhere` in other bins that
    are picked from. `waiting` are the pieces of orders left out of a wave for want of them.
    `begun`: pieces somebody has begun to bring, and brings still. `room` is what the bin may still
    hold, None if nothing limits it. `is_full`: somebody stood before it with goods, and none went
    in. `ending` pieces in reserve end before all that stand where orders are picked from.
    """

    least: int = 0
    most: int = 0
    free: int = 0
    free_elsewhere: int = 0
    waiting: int = 0
    begun: int = 0
    room: int | None = None
    is_full: bool = False
    ending: int = 0


def pieces_wanted(face: Face) -> int:
    """Return the pieces to bring now: those orders wait for, or up to `most` when below `least`.

    Who walks for orders fills the bin as well, and what is begun is brought to its end, or to what
    the bin may hold. Of goods that end first in reserve as many are brought as have room.
    What orders wait for is brought all the same: another shelf takes it.
    """
    for_orders = max(0, face.waiting - face.free - face.free_elsewhere)
    is_to_fill = face.free < face.least or for_orders > 0
    to_fill = face.most - face.free
    if not is_to_fill:
        to_fill = min(to_fill, max(face.begun, face.ending))
    if face.is_full:
        to_fill = 0
    if face.room is not None:
        to_fill = min(to_fill, face.room)
    return max(for_orders, to_fill, 0)


def is_urgent(face: Face) -> bool:
    """Tell whether orders wait for these pieces."""
    return face.waiting > face.free + face.free_elsewhere


def ends_as(*, wanted: int, in_reserve: int, carried: int, moved: int) -> TaskState:
    """Return the state of an open task, given what is wanted still and what reserve has.

    Nobody's hands are emptied: while pieces are carried for it, it stays open.
    """
    if carried or (wanted > 0 and in_reserve > 0):
        return TaskState.OPEN
    if moved:
        return TaskState.DONE
    return TaskState.NEEDLESS if wanted <= 0 else TaskState.EMPTY


@dataclass(frozen=True, kw_only=True)
class Source:
    """Free pieces of one SKU in a reserve bin; of goods kept by lot, of one fit lot."""

    bin_id: int
    walk_order: int
    free: int
    turn: tuple[str, int] = ("", 0)  # what has to leave first: best-before, then the oldest lot


@dataclass(kw_only=True)
class Reserve:
    """What reserve has of one SKU for the tasks that come next.

    Pieces of the `sources` are in nobody's hands. `ending` ones end before all that stand where
    orders are picked from, those in hands among them.
    """

    sources: list[Source]
    ending: int

    @property
    def free(self) -> int:
        """Pieces in nobody's hands."""
        return sum(source.free for source in self.sources)

    def leave_out(self, pieces: int, *, in_hand: int) -> None:
        """Take out what a task brings still, from where it is sent for it."""
        self.ending = max(0, self.ending - pieces)
        left = pieces - in_hand
        while left > 0 and (source := first_source(self.sources, left)) is not None:
            self.sources.remove(source)
            if source.free > left:
                self.sources.append(replace(source, free=source.free - left))
            left -= source.free


def ends_sooner(sources: Sequence[Source], bin_id: int) -> Source | None:
    """Return where pieces end before all that one bin has, None if none do or it has none."""
    here = [source.turn[0] for source in sources if source.bin_id == bin_id]
    first = first_source(sources, 1)
    return first if first and here and first.turn[0] < min(here) else None


def first_source(sources: Sequence[Source], pieces: int) -> Source | None:
    """Return where to take pieces first, None if reserve has none.

    The lot that ends first goes first. Among equals the bin that has all, the fullest of these
    last: bins with little left are emptied before others are opened; then the nearest.
    """
    if not sources:
        return None

    def rank(source: Source) -> tuple[tuple[str, int], bool, int, int, int]:
        return (source.turn, source.free < pieces, source.free, source.walk_order, source.bin_id)

    return min(sources, key=rank)

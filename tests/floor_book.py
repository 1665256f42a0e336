"""What the floor should look like, kept by hand: no more than sums, and nothing of the product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.builders import Work

Key = tuple[str, str, str]  # bin, SKU, lot
DOCK, ASIDE, QUARANTINE = "DOCK", "SET-ASIDE", "QUARANTINE"


@dataclass
class Job:
    """One order of a wave, picked into a tote of its own."""

    work: Work
    trip: Trip
    tote: str
    wanted: Counter[str]  # SKU → pieces of it that are not in the tote
    promised: dict[int, tuple[Key, int]] = field(default_factory=dict)  # pieces still promised

    @property
    def picks(self) -> list[Pick]:
        return [pick for pick in self.trip.picks if pick.job is self]


@dataclass
class Trip:
    """One wave: its picker, and what was picked on it and not put back, in order."""

    wave_id: int
    picker: str
    picks: list[Pick] = field(default_factory=list)


class Pick(NamedTuple):
    """Pieces that were picked together out of a promise."""

    job: Job
    allocation_id: int
    key: Key
    pieces: int
    serials: tuple[str, ...]


@dataclass
class Receipt:
    """One receipt whose pieces all stand where they were booked: sound ones, faulty ones."""

    id: int
    keys: tuple[Key, Key]
    pieces: list[int]


@dataclass
class Book:
    """What should stand where, what of it is promised, and where each known piece is."""

    stands: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    promised: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    pieces: dict[str, str] = field(default_factory=dict)  # serial number → bin
    blocked: set[str] = field(default_factory=set)  # lots
    jobs: list[Job] = field(default_factory=list)  # neither gone nor cancelled

    def free(self, key: Key) -> int:
        return self.stands[key] - self.promised[key]

    def free_in(self, *places: str) -> list[Key]:
        """Return what of which something in these bins is promised to nobody."""
        return [key for key in sorted(self.stands) if key[0] in places and self.free(key) > 0]

    def shift(self, key: Key, to: str, pieces: int, serials: tuple[str, ...] = ()) -> None:
        """Let pieces leave a bin for another; "" is out of the house."""
        self.stands[key] -= pieces
        if to:
            self.stands[to, key[1], key[2]] += pieces
        for serial in serials:
            self.pieces[serial] = to

    def pieces_in(self, place: str) -> list[str]:
        return sorted(code for code, where in self.pieces.items() if where == place)

    def on_offer(self, sku: str, *places: str) -> dict[Key, int]:
        """Return what may be promised of the goods in these bins."""
        keys = [k for k in self.free_in(*places) if k[1] == sku and k[2] not in self.blocked]
        return {key: self.free(key) for key in keys}

    # Promises

    def promise(self, job: Job, allocation_id: int, key: Key, pieces: int) -> None:
        """Take down a promise, which must be of pieces that are free and may be sold."""
        assert pieces <= self.free(key), "promised more than was free"
        assert key[2] not in self.blocked, "promised of a blocked lot"
        job.promised[allocation_id] = (key, pieces)
        self.promised[key] += pieces

    def let_go(self, job: Job, allocation_id: int, pieces: int) -> None:
        """Take pieces off a promise: they were picked, or nobody has them promised any more."""
        key, left = job.promised[allocation_id]
        job.promised[allocation_id] = (key, left - pieces)
        self.promised[key] -= pieces

    def pick(self, pick: Pick) -> None:
        self.let_go(pick.job, pick.allocation_id, pick.pieces)
        self.shift(pick.key, pick.job.tote, pick.pieces, pick.serials)
        pick.job.wanted[pick.key[1]] -= pick.pieces
        pick.job.trip.picks.append(pick)

    def put_back(self, pick: Pick) -> None:
        """Undo a pick: the pieces stand where they stood, promised to the same order."""
        pick.job.trip.picks.remove(pick)
        pick.job.wanted[pick.key[1]] += pick.pieces
        self.shift((pick.job.tote, *pick.key[1:]), pick.key[0], pick.pieces, pick.serials)
        self.let_go(pick.job, pick.allocation_id, -pick.pieces)

    def end(self, job: Job, to: str) -> None:
        """Let go what is promised to an order; what is in its tote goes to a place, or leaves."""
        for allocation_id, (_, left) in job.promised.items():
            self.let_go(job, allocation_id, left)
        for pick in job.picks:
            self.shift((job.tote, *pick.key[1:]), to, pick.pieces, pick.serials)
        self.jobs.remove(job)

    def tasks(self) -> Iterator[tuple[Job, int]]:
        """Yield the promises of which pieces are to be picked."""
        for job in self.jobs:
            for allocation_id, (_, left) in sorted(job.promised.items()):
                if left:
                    yield job, allocation_id

    def to_put_back(self) -> list[Pick]:
        """Return the last pick of each wave, of orders that are still being picked."""
        lasts = [job.trip.picks[-1] for job in self.jobs if job.trip.picks]
        return [pick for pick in lasts if pick.job in self.jobs]

    # Sums

    def of_skus(self) -> dict[tuple[str, str], list[int]]:
        """Return (bin, SKU) → [on hand, promised], what is nowhere left out."""
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for key, pieces in self.stands.items():
            sums[key[:2]][0] += pieces
            sums[key[:2]][1] += self.promised[key]
        return {where: numbers for where, numbers in sums.items() if numbers[0]}

    def of_lots(self) -> dict[Key, tuple[int, int]]:
        """Return (bin, SKU, lot) → (on hand, promised), what is nowhere left out."""
        return {k: (n, self.promised[k]) for k, n in self.stands.items() if k[2] and n}

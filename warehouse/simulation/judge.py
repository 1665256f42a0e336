"""Whether what left the house was right, told from boxes and labels, not from the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from warehouse.simulation.shopside import RECEIVER, ShopSide
from warehouse.simulation.world import Box


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What the shop said of an order at the moment its box changed hands."""

    order_no: str
    stops: tuple[str, ...]
    wanted: Mapping[str, int]
    receiver: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Ride:
    """A box in a courier's van."""

    box: Box
    van: str
    at: datetime
    said: tuple[_Said, ...]


@dataclass
class Judge:
    """Watches the door. `book` is the shop's side of every order, by number."""

    book: dict[str, ShopSide] = field(default_factory=dict)
    rides: list[Ride] = field(default_factory=list)

    def leaves(self, box: Box, van: str, at: datetime) -> None:
        """Note that the courier of this code took the box."""
        numbers = box.label.order_numbers if box.label else ()
        said = tuple(
            _Said(
                order_no=number,
                stops=tuple(sorted(self.book[number].stops)),
                wanted=self.book[number].wanted,
                receiver=dict(self.book[number].receiver),
            )
            for number in numbers
        )
        self.rides.append(Ride(box=box, van=van, at=at, said=said))
        for number in numbers:
            self.book[number].is_partly_gone = True

    def comes_back(self, box: Box) -> None:
        """Note that the courier gave the box back before he left."""
        self.rides = [ride for ride in self.rides if ride.box is not box]

    def wrong(self, dispatched: Iterable[str]) -> list[str]:
        """Return what was dispatched wrongly, a sentence each.

        `dispatched` are the numbers of the orders the warehouse takes for dispatched.
        """
        found = [fault for ride in self.rides for fault in _faults(ride)]
        return found + self._contents(set(dispatched))

    def _contents(self, dispatched: set[str]) -> list[str]:
        """Compare what each group of orders got with what its buyer was to get."""
        groups: dict[tuple[str, ...], list[Ride]] = {}
        for ride in self.rides:
            if ride.said:
                groups.setdefault(tuple(sorted(s.order_no for s in ride.said)), []).append(ride)
        found = []
        gone: set[str] = set()
        for numbers, rides in groups.items():
            gone.update(numbers)
            got: Counter[str] = Counter()
            for ride in rides:
                got += ride.box.content
            wanted: Counter[str] = Counter()
            for said in rides[-1].said:
                wanted.update(said.wanted)
            is_complete = dispatched.issuperset(numbers)
            if (is_complete and got != wanted) or got - wanted:
                found.append(f"{', '.join(numbers)}: got {dict(got)}, wanted {dict(wanted)}")
        found += [f"{number}: dispatched on paper only" for number in sorted(dispatched - gone)]
        return found


def _faults(ride: Ride) -> list[str]:
    box, label = ride.box, ride.box.label
    if label is None:
        return [f"{box.parcel_no}: left without a label"]
    found = []
    if label.carrier_code != ride.van:
        found.append(f"{label.waybill_no}: left with {ride.van} instead of {label.carrier_code}")
    found += [f"{s.order_no}: left though {', '.join(s.stops)}" for s in ride.said if s.stops]
    paper = label.receiver
    if paper is not None and all(
        any(paper[part] != said.receiver[part] for part in RECEIVER) for said in ride.said
    ):
        found.append(f"{label.waybill_no}: labelled for somebody else")
    return found

"""The judge of stock counts: what was planted, what of it was found, what was found wrongly.

Goods in a hand between shelf and scan lie on no shelf, but the book still has them there: they
belong to their bin until the scan. So do goods scanned into a bin that a hand is just putting down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warehouse.simulation.world import World

Place = tuple[str, str]  # bin code, SKU code


@dataclass
class Shelves:
    """What is known of the shelves beside the book."""

    planted: dict[Place, int] = field(default_factory=dict)  # pieces more than the book has
    found: set[Place] = field(default_factory=set)
    false: list[str] = field(default_factory=list)
    seen: dict[Place, int] = field(default_factory=dict)  # shelf minus book, at the last closing

    def look(self, world: World, bin_code: str, book: Mapping[str, int]) -> None:
        """Note how shelf and book differ in a bin whose counting is closed at this moment."""
        shelf = world.places[bin_code]
        in_hand = {sku: n for (place, sku), n in world.hands.items() if place == bin_code}
        for sku in {*book, *shelf, *in_hand}:
            difference = shelf[sku] + in_hand.get(sku, 0) - book.get(sku, 0)
            self.seen[bin_code, sku] = difference

    def posted(self, place: Place, pieces: int) -> None:
        """Judge a variance that is posted."""
        if place in self.planted:
            self.found.add(place)
        if self.seen.get(place, 0) == 0:
            bin_code, sku = place
            self.false.append(f"{bin_code} {sku}: {pieces:+} posted, but shelf and book agreed")

"""The physical truth of the simulated day: which pieces really lie where, whatever the book says.

Nothing here reads the database. The ledger is what people scanned; this is what their hands did.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label as it came out of the printer, or of the platform's own program (`facts` None)."""

    waybill_no: str
    carrier_code: str
    order_numbers: tuple[str, ...]
    receiver: Mapping[str, Any] | None


@dataclass
class Box:
    """A carton with goods in it, perhaps with a label stuck on."""

    parcel_no: str
    parcel_id: int
    tare_g: int
    content: Counter[str] = field(default_factory=Counter)
    label: Label | None = None
    is_opened: bool = False  # emptied at the set-aside place; nobody carries it any more


@dataclass
class World:
    """Shelves, totes, boxes, lanes before the door, trays of the printers. SKUs by code."""

    places: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    boxes: dict[str, Box] = field(default_factory=dict)
    lanes: dict[str, list[Box]] = field(default_factory=lambda: defaultdict(list))
    trays: dict[int, list[Label]] = field(default_factory=lambda: defaultdict(list))
    free_totes: deque[str] = field(default_factory=deque)
    picked_totes: deque[str] = field(default_factory=deque)
    weights_g: dict[str, int] = field(default_factory=dict)  # what one piece really weighs
    labels: list[Label] = field(default_factory=list)
    # In somebody's hand, but in this bin's book: (bin, SKU) → pieces.
    hands: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, sku: str, pieces: int, source: str) -> None:
        """Take pieces off a shelf into a hand; the book has them there until they are scanned.

        Raises:
            ValueError: they do not lie there.
        """
        if self.places[source][sku] < pieces:
            raise ValueError(f"{pieces} x {sku} do not lie in {source}")
        self.places[source][sku] -= pieces
        self.hands[source, sku] += pieces

    def put(self, sku: str, pieces: int, target: str) -> None:
        """Put pieces out of a hand onto the shelf whose book has them."""
        self.hands[target, sku] -= pieces
        self.places[target][sku] += pieces

    def move(self, sku: str, pieces: int, source: str, target: str) -> None:
        """Carry pieces from one place to another.

        Raises:
            ValueError: they do not lie there.
        """
        if self.places[source][sku] < pieces:
            raise ValueError(f"{pieces} x {sku} do not lie in {source}")
        self.places[source][sku] -= pieces
        self.places[target][sku] += pieces

    def pack(self, sku: str, pieces: int, tote: str, box: Box) -> None:
        """Put pieces from a tote into a box."""
        if self.places[tote][sku] < pieces:
            raise ValueError(f"{pieces} x {sku} do not lie in {tote}")
        self.places[tote][sku] -= pieces
        box.content[sku] += pieces

    def unpack(self, box: Box, tote: str) -> None:
        """Take everything out of a box again."""
        self.places[tote] += box.content
        box.content.clear()

    def empty(self, source: str, target: str) -> None:
        """Carry all there is from one place to another."""
        self.places[target] += self.places.pop(source, Counter())

    def pieces_in(self, place: str) -> list[str]:
        """Return every single piece that lies there, by SKU code."""
        return sorted(self.places[place].elements())

    def gross_g(self, box: Box) -> int:
        """Return what the box really weighs."""
        return box.tare_g + sum(self.weights_g[sku] * n for sku, n in box.content.items())

"""Where goods may stand and where they had best be put: values in, values out.

What is not known of a bin or of goods limits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot

from warehouse.catalog.models import BinKind

Size = tuple[int, int, int]  # millimetres, in any order

# What stands upright leaves gaps: a bin counts as full by volume at this share, in percent.
FILLED_PERCENT = 80
ADVISED_KINDS = (BinKind.SHELF, BinKind.RESERVE)


class Limit(StrEnum):
    """What of a bin stands against goods."""

    CLOSED = "closed"
    MIXED = "mixed"
    PIECES = "pieces"
    WEIGHT = "weight"
    SIZE = "size"  # one piece is larger than the inside of the bin
    VOLUME = "volume"
    CLASS = "class"


# A person may know better than a measure or a class; not than a load limit or a rule of the site.
HARD = frozenset({Limit.CLOSED, Limit.MIXED, Limit.PIECES, Limit.WEIGHT})


class Reason(StrEnum):
    """Why a bin is advised, the best reason first."""

    SAME_LOT = "same_lot"
    SAME_SKU = "same_sku"
    NEAR = "near"  # empty, near the goods that stand already
    CLASS = "class"  # empty, in the zone of the SKU's class
    EMPTY = "empty"
    SHARED = "shared"  # beside other goods


@dataclass(frozen=True, kw_only=True)
class Goods:
    """Pieces of one SKU that are to stand somewhere, and how many of it stand on shelves."""

    sku_id: int
    pieces: int
    lot_id: int | None = None
    weight_g: int | None = None
    size_mm: Size | None = None
    storage_class: str = ""
    shelf_most: int | None = None
    on_shelves: int = 0


@dataclass(frozen=True, kw_only=True)
class Place:
    """A bin: what it may hold, and what it holds now as far as that was ever measured."""

    bin_id: int
    code: str
    kind: BinKind
    zone_id: int | None = None
    walk_order: int = 0
    x_mm: int | None = None
    y_mm: int | None = None
    storage_class: str = ""
    is_one_sku: bool = False
    is_closed: bool = False
    size_mm: Size | None = None
    most_weight_g: int | None = None
    most_pieces: int | None = None
    sku_ids: frozenset[int] = frozenset()
    lot_ids: frozenset[int] = frozenset()
    pieces: int = 0
    weight_g: int = 0
    volume_mm3: int = 0


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Put so many pieces there, and why; `is_reserve` where the shelves have all they are to."""

    place: Place
    pieces: int
    reason: Reason
    is_reserve: bool = False


def broken(place: Place, goods: Sequence[Goods]) -> tuple[Limit, ...]:
    """Return the limits of the bin that the goods together would break, hard ones first."""
    pieces = sum(g.pieces for g in goods)
    weight = sum((g.weight_g or 0) * g.pieces for g in goods)
    skus = place.sku_ids | {g.sku_id for g in goods}
    found = {
        Limit.CLOSED: place.is_closed,
        Limit.MIXED: place.is_one_sku and len(skus) > 1,
        Limit.PIECES: place.most_pieces is not None and place.pieces + pieces > place.most_pieces,
        Limit.WEIGHT: place.most_weight_g is not None
        and weight > 0
        and place.weight_g + weight > place.most_weight_g,
        Limit.SIZE: any(not goes_in(g, place) for g in goods),
        Limit.VOLUME: _is_too_much(place, goods),
        Limit.CLASS: any(not _is_of_class(g, place) for g in goods),
    }
    return tuple(limit for limit, is_broken in found.items() if is_broken)


def filled(place: Place, goods: Sequence[Goods]) -> tuple[int, int, int]:
    """Return pieces, weight (g) and percent of its inside the bin would have with the goods."""
    pieces = place.pieces + sum(g.pieces for g in goods)
    weight = place.weight_g + sum((g.weight_g or 0) * g.pieces for g in goods)
    volume = place.volume_mm3 + sum(_volume(g.size_mm) * g.pieces for g in goods)
    inside = _volume(place.size_mm)
    return pieces, weight, -(-100 * volume // inside) if inside else 0


def room(place: Place, goods: Goods, among: frozenset[Limit] = frozenset(Limit)) -> int:
    """Return how many of the pieces the bin takes without breaking a limit, 0 to all of them."""
    most = goods.pieces
    if among.isdisjoint(broken(place, [goods])):
        return most
    if not among.isdisjoint(broken(place, [replace(goods, pieces=0)])):
        return 0
    low, high = 0, most  # low fits, high does not
    while high - low > 1:
        middle = (low + high) // 2
        if among.isdisjoint(broken(place, [replace(goods, pieces=middle)])):
            low = middle
        else:
            high = middle
    return low


def advise(goods: Goods, places: Iterable[Place]) -> Advice | None:
    """Return the bin to put the goods into, None if none of the places takes a piece.

    A bin that takes all pieces comes before one that takes some; then shelves before reserve as
    long as the shelves may have more of the SKU; then, for goods without a class, bins of none;
    then the better `Reason`; then what is nearest to where the SKU stands, else first on the walk.
    No limit that is known is ever broken.
    """
    found = [place for place in places if place.kind in ADVISED_KINDS]
    homes = [place for place in found if goods.sku_id in place.sku_ids]
    best: tuple[tuple[float, ...], Advice] | None = None
    for place in found:
        pieces = min(room(place, goods), wanted_in(place.kind, goods))
        if pieces < 1:
            continue
        advice = Advice(
            place=place,
            pieces=pieces,
            reason=reason_of(place, goods, homes),
            is_reserve=place.kind is BinKind.RESERVE and goods.shelf_most is not None,
        )
        rank = _rank(advice, goods, homes)
        if best is None or rank < best[0]:
            best = rank, advice
    return best[1] if best else None


def reason_of(place: Place, goods: Goods, homes: Sequence[Place]) -> Reason:
    """Return why this bin, given the bins where the SKU stands already."""
    if goods.lot_id is not None and goods.lot_id in place.lot_ids:
        return Reason.SAME_LOT
    if goods.sku_id in place.sku_ids:
        return Reason.SAME_SKU
    if place.sku_ids:
        return Reason.SHARED
    if place.zone_id is not None and any(home.zone_id == place.zone_id for home in homes):
        return Reason.NEAR
    return Reason.CLASS if goods.storage_class else Reason.EMPTY


def _rank(advice: Advice, goods: Goods, homes: Sequence[Place]) -> tuple[float, ...]:
    place = advice.place
    is_shelf = place.kind is BinKind.SHELF
    return (
        not takes_all(advice, goods),
        not is_shelf if _wanted_on_shelves(goods) else is_shelf,
        _is_of_others(place, goods),
        list(Reason).index(advice.reason),
        min((_distance(place, home) for home in homes), default=0),
        place.walk_order,
        place.bin_id,
    )


def _wanted_on_shelves(goods: Goods) -> int:
    """Return how many of the pieces the shelves are to take: all where nobody said how many."""
    if goods.shelf_most is None:
        return goods.pieces
    return min(goods.pieces, max(goods.shelf_most - goods.on_shelves, 0))


def takes_all(advice: Advice, goods: Goods) -> bool:
    """Tell whether the bin takes all pieces that are to go into one of its kind."""
    return advice.pieces >= min(goods.pieces, _wanted_on_shelves(goods) or goods.pieces)


def wanted_in(kind: BinKind, goods: Goods) -> int:
    """Return how many pieces go into a bin of this kind; with full shelves still all of them.

    A site without reserve has nowhere else to put them, so full shelves come last, not never.
    """
    if kind is BinKind.SHELF:
        return _wanted_on_shelves(goods) or goods.pieces
    return goods.pieces


def _distance(place: Place, home: Place) -> float:
    if None not in (place.x_mm, place.y_mm, home.x_mm, home.y_mm):
        return hypot((place.x_mm or 0) - (home.x_mm or 0), (place.y_mm or 0) - (home.y_mm or 0))
    return float(abs(place.walk_order - home.walk_order)) * 1_000


def _is_of_others(place: Place, goods: Goods) -> bool:
    """Tell whether goods without a class would take room that is kept for those of one."""
    is_home = goods.sku_id in place.sku_ids
    return bool(place.storage_class) and not goods.storage_class and not is_home


def _is_of_class(goods: Goods, place: Place) -> bool:
    """Goods with a class stand in bins of it; goods without one stand wherever there is room."""
    return not goods.storage_class or goods.storage_class == place.storage_class


def goes_in(goods: Goods, place: Place) -> bool:
    """Tell whether one piece goes into the bin, turned as it may be; unknown sizes do."""
    if goods.size_mm is None or place.size_mm is None:
        return True
    sides = zip(sorted(goods.size_mm), sorted(place.size_mm), strict=True)
    return all(piece <= inside for piece, inside in sides)


def _is_too_much(place: Place, goods: Sequence[Goods]) -> bool:
    if place.size_mm is None:
        return False
    is_alone = place.pieces + sum(g.pieces for g in goods) == 1  # which leaves no gaps
    volume = sum(_volume(g.size_mm) * g.pieces for g in goods)
    whole = place.volume_mm3 + volume
    most = 100 if is_alone else FILLED_PERCENT
    return volume > 0 and whole * 100 > _volume(place.size_mm) * most


def _volume(size: Size | None) -> int:
    return size[0] * size[1] * size[2] if size else 0

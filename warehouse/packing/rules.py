"""What a parcel should weigh."""

from __future__ import annotations

from collections.abc import Iterable


def expected_weight_g(tare_g: int, contents: Iterable[tuple[int | None, int]]) -> int | None:
    """Return carton plus goods in grams, None if the weight of some goods is not known.

    `contents` is (unit weight in grams or None, pieces) for each SKU in the parcel.
    """
    total = tare_g
    for unit_g, pieces in contents:
        if unit_g is None:
            return None
        total += unit_g * pieces
    return total

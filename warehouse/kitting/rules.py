"""Of what kits are made: no kit inside itself, and how many there are parts for."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def contains_itself(kit: int, parts: Mapping[int, Collection[int]]) -> bool:
    """Tell whether the kit is among its own parts, or the parts of these, however deep.

    `parts` names the parts of every kit there is, the new ones of this kit included.
    """
    seen: set[int] = set()
    waiting = list(parts.get(kit, ()))
    while waiting:
        part = waiting.pop()
        if part == kit:
            return True
        if part not in seen:
            seen.add(part)
            waiting += parts.get(part, ())
    return False


def makeable(parts: Mapping[int, int], free: Mapping[int, int]) -> int:
    """Return how many kits the free pieces suffice for; SKU id → pieces, of one kit and in all."""
    return min((max(free.get(sku, 0), 0) // pieces for sku, pieces in parts.items()), default=0)

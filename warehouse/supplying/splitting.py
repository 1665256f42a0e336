"""Orders too large for one paper: cut into several, each line within what a paper may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Want:
    """Pieces of a SKU that are to be bought, sold by the pack."""

    sku_id: int
    pieces: int
    pack: int = 1


def papers_of(
    wants: Sequence[Want], *, most_pieces: int, most_lines: int
) -> list[list[tuple[int, int]]]:
    """Return (SKU id, pieces) of each paper, together all that is wanted, in the order given.

    A SKU is on a paper once, with at most `most_pieces`; a paper has at most `most_lines`. What
    one line cannot say is spread over as many papers evenly, in whole packs, so that none is left
    with a rest that the supplier does not sell. A pack must fit into a line.
    """
    layers: list[list[tuple[int, int]]] = []
    for want in wants:
        for depth, pieces in enumerate(_parts(want, most_pieces)):
            if depth == len(layers):
                layers.append([])
            layers[depth].append((want.sku_id, pieces))
    return [
        layer[start : start + most_lines]
        for layer in layers
        for start in range(0, len(layer), most_lines)
    ]


def _parts(want: Want, most: int) -> list[int]:
    """Split the pieces into the fewest parts of at most `most`, as even as whole packs allow."""
    packs, rest = divmod(want.pieces, want.pack)
    count = max(1, -(-want.pieces // most))
    while True:
        each, more = divmod(packs, count)
        parts = [(each + (at < more)) * want.pack for at in range(count)]
        parts[-1] += rest  # somebody typed no whole number of packs
        if max(parts) <= most:
            return [pieces for pieces in parts if pieces]
        count += 1

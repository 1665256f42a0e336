"""Money is kept in whole fen; people read and write yuan."""

from __future__ import annotations

YUAN = 100  # fen


def yuan(fen: int) -> str:
    """Return an amount in yuan as a cell or a field has it: "12.50"."""
    return f"{fen / YUAN:.2f}"

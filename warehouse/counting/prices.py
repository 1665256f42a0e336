"""What stands for a price that nobody knows, when a difference is held against a limit of money."""

from __future__ import annotations

from sqlalchemy.orm import Session

from warehouse.supplying.costs import knows_prices


def unknown_price(session: Session) -> int | None:
    """Return what goods without a known price are judged at, as `Limits.allow` takes it.

    0, beyond every limit of money, where other goods have prices: what was left out may be the
    dearest. None where nobody says prices of anything here: pieces and percent decide alone.
    """
    return 0 if knows_prices(session) else None

"""Asked before pieces known by number are booked in: does the book let them come, and so?"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.db import connection_of
from warehouse.errors import RuleViolation, SerialElsewhere
from warehouse.gathering import Gathered
from warehouse.inventory.ledger.origins import Source, lot_problem, origin_problem, pieces_known
from warehouse.inventory.models import MoveReason
from warehouse.text import Text

MOST_TOLD = 20  # pieces that are named one by one: nobody mends more at once


def elsewhere(
    session: Session, sku_id: int, codes: Collection[str], source: Bin, reason: MoveReason
) -> dict[str, Text]:
    """Return serial number → where the book has it, of those that cannot come from the place."""
    place = Source(source.id, source.kind)
    known = pieces_known(connection_of(session), sku_id, codes)
    found = {code: origin_problem(piece, place, reason) for code, piece in known.items()}
    return {code: problem for code, problem in found.items() if problem}


def of_other_lots(
    session: Session, sku_id: int, codes: Collection[str], lot: str
) -> dict[str, Text]:
    """Return serial number → which lot the book has it in, of those it has in another one."""
    known = pieces_known(connection_of(session), sku_id, codes) if lot else {}
    found = {code: lot_problem(piece, lot) for code, piece in known.items()}
    return {code: problem for code, problem in found.items() if problem}


def require_may_come(
    session: Session,
    sku: Sku,
    codes: Collection[str],
    source: Bin,
    reason: MoveReason,
    *,
    lot: str = "",
) -> None:
    """Refuse pieces that cannot come from the place, or not as pieces of the lot.

    Raises:
        SerialElsewhere: the book has one where nothing comes from there; where is said.
        RuleViolation: it has one in another lot.
    """
    if not codes:
        return
    told = Gathered()
    away = elsewhere(session, sku.id, codes, source, reason)
    for code in sorted(away)[:MOST_TOLD]:
        told.keep(SerialElsewhere(away[code], serial=code), "serials")
    others = of_other_lots(session, sku.id, codes, lot) if sku.is_lot_tracked else {}
    for code in sorted(others)[:MOST_TOLD]:
        told.keep(RuleViolation(others[code], serial=code), "lot")
    told.refuse()

"""Which pieces of a tote a scan names, which of them were counted, and which are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.checking.models import Check, CheckScan
from warehouse.errors import LotWanted, StaleScreen, TooMany
from warehouse.inventory.pieces import Named, line_of_piece, lots_in, named_in, serials_in
from warehouse.inventory.refusals import refuse_item
from warehouse.orders.models import ConsignmentLine
from warehouse.text import say
from warehouse.waves.queries import tote_of


def in_tote(
    session: Session,
    check: Check,
    barcode: str,
    *,
    lot: str,
    serial: str,
    best_before: date | None = None,
) -> Named:
    """Return the goods a scan names, as they are in the tote of the check.

    Raises:
        UnknownBarcode, WrongItem: no goods. Of tracked ones see `inventory.pieces.named_in`.
    """
    done = _numbers_counted(check)
    named = named_in(
        session, tote_id(session, check), barcode, lot=lot, serial=serial,
        best_before=best_before, done=done,
    )  # fmt: skip
    if named is None:
        raise refuse_item(session, barcode, say("goods of this order"))
    return named


def tote_id(session: Session, check: Check) -> int:
    """Return the bin of the tote that is checked."""
    tote = tote_of(session, check.consignment_id)
    if tote is None:
        raise StaleScreen
    return tote.tote_id


def require_new(session: Session, check: Check, named: Named, pieces: int) -> None:
    """Refuse a known piece that was counted before, or counted more than once.

    Raises:
        TooMany: it was.
    """
    if named.serial_id is None:
        return
    if pieces != 1:
        raise TooMany(say("One serial number is one piece."), left=1)
    if named.serial_id in _counted_serials(session, check):
        raise TooMany(say("Serial number {serial} was counted.", serial=named.serial), left=0)


def require_one_lot(session: Session, check: Check, named: Named) -> None:
    """Refuse goods of which nobody can tell whether this or another lot in the tote is meant.

    Raises:
        LotWanted: the scan named no lot and the tote has several.
    """
    if not named.item.is_lot_tracked or named.lot_id is not None:
        return
    if len(lots_in(session, tote_id(session, check), named.item.sku_id)) > 1:
        raise LotWanted(say("Several lots are in this tote. Scan the code with the lot on it."))


def lines_of(
    session: Session, lines: Sequence[ConsignmentLine], named: Named
) -> list[ConsignmentLine]:
    """Return the lines of the named goods, the one a known piece was picked for first."""
    mine = [line for line in lines if line.sku_id == named.item.sku_id]
    if named.serial_id is not None and len(mine) > 1:
        own = line_of_piece(session, named.serial_id)
        mine.sort(key=lambda line: line.id != own)
    return mine


def left_to_count(
    session: Session, check: Check, lines: Sequence[ConsignmentLine], named: Named
) -> int:
    """Return how many pieces of these lines may still be counted: of a named lot, what it has."""
    left = sum(line.picked - line.checked for line in lines)
    if named.lot_id is None or named.serial_id is not None:
        return left
    lots = _uncounted_lots(session, check, tote_id(session, check), named.item.sku_id)
    return min(left, lots.get(named.lot_id, 0))


@dataclass(frozen=True, kw_only=True)
class Part:
    """Pieces of a line that leave the tote together; of which lot and which, where it is known."""

    line: ConsignmentLine
    pieces: int
    lot_id: int | None = None
    serials: tuple[str, ...] = ()


def missing_parts(session: Session, check: Check, lines: Sequence[ConsignmentLine]) -> list[Part]:
    """Return what of the lines was not counted, by lot, known pieces by their numbers.

    Pieces counted by the code of their lot are there; of the others the lots that end first are
    taken as missing.
    """
    here = tote_id(session, check)
    parts: list[Part] = []
    for sku_id in dict.fromkeys(line.sku_id for line in lines):
        mine = [line for line in lines if line.sku_id == sku_id and line.picked > line.checked]
        numbers = _uncounted_serials(session, check, here, sku_id)
        lots = _uncounted_lots(session, check, here, sku_id)
        for line in mine:
            parts += _parts_of(line, line.picked - line.checked, numbers, lots)
    return parts


def _parts_of(
    line: ConsignmentLine, pieces: int, numbers: list[str], lots: dict[int, int]
) -> Iterator[Part]:
    """Yield the missing pieces of a line, taken out of what of its goods was not counted."""
    if numbers:
        names, numbers[:] = numbers[:pieces], numbers[pieces:]
        yield Part(line=line, pieces=len(names), serials=tuple(names))
        return
    for lot_id, loose in lots.items():
        part = min(loose, pieces)
        if part:
            lots[lot_id] -= part
            pieces -= part
            yield Part(line=line, pieces=part, lot_id=lot_id)
    if pieces:
        yield Part(line=line, pieces=pieces)


def _uncounted_serials(session: Session, check: Check, bin_id: int, sku_id: int) -> list[str]:
    counted = _counted_serials(session, check)
    return [row.code for row in serials_in(session, bin_id, sku_id) if row.id not in counted]


def _uncounted_lots(session: Session, check: Check, bin_id: int, sku_id: int) -> dict[int, int]:
    rows = session.execute(
        sa.select(CheckScan.lot_id, sa.func.sum(CheckScan.pieces))
        .where(CheckScan.check_id == check.id, CheckScan.undone_at.is_(None))
        .group_by(CheckScan.lot_id)
    )
    seen = {lot_id: int(pieces) for lot_id, pieces in rows}
    here = lots_in(session, bin_id, sku_id)
    return {lot.lot_id: max(lot.on_hand - seen.get(lot.lot_id, 0), 0) for lot in here}


def _counted_serials(session: Session, check: Check) -> set[int]:
    return set(session.scalars(_numbers_counted(check)))


def _numbers_counted(check: Check) -> sa.Select[Any]:
    return sa.select(CheckScan.serial_id).where(
        CheckScan.check_id == check.id,
        CheckScan.undone_at.is_(None),
        CheckScan.serial_id.is_not(None),
    )

"""What moved in bins lately, by the hour of its command."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import CommandRow
from warehouse.counting.naming import is_of
from warehouse.db import portions, table_of
from warehouse.inventory.models import Move, MoveReason
from warehouse.receiving.models import Receipt

_move = table_of(Move)
_command = table_of(CommandRow)
# Moves that set the book right; no goods went with them.
CORRECTIONS = frozenset({MoveReason.MISSING, MoveReason.ADJUST, MoveReason.COUNT})
# Moves after which a difference found before may be in the book already, goods with them or not.
SET_RIGHT = CORRECTIONS | {MoveReason.UNDO, MoveReason.OPENING}


@dataclass(kw_only=True)
class Moved:
    """What moved of one SKU in one bin: when last, when last into it, and its moves in order."""

    last_at: datetime
    last_in_at: datetime | None = None
    moves: list[tuple[datetime, int, MoveReason]]  # when, pieces with their sign, why
    of_command: list[str]  # the command of each; a balance changes once by each command

    @property
    def commands(self) -> list[str]:
        """The commands that changed the balance, in their order."""
        return list(dict.fromkeys(self.of_command))


def moved_since(
    session: Session, bins: Sequence[int], since: datetime
) -> dict[tuple[int, int], Moved]:
    """Return (bin, SKU) → what moved there after an instant.

    Reads the commands since then and their moves, however many came before.
    """
    wanted = set(bins)
    rows = _rows(session, since, wanted)
    corrections = _corrections(session, rows)
    found: dict[tuple[int, int], Moved] = {}
    for row in rows:
        for bin_id, sign in ((row.from_bin_id, -1), (row.to_bin_id, 1)):
            if bin_id not in wanted:
                continue
            seen = found.setdefault(
                (bin_id, row.sku_id), Moved(last_at=row.at, moves=[], of_command=[])
            )
            seen.last_at = max(seen.last_at, row.at)
            why = _why(row, corrections)
            seen.moves.append((row.at, sign * row.pieces, why))
            seen.of_command.append(row.command_id)
            is_booked_in = sign > 0 and why not in CORRECTIONS
            if is_booked_in and (seen.last_in_at is None or row.at > seen.last_in_at):
                seen.last_in_at = row.at
    return found


def _why(row: Any, corrections: Collection[str]) -> MoveReason:
    """Return why goods moved, as a counter sees it.

    A correction of a receipt brings no goods. A picker who takes a pick back lays them back; who
    takes a placing back may have scanned the wrong bin, so that none ever were there.
    """
    reason = MoveReason(row.reason)
    if reason is MoveReason.RECEIVE and row.reference in corrections:
        return MoveReason.ADJUST
    if reason is MoveReason.UNDO and row.consignment_line_id is not None:
        return MoveReason.PICK
    return reason


def _corrections(session: Session, rows: Sequence[Any]) -> set[str]:
    """Return those numbers of receipts the moves name that are of corrections."""
    numbers = {row.reference for row in rows if row.reason == MoveReason.RECEIVE}
    return {
        number
        for some in portions(numbers)
        for number in session.scalars(
            sa.select(Receipt.number).where(
                Receipt.number.in_(some), Receipt.corrects_id.is_not(None)
            )
        )
    }


def _rows(session: Session, since: datetime, bins: set[int]) -> Sequence[Any]:
    query = (
        sa.select(
            _move.c.sku_id,
            _move.c.from_bin_id,
            _move.c.to_bin_id,
            _move.c.pieces,
            _move.c.reason,
            _move.c.command_id,
            _move.c.consignment_line_id,
            _move.c.reference,
            _command.c.at,
        )
        .join(_command, _command.c.id == _move.c.command_id)
        .where(_command.c.at > since, is_of(bins, _move.c.from_bin_id, _move.c.to_bin_id))
        .order_by(_move.c.id)
    )
    return session.execute(query).all()

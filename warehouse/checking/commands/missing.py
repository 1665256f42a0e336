"""Pieces that are not in the tote: in the book they stand again where they were picked.

Nobody saw them leave their bin: most likely one was scanned twice or laid down beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.checking.commands.pieces import Part, tote_id
from warehouse.checking.models import Check
from warehouse.commands import Command
from warehouse.counting.events import doubt
from warehouse.counting.models import CountEvent
from warehouse.counting.scoping import COUNTED_KINDS
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason, MoveSerial, Serial
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.inventory.unfound import more_unfound
from warehouse.orders.models import Consignment, ConsignmentLine
from warehouse.people import trail


@dataclass(kw_only=True)
class _Pick:
    """Pieces that were picked together, as many as are `left` for missing ones; their numbers."""

    line_id: int
    sku_id: int
    bin_id: int
    lot_id: int | None
    left: int
    serials: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class _Back:
    """Missing pieces that were picked from one bin; `place` is where the book has them now."""

    part: Part
    place: Bin
    pieces: int
    lot_id: int | None
    serials: tuple[str, ...]


def back_to_their_bins(
    session: Session,
    command: Command,
    check: Check,
    lines: Sequence[ConsignmentLine],
    parts: Sequence[Part],
) -> None:
    """Book the missing pieces back to the bins they were picked from, and have these counted.

    Until then they are out of reach there; the count finds them, or writes them off. A bin may be
    closed or full of others by now: nothing is carried there, the book alone has them. What comes
    from bins that nobody counts any more is a count difference at once.
    """
    picks = _picks(session, lines)
    backs = [back for part in parts for back in _backs(session, part, picks)]
    doubted = {(b.place.id, b.part.line.sku_id) for b in backs if _is_counted(b.place)}
    for bin_id, sku_id in sorted(doubted):  # the counts first: who posts one holds it first
        doubt(session, command, bin_id, CountEvent.MISSING_AT_CHECK, sku_id)
    here = tote_id(session, check)
    number = session.get_one(Consignment, check.consignment_id).number
    ledger.post(session, command, [_posting(back, here, number) for back in backs])
    for back in backs:
        _tell(session, command, check, back, number)


def _picks(session: Session, lines: Sequence[ConsignmentLine]) -> list[_Pick]:
    """Return the picks of the lines that were not undone, the latest first."""
    moves = session.scalars(
        sa.select(Move)
        .where(
            Move.consignment_line_id.in_([line.id for line in lines]),
            Move.reason == MoveReason.PICK,
            NOT_UNDONE,
        )
        .order_by(Move.id.desc())
    ).all()
    known: dict[int, set[str]] = {move.id: set() for move in moves}
    for move_id, code in session.execute(
        sa.select(MoveSerial.move_id, Serial.code)
        .join(Serial, Serial.id == MoveSerial.serial_id)
        .where(MoveSerial.move_id.in_(known))
    ):
        known[move_id].add(code)
    return [
        _Pick(
            line_id=move.consignment_line_id or 0,
            sku_id=move.sku_id,
            bin_id=move.from_bin_id,
            lot_id=move.lot_id,
            left=move.pieces,
            serials=frozenset(known[move.id]),
        )
        for move in moves
    ]


def _backs(session: Session, part: Part, picks: Sequence[_Pick]) -> Iterator[_Back]:
    """Yield the pieces of a part by the bins they go back to, those of its own line first."""
    wanted, names = part.pieces, list(part.serials)
    for pick in sorted(picks, key=lambda pick: pick.line_id != part.line.id):
        if pick.sku_id != part.line.sku_id or part.lot_id not in (None, pick.lot_id):
            continue
        taken = tuple(name for name in names if name in pick.serials)
        pieces = len(taken) if part.serials else min(wanted, pick.left)
        if not pieces:
            continue
        pick.left -= pieces
        wanted -= pieces
        names = [name for name in names if name not in taken]
        place = session.get_one(Bin, pick.bin_id)
        if not _is_counted(place):
            place = bin_of_kind(session, BinKind.COUNT_DIFFERENCE)
        yield _Back(part=part, place=place, pieces=pieces, lot_id=pick.lot_id, serials=taken)
    if wanted:  # nobody can say where they were picked
        place = bin_of_kind(session, BinKind.COUNT_DIFFERENCE)
        yield _Back(part=part, place=place, pieces=wanted, lot_id=part.lot_id, serials=tuple(names))


def _is_counted(place: Bin) -> bool:
    return place.kind in COUNTED_KINDS and place.is_active


def _posting(back: _Back, here: int, number: str) -> ledger.Posting:
    return ledger.Posting(
        sku_id=back.part.line.sku_id,
        from_bin_id=here,
        to_bin_id=back.place.id,
        pieces=back.pieces,
        reason=MoveReason.MISSING,
        consignment_line_id=back.part.line.id,
        reference=number,
        lot_id=back.lot_id,
        serials=back.serials,
    )


def _tell(session: Session, command: Command, check: Check, back: _Back, number: str) -> None:
    """Keep the pieces out of reach in their bin, and what became of them in the trail."""
    sku = session.get_one(Sku, back.part.line.sku_id)
    facts = {"sku": sku.code, "pieces": back.pieces}
    event = "missing" if _is_counted(back.place) else "written_off"
    trail.record(
        session, command, "consignment", check.consignment_id, event, bin=back.place.code, **facts
    )
    if _is_counted(back.place):
        more_unfound(
            session, command, bin_id=back.place.id, sku_id=sku.id, lot_id=back.lot_id,
            pieces=back.pieces,
        )  # fmt: skip
        trail.record(
            session, command, "bin", back.place.id, "not_in_tote", consignment=number, **facts
        )

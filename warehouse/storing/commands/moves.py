"""Moves by word at a desk: bin to bin, whole bins, adjustments, scrap, quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, LotMissing, RuleViolation, SerialMissing
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.unfound import moved_out
from warehouse.people import trail
from warehouse.placing import reasons
from warehouse.placing.limits import require_room, require_room_or_why
from warehouse.placing.models import Why
from warehouse.placing.places import goods_of
from warehouse.storing.sources import (
    INCOMING,
    PUT_INTO,
    TAKEN_FROM,
    bin_named,
    found_lot,
    lot_of,
    require_free,
    require_marks,
    sku_of,
)
from warehouse.storing.whole import content_of, require_whole
from warehouse.text import say

MOST_PIECES = 1_000_000
ADJUSTED = TAKEN_FROM | {BinKind.QUARANTINE}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Pieces of a SKU in a bin, as somebody at a desk names them: by codes.

    `lot` is needed where the bin has several, `serials` where the SKU is known piece by piece
    and not all of them are meant.
    """

    bin: str
    sku: str
    pieces: int
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MovePieces(Command):
    """Move pieces from one bin to another."""

    taken: Taken
    to: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MoveBin(Command):
    """Move all that stands in a bin to another."""

    bin: str
    to: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AdjustStock(Command):
    """Book that a bin has more pieces than the books say, or fewer, and why.

    `taken.pieces` is the difference without sign. `best_before` is for a lot nobody saw before.
    """

    taken: Taken
    is_more: bool
    why: Why
    note: str = ""
    best_before: date | None = None


@dataclass(frozen=True, kw_only=True)
class ScrapStock(Command):
    """Throw pieces away."""

    taken: Taken
    why: Why
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class QuarantineStock(Command):
    """Put pieces into quarantine, where nobody is promised them."""

    taken: Taken
    why: Why
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FreeStock(Command):
    """Take pieces out of quarantine into a bin."""

    taken: Taken
    to: str
    why: Why
    note: str = ""


def move_pieces(session: Session, command: MovePieces) -> Outcome:
    """Move the pieces; goods of the dock are put away by it.

    Raises:
        InvalidInput: no such SKU or bin, or no number of pieces.
        InsufficientStock: fewer are free; who was promised the others is named.
        RuleViolation: the target may not hold them. LotMissing, SerialMissing: not told which.
    """
    target = bin_named(session, command.to, PUT_INTO, field="to")
    source, sku, lot_id = _taken(session, command.taken, TAKEN_FROM)
    _require_other(source, target)
    goods = [goods_of(session, sku, command.taken.pieces, lot_id)]
    require_room_or_why(session, target, goods, command.note)
    is_put_away = source.kind in INCOMING and target.kind is not BinKind.DOCK
    reason = MoveReason.PUT_AWAY if is_put_away else MoveReason.TRANSFER
    return _post(session, command, command.taken, sku, lot_id, source, target, reason)


def move_bin(session: Session, command: MoveBin) -> Outcome:
    """Move everything; of a bin with promised pieces, or some that were not found, nothing.

    Raises:
        InvalidInput: no such bin. RuleViolation: empty, something was not found there, or the
            target may not hold it all.
        InsufficientStock: some pieces are promised; to whom is named.
    """
    target = bin_named(session, command.to, PUT_INTO, field="to")
    source = bin_named(session, command.bin, TAKEN_FROM)
    _require_other(source, target)
    content = content_of(session, source.id)
    if not content:
        raise RuleViolation(say("{bin} is empty.", bin=source.code))
    require_whole(session, source, content)
    goods = [goods_of(session, session.get_one(Sku, c.sku_id), c.on_hand) for c in content]
    require_room_or_why(session, target, goods, command.note)
    ledger.post(
        session,
        command,
        [
            ledger.Posting(
                sku_id=row.sku_id,
                from_bin_id=source.id,
                to_bin_id=target.id,
                pieces=row.on_hand,
                reason=MoveReason.TRANSFER,
                reference=command.note[: reasons.LONGEST_REFERENCE],
            )
            for row in content
        ],
    )
    pieces = sum(row.on_hand for row in content)
    trail.record(session, command, "bin", source.id, "emptied", target=target.code, pieces=pieces)
    trail.record(session, command, "bin", target.id, "put_in", source=source.code, pieces=pieces)
    return Outcome(
        screen="bin",
        subject_id=target.id,
        message=say("{pieces} pieces moved to {bin}.", pieces=pieces, bin=target.code),
    )


def adjust_stock(session: Session, command: AdjustStock) -> Outcome:
    """Book the difference against the place where count differences are kept.

    Raises:
        InvalidInput: no such SKU, bin, lot or reason. InsufficientStock: fewer are free.
        LotMissing, SerialMissing, SerialElsewhere: which pieces is not told, or not possible.
    """
    allowed = reasons.MORE if command.is_more else reasons.FEWER
    reasons.require_why(command.why, allowed, command.note)
    outside = bin_of_kind(session, BinKind.COUNT_DIFFERENCE)
    if not command.is_more:
        source, sku, lot_id = _taken(session, command.taken, ADJUSTED)
        return _noted(session, command, sku, lot_id, source, outside, MoveReason.ADJUST)
    _require_pieces(command.taken.pieces)
    place = bin_named(session, command.taken.bin, ADJUSTED)
    sku = sku_of(session, command.taken.sku)
    if sku.is_serial_tracked and len(command.taken.serials) != command.taken.pieces:
        raise SerialMissing(say("Give the serial number of each piece."), sku=sku.code)
    if sku.is_serial_tracked:
        require_marks(command.taken.serials)
    lot_id = found_lot(session, command, sku, command.taken.lot, command.best_before)
    return _noted(session, command, sku, lot_id, outside, place, MoveReason.ADJUST)


def scrap_stock(session: Session, command: ScrapStock) -> Outcome:
    """Move the pieces to scrap.

    Raises:
        as `adjust_stock` for fewer pieces.
    """
    reasons.require_why(command.why, reasons.SCRAP, command.note)
    source, sku, lot_id = _taken(session, command.taken, ADJUSTED)
    outside = bin_of_kind(session, BinKind.SCRAP)
    return _noted(session, command, sku, lot_id, source, outside, MoveReason.SCRAP)


def quarantine_stock(session: Session, command: QuarantineStock) -> Outcome:
    """Move the pieces into quarantine.

    Raises:
        as `adjust_stock` for fewer pieces.
    """
    reasons.require_why(command.why, reasons.TO_QUARANTINE, command.note)
    source, sku, lot_id = _taken(session, command.taken, TAKEN_FROM)
    place = bin_of_kind(session, BinKind.QUARANTINE)
    return _noted(session, command, sku, lot_id, source, place, MoveReason.QUARANTINE)


def free_stock(session: Session, command: FreeStock) -> Outcome:
    """Move the pieces out of quarantine.

    Raises:
        as `move_pieces`; RuleViolation: they stand in no quarantine.
    """
    reasons.require_why(command.why, reasons.OUT_OF_QUARANTINE, command.note)
    target = bin_named(session, command.to, PUT_INTO, field="to")
    source, sku, lot_id = _taken(session, command.taken, frozenset({BinKind.QUARANTINE}))
    require_room(session, target, [goods_of(session, sku, command.taken.pieces, lot_id)])
    return _noted(session, command, sku, lot_id, source, target, MoveReason.QUARANTINE)


Noted = AdjustStock | ScrapStock | QuarantineStock | FreeStock


def _taken(
    session: Session, taken: Taken, kinds: frozenset[BinKind]
) -> tuple[Bin, Sku, int | None]:
    """Return bin, SKU and lot of pieces that are there, free, and told apart from others."""
    _require_pieces(taken.pieces)
    place = bin_named(session, taken.bin, kinds)
    sku = sku_of(session, taken.sku)
    lot_id = lot_of(session, place, sku, taken.lot)
    require_free(session, place, sku, taken.pieces, lot_id)
    if sku.is_lot_tracked and not sku.is_serial_tracked and lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku.code), sku=sku.code)
    return place, sku, lot_id


def _noted(
    session: Session,
    command: Noted,
    sku: Sku,
    lot_id: int | None,
    source: Bin,
    target: Bin,
    reason: MoveReason,
) -> Outcome:
    outcome = _post(session, command, command.taken, sku, lot_id, source, target, reason)
    reasons.note_why(session, command, command.why, command.note)
    return outcome


def _post(
    session: Session,
    command: Noted | MovePieces,
    taken: Taken,
    sku: Sku,
    lot_id: int | None,
    source: Bin,
    target: Bin,
    reason: MoveReason,
) -> Outcome:
    serials = tuple(filter(None, (scan_code(code) for code in taken.serials)))
    posting = ledger.Posting(
        sku_id=sku.id,
        from_bin_id=source.id,
        to_bin_id=target.id,
        pieces=taken.pieces,
        reason=reason,
        lot_id=lot_id,
        serials=serials if sku.is_serial_tracked else (),
        reference=command.note.strip()[: reasons.LONGEST_REFERENCE],
    )
    ledger.post(session, command, [posting])
    moved_out(session, source.id)
    facts = {"sku": sku.code, "pieces": taken.pieces, "source": source.code, "target": target.code}
    trail.record(session, command, "sku", sku.id, "stock_moved", reason=reason.value, **facts)
    return Outcome(
        screen="sku",
        subject_id=sku.id,
        message=say(
            "{pieces} × {sku}: {source} → {target}.",
            pieces=taken.pieces, sku=sku.code, source=source.code, target=target.code,
        ),
    )  # fmt: skip


def _require_other(source: Bin, target: Bin) -> None:
    if source.id == target.id:
        raise InvalidInput(say("This is the bin they stand in."), field="to")


def _require_pieces(pieces: int) -> None:
    if not 0 < pieces <= MOST_PIECES:
        raise InvalidInput(say("This must be 1 to {most}.", most=MOST_PIECES), field="pieces")

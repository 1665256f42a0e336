"""Moves by word at a desk: bin to bin, whole bins, adjustments, scrap, quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import LotMissing, RuleViolation, SerialMissing
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.unfound import moved_out
from warehouse.inventory.whereabouts import require_may_come
from warehouse.people import trail
from warehouse.placing import reasons
from warehouse.placing.limits import require_room, require_room_or_why
from warehouse.placing.models import Why
from warehouse.placing.places import goods_of
from warehouse.placing.rules import Goods
from warehouse.storing.sources import (
    INCOMING,
    PUT_INTO,
    TAKEN_FROM,
    bin_named,
    found_lot,
    lot_of,
    lot_told,
    require_each,
    require_free,
    require_here,
    require_marks,
    sku_of,
)
from warehouse.storing.whole import Content, content_of, postings, require_whole
from warehouse.text import Text, say

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

    More of a known piece is a piece of its own lot, unless that was booked wrongly.
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
    told = Gathered()
    target = told.take("to", lambda: bin_named(session, command.to, PUT_INTO, field="to"))
    source, sku, lot_id = _taken(session, command.taken, TAKEN_FROM, told)
    goods = _goods(session, command.taken, sku, lot_id)
    _tell_room(session, source, target, goods, command.note, told)
    source, sku, target = told.sound(source), told.sound(sku), told.sound(target)
    is_put_away = source.kind in INCOMING and target.kind is not BinKind.DOCK
    reason = MoveReason.PUT_AWAY if is_put_away else MoveReason.TRANSFER
    return _post(session, command, command.taken, sku, lot_id, source, target, reason)


def move_bin(session: Session, command: MoveBin) -> Outcome:
    """Move everything; of a bin with promised pieces, or some that were not found, nothing.

    Raises:
        InvalidInput: no such bin. RuleViolation: empty, something was not found there or is in
            somebody's hand, or the target may not hold it all.
        InsufficientStock: some pieces are promised; to whom is named.
    """
    told = Gathered()
    target = told.take("to", lambda: bin_named(session, command.to, PUT_INTO, field="to"))
    source = told.take("bin", lambda: bin_named(session, command.bin, TAKEN_FROM))
    content = content_of(session, source.id) if source else ()
    if source is not None:
        told.take("bin", partial(_require_content, session, source, content))
    goods = [goods_of(session, session.get_one(Sku, c.sku_id), c.pieces, c.lot_id) for c in content]
    _tell_room(session, source, target, goods, command.note, told)
    source, target = told.sound(source), told.sound(target)
    reference = command.note[: reasons.LONGEST_REFERENCE]
    moves = postings(content, source, target, MoveReason.TRANSFER, reference)
    ledger.post(session, command, moves)
    pieces = sum(row.pieces for row in content)
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
    told = Gathered()
    allowed = reasons.MORE if command.is_more else reasons.FEWER
    told.take("why", lambda: reasons.require_why(command.why, allowed, command.note))
    outside = bin_of_kind(session, BinKind.COUNT_DIFFERENCE)
    if command.is_more:
        place, sku = _found(session, command, outside, told)
        given = command.taken.lot, command.best_before
        lot_id = found_lot(session, command, sku, *given)
        return _noted(session, command, sku, lot_id, outside, place, MoveReason.ADJUST)
    source, gone, lot_id = _taken(session, command.taken, ADJUSTED, told)
    source, gone = told.sound(source), told.sound(gone)
    return _noted(session, command, gone, lot_id, source, outside, MoveReason.ADJUST)


def _found(session: Session, command: AdjustStock, outside: Bin, told: Gathered) -> tuple[Bin, Sku]:
    """Return bin and SKU of pieces nobody knew of, if nothing is wrong with all that was said."""
    taken = command.taken
    problem = _pieces_problem(taken.pieces)
    told.tell(problem, "pieces")
    place = told.take("bin", lambda: bin_named(session, taken.bin, ADJUSTED))
    sku = told.take("sku", lambda: sku_of(session, taken.sku))
    if sku is not None:
        given = taken.lot, command.best_before
        told.take("lot", partial(lot_told, session, command, sku, *given))
    if sku is not None and sku.is_serial_tracked:
        serials = _marks(taken)
        if problem is None and len(set(serials)) != taken.pieces:
            text = say("Give the serial number of each piece.")
            told.keep(SerialMissing(text, sku=sku.code), "serials")
        told.take("serials", lambda: require_marks(serials))
        lot = "" if command.why is Why.WRONG_LOT else scan_code(taken.lot)
        may_come = partial(require_may_come, session, sku, serials, outside, MoveReason.ADJUST)
        told.take("serials", partial(may_come, lot=lot))
    return told.sound(place), told.sound(sku)


def scrap_stock(session: Session, command: ScrapStock) -> Outcome:
    """Move the pieces to scrap.

    Raises:
        as `adjust_stock` for fewer pieces.
    """
    told = Gathered()
    told.take("why", lambda: reasons.require_why(command.why, reasons.SCRAP, command.note))
    source, sku, lot_id = _taken(session, command.taken, ADJUSTED, told)
    source, sku = told.sound(source), told.sound(sku)
    outside = bin_of_kind(session, BinKind.SCRAP)
    return _noted(session, command, sku, lot_id, source, outside, MoveReason.SCRAP)


def quarantine_stock(session: Session, command: QuarantineStock) -> Outcome:
    """Move the pieces into quarantine.

    Raises:
        as `adjust_stock` for fewer pieces.
    """
    told = Gathered()
    told.take("why", lambda: reasons.require_why(command.why, reasons.TO_QUARANTINE, command.note))
    source, sku, lot_id = _taken(session, command.taken, TAKEN_FROM, told)
    source, sku = told.sound(source), told.sound(sku)
    place = bin_of_kind(session, BinKind.QUARANTINE)
    return _noted(session, command, sku, lot_id, source, place, MoveReason.QUARANTINE)


def free_stock(session: Session, command: FreeStock) -> Outcome:
    """Move the pieces out of quarantine.

    Raises:
        as `move_pieces`; RuleViolation: they stand in no quarantine.
    """
    told, allowed = Gathered(), reasons.OUT_OF_QUARANTINE
    told.take("why", lambda: reasons.require_why(command.why, allowed, command.note))
    target = told.take("to", lambda: bin_named(session, command.to, PUT_INTO, field="to"))
    source, sku, lot_id = _taken(session, command.taken, frozenset({BinKind.QUARANTINE}), told)
    goods = _goods(session, command.taken, sku, lot_id)
    if target is not None and goods:
        told.take("to", partial(require_room, session, target, goods))
    source, sku, target = told.sound(source), told.sound(sku), told.sound(target)
    return _noted(session, command, sku, lot_id, source, target, MoveReason.QUARANTINE)


Noted = AdjustStock | ScrapStock | QuarantineStock | FreeStock


def _taken(
    session: Session, taken: Taken, kinds: frozenset[BinKind], told: Gathered
) -> tuple[Bin | None, Sku | None, int | None]:
    """Return bin, SKU and lot of pieces; tell if they are not there, free, and told apart."""
    problem = _pieces_problem(taken.pieces)
    told.tell(problem, "pieces")
    place = told.take("bin", lambda: bin_named(session, taken.bin, kinds))
    sku = told.take("sku", lambda: sku_of(session, taken.sku))
    if place is None or sku is None:
        return place, sku, None
    lot_id = told.take("lot", partial(_lot_of, session, place, sku, taken.lot))
    if problem is None:
        told.take("pieces", partial(require_free, session, place, sku, taken.pieces, lot_id))
    if sku.is_serial_tracked:
        serials = _marks(taken)
        told.take("serials", partial(require_here, session, place, sku, serials))
        if problem is None:
            each = partial(require_each, session, place, sku, taken.pieces)
            told.take("serials", partial(each, serials, lot_id))
    return place, sku, lot_id


def _lot_of(session: Session, place: Bin, sku: Sku, code: str) -> int | None:
    lot_id = lot_of(session, place, sku, code)
    if sku.is_lot_tracked and not sku.is_serial_tracked and lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku.code), sku=sku.code)
    return lot_id


def _goods(session: Session, taken: Taken, sku: Sku | None, lot_id: int | None) -> list[Goods]:
    """Return what is to be put somewhere, nothing where nobody could say what or how much."""
    if sku is None or _pieces_problem(taken.pieces) is not None:
        return []
    return [goods_of(session, sku, taken.pieces, lot_id)]


def _tell_room(
    session: Session,
    source: Bin | None,
    target: Bin | None,
    goods: Sequence[Goods],
    note: str,
    told: Gathered,
) -> None:
    """Tell what speaks against the bin the goods shall go to."""
    if target is None:
        return
    if source is not None and source.id == target.id:
        told.tell(say("This is the bin they stand in."), "to")
    elif goods:
        told.take("to", partial(require_room_or_why, session, target, goods, note))


def _require_content(session: Session, source: Bin, content: Sequence[Content]) -> None:
    if not content:
        raise RuleViolation(say("{bin} is empty.", bin=source.code))
    require_whole(session, source, content)


def _marks(taken: Taken) -> tuple[str, ...]:
    return tuple(filter(None, (scan_code(code) for code in taken.serials)))


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
    posting = ledger.Posting(
        sku_id=sku.id,
        from_bin_id=source.id,
        to_bin_id=target.id,
        pieces=taken.pieces,
        reason=reason,
        lot_id=lot_id,
        serials=_marks(taken) if sku.is_serial_tracked else (),
        reference=command.note.strip()[: reasons.LONGEST_REFERENCE],
        is_lot_mended=isinstance(command, AdjustStock) and command.why is Why.WRONG_LOT,
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


def _pieces_problem(pieces: int) -> Text | None:
    if 0 < pieces <= MOST_PIECES:
        return None
    return say("This must be 1 to {most}.", most=MOST_PIECES)

"""Booking stock that stood in the house before the first order."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Barcode, Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import RowRefusal, code_problem, scan_code
from warehouse.commands import Claim, Command, Outcome, Tone, claim_all, perform
from warehouse.errors import CommandReused, WarehouseError
from warehouse.inventory import ledger
from warehouse.inventory.marks import best_before_problem, lot_problem, serial_problem
from warehouse.inventory.models import MoveReason
from warehouse.text import Text, say

MOST_PIECES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class OpeningRow:
    """So many pieces of a SKU stand in a bin; the SKU by its code or any barcode of one piece.

    Of goods kept by lot those of one lot, of known pieces with their numbers.
    """

    bin_code: str
    sku_code: str
    pieces: int
    row: int = 0
    lot: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BookOpening(Command):
    """Book one line of the opening stock.

    Its id is made of bin, SKU, lot and numbers: each is opened once. The moves of goods without
    lots and numbers are those of the list they came in.
    """

    bin_id: int
    sku_id: int
    pieces: int
    lot: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportOpening(Command):
    """Book the lines of a list; lines that cannot be booked are named."""

    rows: tuple[OpeningRow, ...]


def import_opening(session: Session, command: ImportOpening) -> Outcome:
    """Book each line once for ever, however often and in whatever file it comes.

    Facts tell `new`, `unchanged` (booked before with the same pieces) and the `refused` rows.
    """
    lines, refused = _lines(session, command)
    plain = [(row, line) for row, line in lines if not line.lot and not line.serials]
    counts = _book_plain(session, command, plain, refused)
    for row, line in lines:
        if line.lot or line.serials:
            counts[_book_tracked(session, row, line, refused)] += 1
    refused.sort(key=lambda refusal: refusal.row)
    new, unchanged = counts[Claim.NEW], counts[Claim.KNOWN]
    return Outcome(
        screen="stock",
        message=say(
            "{new} booked, {unchanged} were booked before, {refused} refused.",
            new=new,
            unchanged=unchanged,
            refused=len(refused),
        ),
        tone=Tone.ATTENTION if refused else Tone.OK,
        facts={"new": new, "unchanged": unchanged, "refused": [r.to_json() for r in refused]},
    )


Lines = list[tuple[OpeningRow, BookOpening]]


def _lines(session: Session, command: ImportOpening) -> tuple[Lines, list[RowRefusal]]:
    """Return the rows that can be booked, each with what books it, and what the others lack."""
    bins, skus = _bins(session, command.rows), _skus(session, command.rows)
    tracked = _Tracked(session, set(skus.values()), command.day)
    lines: Lines = []
    refused: list[RowRefusal] = []
    for row in command.rows:
        place, sku_id = bins.get(scan_code(row.bin_code)), _sku_id(skus, row.sku_code)
        problem = _problem(row, place, sku_id) or tracked.problem(session, row, sku_id)
        if problem is not None or place is None or sku_id is None:
            refused += [problem] if problem else []
            continue
        line = BookOpening(
            id=opening_id(place.code, sku_id, row.lot, row.serials),
            actor=command.actor,
            at=command.at,
            bin_id=place.id,
            sku_id=sku_id,
            pieces=row.pieces,
            lot=scan_code(row.lot),
            best_before=row.best_before,
            serials=tuple(scan_code(code) for code in row.serials),
        )
        lines.append((row, line))
    return lines, refused


def _book_plain(
    session: Session, command: ImportOpening, lines: Lines, refused: list[RowRefusal]
) -> Counter[Claim]:
    """Book the lines of goods without lots and numbers: claimed one by one, posted together."""
    claims = claim_all(session, [line for _, line in lines], _booked)
    opening_id = bin_of_kind(session, BinKind.OPENING).id
    new: list[ledger.Posting] = []
    for (row, line), claim in zip(lines, claims, strict=True):
        if claim is Claim.NEW:
            new.append(_posting(line, opening_id))
        elif claim is Claim.OTHER:
            refused.append(_refusal(row, "pieces", str(row.pieces), _BOOKED_OTHERWISE))
    ledger.post(session, command, new)
    return Counter(claims)


def _book_tracked(
    session: Session, row: OpeningRow, line: BookOpening, refused: list[RowRefusal]
) -> Claim:
    """Book one line of goods with lots or numbers; one that is refused leaves nothing."""
    try:
        with session.begin_nested():
            is_old = perform(session, book_opening, line).is_replayed
    except CommandReused:
        refused.append(_refusal(row, "pieces", str(row.pieces), _BOOKED_OTHERWISE))
        return Claim.OTHER
    except WarehouseError as error:
        refused.append(_refusal(row, "lot" if row.lot else "serials", row.lot, error.text))
        return Claim.OTHER
    return Claim.KNOWN if is_old else Claim.NEW


class _Tracked:
    """Which of the goods of a list are kept by lot or known piece by piece."""

    def __init__(self, session: Session, sku_ids: set[int], today: date) -> None:
        self._today = today
        rows = session.execute(
            sa.select(Sku.id, Sku.is_lot_tracked, Sku.is_serial_tracked).where(
                Sku.id.in_(sku_ids), sa.or_(Sku.is_lot_tracked, Sku.is_serial_tracked)
            )
        )
        self._kept = {row.id: (row.is_lot_tracked, row.is_serial_tracked) for row in rows}

    def problem(self, session: Session, row: OpeningRow, sku_id: int | None) -> RowRefusal | None:
        """Return what a row says too little or too much of, None if nothing."""
        by_lot, by_piece = self._kept.get(sku_id or 0, (False, False))
        if by_lot != bool(row.lot.strip()):
            reason = (
                say("These goods are kept by lot. Say which.")
                if by_lot
                else say("These goods are not kept by lot. Switch that on at the SKU first.")
            )
            return _refusal(row, "lot", row.lot, reason)
        lot = scan_code(row.lot)
        if lot and (problem := code_problem(lot) or lot_problem(lot)):
            return _refusal(row, "lot", row.lot, problem)
        day = row.best_before
        if day and (problem := best_before_problem(day, self._today, is_faulty=True)):
            return _refusal(row, "best_before", day.isoformat(), problem)
        if not by_piece and row.serials:
            reason = say("These goods have no serial numbers. Switch that on at the SKU first.")
            return _refusal(row, "serials", row.serials[0], reason)
        if by_piece and (len(row.serials) != row.pieces or len(set(row.serials)) != row.pieces):
            reason = say("{pieces} pieces need as many serial numbers.", pieces=row.pieces)
            return _refusal(row, "serials", " ".join(row.serials), reason)
        for code in row.serials:
            if problem := code_problem(scan_code(code)) or serial_problem(scan_code(code)):
                return _refusal(row, "serials", code, problem)
        return None


def book_opening(session: Session, command: BookOpening) -> Outcome:
    """Move the pieces of goods with lots or numbers from the opening bin."""
    lot_id = None
    if command.lot:
        at, day = command.at, command.best_before
        lot_id = ledger.lot_named(session, command.sku_id, command.lot, day, at)
    posting = _posting(command, bin_of_kind(session, BinKind.OPENING).id, lot_id)
    ledger.post(session, command, [posting])
    return _booked(command)


def _posting(line: BookOpening, opening_id: int, lot_id: int | None = None) -> ledger.Posting:
    """Return the move out of the opening bin, which stands for all that was there before."""
    return ledger.Posting(
        sku_id=line.sku_id,
        lot_id=lot_id,
        serials=line.serials,
        from_bin_id=opening_id,
        to_bin_id=line.bin_id,
        pieces=line.pieces,
        reason=MoveReason.OPENING,
    )


def _booked(line: BookOpening) -> Outcome:
    return _pieces_booked(line.pieces)


@lru_cache(maxsize=1000)
def _pieces_booked(pieces: int) -> Outcome:
    return Outcome(screen="stock", message=say("{pieces} pieces booked.", pieces=pieces))


def opening_id(bin_code: str, sku_id: int, lot: str = "", serials: Sequence[str] = ()) -> str:
    """Return the command id under which a SKU, of a lot or with its numbers, is opened in a bin."""
    more = [scan_code(code) for code in (lot, *sorted(serials)) if code]
    name = "\x1f".join([bin_code, str(sku_id), *more]).encode()
    return f"opening-{hashlib.sha256(name).hexdigest()[:40]}"


_BOOKED_OTHERWISE = say(
    "The opening stock of this SKU in this bin was booked before with another number of pieces."
    " Differences found later are booked by a stock count."
)


def _bins(session: Session, rows: Sequence[OpeningRow]) -> dict[str, Bin]:
    codes = {scan_code(row.bin_code) for row in rows}
    return {b.code: b for b in session.scalars(sa.select(Bin).where(Bin.code.in_(codes)))}


def _skus(session: Session, rows: Sequence[OpeningRow]) -> dict[str, int]:
    """Return SKU id by SKU code and by barcode of one piece; codes come first."""
    given = {row.sku_code.strip() for row in rows}
    scanned = {scan_code(code) for code in given}
    barcodes = session.execute(
        sa.select(Barcode.code, Barcode.sku_id).where(
            Barcode.code.in_(scanned), Barcode.pieces == 1
        )
    )
    codes = session.execute(sa.select(Sku.code, Sku.id).where(Sku.code.in_(given)))
    return {code: sku_id for code, sku_id in (*barcodes, *codes)}  # noqa: C416  (rows are no pairs)


def _sku_id(skus: dict[str, int], code: str) -> int | None:
    return skus.get(code.strip()) or skus.get(scan_code(code))


def _problem(row: OpeningRow, place: Bin | None, sku_id: int | None) -> RowRefusal | None:
    if place is None:
        return _refusal(row, "bin_code", row.bin_code, say("There is no bin with this code."))
    if place.kind in VIRTUAL_KINDS or place.kind is BinKind.PARCEL:
        return _refusal(row, "bin_code", row.bin_code, say("Stock is not booked into this bin."))
    if sku_id is None:
        return _refusal(row, "sku_code", row.sku_code, say("There is no SKU with this code."))
    if not 0 < row.pieces <= MOST_PIECES:
        reason = say("This must be 1 to {most}.", most=MOST_PIECES)
        return _refusal(row, "pieces", str(row.pieces), reason)
    return None


def _refusal(row: OpeningRow, field: str, value: str, reason: Text) -> RowRefusal:
    return RowRefusal(row=row.row, field=field, value=value[:60], reason=reason)

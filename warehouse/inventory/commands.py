"""Booking stock that stood in the house before the first order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Barcode, Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import RowRefusal, scan_code
from warehouse.commands import Command, Outcome, Tone, perform
from warehouse.errors import CommandReused
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.text import Text, say

MOST_PIECES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class OpeningRow:
    """So many pieces of a SKU stand in a bin; the SKU by its code or any barcode of one piece."""

    bin_code: str
    sku_code: str
    pieces: int
    row: int = 0


@dataclass(frozen=True, kw_only=True)
class BookOpening(Command):
    """Book one line of the opening stock. Its id is made of bin and SKU: each is opened once."""

    bin_id: int
    sku_id: int
    pieces: int


@dataclass(frozen=True, kw_only=True)
class ImportOpening(Command):
    """Book the lines of a list; lines that cannot be booked are named."""

    rows: tuple[OpeningRow, ...]


def import_opening(session: Session, command: ImportOpening) -> Outcome:
    """Book each line once for ever, however often and in whatever file it comes.

    Facts tell `new`, `unchanged` (booked before with the same pieces) and the `refused` rows.
    """
    bins, skus = _bins(session, command.rows), _skus(session, command.rows)
    refused: list[RowRefusal] = []
    new = unchanged = 0
    for row in command.rows:
        place, sku_id = bins.get(scan_code(row.bin_code)), _sku_id(skus, row.sku_code)
        problem = _problem(row, place, sku_id)
        if problem is not None or place is None or sku_id is None:
            refused += [problem] if problem else []
            continue
        line = BookOpening(
            id=opening_id(place.code, sku_id),
            actor=command.actor,
            at=command.at,
            bin_id=place.id,
            sku_id=sku_id,
            pieces=row.pieces,
        )
        try:
            is_old = perform(session, book_opening, line).is_replayed
        except CommandReused:
            refused.append(_refusal(row, "pieces", str(row.pieces), _BOOKED_OTHERWISE))
            continue
        unchanged += is_old
        new += not is_old
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


def book_opening(session: Session, command: BookOpening) -> Outcome:
    """Move the pieces from the opening bin, which stands for all that was there before."""
    posting = ledger.Posting(
        sku_id=command.sku_id,
        from_bin_id=bin_of_kind(session, BinKind.OPENING).id,
        to_bin_id=command.bin_id,
        pieces=command.pieces,
        reason=MoveReason.OPENING,
    )
    ledger.post(session, command, [posting])
    return Outcome(screen="stock", message=say("{pieces} pieces booked.", pieces=command.pieces))


def opening_id(bin_code: str, sku_id: int) -> str:
    """Return the command id under which a SKU is opened in a bin."""
    name = f"{bin_code}\x1f{sku_id}".encode()
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

"""Booking stock that stood in the house before the first order."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import RowRefusal, row_refusals, scan_code
from warehouse.commands import Claim, Command, Outcome, Tone, claim_all, perform, said_before
from warehouse.errors import CommandReused, WarehouseError
from warehouse.inventory import ledger
from warehouse.inventory.listed import (
    Goods,
    OpeningRow,
    Place,
    goods_of,
    places_of,
    problems_of,
    refusal,
)
from warehouse.inventory.models import MoveReason
from warehouse.inventory.whereabouts import require_may_come
from warehouse.text import say


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
    """Book each line once for ever, however often, in whatever file and from whomever it comes.

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
            refused=len({refusal.row for refusal in refused}),
        ),
        tone=Tone.ATTENTION if refused else Tone.OK,
        facts={"new": new, "unchanged": unchanged, "refused": [r.to_json() for r in refused]},
    )


Lines = list[tuple[OpeningRow, BookOpening]]


def _lines(session: Session, command: ImportOpening) -> tuple[Lines, list[RowRefusal]]:
    """Return the rows that can be booked, each with what books it, and what the others lack."""
    places, goods = places_of(session, command.rows), goods_of(session, command.rows)
    lines: Lines = []
    refused: list[RowRefusal] = []
    today = command.day
    for row in command.rows:
        place, sku = places.get(row.bin_code), goods.get(row.sku_code)
        problems = [*problems_of(row, place, sku, today)]
        if problems or row.unread:
            refused += row_refusals(row.row, problems, row.unread)
        elif place is not None and sku is not None:
            lines.append((row, _line(command, row, place, sku)))
    return lines, refused


def _line(command: ImportOpening, row: OpeningRow, place: Place, goods: Goods) -> BookOpening:
    return BookOpening(
        id=opening_id(place.code, goods.id, row.lot, row.serials),
        actor=command.actor,
        at=command.at,
        bin_id=place.id,
        sku_id=goods.id,
        pieces=row.pieces,
        lot=scan_code(row.lot) if row.lot else "",
        best_before=row.best_before,
        serials=tuple(map(scan_code, row.serials)),
    )


def _book_plain(
    session: Session, command: ImportOpening, lines: Lines, refused: list[RowRefusal]
) -> Counter[Claim]:
    """Book the lines of goods without lots and numbers: claimed one by one, posted together."""
    claims = claim_all(session, [line for _, line in lines], _booked)
    doubted = [line for (_, line), c in zip(lines, claims, strict=True) if c is Claim.OTHER]
    same = said_before(session, doubted)
    claims = [
        Claim.KNOWN if claim is Claim.OTHER and line.id in same else claim
        for (_, line), claim in zip(lines, claims, strict=True)
    ]
    opening_id = bin_of_kind(session, BinKind.OPENING).id
    new: list[ledger.Posting] = []
    for (row, line), claim in zip(lines, claims, strict=True):
        if claim is Claim.NEW:
            new.append(_posting(line, opening_id))
        elif claim is Claim.OTHER:
            refused.append(refusal(row, "pieces", str(row.pieces), _BOOKED_OTHERWISE))
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
        if said_before(session, [line]):
            return Claim.KNOWN
        refused.append(refusal(row, "pieces", str(row.pieces), _BOOKED_OTHERWISE))
        return Claim.OTHER
    except WarehouseError as error:
        usual = "lot" if row.lot else "serials"
        for one in error.all:
            value = str(one.facts.get("serial", row.lot))
            refused.append(refusal(row, one.field or usual, value, one.text))
        return Claim.OTHER
    return Claim.KNOWN if is_old else Claim.NEW


def book_opening(session: Session, command: BookOpening) -> Outcome:
    """Move the pieces of goods with lots or numbers from the opening bin.

    Raises:
        SerialElsewhere: the book has a piece elsewhere. RuleViolation: it has one in another lot,
            or knows the lot with another best-before.
    """
    opening = bin_of_kind(session, BinKind.OPENING)
    sku = session.get_one(Sku, command.sku_id)
    reason, lot = MoveReason.OPENING, command.lot
    require_may_come(session, sku, command.serials, opening, reason, lot=lot)
    lot_id = None
    if command.lot:
        at, day = command.at, command.best_before
        lot_id = ledger.lot_named(session, command.sku_id, command.lot, day, at)
    posting = _posting(command, opening.id, lot_id)
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
    "The opening stock of this SKU in this bin was booked before, with other pieces or another day."
    " Differences found later are booked by a stock count."
)

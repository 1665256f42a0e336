"""Taking kits apart: kits go into kitting, their parts come out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome
from warehouse.errors import LotMissing
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.kitting.commands.kit import (
    PartFrom,
    kit_by_id,
    kits_problem,
    of_row,
    require_serials,
)
from warehouse.kitting.lots import require_lot_inside
from warehouse.kitting.pieces import Kits, require_pieces_inside
from warehouse.kitting.queries import MADE_FROM
from warehouse.kitting.versions import Version, take_left, version_apart
from warehouse.people import trail
from warehouse.placing.limits import require_room_or_why
from warehouse.placing.places import goods_of
from warehouse.placing.reasons import LONGEST_REFERENCE
from warehouse.storing.sources import (
    PUT_INTO,
    bin_named,
    found_lot,
    lot_of,
    lot_told,
    require_free,
    require_here,
    require_marks,
    serials_in,
    sku_of,
)
from warehouse.text import say

TAKEN_APART = frozenset({*MADE_FROM, *PUT_INTO})


@dataclass(frozen=True, kw_only=True)
class TakeApart(Command):
    """Take kits of a bin apart; their parts go to another bin, or the same.

    `version` is the make of the kits where several may be about, 0 where nobody need say.
    `parts` tells lots and serial numbers of those parts that have any.
    """

    kit_id: int
    kits: int
    bin: str
    to: str
    lot: str = ""
    serials: tuple[str, ...] = ()
    version: int = 0
    parts: tuple[PartFrom, ...] = ()
    note: str = ""


def take_apart(session: Session, command: TakeApart) -> Outcome:
    """Book kits into kitting and out of it the parts these kits were made of.

    Raises:
        InvalidInput, InsufficientStock: as `assemble_kits`. RuleViolation: the bin may not hold the
        parts, the kits were made of other lots, or may be of several makes and nobody said which.
        LotMissing, SerialMissing: a part has lots or numbers that were not told. SerialElsewhere:
        a piece is in none of these kits.
    """
    kit = kit_by_id(session, command.kit_id)
    told = Gathered()
    told.tell(kits_problem(command.kits), "kits")
    target = told.take("to", lambda: bin_named(session, command.to, PUT_INTO, field="to"))
    source = told.take("bin", lambda: bin_named(session, command.bin, TAKEN_APART))
    lot_id = told.take("lot", lambda: _lot_of_kits(session, command, kit, source))
    parts = _lines(session, command, kit, lot_id, told)
    version = None
    if source is not None and kits_problem(command.kits) is None:
        told.take("kits", partial(require_free, session, source, kit, command.kits, lot_id))
        told.take("serials", partial(require_here, session, source, kit, command.serials))
        version = told.take("version", partial(_version, session, command, kit, source, lot_id))
    if version is not None and source is not None:
        serials = _numbers(session, command, kit, source)
        kits = Kits(kit=kit, lot_id=lot_id, serials=serials)
        for sku, pieces in version.parts:
            said = _all_of(sku, pieces * command.kits, parts)
            _check_given_back(session, command, kits, sku, pieces * command.kits, said, told)
        if target is not None:
            told.take("to", partial(_require_room, session, command, version, target))
    source, target, version = told.sound(source), told.sound(target), told.sound(version)
    bench = bin_of_kind(session, BinKind.KITTING)
    undone = ledger.Posting(
        sku_id=kit.id,
        from_bin_id=source.id,
        to_bin_id=bench.id,
        pieces=command.kits,
        reason=MoveReason.TAKE_APART,
        lot_id=lot_id,
        serials=command.serials,
        reference=command.note.strip()[:LONGEST_REFERENCE],
    )
    postings = [
        posting
        for sku, pieces in version.parts
        for posting in _given_back(
            session, command, sku, pieces * command.kits, parts, bench, target
        )
    ]
    ledger.post(session, command, [undone, *postings])
    take_left(session, version, command.kits, lot_id)
    facts = {"kits": command.kits, "bin": target.code, "version": version.number}
    trail.record(session, command, "sku", kit.id, "kit_taken_apart", **facts)
    return Outcome(
        screen="kit",
        subject_id=kit.id,
        message=say("{kits} × {kit} taken apart into {bin}.", kits=command.kits, kit=kit.code,
                    bin=target.code),
    )  # fmt: skip


def _lot_of_kits(session: Session, command: TakeApart, kit: Sku, source: Bin | None) -> int | None:
    if source is None:
        return None
    lot_id = lot_of(session, source, kit, command.lot)
    if kit.is_lot_tracked and not kit.is_serial_tracked and lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=kit.code), sku=kit.code)
    return lot_id


def _version(
    session: Session, command: TakeApart, kit: Sku, source: Bin, lot_id: int | None
) -> Version:
    serials = _numbers(session, command, kit, source)
    return version_apart(session, kit, command.kits, command.version, lot_id, serials)


def _numbers(session: Session, command: TakeApart, kit: Sku, source: Bin) -> tuple[str, ...]:
    """Return the serial numbers of the kits, all that are there where none is named."""
    if not kit.is_serial_tracked:
        return ()
    return command.serials or tuple(serials_in(session, source.id, kit.id))


def _require_room(session: Session, command: TakeApart, version: Version, target: Bin) -> None:
    goods = [goods_of(session, sku, pieces * command.kits) for sku, pieces in version.parts]
    require_room_or_why(session, target, goods, command.note)


def _lines(
    session: Session, command: TakeApart, kit: Sku, kit_lot_id: int | None, told: Gathered
) -> dict[int, list[PartFrom]]:
    """Return SKU id → what is said of the pieces of it that come back."""
    found: dict[int, list[PartFrom]] = defaultdict(list)
    for at, part in enumerate(command.parts, start=1):
        row = replace(part, row=part.row or at)
        sku = told.take("parts", partial(_part, session, kit, kit_lot_id, row), of_row(row.row))
        if sku is not None:
            found[sku.id].append(row)
    return found


def _part(session: Session, kit: Sku, kit_lot_id: int | None, part: PartFrom) -> Sku:
    sku = sku_of(session, part.sku)
    require_lot_inside(session, kit, kit_lot_id, sku, part.lot)
    return sku


def _all_of(sku: Sku, pieces: int, parts: Mapping[int, list[PartFrom]]) -> list[PartFrom]:
    """Return the lines of a SKU; a single one without pieces, or none at all, is all of them."""
    said = parts.get(sku.id) or [PartFrom(sku=sku.code, pieces=pieces)]
    return [replace(said[0], pieces=said[0].pieces or pieces)] if len(said) == 1 else said


def _check_given_back(
    session: Session,
    command: TakeApart,
    kits: Kits,
    sku: Sku,
    pieces: int,
    said: Sequence[PartFrom],
    told: Gathered,
) -> None:
    if sum(part.pieces for part in said) != pieces or any(part.pieces < 1 for part in said):
        text = say("The kits give back {pieces} pieces of {sku}.", pieces=pieces, sku=sku.code)
        told.tell(text, "parts")
    for part in said:
        words, day = of_row(part.row) if part.row else None, part.best_before
        told.take("parts", partial(require_serials, sku, part.pieces, part.serials), words)
        told.take("parts", partial(lot_told, session, command, sku, part.lot, day), words)
        if sku.is_serial_tracked:
            told.take("parts", partial(require_marks, part.serials), words)
            inside = partial(require_pieces_inside, session, kits, sku, part.serials, part.lot)
            told.take("parts", inside, words)


def _given_back(
    session: Session,
    command: TakeApart,
    sku: Sku,
    pieces: int,
    parts: Mapping[int, list[PartFrom]],
    bench: Bin,
    target: Bin,
) -> list[ledger.Posting]:
    return [
        ledger.Posting(
            sku_id=sku.id,
            from_bin_id=bench.id,
            to_bin_id=target.id,
            pieces=part.pieces,
            reason=MoveReason.TAKE_APART,
            lot_id=found_lot(session, command, sku, part.lot, part.best_before),
            serials=part.serials,
        )
        for part in _all_of(sku, pieces, parts)
    ]

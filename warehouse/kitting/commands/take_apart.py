"""Taking kits apart: kits go into kitting, their parts come out of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome
from warehouse.errors import (
    InvalidInput,
    LotMissing,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.kitting.commands.kit import PartFrom, kit_named, require_serials
from warehouse.kitting.lots import require_lot_inside
from warehouse.kitting.queries import MADE_FROM
from warehouse.kitting.versions import take_left, version_apart
from warehouse.people import trail
from warehouse.placing.limits import require_room_or_why
from warehouse.placing.places import goods_of
from warehouse.placing.reasons import LONGEST_REFERENCE
from warehouse.storing.sources import (
    PUT_INTO,
    bin_named,
    found_lot,
    lot_of,
    require_free,
    serials_in,
    sku_of,
)
from warehouse.text import say


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
        LotMissing, SerialMissing: a part has lots or numbers that were not told.
    """
    kit = kit_named(session, command.kit_id, command.kits)
    target = bin_named(session, command.to, PUT_INTO, field="to")
    source = bin_named(session, command.bin, frozenset({*MADE_FROM, *PUT_INTO}))
    lot_id = lot_of(session, source, kit, command.lot)
    require_free(session, source, kit, command.kits, lot_id)
    if kit.is_lot_tracked and not kit.is_serial_tracked and lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=kit.code), sku=kit.code)
    serials = command.serials or serials_in(session, source.id, kit.id)
    for part in command.parts:
        require_lot_inside(session, kit, lot_id, sku_of(session, part.sku), part.lot)
    version = version_apart(session, kit, command.kits, command.version, lot_id, serials)
    goods = [goods_of(session, sku, pieces * command.kits) for sku, pieces in version.parts]
    require_room_or_why(session, target, goods, command.note)
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
        for posting in _given_back(session, command, sku, pieces * command.kits, bench, target)
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


def _given_back(
    session: Session, command: TakeApart, sku: Sku, pieces: int, bench: Bin, target: Bin
) -> list[ledger.Posting]:
    told = [part for part in command.parts if sku_of(session, part.sku).id == sku.id]
    if not told:
        told = [PartFrom(sku=sku.code, pieces=pieces)]
    if len(told) == 1 and not told[0].pieces:
        told = [PartFrom(sku=sku.code, pieces=pieces, lot=told[0].lot, serials=told[0].serials)]
    if sum(part.pieces for part in told) != pieces or any(part.pieces < 1 for part in told):
        text = say("The kits give back {pieces} pieces of {sku}.", pieces=pieces, sku=sku.code)
        raise InvalidInput(text, field="parts")
    for part in told:
        require_serials(sku, part.pieces, part.serials)
    return [
        ledger.Posting(
            sku_id=sku.id,
            from_bin_id=bench.id,
            to_bin_id=target.id,
            pieces=part.pieces,
            reason=MoveReason.TAKE_APART,
            lot_id=found_lot(session, command, sku, part.lot, None),
            serials=part.serials,
        )
        for part in told
    ]

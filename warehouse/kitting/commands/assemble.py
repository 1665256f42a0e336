"""Putting kits together: parts go into kitting, kits come out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    LotBlocked,
    LotMissing,
    RuleViolation,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, MoveReason, Serial
from warehouse.kitting.commands.kit import PartFrom, kit_named, require_serials
from warehouse.kitting.queries import MADE_FROM, free_parts
from warehouse.kitting.versions import current_version, note_made
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
    require_marks,
    sku_of,
)
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class AssembleKits(Command):
    """Put kits together into a bin.

    Parts not named in `taken` are taken where they are free, earliest best-before first, then in
    walking order. `lot`, `best_before` and `serials` are the kits' own, where they have any.
    """

    kit_id: int
    kits: int
    to: str
    taken: tuple[PartFrom, ...] = ()
    lot: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()
    note: str = ""


def assemble_kits(session: Session, command: AssembleKits) -> Outcome:
    """Book parts into kitting and kits out of it.

    Raises:
        InvalidInput: no such bin, no number of kits, other pieces than the kits need.
        InsufficientStock: a part is short; which, and how many kits can be made, is said.
        LotMissing, SerialMissing: which lot or pieces is not told. LotBlocked: not to be sold.
        RuleViolation: no kit, the bin may not hold them, or good longer than its parts.
    """
    kit = kit_named(session, command.kit_id, command.kits)
    version = current_version(session, kit)
    target = bin_named(session, command.to, PUT_INTO, field="to")
    require_room_or_why(session, target, [goods_of(session, kit, command.kits)], command.note)
    require_serials(kit, command.kits, command.serials)
    require_marks(command.serials)
    bench = bin_of_kind(session, BinKind.KITTING)
    postings = _taken(session, command, version.parts, bench)
    _require_good_as_long(session, command, kit, postings)
    lot_id = found_lot(session, command, kit, command.lot, command.best_before)
    made = ledger.Posting(
        sku_id=kit.id,
        from_bin_id=bench.id,
        to_bin_id=target.id,
        pieces=command.kits,
        reason=MoveReason.ASSEMBLE,
        lot_id=lot_id,
        serials=command.serials,
        reference=command.note.strip()[:LONGEST_REFERENCE],
    )
    ledger.post(session, command, [*postings, made])
    note_made(session, command, version, command.kits, lot_id)
    facts = {"kits": command.kits, "bin": target.code, "version": version.number}
    trail.record(session, command, "sku", kit.id, "kit_assembled", **facts)
    return Outcome(
        screen="kit",
        subject_id=kit.id,
        message=say("{kits} × {kit} made, in {bin}.", kits=command.kits, kit=kit.code,
                    bin=target.code),
        is_step_done=True,
    )  # fmt: skip


def _taken(
    session: Session, command: AssembleKits, parts: Iterable[tuple[Sku, int]], bench: Bin
) -> list[ledger.Posting]:
    by_sku: dict[int, list[PartFrom]] = defaultdict(list)
    for named in command.taken:
        by_sku[sku_of(session, named.sku).id].append(named)
    postings: list[ledger.Posting] = []
    for sku, pieces in parts:
        wanted = pieces * command.kits
        named_ones = by_sku.pop(sku.id, [])
        if named_ones:
            postings += _taken_as_named(session, command, sku, wanted, named_ones, bench)
        else:
            postings += _taken_anywhere(session, command, sku, pieces, bench)
    if by_sku:
        raise InvalidInput(say("Something is taken that is no part of the kit."), field="taken")
    return postings


def _taken_as_named(
    session: Session,
    command: AssembleKits,
    sku: Sku,
    wanted: int,
    named: Sequence[PartFrom],
    bench: Bin,
) -> list[ledger.Posting]:
    if sum(part.pieces for part in named) != wanted or any(part.pieces < 1 for part in named):
        text = say("The kits need {pieces} pieces of {sku}.", pieces=wanted, sku=sku.code)
        raise InvalidInput(text, field="taken")
    postings = []
    for part in named:
        place = bin_named(session, part.bin, frozenset(MADE_FROM))
        lot_id = lot_of(session, place, sku, part.lot)
        require_free(session, place, sku, part.pieces, lot_id)
        if sku.is_lot_tracked:
            _require_sellable(session, command, sku, lot_id, part.serials)
        postings.append(
            ledger.Posting(
                sku_id=sku.id,
                from_bin_id=place.id,
                to_bin_id=bench.id,
                pieces=part.pieces,
                reason=MoveReason.ASSEMBLE,
                lot_id=lot_id,
                serials=part.serials,
            )
        )
    return postings


def _require_sellable(
    session: Session, command: AssembleKits, sku: Sku, lot_id: int | None, serials: Sequence[str]
) -> None:
    """Refuse parts that may not be sold: what is in a kit goes out with it."""
    if sku.is_serial_tracked:
        require_serials(sku, len(serials) or 1, serials)
        of_pieces = sa.select(Serial.lot_id).where(
            Serial.sku_id == sku.id, Serial.code.in_(serials)
        )
        lots = session.scalars(sa.select(Lot).where(Lot.id.in_(of_pieces))).all()
    elif lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku.code), sku=sku.code)
    else:
        lots = [session.get_one(Lot, lot_id, with_for_update={"read": True})]
    for lot in lots:
        if lot.blocked_at is not None:
            raise LotBlocked(say("Lot {lot} is blocked.", lot=lot.code), lot=lot.code)
        if lot.best_before is not None and lot.best_before < command.day:
            raise RuleViolation(
                say("Lot {lot} was good until {day} only.", lot=lot.code,
                    day=lot.best_before.isoformat())
            )  # fmt: skip


def _taken_anywhere(
    session: Session, command: AssembleKits, sku: Sku, pieces: int, bench: Bin
) -> list[ledger.Posting]:
    require_serials(sku, pieces * command.kits, ())
    missing = pieces * command.kits
    found = free_parts(session, sku, command.at.astimezone(command.zone).date())
    postings = []
    for part in found:
        taken = min(part.pieces, missing)
        if taken:
            postings.append(
                ledger.Posting(
                    sku_id=sku.id,
                    from_bin_id=part.bin_id,
                    to_bin_id=bench.id,
                    pieces=taken,
                    reason=MoveReason.ASSEMBLE,
                    lot_id=part.lot_id,
                )
            )
            missing -= taken
    if missing:
        free = sum(part.pieces for part in found)
        raise InsufficientStock(
            say(
                "{free} pieces of {sku} are free: enough for {kits} kits.",
                free=free, sku=sku.code, kits=free // pieces,
            ),
            sku=sku.code,
            free=free,
        )  # fmt: skip
    return postings


def _require_good_as_long(
    session: Session, command: AssembleKits, kit: Sku, postings: Sequence[ledger.Posting]
) -> None:
    """A kit is good no longer than what is in it."""
    lots = [p.lot_id for p in postings if p.lot_id is not None]
    first = session.scalar(sa.select(sa.func.min(Lot.best_before)).where(Lot.id.in_(lots)))
    if not kit.is_expiry_tracked or first is None or command.best_before is None:
        return
    if command.best_before > first:
        raise RuleViolation(
            say("One of the parts is good until {day} only.", day=first.isoformat())
        )

"""Putting kits together: parts go into kitting, kits come out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    LotMissing,
    SerialMissing,
)
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.whereabouts import require_may_come
from warehouse.kitting.commands.kit import (
    PartFrom,
    kit_by_id,
    kits_problem,
    of_row,
    require_serials,
)
from warehouse.kitting.lots import Inside, lot_of_kits, parts_inside
from warehouse.kitting.queries import MADE_FROM, free_parts
from warehouse.kitting.versions import current_version, note_made
from warehouse.people import trail
from warehouse.placing.limits import require_room_or_why
from warehouse.placing.places import goods_of
from warehouse.placing.reasons import LONGEST_REFERENCE
from warehouse.storing.sources import (
    PUT_INTO,
    bin_named,
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
    walking order. `lot`, `best_before` and `serials` are the kits' own, where they have any; a day
    nobody names is that of the part that ends first.
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
        SerialElsewhere: another kit has the number.
        RuleViolation: no kit, the bin may not hold them, good longer than its parts, or of parts
            with a best-before and not kept by lot.
    """
    kit = kit_by_id(session, command.kit_id)
    version = current_version(session, kit)
    told = Gathered()
    told.tell(kits_problem(command.kits), "kits")
    target = told.take("to", lambda: bin_named(session, command.to, PUT_INTO, field="to"))
    told.take("serials", lambda: require_marks(command.serials))
    bench = bin_of_kind(session, BinKind.KITTING)
    fresh = partial(require_may_come, session, kit, command.serials, bench, MoveReason.ASSEMBLE)
    told.take("serials", partial(fresh, lot=scan_code(command.lot)))
    postings = _taken(session, command, version.parts, bench, told)
    inside = told.take("taken", lambda: parts_inside(session, command, postings))
    lot = told.take("lot", lambda: _lot(session, command, kit, inside))
    if kits_problem(command.kits) is None:
        told.take("serials", lambda: require_serials(kit, command.kits, command.serials))
        if target is not None:
            goods = [goods_of(session, kit, command.kits)]
            told.take("to", partial(require_room_or_why, session, target, goods, command.note))
    target = told.sound(target)
    lot_id = ledger.lot_named(session, kit.id, *lot, command.at) if lot else None
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


def _lot(
    session: Session, command: AssembleKits, kit: Sku, inside: Inside | None
) -> tuple[str, date | None] | None:
    inside = inside or Inside(first=None)
    return lot_of_kits(session, command, kit, inside, command.lot, command.best_before)


def _taken(
    session: Session,
    command: AssembleKits,
    parts: Sequence[tuple[Sku, int]],
    bench: Bin,
    told: Gathered,
) -> list[ledger.Posting]:
    """Return what is taken of the parts; what is wrong with the lines, and who is short, is told.

    So many kits can be made as the scarcest part allows: it is told first.
    """
    by_sku = _lines(session, command, {sku.id for sku, _ in parts}, told)
    if kits_problem(command.kits) is not None:
        return []
    postings: list[ledger.Posting] = []
    short: list[InsufficientStock] = []
    for sku, pieces in parts:
        try:
            if sku.id in by_sku:
                named = by_sku[sku.id]
                postings += _taken_as_named(session, sku, pieces * command.kits, named, bench, told)
            else:
                postings += _taken_anywhere(session, command, sku, pieces, bench)
        except InsufficientStock as error:
            short.append(error)
        except SerialMissing as error:
            told.keep(error, "taken")
    for one in sorted(short, key=lambda error: error.facts["kits"]):
        told.keep(one, "kits")
    return postings


def _lines(
    session: Session, command: AssembleKits, parts: Collection[int], told: Gathered
) -> dict[int, list[tuple[int, PartFrom]]]:
    """Return SKU id → the lines that take of it, each with its number."""
    by_sku: dict[int, list[tuple[int, PartFrom]]] = defaultdict(list)
    for at, part in enumerate(command.taken, start=1):
        row = part.row or at
        sku = told.take("taken", partial(sku_of, session, part.sku), of_row(row))
        if sku is not None and sku.id not in parts:
            text = say("{sku} is no part of the kit.", sku=sku.code)
            told.tell(of_row(row)(text), "taken")
        elif sku is not None:
            by_sku[sku.id].append((row, part))
    return by_sku


def _taken_as_named(
    session: Session,
    sku: Sku,
    wanted: int,
    named: Sequence[tuple[int, PartFrom]],
    bench: Bin,
    told: Gathered,
) -> list[ledger.Posting]:
    if sum(part.pieces for _, part in named) != wanted:
        text = say("The kits need {pieces} pieces of {sku}.", pieces=wanted, sku=sku.code)
        told.tell(text, "taken")
    found = (told.take("taken", partial(_of_line, session, sku, part, bench), of_row(row))
             for row, part in named)  # fmt: skip
    return [posting for posting in found if posting is not None]


def _of_line(session: Session, sku: Sku, part: PartFrom, bench: Bin) -> ledger.Posting:
    if part.pieces < 1:
        raise InvalidInput(say("Pieces are whole: 1, 2, 3 …"))
    place = bin_named(session, part.bin, frozenset(MADE_FROM))
    lot_id = lot_of(session, place, sku, part.lot)
    require_free(session, place, sku, part.pieces, lot_id)
    if sku.is_lot_tracked:
        _require_named(sku, lot_id, part.serials)
    return ledger.Posting(
        sku_id=sku.id,
        from_bin_id=place.id,
        to_bin_id=bench.id,
        pieces=part.pieces,
        reason=MoveReason.ASSEMBLE,
        lot_id=lot_id,
        serials=part.serials,
    )


def _require_named(sku: Sku, lot_id: int | None, serials: Sequence[str]) -> None:
    """Refuse pieces nobody named: they go out with the kit, and must be such as may be sold."""
    if sku.is_serial_tracked:
        require_serials(sku, len(serials) or 1, serials)
    elif lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku.code), sku=sku.code)


def _taken_anywhere(
    session: Session, command: AssembleKits, sku: Sku, pieces: int, bench: Bin
) -> list[ledger.Posting]:
    require_serials(sku, pieces * command.kits, ())
    missing = pieces * command.kits
    found = free_parts(session, sku, command.day)
    if not session.get_one(Sku, command.kit_id).is_lot_tracked:
        # Only pieces without a best-before go into kits without lots.
        found.sort(key=lambda part: part.best_before is not None)
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
            kits=free // pieces,
        )  # fmt: skip
    return postings

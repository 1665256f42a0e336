"""What a kit is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import sku_named
from warehouse.commands import Command, Outcome
from warehouse.errors import (
    InvalidInput,
    NotFound,
    RuleViolation,
    SerialMissing,
    UnknownSku,
)
from warehouse.gathering import Gathered, Words
from warehouse.kitting.models import KitPart
from warehouse.kitting.rules import contains_itself
from warehouse.kitting.versions import save_version
from warehouse.people import trail
from warehouse.text import Text, say

MOST_PARTS = 50
MOST_OF_A_PART = 999
MOST_KITS = 10_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """So many pieces of a SKU, by its code or a barcode, for one kit; `row` is its line."""

    sku: str
    pieces: int
    row: int = 0


@dataclass(frozen=True, kw_only=True)
class PartFrom:
    """Pieces of a part that are taken out of a bin, or put back: of a lot, by their numbers.

    `best_before` is for a lot nobody saw before, `row` the line in what was typed.
    """

    sku: str
    bin: str = ""
    pieces: int = 0
    lot: str = ""
    serials: tuple[str, ...] = ()
    best_before: date | None = None
    row: int = 0


@dataclass(frozen=True, kw_only=True)
class SaveKit(Command):
    """Say what a kit is made of; of nothing: it is no kit any more."""

    kit: str
    parts: tuple[Part, ...]


def save_kit(session: Session, command: SaveKit) -> Outcome:
    """Replace the parts of the kit.

    Raises:
        UnknownSku: of the kit or a part. InvalidInput: no number of pieces, a part twice, too
            many, or none for what is no kit yet.
        RuleViolation: the kit would be inside itself.
    """
    told = Gathered()
    kit = told.take("kit", lambda: _sku_named(session, command.kit, "kit"))
    if len(command.parts) > MOST_PARTS:
        told.tell(say("A kit has at most {most} parts.", most=MOST_PARTS), "parts")
    if not command.parts and not (kit and _has_parts(session, kit.id)):
        told.tell(say("Write at least one part, each on a line."), "parts")
    wanted = _parts_named(session, command.parts, told)
    _hold_all_kits(session)
    if kit is not None and _is_inside_itself(session, kit.id, wanted):
        told.keep(RuleViolation(say("{kit} would be inside itself.", kit=kit.code)), "parts")
    kit = told.sound(kit)
    session.execute(sa.delete(KitPart).where(KitPart.kit_id == kit.id))
    session.add_all(
        KitPart(kit_id=kit.id, sku_id=sku_id, pieces=pieces) for sku_id, pieces in wanted.items()
    )
    session.flush()
    save_version(session, command, kit.id, wanted)
    trail.record(session, command, "sku", kit.id, "kit_saved", parts=len(wanted))
    return Outcome(
        screen="kit", subject_id=kit.id, message=say("Kit {code} is saved.", code=kit.code)
    )


def kit_by_id(session: Session, kit_id: int) -> Sku:
    """Return the SKU of a kit. Raises NotFound: there is none."""
    kit = session.get(Sku, kit_id)
    if kit is None:
        raise NotFound(say("SKU"), kit_id)
    return kit


def kits_problem(kits: int) -> Text | None:
    """Return why so many kits are not made or taken apart at once, None if they are."""
    return None if 0 < kits <= MOST_KITS else say("This must be 1 to {most}.", most=MOST_KITS)


def of_row(row: int) -> Words:
    """Return how what is wrong with a line is said."""
    return lambda problem: say("Line {line}: {problem}", line=row, problem=problem)


def require_serials(sku: Sku, pieces: int, serials: Sequence[str]) -> None:
    """Refuse pieces known one by one of which not each is named.

    Raises:
        SerialMissing: so it is.
    """
    if sku.is_serial_tracked and len(set(serials)) != pieces:
        raise SerialMissing(
            say("{sku} is known piece by piece. Scan the serial number of each.", sku=sku.code),
            sku=sku.code,
        )


def _hold_all_kits(session: Session) -> None:
    """Let one person at a time say what kits are made of.

    Two kits changed at once could each put the other inside. The rows of their parts are no lock:
    a kit may have none yet. What is read after this statement is what the one before us left.
    """
    session.execute(
        sa.select(Bin.id).where(Bin.kind == BinKind.KITTING).order_by(Bin.id)
        .with_for_update(key_share=True)
    )  # fmt: skip


def _sku_named(session: Session, code: str, field: str) -> Sku:
    if not code.strip():
        raise InvalidInput(say("Write the code of a SKU."), field=field)
    found = sku_named(session, code)
    if found is None:
        raise UnknownSku(code.strip(), field=field)
    if not found.is_active:
        raise InvalidInput(say("{sku} is no longer in use.", sku=found.code), field=field)
    return found


def _parts_named(session: Session, parts: Sequence[Part], told: Gathered) -> dict[int, int]:
    """Return SKU id → pieces of the lines nothing is wrong with; the others are told."""
    wanted: dict[int, int] = {}
    for at, part in enumerate(parts, start=1):
        found = told.take("parts", partial(_part, session, part, wanted), of_row(part.row or at))
        if found is not None:
            wanted[found] = part.pieces
    return wanted


def _part(session: Session, part: Part, wanted: Mapping[int, int]) -> int:
    told = Gathered()
    sku = told.take("parts", lambda: _sku_named(session, part.sku, "parts"))
    if not 0 < part.pieces <= MOST_OF_A_PART:
        told.tell(say("This must be 1 to {most}.", most=MOST_OF_A_PART), "parts")
    if sku is not None and sku.id in wanted:
        told.tell(say("{sku} stands here twice.", sku=sku.code), "parts")
    return told.sound(sku).id


def _has_parts(session: Session, kit_id: int) -> bool:
    return session.scalar(sa.select(sa.exists().where(KitPart.kit_id == kit_id))) is True


def _is_inside_itself(session: Session, kit_id: int, wanted: Collection[int]) -> bool:
    inside: dict[int, set[int]] = defaultdict(set)
    for row in session.scalars(sa.select(KitPart).order_by(KitPart.kit_id)):
        inside[row.kit_id].add(row.sku_id)
    inside[kit_id] = set(wanted)
    return contains_itself(kit_id, inside)

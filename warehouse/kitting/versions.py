"""What kits were made of when they were made, so that taking them apart gives back the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.models import LotBalance, Move, StockBalance
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.kitting.made import BOOKED_IN, are_all_made_here, made_by, may_have_made
from warehouse.kitting.models import KitMade, KitPart, KitVersion, KitVersionPart
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of a kit: its number, its parts by SKU id, and how many of it may be about."""

    version_id: int
    number: int
    parts: tuple[tuple[Sku, int], ...]
    left: int
    is_current: bool


def versions_of(session: Session, kit_id: int, lot_id: int | None = None) -> list[Version]:
    """Return the versions of a kit, the newest first; `left` of one lot, where one is named."""
    left = sa.func.coalesce(sa.func.sum(KitMade.left), 0).label("left")
    of_lot = KitMade.lot_id == lot_id if lot_id is not None else sa.true()
    rows = session.execute(
        sa.select(KitVersion.id, KitVersion.number, left)
        .outerjoin(KitMade, sa.and_(KitMade.version_id == KitVersion.id, of_lot))
        .where(KitVersion.kit_id == kit_id)
        .group_by(KitVersion.id, KitVersion.number)
        .order_by(KitVersion.number.desc())
    ).all()
    parts: dict[int, list[tuple[Sku, int]]] = {}
    for version_id, sku, pieces in session.execute(
        sa.select(KitVersionPart.version_id, Sku, KitVersionPart.pieces)
        .join(Sku, Sku.id == KitVersionPart.sku_id)
        .where(KitVersionPart.version_id.in_([row.id for row in rows]))
        .order_by(Sku.id)
    ):
        parts.setdefault(version_id, []).append((sku, pieces))
    return [
        Version(
            version_id=row.id,
            number=row.number,
            parts=tuple(parts.get(row.id, ())),
            left=int(row.left),
            is_current=place == 0,
        )
        for place, row in enumerate(rows)
    ]


def current_version(session: Session, kit: Sku) -> Version:
    """Return what the kit is made of now.

    Raises:
        RuleViolation: it is no kit.
    """
    known = versions_of(session, kit.id)
    is_kit = session.scalar(sa.select(KitPart.kit_id).where(KitPart.kit_id == kit.id).limit(1))
    if not known or is_kit is None:
        raise RuleViolation(say("{sku} is no kit: nobody said what it is made of.", sku=kit.code))
    return known[0]


def save_version(session: Session, command: Command, kit_id: int, parts: Mapping[int, int]) -> None:
    """Keep what the kit is made of from now on, if that is new.

    With no kit left in the house the earlier versions are nobody's any more.
    """
    known = versions_of(session, kit_id)
    if _standing(session, kit_id) == 0:
        ids = [version.version_id for version in known]
        session.execute(
            sa.update(KitMade).where(KitMade.version_id.in_(ids), KitMade.left > 0).values(left=0)
        )
    is_same = bool(known) and {sku.id: n for sku, n in known[0].parts} == dict(parts)
    if is_same or not parts:
        return
    number = known[0].number + 1 if known else 1
    version = KitVersion(kit_id=kit_id, number=number, saved_at=command.at)
    session.add(version)
    session.flush()
    session.add_all(
        KitVersionPart(version_id=version.id, sku_id=sku_id, pieces=pieces)
        for sku_id, pieces in sorted(parts.items())
    )
    session.flush()


def note_made(
    session: Session, command: Command, version: Version, kits: int, lot_id: int | None
) -> None:
    """Keep of which version the kits of this command are."""
    session.add(
        KitMade(
            command_id=command.id,
            version_id=version.version_id,
            lot_id=lot_id,
            kits=kits,
            left=kits,
        )
    )
    session.flush()


def version_apart(
    session: Session, kit: Sku, kits: int, number: int, lot_id: int | None, serials: Sequence[str]
) -> Version:
    """Return the version kits are of that are to be taken apart: the one named (0: none is).

    Pieces known by number were made by a command that said it. Of other kits the book knows how
    many of each version were made, in whatever lot where some came into theirs later; where more
    than one may be meant, a person says which.

    Raises:
        InvalidInput: there is no such version. RuleViolation: it may be one of several, or fewer
            of it were made.
    """
    lot_made = None if _is_any_booked_in(session, lot_id) else lot_id
    known = versions_of(session, kit.id, lot_made)
    if not known:
        raise RuleViolation(say("{sku} is no kit: nobody said what it is made of.", sku=kit.code))
    if kit.is_serial_tracked:
        return _of_pieces(session, kit, known, number, serials)
    if number:
        return _named(kit, kits, known, number)
    possible = [version for version in known if version.left]
    others = _standing(session, kit.id, lot_made) - sum(version.left for version in possible)
    if not known[0].left and (others > 0 or not possible):
        possible.insert(0, known[0])  # bought as they are, or made before versions were kept
    return _named(kit, kits, known, _only(kit, possible).number)


def take_left(session: Session, version: Version, kits: int, lot_id: int | None) -> None:
    """Count kits of the version as taken apart: those made in their lot first, then the oldest."""
    is_other = sa.case((KitMade.lot_id == lot_id, 0), else_=1)
    query = (
        sa.select(KitMade)
        .where(KitMade.version_id == version.version_id, KitMade.left > 0)
        .order_by(is_other, KitMade.command_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for made in session.scalars(query):
        taken = min(made.left, kits)
        made.left -= taken
        kits -= taken
    session.flush()


def _named(kit: Sku, kits: int, known: Sequence[Version], number: int) -> Version:
    for version in known:
        if version.number == number:
            if version.left < kits and not version.is_current:
                raise RuleViolation(
                    say(
                        "Only {left} kits {sku} of version {number} may be there.",
                        left=version.left,
                        sku=kit.code,
                        number=number,
                    )
                )
            return version
    raise InvalidInput(say("{sku} has no version {number}.", sku=kit.code, number=number),
                       field="version")  # fmt: skip


def _of_pieces(
    session: Session, kit: Sku, known: Sequence[Version], number: int, serials: Sequence[str]
) -> Version:
    """Return the version of numbered kits; under a number they were not made with, the one said."""
    found = _versions(session, made_by(kit, None, serials))
    if len(found) > 1:
        raise RuleViolation(say("These kits are not of one version: take them apart one by one."))
    if are_all_made_here(session, kit, None, serials):
        return next((v for v in known if v.version_id in found), known[0])
    found |= _versions(session, may_have_made(kit.id, None, is_numbered=True))
    possible = [v for v in known if v.is_current or v.version_id in found]
    return _only(kit, [v for v in possible if v.number == number] or possible)


def _versions(session: Session, commands: sa.Select[str]) -> set[int]:
    made = sa.select(KitMade.version_id).where(KitMade.command_id.in_(commands))
    return set(session.scalars(made.distinct()))


def _only(kit: Sku, possible: Sequence[Version]) -> Version:
    """Return the one version there is.

    Raises:
        RuleViolation: there are several, and nobody said which.
    """
    if len(possible) > 1:
        raise RuleViolation(
            say("Kits {sku} of {count} versions may be there: say which one it is.", sku=kit.code,
                count=len(possible)),
            versions=[version.number for version in possible],
        )  # fmt: skip
    return possible[0]


def _is_any_booked_in(session: Session, lot_id: int | None) -> bool:
    """Tell whether kits came into the lot that were made with another one, or may have been."""
    came = sa.select(Move.id).where(Move.lot_id == lot_id, *BOOKED_IN, NOT_UNDONE)
    return lot_id is not None and session.scalar(came.limit(1)) is not None


def _standing(session: Session, kit_id: int, lot_id: int | None = None) -> int:
    """Return how many of the kit, or of one lot of it, stand anywhere in the house."""
    query = sa.select(sa.func.coalesce(sa.func.sum(StockBalance.on_hand), 0)).where(
        StockBalance.sku_id == kit_id, ~StockBalance.is_virtual
    )
    if lot_id is not None:
        query = sa.select(sa.func.coalesce(sa.func.sum(LotBalance.on_hand), 0)).where(
            LotBalance.lot_id == lot_id, ~LotBalance.is_virtual
        )
    return int(session.scalar(query) or 0)

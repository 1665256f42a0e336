"""How full a pick bin is to be kept with a SKU."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation, StaleScreen, UnknownName
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.replenishing.models import FaceLevel
from warehouse.text import say

MOST_PIECES = 100_000


@dataclass(frozen=True, kw_only=True)
class SetFace(Command):
    """The bin is filled up to `most` pieces of the SKU when fewer than `least` are free in it."""

    sku_id: int
    bin_id: int
    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class DropFace(Command):
    """The bin is not kept filled with the SKU any more."""

    sku_id: int
    bin_id: int


def set_face(session: Session, command: SetFace) -> Outcome:
    """Keep the level; tasks follow it within half a minute.

    Raises:
        NotFound: no such SKU. UnknownName: no such bin. InvalidInput: out of range.
        RuleViolation: orders are not picked from this bin.
    """
    sku = session.get(Sku, command.sku_id)
    if sku is None:
        raise NotFound(say("SKU"), command.sku_id)
    told = Gathered()
    found = told.take("bin", lambda: _shelf(session, command.bin_id))
    is_most = 1 <= command.most <= MOST_PIECES
    if not is_most:
        told.tell(say("This must be {least} to {most}.", least=1, most=MOST_PIECES), "most")
    if not 0 <= command.least <= MOST_PIECES:
        told.tell(say("This must be {least} to {most}.", least=0, most=MOST_PIECES), "least")
    elif is_most and command.least > command.most:
        told.tell(say("The least is not above the most."), "least")
    place = told.sound(found)
    level = session.get(FaceLevel, (sku.id, place.id), with_for_update=True)
    if level is None:
        level = FaceLevel(sku_id=sku.id, bin_id=place.id)
        session.add(level)
    level.least, level.most, level.full_at = command.least, command.most, None
    session.flush()
    trail.record(
        session, command, "sku", sku.id, "face_set",
        bin=place.code, least=command.least, most=command.most,
    )  # fmt: skip
    return Outcome(
        screen="faces",
        subject_id=sku.id,
        message=say("{bin} is kept filled with {sku}.", bin=place.code, sku=sku.code),
    )


def _shelf(session: Session, bin_id: int) -> Bin:
    place = session.get(Bin, bin_id)
    if place is None:
        raise UnknownName(say("There is no shelf with this code."), field="bin")
    if place.kind is not BinKind.SHELF:
        raise RuleViolation(say("Orders are not picked from {bin}.", bin=place.code))
    return place


def drop_face(session: Session, command: DropFace) -> Outcome:
    """Forget the level.

    Raises:
        StaleScreen: forgotten already.
    """
    level = session.get(FaceLevel, (command.sku_id, command.bin_id), with_for_update=True)
    if level is None:
        raise StaleScreen
    session.delete(level)
    session.flush()
    trail.record(session, command, "sku", command.sku_id, "face_dropped", bin=command.bin_id)
    return Outcome(screen="faces", subject_id=command.sku_id, message=say("Taken out."))

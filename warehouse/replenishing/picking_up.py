"""What may be taken out of a reserve bin, and what hands hold of it already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import Item, bin_by_code, item_by_barcode
from warehouse.commands import CommandRow
from warehouse.errors import RuleViolation
from warehouse.inventory.fitness import SUSPECT_SKUS, is_fit
from warehouse.inventory.models import Lot, LotBalance, Move, MoveReason
from warehouse.inventory.pieces import LotHere, lots_in, serials_in
from warehouse.inventory.queries import balance_of, free_by_lot
from warehouse.inventory.unfound import unfound_in
from warehouse.people.models import Person
from warehouse.replenishing.models import Carried, ReplenishTask
from warehouse.text import Text, say


def item_in(session: Session, barcode: str, sku_id: int) -> Item | None:
    """Return what the barcode is if it is of this SKU, else None."""
    item = item_by_barcode(session, barcode)
    return item if item is not None and item.sku_id == sku_id else None


def in_bin(
    session: Session, bin_id: int, sku_id: int, *, day: date | None, lot_id: int | None = None
) -> int:
    """Return the pieces of a SKU in a bin that nobody was promised; of one lot, if one is named.

    Those that may be sold on the site's `day`, by their lots; all of them where it is None. Of
    a bin closed to picking none may be.
    """
    if day is not None and _is_closed(session, bin_id):
        return 0
    sku = session.execute(
        sa.select(Sku.is_lot_tracked, Sku.id.in_(SUSPECT_SKUS).label("is_suspect")).where(
            Sku.id == sku_id
        )
    ).one()
    if day is None or not (sku.is_lot_tracked or sku.is_suspect):
        return balance_of(session, bin_id, sku_id)[2]
    if not sku.is_lot_tracked:
        return 0
    rows = free_by_lot(day, Bin.id == bin_id, with_unfound=True).where(Lot.sku_id == sku_id)
    return sum(row.free for row in session.execute(rows) if lot_id in (None, row.lot_id))


def _is_closed(session: Session, bin_id: int) -> bool:
    return bool(session.scalar(sa.select(Bin.is_pick_closed).where(Bin.id == bin_id)))


def why_none(session: Session, place: Bin, sku_id: int) -> Text:
    """Return why no piece of a SKU may be taken out of a bin from which `in_bin` has none.

    Goods that stand there and are held back are not said to be gone: whoever sees them is told so.
    """
    sku = session.execute(sa.select(Sku.code, Sku.is_lot_tracked).where(Sku.id == sku_id)).one()
    if balance_of(session, place.id, sku_id)[2] <= 0:
        return say("The book has no free piece of {sku} in {bin}.", sku=sku.code, bin=place.code)
    if _is_closed(session, place.id):
        return say("{bin} is closed to picking: leave its goods there.", bin=place.code)
    if sku.is_lot_tracked:
        return say(
            "No lot of {sku} in {bin} may be sold: blocked, or past its day. Leave it there.",
            sku=sku.code, bin=place.code,
        )  # fmt: skip
    return say(
        "{sku} in {bin} is held back: pieces of a blocked lot may be inside. Leave it there until"
        " the desk has had it sorted.", sku=sku.code, bin=place.code,
    )  # fmt: skip


def require_fit(session: Session, hand: Carried, *, day: date) -> None:
    """Refuse goods in a hand that were held back since they were taken: none get to a shelf.

    Raises:
        RuleViolation: they may not be sold any more; they go back where they were taken.
    """
    task = session.get_one(ReplenishTask, hand.task_id)
    source = session.get_one(Bin, hand.from_bin_id)
    if in_bin(session, source.id, task.sku_id, day=day, lot_id=hand.lot_id) > 0:
        return
    if _is_closed(session, source.id):
        raise RuleViolation(
            say("{bin} was closed to picking meanwhile. Put the goods back there.",
                bin=source.code)
        )  # fmt: skip
    if hand.lot_id is not None:
        lot = session.get_one(Lot, hand.lot_id)
        raise RuleViolation(
            say("Lot {lot} may not be sold any more. Put the goods back into {bin}.",
                lot=lot.code, bin=source.code)
        )  # fmt: skip
    sku = session.get_one(Sku, task.sku_id)
    raise RuleViolation(
        say("{sku} is held back: pieces of a blocked lot may be inside. Put the goods back into"
            " {bin}.", sku=sku.code, bin=source.code)
    )  # fmt: skip


def lot_to_take(
    session: Session, bin_id: int, sku_id: int, *, day: date, told: str = ""
) -> LotHere | None:
    """Return the fit lot that has to leave the bin first and has free pieces in nobody's hands.

    Where fewer were found than the book has, nobody knows of which lot: there it is the one `told`.
    """
    wanted = told if told and unfound_in(session, bin_id, sku_id) else ""
    held = {
        lot_id: int(pieces)
        for lot_id, pieces in session.execute(
            sa.select(Carried.lot_id, sa.func.sum(Carried.pieces))
            .where(Carried.from_bin_id == bin_id)
            .group_by(Carried.lot_id)
        )
    }
    fit = set(
        session.scalars(
            sa.select(Lot.id)
            .join(LotBalance, LotBalance.lot_id == Lot.id)
            .join(Sku, Sku.id == Lot.sku_id)
            .where(LotBalance.bin_id == bin_id, Lot.sku_id == sku_id, is_fit(day))
        )
    )
    free = [
        lot
        for lot in lots_in(session, bin_id, sku_id)
        if lot.lot_id in fit and lot.free > held.get(lot.lot_id, 0)
    ]
    return next((lot for lot in free if lot.code == wanted), free[0] if free else None)


def others_hold(session: Session, hand: Carried, sku_id: int, *, any_lot: bool = False) -> int:
    """Return the pieces of the SKU (of the same lot) others have in hand from the same bin."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Carried.pieces), 0))
        .join(ReplenishTask, ReplenishTask.id == Carried.task_id)
        .where(
            Carried.from_bin_id == hand.from_bin_id,
            Carried.person_id != hand.person_id,
            ReplenishTask.sku_id == sku_id,
        )
    )
    if hand.lot_id is not None and not any_lot:
        query = query.where(Carried.lot_id == hand.lot_id)
    return int(session.scalar(query) or 0)


def other_holder(session: Session, hand: Carried, sku_id: int, serial: str) -> str | None:
    """Return the name of somebody else who has this known piece in hand; None if nobody has."""
    rows = session.execute(
        sa.select(Person.name, Carried.serials)
        .join(Person, Person.id == Carried.person_id)
        .join(ReplenishTask, ReplenishTask.id == Carried.task_id)
        .where(Carried.person_id != hand.person_id, ReplenishTask.sku_id == sku_id)
        .order_by(Carried.at)
    )
    return next((name for name, serials in rows if serial in serials), None)


def left_to_take(session: Session, task: ReplenishTask, hand: Carried, *, day: date) -> int:
    """Return the pieces to take yet at the bin somebody stands at: those wanted that are there.

    Of goods kept by lot those of the lot in hand. What was not found there is not asked for, nor
    what others bring.
    """
    place, sku = hand.from_bin_id, task.sku_id
    fit = in_bin(session, place, sku, day=day, lot_id=hand.lot_id) - others_hold(session, hand, sku)
    seen = in_bin(session, place, sku, day=None) - others_hold(session, hand, sku, any_lot=True)
    there = min(fit, seen - unfound_in(session, place, sku))
    return max(0, min(left_to_bring(session, task, hand.person_id), there) - hand.pieces)


def left_to_bring(session: Session, task: ReplenishTask, person_id: int) -> int:
    """Return the pieces of a task that are to be brought, but for those others have in hand."""
    others = sa.select(sa.func.coalesce(sa.func.sum(Carried.pieces), 0)).where(
        Carried.task_id == task.id, Carried.person_id != person_id
    )
    return max(0, task.pieces - task.moved - int(session.scalar(others) or 0))


def is_gone(session: Session, hand: Carried, sku_id: int) -> bool:
    """Tell whether the book has moved, scrapped or counted away what somebody has in hand."""
    if not hand.pieces:
        return False
    if hand.serials:
        here = {row.code for row in serials_in(session, hand.from_bin_id, sku_id)}
        return not here.issuperset(hand.serials)
    if hand.lot_id is None:
        return balance_of(session, hand.from_bin_id, sku_id)[2] < hand.pieces
    lot = session.get(LotBalance, (hand.from_bin_id, hand.lot_id), populate_existing=True)
    return lot is None or lot.on_hand - lot.reserved < hand.pieces


@dataclass(frozen=True, kw_only=True)
class Gone:
    """The last move of the goods out of the bin somebody took them from."""

    bin: str
    kind: BinKind
    reason: MoveReason
    who: str
    at: datetime


def way_of(session: Session, hand: Carried, sku_id: int) -> Gone | None:
    """Return where the goods went in the book, None if they never moved out of the bin."""
    row = session.execute(
        sa.select(Bin.code, Bin.kind, Move.reason, Person.name, Move.at)
        .join(Bin, Bin.id == Move.to_bin_id)
        .join(CommandRow, CommandRow.id == Move.command_id)
        .join(Person, Person.id == CommandRow.person_id)
        .where(Move.from_bin_id == hand.from_bin_id, Move.sku_id == sku_id)
        .order_by(Move.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Gone(bin=row.code, kind=row.kind, reason=row.reason, who=row.name, at=row.at)


def place_for(session: Session, hand: Carried, sku_id: int) -> str:
    """Return the bin the pieces in hand are to be put back into: where the book has them now."""
    way = way_of(session, hand, sku_id) if is_gone(session, hand, sku_id) else None
    if way is not None and way.kind in (BinKind.SHELF, BinKind.RESERVE):
        return way.bin
    return session.get_one(Bin, hand.from_bin_id).code


def carriers_of(session: Session, task_id: int, but: int | None = None) -> list[str]:
    """Return the names of those who are at the task, without one of them."""
    return list(
        session.scalars(
            sa.select(Person.name)
            .join(Carried, Carried.person_id == Person.id)
            .where(Carried.task_id == task_id, Carried.person_id.is_distinct_from(but))
            .order_by(Carried.at)
        )
    )


def is_face(session: Session, barcode: str) -> bool:
    """Tell whether the code is a bin that orders are picked from."""
    place = bin_by_code(session, barcode)
    return place is not None and place.kind is BinKind.SHELF

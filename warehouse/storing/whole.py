"""Moving all that stands in a bin at once: what was taken up is what is put down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.errors import RuleViolation
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import (
    Lot,
    LotBalance,
    Move,
    MoveReason,
    MoveSerial,
    Serial,
    StockBalance,
    Unfound,
)
from warehouse.people.models import Person
from warehouse.storing.hands import HandKind, in_hands
from warehouse.storing.models import Handling, HandlingState
from warehouse.storing.sources import free_of, require_free
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class Content:
    """Pieces of one SKU in a bin, of one lot where it has lots; `free`: promised to nobody."""

    sku_id: int
    lot_id: int | None = None
    pieces: int
    serials: tuple[str, ...] = ()
    free: int = 0

    @property
    def key(self) -> tuple[int, int | None]:
        return self.sku_id, self.lot_id


def content_of(session: Session, bin_id: int) -> list[Content]:
    """Return everything that stands in a bin, by SKU and lot, with the numbers of known pieces."""
    balances = session.execute(
        sa.select(
            StockBalance.sku_id, StockBalance.on_hand, StockBalance.available,
            Sku.is_lot_tracked, Sku.is_serial_tracked,
        )
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(StockBalance.bin_id == bin_id, StockBalance.on_hand > 0)
        .order_by(StockBalance.sku_id)
    ).all()  # fmt: skip
    lots = _lots(session, bin_id) if any(row.is_lot_tracked for row in balances) else {}
    known = _known(session, bin_id) if any(row.is_serial_tracked for row in balances) else {}
    found: list[Content] = []
    for row in balances:
        by_lot = lots.get(row.sku_id) if row.is_lot_tracked else None
        numbers = known.get(row.sku_id, {}) if row.is_serial_tracked else {}
        for lot_id, pieces, free in by_lot or [(None, row.on_hand, row.available)]:
            serials = tuple(numbers.get(lot_id, ()))
            found.append(
                Content(sku_id=row.sku_id, lot_id=lot_id, pieces=pieces, serials=serials, free=free)
            )
    return found


def kept(content: Iterable[Content]) -> list[list[Any]]:
    """Return the content as it is kept with the hand that took it up."""
    return [[row.sku_id, row.lot_id, row.pieces, list(row.serials)] for row in content]


def taken_up(session: Session, handling: Handling) -> list[Content]:
    """Return what a hand took up; what stands there now where nobody kept what it was."""
    if handling.content is None:
        return content_of(session, handling.from_bin_id)
    return [
        Content(sku_id=sku_id, lot_id=lot_id, pieces=pieces, serials=tuple(serials))
        for sku_id, lot_id, pieces, serials in handling.content
    ]


def require_whole(
    session: Session,
    place: Bin,
    taken: Sequence[Content],
    *,
    standing: Sequence[Content] | None = None,
    handling_id: int | None = None,
) -> None:
    """Refuse to move a bin as a whole of which pieces are promised, gone, or in another hand.

    `taken` is what is moved, `standing` what stands there now, where it was taken up before, by
    the hand `handling_id`. Who moves all of a bin counts nothing: in another bin the book could
    sell what nobody has seen, so nothing may be left to be found there either.

    Raises:
        InsufficientStock: some are promised; to whom is named. RuleViolation: some were not found,
        have left since, or are in somebody's hand, who is named.
    """
    told = Gathered()
    here = {row.key: row for row in (taken if standing is None else standing)}
    for row in taken:
        told.take("bin", partial(_require_there, session, place, row, here.get(row.key)))
    for gone in _unfound(session, place):
        text = say(
            "Not found in {bin}: {pieces} × {sku}. Count the bin first, or move only the"
            " pieces that are there.",
            bin=place.code, pieces=min(gone.pieces, gone.on_hand), sku=gone.code,
        )  # fmt: skip
        told.keep(RuleViolation(text), "bin")
    for text in _in_other_hands(session, place, taken, here.values(), handling_id):
        told.keep(RuleViolation(text), "bin")
    told.refuse()


def require_not_whole(
    session: Session,
    place: Bin,
    sku: Sku,
    pieces: int,
    *,
    lot_id: int | None = None,
    serials: Iterable[str] = (),
) -> None:
    """Refuse pieces out of a bin all of which somebody carries, but for what came there since.

    Raises:
        RuleViolation: they are in that hand; whose it is is named.
    """
    query = (
        sa.select(Handling, Person.name)
        .join(Person, Person.id == Handling.person_id)
        .where(
            Handling.state == HandlingState.OPEN,
            Handling.from_bin_id == place.id,
            Handling.sku_id.is_(None),
        )
    )
    for handling, name in session.execute(query).all():
        held = [
            row
            for row in taken_up(session, handling)
            if row.sku_id == sku.id and lot_id in (None, row.lot_id)
        ]
        rest = free_of(session, place.id, sku.id, lot_id) - sum(row.pieces for row in held)
        is_held = any(code in row.serials for code in serials for row in held)
        if held and (is_held or rest < pieces):
            raise RuleViolation(say("{name} has all of {bin} in hand.", name=name, bin=place.code))


def require_not_carried(session: Session, moves: Iterable[Move]) -> None:
    """Refuse to take back what was moved into a bin all of which somebody carries by now.

    The bin is held, as by whoever takes goods up out of it.

    Raises:
        RuleViolation: it is in that hand; whose it is is named.
    """
    for move in moves:
        place = session.get_one(
            Bin, move.to_bin_id, with_for_update={"key_share": True}, populate_existing=True
        )
        sku = session.get_one(Sku, move.sku_id)
        known = sa.select(Serial.code).join(MoveSerial).where(MoveSerial.move_id == move.id)
        serials = session.scalars(known).all()
        require_not_whole(session, place, sku, move.pieces, lot_id=move.lot_id, serials=serials)


def postings(
    taken: Iterable[Content], source: Bin, target: Bin, reason: MoveReason, reference: str = ""
) -> list[ledger.Posting]:
    """Return the rows of the ledger that bring the content from one bin to another."""
    return [
        ledger.Posting(
            sku_id=row.sku_id,
            from_bin_id=source.id,
            to_bin_id=target.id,
            pieces=row.pieces,
            reason=reason,
            reference=reference,
            lot_id=row.lot_id,
            serials=row.serials,
        )
        for row in taken
    ]


def _require_there(session: Session, place: Bin, row: Content, here: Content | None) -> None:
    left = row.pieces - min(row.pieces, here.pieces if here else 0)
    if here is not None and row.serials:
        left = len(set(row.serials) - set(here.serials))
    sku = (
        session.get_one(Sku, row.sku_id) if left or here is None or here.free < row.pieces else None
    )
    if left and sku is not None:
        raise RuleViolation(
            say("{pieces} × {sku} left {bin} since you took all of it. Undo, and look what stands"
                " there.", pieces=left, sku=sku.code, bin=place.code)
        )  # fmt: skip
    if sku is not None:
        require_free(session, place, sku, row.pieces, row.lot_id)


def _in_other_hands(
    session: Session,
    place: Bin,
    taken: Iterable[Content],
    here: Iterable[Content],
    handling_id: int | None,
) -> list[Text]:
    """Return whose hands have pieces of what is moved; what came since may be in any."""
    rest: dict[int | None, int] = defaultdict(int)
    for sign, rows in ((1, here), (-1, taken)):
        for row in rows:
            rest[row.sku_id] += sign * row.pieces
    found = []
    for hand in in_hands(session, bins=[place.id]):
        if (hand.kind, hand.no) == (HandKind.STOCK, handling_id):
            continue
        rest[hand.sku_id] -= hand.pieces
        if hand.sku_id is None:
            found.append(say("{name} has all of {bin} in hand.", name=hand.name, bin=place.code))
        elif rest[hand.sku_id] < 0:
            found.append(
                say("{name} has {pieces} × {sku} of {bin} in hand. They are put down first.",
                    name=hand.name, pieces=hand.pieces, sku=hand.sku, bin=place.code)
            )  # fmt: skip
    return found


def _unfound(session: Session, place: Bin) -> Sequence[Any]:
    return session.execute(
        sa.select(Sku.code, StockBalance.on_hand, sa.func.sum(Unfound.pieces).label("pieces"))
        .join(Unfound, Unfound.sku_id == Sku.id)
        .join(
            StockBalance,
            sa.and_(StockBalance.bin_id == Unfound.bin_id, StockBalance.sku_id == Sku.id),
        )
        .where(Unfound.bin_id == place.id, StockBalance.on_hand > 0)
        .group_by(Sku.code, StockBalance.on_hand)
        .order_by(Sku.code)
    ).all()


def _lots(session: Session, bin_id: int) -> dict[int, list[tuple[int | None, int, int]]]:
    """Return SKU id → (lot id, pieces, free pieces) of each of its lots in the bin."""
    found: dict[int, list[tuple[int | None, int, int]]] = defaultdict(list)
    for row in session.execute(
        sa.select(Lot.sku_id, Lot.id, LotBalance.on_hand, LotBalance.reserved)
        .join(Lot, Lot.id == LotBalance.lot_id)
        .where(LotBalance.bin_id == bin_id, LotBalance.on_hand > 0)
        .order_by(Lot.best_before.is_(None), Lot.best_before, Lot.id)
    ):
        found[row.sku_id].append((row.id, row.on_hand, row.on_hand - row.reserved))
    return found


def _known(session: Session, bin_id: int) -> dict[int, dict[int | None, list[str]]]:
    """Return SKU id → lot id → the numbers of the known pieces in the bin."""
    found: dict[int, dict[int | None, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(
        sa.select(Serial.sku_id, Serial.lot_id, Serial.code)
        .where(Serial.bin_id == bin_id)
        .order_by(Serial.code)
    ):
        found[row.sku_id][row.lot_id].append(row.code)
    return found

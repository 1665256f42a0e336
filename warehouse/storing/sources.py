"""What may be taken out of a bin: which goods, how many are free, and who was promised the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_by_code, sku_named
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    LotMissing,
    RuleViolation,
    UnknownName,
)
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.marks import best_before_problem, lot_problem, serial_problem
from warehouse.inventory.models import Allocation, Lot, LotBalance, Serial
from warehouse.inventory.pieces import number_wanted, piece_in
from warehouse.inventory.pieces import serials_in as pieces_in
from warehouse.inventory.queries import balance_of
from warehouse.orders.models import ConsignmentLine, Order, OrderLine
from warehouse.text import Text, say
from warehouse.waves.models import PickTask, Wave

# Goods in totes and parcels belong to orders; set-aside places are emptied like a dock.
TAKEN_FROM = frozenset({BinKind.SHELF, BinKind.RESERVE, BinKind.DOCK, BinKind.SET_ASIDE})
PUT_INTO = frozenset({BinKind.SHELF, BinKind.RESERVE, BinKind.DOCK})
INCOMING = (BinKind.DOCK, BinKind.SET_ASIDE)
NAMED = 3  # of those who were promised pieces
MOST_ELSEWHERE = 20  # pieces that are looked for one by one: nobody mends more at once


@dataclass(frozen=True, kw_only=True)
class LotIn:
    """Pieces of one lot in a bin."""

    lot_id: int
    code: str
    best_before: date | None
    is_blocked: bool
    free: int


def sku_of(session: Session, code: str) -> Sku:
    """Return the SKU with this code or barcode.

    Raises:
        UnknownName: there is none.
    """
    found = sku_named(session, code)
    if found is None:
        raise UnknownName(say("There is no SKU with this code."), field="sku")
    return found


def bin_named(session: Session, code: str, kinds: frozenset[BinKind], *, field: str = "bin") -> Bin:
    """Return the bin with this code, held against changes until the command ends.

    Raises:
        UnknownName: there is none. RuleViolation: it is out of use or no place for this.
    """
    found = bin_by_code(session, scan_code(code))
    if found is None:
        raise UnknownName(say("There is no bin with this code."), field=field)
    if found.kind not in kinds:
        raise RuleViolation(say("{bin} is no place for this.", bin=found.code))
    if not found.is_active:
        raise RuleViolation(say("{bin} is out of use.", bin=found.code))
    # Whoever has balances in hand refers to their bins: he must not have to wait for this one.
    return session.get_one(
        Bin, found.id, with_for_update={"key_share": True}, populate_existing=True
    )


def lots_in(session: Session, bin_id: int, sku_id: int) -> list[LotIn]:
    """Return the lots of a SKU with free pieces in a bin, earliest best-before first."""
    free = LotBalance.on_hand - LotBalance.reserved
    rows = session.execute(
        sa.select(Lot.id, Lot.code, Lot.best_before, Lot.blocked_at, free.label("free"))
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(LotBalance.bin_id == bin_id, Lot.sku_id == sku_id, free > 0)
        .order_by(Lot.best_before.is_(None), Lot.best_before, Lot.id)
    )
    return [
        LotIn(
            lot_id=row.id,
            code=row.code,
            best_before=row.best_before,
            is_blocked=row.blocked_at is not None,
            free=row.free,
        )
        for row in rows
    ]


def lot_of(session: Session, place: Bin, sku: Sku, code: str) -> int | None:
    """Return the id of the lot pieces are taken of; None where the SKU has none or nobody said.

    Without a code it is the only lot with free pieces there, if there is only one.

    Raises:
        LotMissing: the lot named has no free pieces there.
    """
    if not sku.is_lot_tracked or (sku.is_serial_tracked and not code):
        return None
    found = lots_in(session, place.id, sku.id)
    if not code:
        return found[0].lot_id if len(found) == 1 else None
    for lot in found:
        if lot.code in (scan_code(code), code.strip()):
            return lot.lot_id
    raise LotMissing(
        say("No free piece of lot {lot} stands in {bin}.", lot=code[:40], bin=place.code),
        lot=code,
    )


def found_lot(
    session: Session, command: Command, sku: Sku, code: str, best_before: date | None
) -> int | None:
    """Return the lot of pieces that come from outside, made now if nobody has seen it before.

    Raises:
        as `lot_told`.
    """
    name = lot_told(session, command, sku, code, best_before)
    if name is None:
        return None
    return ledger.lot_named(session, sku.id, name, best_before, command.at)


def lot_told(
    session: Session, command: Command, sku: Sku, code: str, best_before: date | None
) -> str | None:
    """Return the code of the lot pieces come in, None where the SKU has no lots; nothing is made.

    Raises:
        LotMissing: the SKU is kept by lot and none is named. InvalidInput: a lot nobody has seen
            needs its best-before; a code or day that cannot be. RuleViolation: it is known with
            another one.
    """
    if not sku.is_lot_tracked:
        return None
    name = scan_code(code)
    if not name:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku.code), sku=sku.code)
    known = session.scalars(sa.select(Lot).where(Lot.sku_id == sku.id, Lot.code == name)).first()
    told = Gathered()
    if known is None:
        told.tell(lot_problem(name), "lot")
    if best_before is not None:
        told.tell(best_before_problem(best_before, command.day, is_faulty=True), "best_before")
    elif known is None and sku.is_expiry_tracked:
        told.tell(say("Say until when the new lot is good."), "best_before")
    told.refuse()
    day = known.best_before if known is not None else None
    if day is not None and best_before is not None and day != best_before:
        raise RuleViolation(ledger.other_day(name, day, best_before), field="best_before")
    return name


def require_marks(serials: Sequence[str]) -> None:
    """Refuse serial numbers of pieces from outside that no label could show.

    Raises:
        InvalidInput: one of them is none.
    """
    for code in serials:
        if problem := serial_problem(scan_code(code)):
            raise InvalidInput(problem, field="serials")


def require_here(session: Session, place: Bin, sku: Sku, serials: Sequence[str]) -> None:
    """Refuse pieces that are not in the bin.

    Raises:
        SerialElsewhere: one is somewhere else, has left, or nobody has seen it.
    """
    here = set(serials_in(session, place.id, sku.id))
    elsewhere = [code for code in dict.fromkeys(serials) if code not in here]
    told = Gathered()
    for code in elsewhere[:MOST_ELSEWHERE]:
        told.take("serials", partial(piece_in, session, place.id, sku.id, code))
    told.refuse()


def require_each(
    session: Session, place: Bin, sku: Sku, pieces: int, serials: Sequence[str], lot_id: int | None
) -> None:
    """Refuse pieces of which not each is named, unless all that stand there are meant.

    Raises:
        SerialMissing: so it is.
    """
    here = [p for p in pieces_in(session, place.id, sku.id) if lot_id in (None, p.lot_id)]
    if len(set(serials)) != pieces if serials else len(here) > pieces:
        raise number_wanted(sku.code)


def serials_in(session: Session, bin_id: int, sku_id: int) -> list[str]:
    """Return the serial numbers of a SKU's pieces in a bin, in order."""
    return list(
        session.scalars(
            sa.select(Serial.code)
            .where(Serial.bin_id == bin_id, Serial.sku_id == sku_id)
            .order_by(Serial.code)
        )
    )


def free_of(session: Session, bin_id: int, sku_id: int, lot_id: int | None = None) -> int:
    """Return the pieces of a SKU, or of one of its lots, that nobody was promised."""
    if lot_id is None:
        return balance_of(session, bin_id, sku_id)[2]
    row = session.execute(
        sa.select(LotBalance.on_hand - LotBalance.reserved).where(
            LotBalance.bin_id == bin_id, LotBalance.lot_id == lot_id
        )
    ).first()
    return int(row[0]) if row else 0


def require_free(
    session: Session, place: Bin, sku: Sku, pieces: int, lot_id: int | None = None
) -> None:
    """Refuse to take more pieces out of a bin than are free, naming who was promised the others.

    Raises:
        InsufficientStock: fewer are there, or fewer are free.
    """
    free = free_of(session, place.id, sku.id, lot_id)
    if free >= pieces:
        return
    raise InsufficientStock(
        _too_few(session, place, sku, pieces, lot_id, free),
        bin=place.code, sku=sku.code, free=free, pieces=pieces,
    )  # fmt: skip


def _too_few(
    session: Session, place: Bin, sku: Sku, pieces: int, lot_id: int | None, free: int
) -> Text:
    promised = promised_to(session, place.id, sku.id, lot_id)
    if not promised:
        return say(
            "{bin} has {free} pieces of {sku}, not {pieces}.",
            bin=place.code, free=free, sku=sku.code, pieces=pieces,
        )  # fmt: skip
    return say(
        "{bin} has {free} free pieces of {sku}; others are promised to {to}.",
        bin=place.code, free=free, sku=sku.code, to=", ".join(promised),
    )  # fmt: skip


def promised_to(session: Session, bin_id: int, sku_id: int, lot_id: int | None = None) -> list[str]:
    """Return the waves, or orders of no wave, that were promised pieces there: a few of them."""
    query = (
        sa.select(sa.func.coalesce(Wave.number, Order.order_no))
        .select_from(Allocation)
        .join(ConsignmentLine, ConsignmentLine.id == Allocation.consignment_line_id)
        .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(PickTask, PickTask.allocation_id == Allocation.id)
        .outerjoin(Wave, Wave.id == PickTask.wave_id)
        .where(
            Allocation.bin_id == bin_id,
            Allocation.sku_id == sku_id,
            Allocation.pieces > Allocation.picked + Allocation.released,
        )
        .distinct()
        .limit(NAMED)
    )
    if lot_id is not None:
        query = query.where(Allocation.lot_id == lot_id)
    return sorted(session.scalars(query))

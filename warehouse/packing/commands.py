"""From tote to parcel: carton opened, goods packed, parcel sealed with its slip on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import PrintJob
from printing.queue import enqueue
from warehouse.catalog.models import Bin, BinKind, CartonType, Sku
from warehouse.catalog.queries import carton_by_code, item_by_barcode
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, RuleViolation, StaleScreen, TooMany, WrongTote
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.inventory.refusals import refuse, refuse_item
from warehouse.numbers import next_number
from warehouse.orders.models import Consignment, ConsignmentLine, ConsignmentState
from warehouse.orders.queries import (
    CONSIGNMENT_WORDS,
    consignment_by_id,
    require_not_stopped,
    stopped,
)
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.packing.papers import packing_slip
from warehouse.packing.rules import expected_weight_g
from warehouse.packing.screens import PackScreen
from warehouse.people import trail
from warehouse.text import Text, say
from warehouse.waves.models import WaveSlot
from warehouse.waves.queries import content_of_tote, tote_of

MOST_PIECES = 9_999


@dataclass(frozen=True, kw_only=True)
class StartPacking(Command):
    """Pack what is in a tote."""

    barcode: str


@dataclass(frozen=True, kw_only=True)
class OpenParcel(Command):
    """Take a carton for the consignment."""

    consignment_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class ChangeCarton(Command):
    """Another carton than the one scanned first; what is packed goes along."""

    parcel_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class PackItem(Command):
    """Put scanned goods into the open parcel."""

    parcel_id: int
    barcode: str
    pieces: int = 1


@dataclass(frozen=True, kw_only=True)
class PackRest(Command):
    """Put everything that is left into the open parcel."""

    parcel_id: int


@dataclass(frozen=True, kw_only=True)
class SealParcel(Command):
    """The parcel is full; the rest goes into another."""

    parcel_id: int


@dataclass(frozen=True, kw_only=True)
class UndoPack(Command):
    """Take the last packed goods out again; a sealed parcel not yet weighed is opened first."""

    consignment_id: int


def start_packing(session: Session, command: StartPacking) -> Outcome:
    """Begin or resume packing the tote's consignment.

    Raises:
        WrongTote, UnknownBarcode: no tote with goods. RuleViolation: not checked yet.
        OrderStopped: the order goes no further.
    """
    tote = content_of_tote(session, command.barcode)
    if tote is None:
        raise refuse(session, command.barcode, say("a tote with checked goods"), WrongTote)
    if tote.stop_id is not None:
        raise stopped(session, tote.consignment_id)
    consignment = consignment_by_id(session, tote.consignment_id, lock=True)
    ready = {ConsignmentState.CHECKED, ConsignmentState.PACKING}
    if not consignment.is_check_required:
        ready.add(ConsignmentState.PICKED)
    if consignment.state not in ready:
        raise RuleViolation(
            say("Tote {code} is not ready for packing ({state}).",
                code=tote.tote_code, state=CONSIGNMENT_WORDS[consignment.state])
        )  # fmt: skip
    if consignment.state is not ConsignmentState.PACKING:
        consignment.state = ConsignmentState.PACKING
        session.flush()
        trail.record(session, command, "consignment", consignment.id, "packing_started")
    parcel = open_parcel_of(session, consignment.id)
    if parcel is not None:
        return _items(parcel, say("Go on with parcel {number}.", number=parcel.number))
    return Outcome(
        screen=PackScreen.CARTON,
        subject_id=consignment.id,
        message=say("Tote {code}. Scan a carton.", code=tote.tote_code),
    )


def open_parcel(session: Session, command: OpenParcel) -> Outcome:
    """Open a parcel in the scanned carton.

    Raises:
        WrongScan, UnknownBarcode: no carton. StaleScreen: a parcel is open, or packing is over.
    """
    consignment = _packing(session, command.consignment_id)
    if open_parcel_of(session, consignment.id) is not None:
        raise StaleScreen
    carton = carton_by_code(session, command.barcode)
    if carton is None:
        raise refuse(session, command.barcode, say("a carton"))
    number = f"P{next_number(session, 'parcel'):08d}"
    place = Bin(code=number, kind=BinKind.PARCEL)
    session.add(place)
    session.flush()
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(Parcel)
        .where(Parcel.consignment_id == consignment.id)
    )
    parcel = Parcel(
        number=number,
        consignment_id=consignment.id,
        sequence=(count or 0) + 1,
        bin_id=place.id,
        carton_type_id=carton.id,
        opened_at=command.at,
        packer_id=command.actor.person_id,
    )
    session.add(parcel)
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "opened", carton=carton.code)
    return _items(parcel, say("Carton {code}. OK packs everything.", code=carton.code))


def change_carton(session: Session, command: ChangeCarton) -> Outcome:
    """Put the open parcel into the scanned carton instead.

    Raises:
        WrongScan, UnknownBarcode: no carton. StaleScreen: the parcel is sealed.
    """
    parcel, _ = _open(session, command.parcel_id)
    carton = carton_by_code(session, command.barcode)
    if carton is None:
        raise refuse(session, command.barcode, say("a carton"))
    parcel.carton_type_id = carton.id
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "carton_changed", carton=carton.code)
    return _items(parcel, say("Carton {code}. OK packs everything.", code=carton.code))


def pack_item(session: Session, command: PackItem) -> Outcome:
    """Move the scanned pieces from the tote into the parcel; the last piece seals it.

    Raises:
        WrongItem, UnknownBarcode: not goods of this order. TooMany: more than are left.
    """
    if not 0 < command.pieces <= MOST_PIECES:
        raise InvalidInput(say("The number of pieces must be 1 or more."), field="pieces")
    parcel, lines = _open(session, command.parcel_id)
    item = item_by_barcode(session, command.barcode)
    mine = [line for line in lines if item and line.sku_id == item.sku_id]
    if item is None or not mine:
        raise refuse_item(session, command.barcode, say("goods of this order"))
    pieces = command.pieces * item.pieces
    left = sum(line.picked - line.packed for line in mine)
    if pieces > left:
        raise TooMany(say("{pieces} scanned, only {left} left.", pieces=pieces, left=left))
    _pack(session, command, parcel, _spread(mine, pieces))
    if all(line.packed == line.picked for line in lines):
        return _finish(session, command, parcel)
    done = sum(line.packed for line in lines)
    total = sum(line.picked for line in lines)
    return _items(parcel, say("{done} of {total}: {name}", done=done, total=total, name=item.words))


def pack_rest(session: Session, command: PackRest) -> Outcome:
    """Move everything left in the tote into the parcel and seal it."""
    parcel, lines = _open(session, command.parcel_id)
    rest = [(line, line.picked - line.packed) for line in lines if line.picked > line.packed]
    if not rest:
        raise StaleScreen
    _pack(session, command, parcel, rest)
    return _finish(session, command, parcel)


def seal_parcel(session: Session, command: SealParcel) -> Outcome:
    """Close a full parcel; goods are left for the next one.

    Raises:
        RuleViolation: it is empty.
    """
    parcel, _ = _open(session, command.parcel_id)
    _require_goods(session, parcel)
    _seal(session, command, parcel)
    return Outcome(
        screen=PackScreen.CARTON,
        subject_id=parcel.consignment_id,
        message=say("Parcel {number} is sealed. Scan the next carton.", number=parcel.number),
        is_step_done=True,
    )


def undo_pack(session: Session, command: UndoPack) -> Outcome:
    """Take back the last packing scan of the consignment's newest parcel.

    Raises:
        RuleViolation: nothing was packed, or the parcel has been weighed.
    """
    parcel = session.scalars(
        sa.select(Parcel)
        .where(Parcel.consignment_id == command.consignment_id)
        .order_by(Parcel.sequence.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if parcel is None or parcel.state not in (ParcelState.OPEN, ParcelState.SEALED):
        raise RuleViolation(say("There is nothing to undo."))
    last = _last_packed(session, parcel)
    if last is None:
        raise RuleViolation(say("There is nothing to undo."))
    if parcel.state is ParcelState.SEALED:
        _reopen(session, command, parcel)
    moves = session.scalars(
        sa.select(Move)
        .where(Move.command_id == last, Move.to_bin_id == parcel.bin_id)
        .order_by(Move.line_no)
    ).all()
    pieces = 0
    for line_no, move in enumerate(moves):
        ledger.reverse(session, command, move.id, first_line=line_no)
        line = session.get_one(ConsignmentLine, move.consignment_line_id, populate_existing=True)
        line.packed -= move.pieces
        content = session.get_one(ParcelLine, (parcel.id, line.id), populate_existing=True)
        content.pieces -= move.pieces
        pieces += move.pieces
    session.flush()
    return _items(
        parcel,
        say("{pieces} back into the tote.", pieces=pieces),
        tone=Tone.ATTENTION,
    )


def _last_packed(session: Session, parcel: Parcel) -> str | None:
    undone = sa.select(Move.reverses_id).where(Move.reverses_id.is_not(None))
    return session.scalar(
        sa.select(Move.command_id)
        .where(
            Move.to_bin_id == parcel.bin_id,
            Move.reason == MoveReason.PACK,
            Move.id.not_in(undone),
        )
        .order_by(Move.id.desc())
        .limit(1)
    )


def _reopen(session: Session, command: Command, parcel: Parcel) -> None:
    """Open a sealed parcel again and give the consignment its tote back."""
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    slot = session.scalars(
        sa.select(WaveSlot)
        .where(WaveSlot.consignment_id == consignment.id, WaveSlot.tote_bin_id.is_not(None))
        .order_by(WaveSlot.id.desc())
        .limit(1)
    ).one()
    taken = session.scalar(
        sa.select(WaveSlot.id).where(
            WaveSlot.tote_bin_id == slot.tote_bin_id,
            WaveSlot.freed_at.is_(None),
            WaveSlot.id != slot.id,
        )
    )
    if taken is not None:
        raise RuleViolation(say("The tote is in use again; hold the order instead."))
    slot.freed_at = None
    parcel.state = ParcelState.OPEN
    parcel.sealed_at = None
    consignment.state = ConsignmentState.PACKING
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "reopened")


def _packing(session: Session, consignment_id: int) -> Consignment:
    consignment = consignment_by_id(session, consignment_id, lock=True)
    require_not_stopped(session, consignment.id)
    if consignment.state is not ConsignmentState.PACKING:
        raise StaleScreen
    return consignment


def _open(session: Session, parcel_id: int) -> tuple[Parcel, list[ConsignmentLine]]:
    parcel = session.get(Parcel, parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None or parcel.state is not ParcelState.OPEN:
        raise StaleScreen
    require_not_stopped(session, parcel.consignment_id)
    lines = session.scalars(
        sa.select(ConsignmentLine)
        .where(ConsignmentLine.consignment_id == parcel.consignment_id)
        .order_by(ConsignmentLine.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return parcel, list(lines)


def _spread(lines: Sequence[ConsignmentLine], pieces: int) -> list[tuple[ConsignmentLine, int]]:
    parts = []
    for line in lines:
        part = min(pieces, line.picked - line.packed)
        if part:
            parts.append((line, part))
            pieces -= part
    return parts


def _pack(
    session: Session,
    command: Command,
    parcel: Parcel,
    parts: Sequence[tuple[ConsignmentLine, int]],
) -> None:
    tote = tote_of(session, parcel.consignment_id)
    if tote is None:
        raise StaleScreen
    postings = []
    for line, pieces in parts:
        line.packed += pieces
        content = session.get(ParcelLine, (parcel.id, line.id), populate_existing=True)
        if content is None:
            content = ParcelLine(
                parcel_id=parcel.id, consignment_line_id=line.id, sku_id=line.sku_id, pieces=0
            )
            session.add(content)
        content.pieces += pieces
        postings.append(
            ledger.Posting(
                sku_id=line.sku_id,
                from_bin_id=tote.tote_id,
                to_bin_id=parcel.bin_id,
                pieces=pieces,
                reason=MoveReason.PACK,
                consignment_line_id=line.id,
            )
        )
    session.flush()
    ledger.post(session, command, postings)


def _finish(session: Session, command: Command, parcel: Parcel) -> Outcome:
    _seal(session, command, parcel)
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    consignment.state = ConsignmentState.PACKED
    tote = tote_of(session, consignment.id)
    if tote is not None:
        session.get_one(WaveSlot, tote.slot_id).freed_at = command.at
    session.flush()
    trail.record(session, command, "consignment", consignment.id, "packed")
    _print_slips(session, command, consignment.id)
    return Outcome(
        screen=PackScreen.TOTE,
        subject_id=consignment.id,
        message=say("Parcel {number} is sealed. On to the scale.", number=parcel.number),
        is_step_done=True,
        facts={
            "parcel_id": parcel.id,
            "parcel_no": parcel.number,
            "consignment_id": consignment.id,
        },
    )


def _seal(session: Session, command: Command, parcel: Parcel) -> None:
    contents = session.execute(
        sa.select(Sku.weight_g, ParcelLine.pieces)
        .join(Sku, Sku.id == ParcelLine.sku_id)
        .where(ParcelLine.parcel_id == parcel.id, ParcelLine.pieces > 0)
    ).all()
    carton = session.get_one(CartonType, parcel.carton_type_id)
    parcel.expected_g = expected_weight_g(carton.tare_g, [(w, n) for w, n in contents])
    parcel.state = ParcelState.SEALED
    parcel.sealed_at = command.at
    parcel.seals += 1
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "sealed", expected_g=parcel.expected_g)


def _print_slips(session: Session, command: Command, consignment_id: int) -> None:
    """Ask for the slips of all parcels at once: only now is it known how many there are.

    A parcel opened and closed again gets a new slip only if the slip would say something else.
    """
    parcels = session.scalars(
        sa.select(Parcel).where(Parcel.consignment_id == consignment_id).order_by(Parcel.sequence)
    ).all()
    for parcel in parcels:
        subject = f"parcel:{parcel.id}"
        slip = packing_slip(session, parcel, parcels[-1].sequence)
        before = session.execute(
            sa.select(PrintJob.part, PrintJob.facts)
            .where(PrintJob.subject == subject, PrintJob.document_kind == slip.kind)
            .order_by(PrintJob.part.desc())
            .limit(1)
        ).first()
        if before is not None and before.facts == slip.to_json():
            continue
        enqueue(
            session,
            slip,
            station_id=command.actor.station_id,
            at=command.at,
            command_id=command.id,
            subject=subject,
            part=before.part + 1 if before else 1,
        )


def _require_goods(session: Session, parcel: Parcel) -> None:
    packed = session.scalar(
        sa.select(sa.func.sum(ParcelLine.pieces)).where(ParcelLine.parcel_id == parcel.id)
    )
    if not packed:
        raise RuleViolation(say("The parcel is empty."))


def _items(parcel: Parcel, message: Text, *, tone: Tone = Tone.OK) -> Outcome:
    return Outcome(screen=PackScreen.ITEMS, subject_id=parcel.id, message=message, tone=tone)


def open_parcel_of(session: Session, consignment_id: int) -> Parcel | None:
    """Return the consignment's open parcel, None if none is open."""
    return session.scalars(
        sa.select(Parcel)
        .where(Parcel.consignment_id == consignment_id, Parcel.state == ParcelState.OPEN)
        .execution_options(populate_existing=True)
    ).first()

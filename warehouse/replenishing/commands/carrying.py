"""Doing a task up to the pick bin: to the reserve bin, goods in hand.

The pieces stay booked in reserve until the pick bin is scanned: who sets them down again on the
way has changed nothing. Several people may work one task; each has hands of his or her own.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_by_code
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import (
    OtherLot,
    RuleViolation,
    StaleScreen,
    TooMany,
)
from warehouse.inventory.pieces import number_wanted, piece_in
from warehouse.inventory.queries import balance_of
from warehouse.inventory.refusals import refuse_bin, refuse_item, require_pieces
from warehouse.replenishing.commands.ending import close
from warehouse.replenishing.commands.planning import hand_of, lock_tasks, open_task, refresh
from warehouse.replenishing.models import Carried, ReplenishTask, TaskState
from warehouse.replenishing.picking_up import (
    in_bin,
    is_gone,
    item_in,
    left_to_bring,
    left_to_take,
    lot_to_take,
    other_holder,
    others_hold,
    place_for,
    why_none,
)
from warehouse.replenishing.queries import sources_of
from warehouse.replenishing.rules import ends_sooner
from warehouse.replenishing.screens import ReplenishScreen
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class GoToReserve(Command):
    """I stand at a reserve bin to take pieces for the task."""

    task_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class TakeFromReserve(Command):
    """So many pieces are in my hands now; `lot` and `serial` as the scan said them."""

    task_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class PutBackInReserve(Command):
    """What I had in hand is back where I took it."""

    task_id: int


def go_to_reserve(session: Session, command: GoToReserve) -> Outcome:
    """Open the hands of this person for the task, at any reserve bin that has pieces for it.

    Raises:
        StaleScreen: the task has ended. WrongBin, UnknownBarcode: no reserve bin with these goods.
        RuleViolation: something is in hand for another task.
    """
    task = open_task(session, command.task_id)
    sku = session.get_one(Sku, task.sku_id)
    place = bin_by_code(session, command.barcode)
    wanted = say("{bin}", bin=session.get_one(Bin, task.from_bin_id).code)
    if place is None or place.kind is not BinKind.RESERVE or not place.is_active:
        raise refuse_bin(session, command.barcode, wanted)
    hand = hand_of(session, command.actor.person_id)
    if hand is not None and hand.pieces:
        if hand.task_id == task.id and hand.from_bin_id == place.id:
            return _at_bin(session, command, task, hand)
        raise RuleViolation(say("Put down first what you have in hand."))
    there = in_bin(session, place.id, sku.id, day=command.day)
    if there <= 0:
        raise RuleViolation(why_none(session, place, sku.id))
    if hand is None:
        hand = Carried(person_id=command.actor.person_id, serials=[])
        session.add(hand)
    hand.task_id, hand.from_bin_id, hand.at = task.id, place.id, command.at
    hand.lot_id, hand.pieces, hand.serials, hand.other_bin_id = None, 0, [], None
    hand.changed_at = None
    session.flush()
    return _at_bin(session, command, task, hand)


def take_from_reserve(session: Session, command: TakeFromReserve) -> Outcome:
    """Take scanned pieces into the hands: part or all of what is wanted, packs as they come.

    Of goods kept by lot the lot that ends first is taken; another one scanned is refused, unless
    fewer were found here than the book has.

    Raises:
        StaleScreen: the task has ended, or nobody said which bin. WrongItem, UnknownBarcode: other
        goods. TooMany: more than are free in the bin. OtherLot: another lot has to go first.
        SerialMissing, SerialElsewhere: goods known piece by piece, and no number of a piece here.
    """
    require_pieces(command.pieces)
    task = open_task(session, command.task_id)
    hand = hand_at_bin(session, command, task)
    sku = session.get_one(Sku, task.sku_id)
    if is_gone(session, hand, sku.id):
        return gone_from_under(session, hand, sku)
    if in_bin(session, hand.from_bin_id, sku.id, day=command.day) <= 0:
        if not hand.pieces:
            return _next_bin(session, command, task, hand)
        raise RuleViolation(why_none(session, session.get_one(Bin, hand.from_bin_id), sku.id))
    pieces = _pieces(session, command, sku, hand)
    if sku.is_lot_tracked:
        _require_lot(session, command, sku, hand)
    free = in_bin(session, hand.from_bin_id, sku.id, day=command.day, lot_id=hand.lot_id)
    left = free - others_hold(session, hand, sku.id) - hand.pieces
    if pieces > left:
        code = session.get_one(Bin, hand.from_bin_id).code
        said = {"bin": code, "sku": sku.code, "pieces": hand.pieces + pieces}
        raise TooMany(
            say("{bin} has {left} free pieces more.", left=max(0, left), bin=code),
            left=max(0, left),
            **(said if hand.pieces + pieces > free else {}),  # else others have them in hand
        )
    if not hand.pieces:
        hand.at = command.at
    hand.pieces += pieces
    hand.other_bin_id, hand.changed_at = None, command.at
    session.flush()
    more = left_to_take(session, task, hand, day=command.day)
    text = (
        say("{pieces} in hand, {more} to go. Or scan the pick bin.", pieces=hand.pieces, more=more)
        if more > 0
        else say("{pieces} in hand. Scan the pick bin.", pieces=hand.pieces)
    )
    is_too_many = hand.pieces > left_to_bring(session, task, hand.person_id)
    tone = Tone.ATTENTION if is_too_many else Tone.OK
    return Outcome(screen=ReplenishScreen.ITEM, subject_id=task.id, message=text, tone=tone)


def put_back_in_reserve(session: Session, command: PutBackInReserve) -> Outcome:
    """Empty the hands of this person: nothing was booked, nothing is.

    Asked why another pick bin, only that bin is forgotten.

    Raises:
        StaleScreen: nothing is in hand for this task.
    """
    task = session.get(ReplenishTask, command.task_id)
    if task is not None:
        lock_tasks(session, [task.sku_id])
    hand = hand_of(session, command.actor.person_id)
    if hand is None or task is None or hand.task_id != task.id:
        raise StaleScreen
    if hand.other_bin_id is not None:
        hand.other_bin_id = None
        session.flush()
        return Outcome(
            screen=ReplenishScreen.NEXT, subject_id=task.id, message=say("Scan the bin.")
        )
    text = say("Nothing is in hand.")
    if hand.pieces:
        place = place_for(session, hand, task.sku_id)
        text = say("Put {pieces} back into {bin}.", pieces=hand.pieces, bin=place)
    close(session, command, hand, task.sku_id, is_back=True)
    session.flush()
    refresh(session, command, [task.id])
    return Outcome(
        screen=ReplenishScreen.NEXT, subject_id=task.id, message=text, tone=Tone.ATTENTION
    )


def gone_from_under(session: Session, hand: Carried, sku: Sku) -> Outcome:
    """Answer that what is in hand has left its bin in the book; nothing is booked by it."""
    place = session.get_one(Bin, hand.from_bin_id)
    return Outcome(
        screen=ReplenishScreen.GONE,
        subject_id=hand.task_id,
        message=say("{sku} has left {bin} in the book meanwhile.", sku=sku.code, bin=place.code),
        tone=Tone.ATTENTION,
    )


def _next_bin(session: Session, command: Command, task: ReplenishTask, hand: Carried) -> Outcome:
    """Leave a bin of which nothing may be taken any more, before anything was; say why."""
    place = session.get_one(Bin, hand.from_bin_id)
    session.delete(hand)
    session.flush()
    refresh(session, command, [task.id])
    why = say("{bin} was emptied meanwhile.", bin=place.code)
    if balance_of(session, place.id, task.sku_id)[2] > 0:
        why = why_none(session, place, task.sku_id)
    sources = sources_of(session, [task.sku_id], day=command.day)[task.sku_id]
    is_on = task.state is TaskState.OPEN and bool(sources)
    text = say("{why} No other piece in reserve may be taken.", why=why)
    if is_on:
        following = session.get_one(Bin, task.from_bin_id).code
        text = say("{why} Go to {next}.", why=why, next=following)
    return Outcome(
        screen=ReplenishScreen.NEXT if is_on else ReplenishScreen.TASKS,
        subject_id=task.id,
        message=text,
        tone=Tone.ATTENTION,
    )


def _at_bin(session: Session, command: Command, task: ReplenishTask, hand: Carried) -> Outcome:
    place = session.get_one(Bin, hand.from_bin_id)
    left = left_to_take(session, task, hand, day=command.day)
    text, tone = say("{bin}: take {pieces}.", bin=place.code, pieces=left), Tone.OK
    sources = sources_of(session, [task.sku_id], day=command.day)[task.sku_id]
    if (sooner := ends_sooner(sources, place.id)) is not None:
        other, tone = session.get_one(Bin, sooner.bin_id).code, Tone.ATTENTION
        text = say("{bin}: take {pieces}. What ends sooner stands in {other}.", bin=place.code,
                   pieces=left, other=other)  # fmt: skip
    return Outcome(screen=ReplenishScreen.ITEM, subject_id=task.id, message=text, tone=tone)


def hand_at_bin(session: Session, command: Command, task: ReplenishTask) -> Carried:
    """Return what this person has in hand at the reserve bin.

    Raises:
        StaleScreen: nobody said which bin.
    """
    hand = hand_of(session, command.actor.person_id)
    if hand is None or hand.task_id != task.id:
        raise StaleScreen
    return hand


def _pieces(session: Session, command: TakeFromReserve, sku: Sku, hand: Carried) -> int:
    """Return the pieces of the scan; of goods known piece by piece, note which one it is."""
    words = say("{sku}", sku=sku.code)
    if not sku.is_serial_tracked:
        item = item_in(session, command.barcode, sku.id)
        if item is None:
            raise refuse_item(session, command.barcode, words)
        return command.pieces * item.pieces
    item = item_in(session, command.barcode, sku.id)
    code = command.serial or ("" if item is not None else command.barcode)
    if not code:
        raise number_wanted(sku.code)
    row = piece_in(session, hand.from_bin_id, sku.id, code)
    if row.code in hand.serials:
        raise TooMany(say("This piece is in your hands already."), left=0)
    if holder := other_holder(session, hand, sku.id, row.code):
        raise TooMany(
            say("This piece is in the hands of {name} already.", name=holder), left=0
        )  # fmt: skip
    if sku.is_lot_tracked and hand.lot_id not in (None, row.lot_id):
        raise OtherLot(say("Put down the pieces of one lot first."))
    hand.lot_id = row.lot_id
    hand.serials = [*hand.serials, row.code]
    return 1


def _require_lot(session: Session, command: TakeFromReserve, sku: Sku, hand: Carried) -> None:
    first = lot_to_take(session, hand.from_bin_id, sku.id, day=command.day, told=command.lot)
    if first is None:
        raise RuleViolation(say("No lot in this bin may be sold."))
    if hand.pieces and hand.lot_id != first.lot_id:
        raise OtherLot(say("Put down the pieces of one lot first."))
    if (command.lot and command.lot != first.code) or hand.lot_id not in (None, first.lot_id):
        raise OtherLot(say("Lot {lot} has to go first.", lot=first.code))
    hand.lot_id = first.lot_id

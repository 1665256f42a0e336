"""Putting down what was carried: into the pick bin of the task, or another one with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_by_code
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.refusals import refuse_bin
from warehouse.placing.limits import kept_note, require_room, soft_texts, why_text
from warehouse.placing.models import Why
from warehouse.placing.places import goods_of, place_of
from warehouse.placing.reasons import OTHER_BIN, note_why
from warehouse.placing.rules import HARD, room
from warehouse.replenishing.commands.carrying import gone_from_under
from warehouse.replenishing.commands.ending import close, end
from warehouse.replenishing.commands.planning import hand_of, open_task, refresh
from warehouse.replenishing.models import Carried, FaceLevel, ReplenishTask, TaskState
from warehouse.replenishing.picking_up import is_gone, require_fit
from warehouse.replenishing.queries import carried_of, is_filled, pick_bin_for
from warehouse.replenishing.screens import ReplenishScreen
from warehouse.text import Text, say

IS_FULL = frozenset({Why.BIN_FULL, Why.TOO_LARGE})  # no use in bringing the bin more meanwhile


@dataclass(frozen=True, kw_only=True)
class PutOnFace(Command):
    """What I carry for the task stands in the scanned pick bin now; `why` it is another one.

    A reason is wanted too where the measures of the bin speak against the goods.
    """

    task_id: int
    barcode: str
    why: Why | None = None


def put_on_face(session: Session, command: PutOnFace) -> Outcome:
    """Book the pieces in hand from reserve into the scanned pick bin; the task ends when all came.

    A bin that takes some of them only gets these; the others stay in hand. Another shelf than the
    task's, or one whose measures speak against the goods, is asked a reason for first.

    Raises:
        StaleScreen: the task has ended. WrongBin, UnknownBarcode: it is no pick bin in use.
        RuleViolation: nothing is in hand, it may not be sold any more, or the bin takes not one
        piece of it.
        InvalidInput: the reason is none for another bin.
    """
    task = open_task(session, command.task_id)
    hand = hand_of(session, command.actor.person_id)
    if hand is None or hand.task_id != task.id or not hand.pieces:
        raise RuleViolation(say("You have nothing in hand for this task."))
    sku = session.get_one(Sku, task.sku_id)
    if is_gone(session, hand, sku.id):
        return gone_from_under(session, hand, sku)
    require_fit(session, hand, day=command.day)
    place = _face(session, command, task, hand)
    pieces = _fitting(session, place, sku, hand)
    require_room(session, place, [goods_of(session, sku, pieces, hand.lot_id)])
    against = against_face(session, place, sku, hand)
    is_other = place.id != task.to_bin_id and is_filled(session, task.to_bin_id)
    if command.why is None and (against or is_other):
        hand.other_bin_id = place.id
        session.flush()
        return Outcome(
            screen=ReplenishScreen.WHY,
            subject_id=task.id,
            message=why_text(place.code, against),
            tone=Tone.ATTENTION,
        )
    if command.why is not None:
        if command.why not in OTHER_BIN:
            raise InvalidInput(say("Choose one of the reasons."), field="why")
        note_why(session, command, command.why, kept_note(session, against))
        level = session.get(FaceLevel, (task.sku_id, task.to_bin_id))
        if is_other and command.why in IS_FULL and level is not None:
            level.full_at = command.at
    _book(session, command, task, hand, place, pieces)
    return _put_down(session, command, task, hand, place, pieces)


def _face(session: Session, command: PutOnFace, task: ReplenishTask, hand: Carried) -> Bin:
    """Return the scanned pick bin, held so that nobody fills it meanwhile.

    Whoever stands before one that was closed since is told where to go with the goods.
    """
    place = bin_by_code(session, command.barcode)
    if place is None or place.kind is not BinKind.SHELF or not place.is_active:
        wanted = session.get_one(Bin, task.to_bin_id)
        raise refuse_bin(session, command.barcode, say("{bin}", bin=wanted.code))
    # Whoever has balances in hand refers to their bins: he must not have to wait for this one.
    held = session.get_one(
        Bin, place.id, with_for_update={"key_share": True}, populate_existing=True
    )
    if held.is_put_closed or held.is_pick_closed:
        raise RuleViolation(_closed(session, held, task, hand))
    return held


def _closed(session: Session, place: Bin, task: ReplenishTask, hand: Carried) -> Text:
    source = session.get_one(Bin, hand.from_bin_id).code
    other = pick_bin_for(session, task.sku_id)
    words = {"bin": place.code, "source": source}
    if other is not None:
        words["other"] = session.get_one(Bin, other).code
    if place.is_put_closed:
        return _not_filled(words)
    if other is None:
        return say("{bin} is closed to picking. Put the goods back into {source}.", **words)
    return say(
        "{bin} is closed to picking. Take the goods to {other}, or back to {source}.", **words
    )


def _not_filled(words: Mapping[str, str]) -> Text:
    if "other" not in words:
        return say(
            "{bin} is closed: nothing more is put in. Put the goods back into {source}.", **words
        )
    return say(
        "{bin} is closed: nothing more is put in. Take the goods to {other}, or back to {source}.",
        **words,
    )


def against_face(session: Session, place: Bin, sku: Sku, hand: Carried) -> list[Text]:
    """Return what the measures and the class of a bin say against those pieces in hand it takes."""
    pieces = _fitting(session, place, sku, hand)
    return soft_texts(session, place, [goods_of(session, sku, pieces, hand.lot_id)])


def _fitting(session: Session, place: Bin, sku: Sku, hand: Carried) -> int:
    """Return how many of the pieces the bin may hold; all of them, if it may hold none.

    Pieces known by number are put down together: nobody said which of them would stay in hand.
    """
    goods = goods_of(session, sku, hand.pieces, hand.lot_id)
    fitting = 0 if hand.serials else room(place_of(session, place.id), goods, HARD)
    return fitting or hand.pieces


def _book(
    session: Session, command: PutOnFace, task: ReplenishTask, hand: Carried, place: Bin,
    pieces: int,
) -> None:  # fmt: skip
    posting = ledger.Posting(
        sku_id=task.sku_id,
        from_bin_id=hand.from_bin_id,
        to_bin_id=place.id,
        pieces=pieces,
        reason=MoveReason.REPLENISH,
        lot_id=hand.lot_id,
        serials=tuple(hand.serials),
    )
    ledger.post(session, command, [posting])
    task.moved += pieces
    hand.pieces -= pieces
    hand.other_bin_id = None
    if not hand.pieces:
        close(session, command, hand, task.sku_id, is_back=False)
    session.flush()


def _put_down(
    session: Session, command: PutOnFace, task: ReplenishTask, hand: Carried, place: Bin,
    pieces: int,
) -> Outcome:  # fmt: skip
    left = hand.pieces
    if task.moved >= task.pieces and not carried_of(session, [task.id]):
        end(session, command, task, TaskState.DONE)
    else:
        refresh(session, command, [task.id])
    is_ended = task.state is not TaskState.OPEN
    wanted = session.get_one(Bin, task.to_bin_id).code
    text = say("{pieces} in {bin}.", pieces=pieces, bin=place.code)
    if left:
        text = say("{pieces} in {bin}, which takes no more. {left} still in hand.", pieces=pieces,
                   bin=place.code, left=left)  # fmt: skip
    elif place.code != wanted:
        text = say("{pieces} in {bin}, not in {wanted}.", pieces=pieces, bin=place.code,
                   wanted=wanted)  # fmt: skip
    is_plain = place.code == wanted and not left
    return Outcome(
        screen=ReplenishScreen.TASKS if is_ended else ReplenishScreen.NEXT,
        subject_id=task.id,
        message=text,
        tone=Tone.OK if is_plain else Tone.ATTENTION,
        is_step_done=is_ended,
    )

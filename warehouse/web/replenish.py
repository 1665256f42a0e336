"""The tablet of whoever fills the pick face: reserve bin, goods, pick bin."""

from __future__ import annotations

import re

from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Outcome
from warehouse.counting.commands.unfound import ReportFewer, report_fewer
from warehouse.errors import InvalidInput, StaleScreen
from warehouse.people.rights import Right
from warehouse.placing.models import Why
from warehouse.placing.reasons import OTHER_BIN
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    PutBackInReserve,
    TakeFromReserve,
    go_to_reserve,
    put_back_in_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.on_face import PutOnFace, against_face, put_on_face
from warehouse.replenishing.commands.planning import outlooks
from warehouse.replenishing.models import Carried, ReplenishTask, TaskState
from warehouse.replenishing.picking_up import (
    carriers_of,
    in_bin,
    is_face,
    is_gone,
    left_to_bring,
    left_to_take,
    lot_to_take,
    place_for,
    way_of,
)
from warehouse.replenishing.queries import is_filled, open_tasks
from warehouse.replenishing.screens import ReplenishScreen
from warehouse.scanning import Card, CardScan, CodeScan, Scan, WeightScan
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.amounts import today
from warehouse.web.context import do, form_int, form_str, person, reading
from warehouse.web.stations import Fragment, code_of, unknown_card

bp = Blueprint("replenish", __name__, url_prefix="/replenish")
TASK = "TASK-"
_TASK = re.compile(rf"{TASK}([0-9]{{1,15}})")
FEWER = "fewer"  # a question on the tablet, nothing in the database


@bp.get("")
@needs(Right.PUT_AWAY)
def index() -> str:
    """Show what is to be brought, or what this person is at."""
    return stations.page(
        _show,
        screen="",
        subject=None,
        scan_url=url_for("replenish.scans"),
        title=say("Replenish"),
    )


@bp.post("/scans")
@needs(Right.PUT_AWAY)
def scans() -> Response:
    """Take one scan."""
    return stations.answer(_take, _show)


def _take(scan: Scan, screen: str, subject: int | None) -> Outcome:
    task_id = subject or 0
    if isinstance(scan, CardScan):
        return _card(scan.card, screen, task_id)
    if screen == FEWER:
        return _fewer(scan, task_id)
    code = code_of(scan)
    if screen == ReplenishScreen.TASKS:
        return _choose(code.code)
    if screen == ReplenishScreen.BIN:
        return do(go_to_reserve, GoToReserve, task_id=task_id, barcode=code.code)
    if screen in (ReplenishScreen.ITEM, ReplenishScreen.WHY):
        return _at_bin(code, task_id)
    raise unknown_card()


def _choose(code: str) -> Outcome:
    found = _TASK.fullmatch(code)
    if found is None:
        raise InvalidInput(say("Tap one of the tasks."), field="barcode")
    task_id = int(found[1])
    with reading() as session:
        task = session.get(ReplenishTask, task_id)
    if task is None or task.state is not TaskState.OPEN:
        raise StaleScreen
    return Outcome(
        screen=ReplenishScreen.NEXT, subject_id=task_id, message=say("Go to the reserve bin.")
    )


def _at_bin(code: CodeScan, task_id: int) -> Outcome:
    """A pick bin ends the walk, anything else is goods."""
    with reading() as session:
        is_bin = is_face(session, code.code)
    if is_bin:
        return do(put_on_face, PutOnFace, task_id=task_id, barcode=code.code)
    return do(
        take_from_reserve, TakeFromReserve, task_id=task_id, barcode=code.code,
        pieces=form_int("pieces", 1) * code.pieces, lot=code.lot, serial=code.serial,
    )  # fmt: skip


def _fewer(scan: Scan, task_id: int) -> Outcome:
    text = scan.text if isinstance(scan, WeightScan) else ""
    if not text.isascii() or not text.isdigit():
        raise InvalidInput(say("Key in how many pieces are left in the bin."), field="barcode")
    return do(report_fewer, ReportFewer, task_id=task_id, found=int(text[:7]))


def _card(card: Card, screen: str, task_id: int) -> Outcome:
    if card is Card.UNDO and screen == FEWER:
        return Outcome(screen="", message=say("Back to the goods."))
    if card is Card.UNDO and screen == ReplenishScreen.BIN:
        return Outcome(screen=ReplenishScreen.TASKS, message=say("Choose another task."))
    if card is Card.UNDO and screen in (
        ReplenishScreen.ITEM, ReplenishScreen.WHY, ReplenishScreen.GONE,
    ):  # fmt: skip
        return do(put_back_in_reserve, PutBackInReserve, task_id=task_id)
    if card is Card.OK and screen == ReplenishScreen.WHY:
        return _put_elsewhere(task_id)
    if card is Card.SHORT and screen == ReplenishScreen.ITEM:
        return Outcome(
            screen=FEWER, subject_id=task_id, message=say("How many are left in the bin?")
        )
    raise unknown_card()


def _put_elsewhere(task_id: int) -> Outcome:
    with reading() as session:
        hand = session.get(Carried, person().id)
        place = session.get(Bin, hand.other_bin_id) if hand and hand.other_bin_id else None
    given = form_str("why", "")
    if place is None or given not in set(Why):
        raise StaleScreen
    return do(put_on_face, PutOnFace, task_id=task_id, barcode=place.code, why=Why(given))


def _show(session: Session, screen: str, subject: int | None) -> Fragment:
    hand = session.get(Carried, person().id)
    is_left = screen == ReplenishScreen.TASKS
    if hand and not hand.pieces and (is_left or subject not in (None, hand.task_id)):
        hand = None  # who has taken nothing is free to go to another task
    task_id = hand.task_id if hand else subject
    task = session.get(ReplenishTask, task_id) if task_id else None
    if task is None or task.state is not TaskState.OPEN or (is_left and hand is None):
        return _tasks(session)
    if hand and is_gone(session, hand, task.sku_id):
        return _gone(session, task, hand)
    if hand and hand.other_bin_id is not None:
        return _why(session, task, hand)
    if hand and not hand.pieces and _is_emptied(session, task, hand):
        hand = None
    return _task(session, task, hand, FEWER if screen == FEWER and hand else "")


def _is_emptied(session: Session, task: ReplenishTask, hand: Carried) -> bool:
    return in_bin(session, hand.from_bin_id, task.sku_id, day=today()) <= 0


def _gone(session: Session, task: ReplenishTask, hand: Carried) -> Fragment:
    """The book took away what is in hand: say who did what, and where to put it down."""
    return Fragment(
        template="replenish/_gone.html",
        screen=ReplenishScreen.GONE,
        subject=task.id,
        expects=say("Put down"),
        context={
            "sku": session.get_one(Sku, task.sku_id), "in_hand": hand.pieces,
            "source": session.get_one(Bin, hand.from_bin_id).code,
            "place": place_for(session, hand, task.sku_id),
            "way": way_of(session, hand, task.sku_id),
        },
    )  # fmt: skip


def _why(session: Session, task: ReplenishTask, hand: Carried) -> Fragment:
    place = session.get_one(Bin, hand.other_bin_id)
    return Fragment(
        template="replenish/_why.html",
        screen=ReplenishScreen.WHY,
        subject=task.id,
        expects=say("why"),
        context={
            "place": place.code,
            "against": against_face(session, place, session.get_one(Sku, task.sku_id), hand),
            "wanted": session.get_one(Bin, task.to_bin_id).code,
            "reasons": OTHER_BIN,
        },
    )


def _tasks(session: Session) -> Fragment:
    return Fragment(
        template="replenish/_tasks.html",
        screen=ReplenishScreen.TASKS,
        expects=say("a task"),
        context={"tasks": open_tasks(session), "prefix": TASK},
    )


def _task(session: Session, task: ReplenishTask, hand: Carried | None, screen: str) -> Fragment:
    sku = session.get_one(Sku, task.sku_id)
    source = session.get_one(Bin, hand.from_bin_id if hand else _first_bin(session, task))
    target = session.get_one(Bin, task.to_bin_id)
    in_hand = hand.pieces if hand else 0
    left = left_to_bring(session, task, person().id)
    if hand:
        left = left_to_take(session, task, hand, day=today())
    lot = lot_to_take(session, source.id, sku.id, day=today()) if sku.is_lot_tracked else None
    shown = screen or (ReplenishScreen.ITEM if hand else ReplenishScreen.BIN)
    expects = {
        ReplenishScreen.BIN: say("bin {code}", code=source.code),
        ReplenishScreen.ITEM: say("the item, or bin {code}", code=target.code)
        if in_hand else say("the item"),
        FEWER: say("the number left"),
    }  # fmt: skip
    templates = {FEWER: "replenish/_fewer.html"}
    return Fragment(
        template=templates.get(shown, "replenish/_task.html"),
        screen=shown,
        subject=task.id,
        expects=expects[shown],
        context={
            "task": task, "sku": sku, "source": source.code, "target": target.code, "lot": lot,
            "in_hand": in_hand, "left": left,
            "is_closed": not is_filled(session, target.id),
            "others": carriers_of(session, task.id, person().id),
        },
    )  # fmt: skip


def _first_bin(session: Session, task: ReplenishTask) -> int:
    """Return the reserve bin to go to as the stock is now; the task itself follows when planned."""
    ((_, now),) = outlooks(session, [task], today())
    return now.from_bin_id

"""The picker's tablet."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.commands import Outcome, Tone
from warehouse.errors import LotWanted, NotFound, SerialMissing
from warehouse.inventory.pieces import lots_in
from warehouse.inventory.refusals import refuse
from warehouse.people.rights import Right
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.emptied import SayEmpty, say_empty
from warehouse.picking.commands.exceptions import (
    ReportShort,
    SkipTask,
    UndoPick,
    report_short,
    skip_task,
    undo_pick,
)
from warehouse.picking.commands.wave import (
    BindTote,
    FinishWave,
    TakeWave,
    bind_tote,
    finish_wave,
    take_wave,
)
from warehouse.picking.queries import PickView, WaveRow, pick_view, waves_to_pick
from warehouse.picking.screens import PickScreen
from warehouse.scanning import Card, CardScan, CodeScan, Scan
from warehouse.text import Text, say
from warehouse.waves.models import PickTask, ShortReason, Wave, WaveState
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import command_id, do, form_day, form_int, form_str, person, reading
from warehouse.web.stations import Fragment, code_of, said_of, stop_screen, unknown_card

bp = Blueprint("pick", __name__, url_prefix="/pick")
# Questions on the tablet, nothing in the database.
SHORT = "short"
LOT = "lot"  # of which lot are the pieces just scanned?
DAMAGED = "damaged"  # the next scan is the number of the damaged piece


@bp.get("")
@needs(Right.PICK)
def index() -> str:
    """Show the waves that wait for a picker."""
    return stations.page(
        _show_waves,
        screen=PickScreen.WAVES,
        subject=None,
        scan_url=url_for("pick.scans"),
        title=say("Pick"),
    )


@bp.post("/scans")
@needs(Right.PICK)
def scans() -> Response:
    """Take the wave whose number was scanned or tapped."""
    return stations.answer(_take_wave, _show_waves)


@bp.get("/<int:wave_id>")
@needs(Right.PICK)
def wave(wave_id: int) -> str:
    """Show what the wave's picker has to do now."""
    return stations.page(
        _show_wave(wave_id),
        screen="",
        subject=None,
        scan_url=url_for("pick.wave_scans", wave_id=wave_id),
        title=say("Pick"),
    )


@bp.post("/<int:wave_id>/scans")
@needs(Right.PICK)
def wave_scans(wave_id: int) -> Response:
    """Take one scan of the walk."""

    def take(scan: Scan, screen: str, subject: int | None) -> Outcome:
        return _take(wave_id, scan, screen, subject)

    return stations.answer(take, _show_wave(wave_id))


def _take_wave(scan: Scan, _screen: str, _subject: int | None) -> Outcome:
    code = code_of(scan).code
    with reading() as session:
        wave_id = session.scalar(
            sa.select(Wave.id).where(
                Wave.number == code,
                Wave.state.in_((WaveState.PLANNED, WaveState.PICKING)),
            )
        )
        if wave_id is None:
            raise refuse(session, code, say("a wave"))
    outcome = do(take_wave, TakeWave, wave_id=wave_id, is_confirmed=form_str("confirm", "") == "1")
    return Outcome(screen="taken", subject_id=wave_id, message=outcome.message)


def _take(wave_id: int, scan: Scan, screen: str, subject: int | None) -> Outcome:
    task_id = subject or 0
    if form_str("confirm", "") == "1":
        # The scan said whose wave it is; once more it takes the wave over, and then counts.
        do(take_wave, TakeWave, id=f"{command_id()[:58]}-take", wave_id=wave_id, is_confirmed=True)
    if isinstance(scan, CardScan):
        return _card(wave_id, scan.card, screen, task_id)
    item = code_of(scan)
    if screen == PickScreen.TOTES:
        return do(bind_tote, BindTote, wave_id=wave_id, barcode=item.code)
    if screen == PickScreen.BIN:
        return do(confirm_bin, ConfirmBin, task_id=task_id, barcode=item.code)
    if screen == PickScreen.EMPTY:  # on to the next bin, the question left open
        return do(confirm_bin, ConfirmBin, task_id=_next_task(wave_id), barcode=item.code)
    if screen == DAMAGED:
        serial = item.serial or item.code
        return _short(task_id, ShortReason.DAMAGED, serial)
    if screen in (PickScreen.ITEM, SHORT, LOT):
        return _pick(task_id, item, screen)
    raise unknown_card()


def _pick(task_id: int, item: CodeScan, screen: str) -> Outcome:
    """Pick what was scanned; of which lot it is, is asked where the scan did not say.

    The answer to that question comes with the code of the goods in the field `item`, and with the
    best-before that stood on them in `day`.
    """
    goods, pieces = form_str("item", ""), form_int("pieces", 1)
    said = {**said_of(item), "pieces": pieces * item.pieces, "swap": form_str("swap", "")}
    if screen == LOT and goods and not item.goods and item.code != goods:
        day = item.best_before or form_day("day")
        said |= {"barcode": goods, "lot": stations.lot_said(item), "best_before": day}
        said["pieces"] = pieces
    try:
        return do(confirm_pick, ConfirmPick, task_id=task_id, **said)
    except LotWanted as wanted:
        again = {"item": str(said["barcode"]), "pieces": str(said["pieces"])}
        if day := said["best_before"]:
            again["day"] = day.isoformat()
        return Outcome(
            screen=LOT,
            subject_id=task_id,
            message=wanted.text,
            tone=Tone.ATTENTION,
            facts={"send": again},
        )


def _short(task_id: int, reason: ShortReason, serial: str = "") -> Outcome:
    """Report a short pick; which of known pieces is damaged is asked."""
    try:
        return do(report_short, ReportShort, task_id=task_id, reason=reason, serial=serial)
    except SerialMissing as wanted:
        return Outcome(screen=DAMAGED, subject_id=task_id, message=wanted.text, tone=Tone.ATTENTION)


def _next_task(wave_id: int) -> int:
    with reading() as session:
        task = pick_view(session, session.get_one(Wave, wave_id)).task
        return task.task_id if task else 0


def _card(wave_id: int, card: Card, screen: str, task_id: int) -> Outcome:
    if screen == PickScreen.EMPTY and card in (Card.OK, Card.SHORT):
        return do(say_empty, SayEmpty, task_id=task_id, is_empty=card is Card.OK)
    if screen == PickScreen.EMPTY and card is Card.SKIP:
        return do(skip_task, SkipTask, task_id=_next_task(wave_id))
    if card is Card.UNDO:
        if screen in (SHORT, LOT, DAMAGED):
            return Outcome(screen="", message=say("Back to the pick."))
        return do(undo_pick, UndoPick, wave_id=wave_id)
    if card is Card.SKIP:
        return do(skip_task, SkipTask, task_id=task_id)
    if card is Card.SHORT and screen != SHORT:
        return Outcome(screen=SHORT, subject_id=task_id, message=say("What is wrong with the bin?"))
    if card is Card.SHORT:
        reason = form_str("reason", ShortReason.EMPTY)
        known = reason if reason in set(ShortReason) else ShortReason.EMPTY
        return _short(task_id, ShortReason(known))
    if card is Card.OK and screen == PickScreen.DONE:
        return do(finish_wave, FinishWave, wave_id=wave_id)
    raise unknown_card()


def _show_waves(session: Session, screen: str, subject: int | None) -> Fragment:
    if screen == "taken":
        return Fragment(
            template="station/_goto.html",
            screen="",
            goto=url_for("pick.wave", wave_id=subject or 0),
        )
    return Fragment(
        template="pick/_waves.html",
        screen=PickScreen.WAVES,
        expects=say("a wave"),
        context={"waves": _mine_first(waves_to_pick(session))},
    )


def _mine_first(waves: list[WaveRow]) -> list[WaveRow]:
    """Put what I began before what nobody has, and that before what others are at."""
    me = person().id
    return sorted(waves, key=lambda w: {me: 0, None: 1}.get(w.picker_id, 2))


def _why_over(wave: Wave) -> Text:
    if wave.state is WaveState.PICKED:
        return say("Wave {number} is picked and finished.", number=wave.number)
    return say("Wave {number} was taken back: nothing of it is to be picked.", number=wave.number)


def _show_wave(wave_id: int) -> stations.Show:
    def show(session: Session, screen: str, subject: int | None) -> Fragment:
        wave = session.get(Wave, wave_id)
        if wave is None:
            raise NotFound(say("wave"), wave_id)
        if screen == PickScreen.WAVES or wave.state in (WaveState.PICKED, WaveState.CANCELLED):
            why = None if screen == PickScreen.WAVES else _why_over(wave)
            return Fragment(
                template="station/_goto.html", screen="", goto=url_for("pick.index"), why=why
            )
        view = pick_view(session, wave)
        if view.screen is PickScreen.STOP and view.task is not None:
            raise stop_screen(session, view.stopped_id)
        if screen == PickScreen.EMPTY and (emptied := session.get(PickTask, subject or 0)):
            return _emptied(session, view, emptied)
        is_asked = view.task is not None and view.task.task_id == subject
        asked = screen if is_asked and screen in (SHORT, LOT, DAMAGED) else view.screen
        return _fragment(session, view, asked)

    return show


def _emptied(session: Session, view: PickView, task: PickTask) -> Fragment:
    place = session.get_one(Bin, task.bin_id)
    return Fragment(
        template="pick/_empty.html",
        screen=PickScreen.EMPTY,
        subject=task.id,
        expects=say("OK if {bin} is empty", bin=place.code),
        context={"view": view, "bin": place, "next_task": view.task},
    )


def _fragment(session: Session, view: PickView, screen: str) -> Fragment:
    task = view.task
    is_piece = task is not None and task.is_serial_tracked
    expects = {
        PickScreen.TOTES: say("an empty tote for slot {slot}", slot=view.slot_no),
        PickScreen.BIN: say("bin {code}", code=task.bin_code if task else ""),
        PickScreen.ITEM: say("the serial number") if is_piece else say("the item"),
        PickScreen.DONE: say("the OK card"),
        SHORT: say("the reason"),
        LOT: say("the lot"),
        DAMAGED: say("the damaged piece"),
    }
    templates = {
        PickScreen.TOTES: "pick/_totes.html",
        PickScreen.DONE: "pick/_done.html",
        SHORT: "pick/_short.html",
        LOT: "pick/_lot.html",
    }
    return Fragment(
        template=templates.get(screen, "pick/_task.html"),
        screen=screen,
        subject=task.task_id if task else view.wave_id,
        expects=expects.get(screen),
        context={
            "view": view,
            "task": task,
            "next_task": view.next_task,
            "lots": lots_in(session, task.bin_id, task.sku_id) if task and screen == LOT else (),
        },
    )

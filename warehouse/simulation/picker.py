"""A picker: takes waves, walks, scans bins and goods, and does now and then what people do."""

from __future__ import annotations

from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.errors import (
    OrderStopped,
    RuleViolation,
    SamePerson,
    ScanRejected,
    StaleScreen,
    TakenByAnother,
    TooMany,
    UnknownBarcode,
    WarehouseError,
    WrongBin,
    WrongItem,
    WrongTote,
)
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
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
from warehouse.picking.queries import PickView, TaskView, WaveRow, pick_view, waves_to_pick
from warehouse.picking.screens import PickScreen
from warehouse.simulation.day import Day, Work
from warehouse.simulation.stopping import put_aside
from warehouse.simulation.tablet import Tablet, scanned
from warehouse.waves.models import ShortReason, Wave, WaveSlot, WaveState
from warehouse.waves.queries import content_of_tote, tote_of

WRONG_BIN_SHARE = 0.02
WRONG_ITEM_SHARE = 0.03
WRONG_TOTE_SHARE = 0.05
UNKNOWN_SHARE = 0.01
TOO_MANY_SHARE = 0.02
UNDO_SHARE = 0.01
SKIP_SHARE = 0.02
FOREIGN_WAVE_SHARE = 0.1
OWN_CHECK_SHARE = 0.3
WRONG_SLOT_SHARE = 0.01  # the right piece into the neighbour's tote
ONE_MORE_SHARE = 0.01  # two pieces in the hand, one scanned
DROPPED_SHARE = 0.008
DAMAGED_SHARE = 0.15  # of short picks
KEYED_FROM = 4  # so many pieces are counted and keyed, not scanned one by one


def picker(day: Day, tablet: Tablet) -> Work:
    """Pick one wave after the other."""
    while True:
        wave_id = _choose(day, tablet)
        if wave_id is None:
            yield 60
            continue
        yield from _walk(day, tablet, wave_id)


def _choose(day: Day, tablet: Tablet) -> int | None:
    if not day.waves:
        return None
    with day.database.reading() as session:
        waves = [row for row in waves_to_pick(session) if row.wave_id in day.waves]
    others = [w for w in waves if w.picker_id not in (None, tablet.actor.person_id)]
    if others and day.happens(FOREIGN_WAVE_SHARE):
        tablet.refused((TakenByAnother,), take_wave, TakeWave, wave_id=others[0].wave_id)
    mine = [w for w in waves if _is_for(w, tablet)]
    if not mine:
        return None
    tablet.send(take_wave, TakeWave, wave_id=mine[0].wave_id)
    return mine[0].wave_id


def _is_for(row: WaveRow, tablet: Tablet) -> bool:
    if row.state is WaveState.PLANNED:
        return True
    return row.picker_id == tablet.actor.person_id


def _walk(day: Day, tablet: Tablet, wave_id: int) -> Work:
    totes: list[str] = []
    while True:
        with day.database.reading() as session:
            view = pick_view(session, session.get_one(Wave, wave_id))
        try:
            if view.screen is PickScreen.STOP:
                yield from put_aside(day, tablet, view.stopped_id)
            elif view.screen is PickScreen.TOTES:
                yield from _bind(day, tablet, view, totes)
            elif view.screen is PickScreen.BIN and view.task:
                yield from _go_to_bin(day, tablet, view.task)
            elif view.screen is PickScreen.ITEM and view.task:
                yield from _take(day, tablet, view, view.task, totes)
            else:
                tablet.send(finish_wave, FinishWave, wave_id=wave_id)
                day.waves.discard(wave_id)
                break
        except OrderStopped as stop:
            yield from put_aside(day, tablet, stop.facts["consignment_id"])
        except StaleScreen:
            yield 2  # somebody was quicker; the screen shows how it stands now
    yield 20
    yield from _park(day, tablet, wave_id, totes)


def _bind(day: Day, tablet: Tablet, view: PickView, totes: list[str]) -> Work:
    if not day.world.free_totes:
        yield 30
        return
    if day.happens(WRONG_TOTE_SHARE):
        wrong = totes[-1] if totes else "CTN-5"
        tablet.refused(
            (WrongTote, RuleViolation, ScanRejected), bind_tote, BindTote,
            wave_id=view.wave_id, barcode=scanned(wrong),
        )  # fmt: skip
        yield 3
    tote = day.world.free_totes.popleft()
    try:
        tablet.send(bind_tote, BindTote, wave_id=view.wave_id, barcode=scanned(tote))
    except WarehouseError:
        day.world.free_totes.append(tote)
        raise
    totes.append(tote)
    yield 4


def _go_to_bin(day: Day, tablet: Tablet, task: TaskView) -> Work:
    yield 6 + 14 * day.chance.random()
    if day.happens(SKIP_SHARE):
        tablet.send(skip_task, SkipTask, task_id=task.task_id)
        return
    if day.happens(WRONG_BIN_SHARE):
        wrong = day.chance.choice([b for b in day.homes.values() if b != task.bin_code])
        tablet.refused(
            (WrongBin,), confirm_bin, ConfirmBin, task_id=task.task_id, barcode=scanned(wrong)
        )
        yield 4
    tablet.send(confirm_bin, ConfirmBin, task_id=task.task_id, barcode=scanned(task.bin_code))
    yield 2


def _take(day: Day, tablet: Tablet, view: PickView, task: TaskView, totes: list[str]) -> Work:
    sku, bin_code = task.sku_code, task.bin_code
    yield from _slips_of_hand(day, tablet, task)
    there = day.world.places[bin_code][sku]
    if there <= 0:
        yield 6
        is_damaged = day.happens(DAMAGED_SHARE)
        reason = ShortReason.DAMAGED if is_damaged else ShortReason.EMPTY
        tablet.send(report_short, ReportShort, task_id=task.task_id, reason=reason)
        day.tally.short += 1
        _take_back(day, task)
        return
    code, worth, times = _what_to_scan(day, sku, min(there, task.left))
    if day.is_stock_worked:  # the piece first, then the scan: a counter beside sees it gone
        day.world.take(sku, worth * times, bin_code)
        yield 1 + 4 * day.stock_chance.random()
    try:
        tablet.send(
            confirm_pick, ConfirmPick, task_id=task.task_id, barcode=scanned(code), pieces=times
        )
    finally:
        if day.is_stock_worked:
            day.world.put(sku, worth * times, bin_code)
    _put(day, sku, worth * times, bin_code, task.tote_code, totes)
    yield 2 + day.chance.random()
    if day.happens(UNDO_SHARE) and day.world.places[task.tote_code][sku] >= worth * times:
        tablet.send(undo_pick, UndoPick, wave_id=view.wave_id)
        day.world.move(sku, worth * times, task.tote_code, bin_code)
        day.tally.undone += 1
        yield 3


def _take_back(day: Day, task: TaskView) -> None:
    """Empty and free the tote of an order that left the wave; strays in it go home."""
    with day.database.reading() as session:
        if tote_of(session, task.consignment_id) is not None:
            return
    for sku in day.world.pieces_in(task.tote_code):
        day.world.move(sku, 1, task.tote_code, day.homes.get(sku, task.bin_code))
    day.world.free_totes.append(task.tote_code)


def _what_to_scan(day: Day, sku: str, pieces: int) -> tuple[str, int, int]:
    """Return (barcode, pieces one scan is worth, how often it counts)."""
    pack_code, pack_pieces = day.packs.get(sku, ("", 0))
    if pack_code and pieces >= pack_pieces:
        return pack_code, pack_pieces, 1
    if pieces >= KEYED_FROM:
        return day.barcodes[sku], 1, pieces
    return day.barcodes[sku], 1, 1


def _slips_of_hand(day: Day, tablet: Tablet, task: TaskView) -> Work:
    """Scan something wrong first, as happens; each must be refused and change nothing."""
    if day.happens(WRONG_ITEM_SHARE):
        other = day.chance.choice([s for s in sorted(day.barcodes) if s != task.sku_code])
        tablet.refused(
            (WrongItem,), confirm_pick, ConfirmPick,
            task_id=task.task_id, barcode=scanned(day.barcodes[other]),
        )  # fmt: skip
        yield 4
    if day.happens(UNKNOWN_SHARE):
        tablet.refused(
            (UnknownBarcode,), confirm_pick, ConfirmPick,
            task_id=task.task_id, barcode=scanned("6900000000000"),
        )  # fmt: skip
        yield 3
    if day.happens(TOO_MANY_SHARE):
        tablet.refused(
            (TooMany,), confirm_pick, ConfirmPick, task_id=task.task_id,
            barcode=scanned(day.barcodes[task.sku_code]), pieces=task.left + 1,
        )  # fmt: skip
        yield 3


def _put(day: Day, sku: str, pieces: int, bin_code: str, tote: str, totes: list[str]) -> None:
    """Put scanned pieces into the slot's tote, or where hands put them by mistake."""
    world = day.world
    target = tote
    if day.happens(WRONG_SLOT_SHARE) and len(totes) > 1:
        target = day.chance.choice([t for t in totes if t != tote] or [tote])
        if target in world.free_totes:
            target = tote
    if day.happens(DROPPED_SHARE):
        target = bin_code
    if target != bin_code:
        world.move(sku, pieces, bin_code, target)
    if day.happens(ONE_MORE_SHARE) and world.places[bin_code][sku] > 0:
        world.move(sku, 1, bin_code, tote)


def _park(day: Day, tablet: Tablet, wave_id: int, totes: list[str]) -> Work:
    """Leave the totes where the checkers fetch them; one's own tote is not one's to check."""
    mine = [tote for tote in totes if _is_of(day, wave_id, tote)]
    if mine and day.happens(OWN_CHECK_SHARE):
        try:
            tablet.refused((SamePerson,), start_check, StartCheck, barcode=scanned(mine[0]))
        except OrderStopped as stop:
            yield from put_aside(day, tablet, stop.facts["consignment_id"])
    day.world.picked_totes.extend(tote for tote in mine if _is_of(day, wave_id, tote))


def _is_of(day: Day, wave_id: int, tote: str) -> bool:
    """Tell whether the tote still has goods of the wave: freed, it may be in another one by now."""
    with day.database.reading() as session:
        content = content_of_tote(session, tote)
        if content is None:
            return False
        return session.get_one(WaveSlot, content.slot_id).wave_id == wave_id

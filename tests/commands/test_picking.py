"""Walking a wave: taken, totes bound, bins and items confirmed, skipped, undone, finished."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from tests.commands.acts import ACTS
from warehouse.catalog.models import BinKind
from warehouse.commands import Tone
from warehouse.errors import (
    InvalidInput,
    RuleViolation,
    StaleScreen,
    TakenByAnother,
    TooMany,
    UnknownBarcode,
    WrongBin,
    WrongItem,
    WrongTote,
)
from warehouse.orders.models import Consignment
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import SkipTask, UndoPick, skip_task, undo_pick
from warehouse.picking.commands.wave import (
    BindTote,
    FinishWave,
    TakeWave,
    bind_tote,
    finish_wave,
    take_wave,
)
from warehouse.picking.queries import pick_view, waves_to_pick
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.waves.models import PickTask, Wave


def view(world: World, wave_id: int):
    with world.database.reading() as session:
        return pick_view(session, session.get_one(Wave, wave_id))


def _at(task: PickTask) -> dict[str, object]:
    """The task before its picker."""
    return {"by": "picker", "task_id": task.id}


def test_taking_a_wave_asks_for_totes_first(world: World):
    work = world.bring(Stage.WAVED)
    outcome = world.do(take_wave, TakeWave, by="picker", wave_id=work.wave_id)
    wave = world.get(Wave, work.wave_id)
    assert (outcome.screen, wave.state, wave.picker_id) == (
        "totes",
        "picking",
        world.person("picker"),
    )
    assert view(world, work.wave_id).screen == "totes"


def test_a_wave_in_somebodys_hands_is_taken_over_only_on_purpose(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    world.person("other")
    error = world.refused(TakenByAnother, take_wave, TakeWave, by="other", wave_id=work.wave_id)
    assert str(error).startswith("picker is picking wave ")
    world.do(take_wave, TakeWave, by="other", wave_id=work.wave_id, is_confirmed=True)
    assert world.get(Wave, work.wave_id).picker_id == world.person("other")


WALKING = ("BindTote", "ConfirmBin", "ConfirmPick", "ReportShort", "SkipTask", "UndoPick")


@pytest.mark.parametrize("name", [*WALKING, "FinishWave"])
def test_on_a_wave_of_another_nobody_scans_before_taking_it_over(world: World, name: str):
    act = ACTS[name]
    work = act.bring(world)
    world.person("other")
    given = dict(act.fields(world, work))
    error = world.refused(TakenByAnother, act.handler, act.kind, by="other", **given)
    assert str(error).startswith("picker is picking wave ")
    world.do(take_wave, TakeWave, by="other", wave_id=work.wave_id, is_confirmed=True)
    world.refused(TakenByAnother, act.handler, act.kind, by="picker", **given)
    act.do(world, work, by="other")


def test_a_tote_scanned_while_its_order_is_put_aside_binds_nothing(world: World):
    if world.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    work = world.bring(Stage.WAVED)
    world.do(take_wave, TakeWave, by="picker", wave_id=work.wave_id)
    world.stop(work)
    aside = {"consignment_id": work.consignment_id, "barcode": "CMD-OK"}
    bind = {"wave_id": work.wave_id, "barcode": world.tote("T-1")}
    acts = [
        (set_aside, world.command(SetAside, by="packer", **aside)),
        (bind_tote, world.command(BindTote, by="picker", **bind)),
    ]
    assert isinstance(world.overlap(*acts), StaleScreen)
    assert world.state(Consignment, work.consignment_id) == "set_aside"


def test_a_cancelled_wave_cannot_be_taken(world: World):
    from warehouse.waves.commands import CancelWave, cancel_wave

    work = world.bring(Stage.WAVED)
    world.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    world.refused(StaleScreen, take_wave, TakeWave, wave_id=work.wave_id)


def test_a_bound_tote_names_the_picker_and_starts_the_walk(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    consignment = world.get(Consignment, work.consignment_id)
    assert (consignment.state, consignment.picked_by) == ("picking", world.person("picker"))
    seen = view(world, work.wave_id)
    assert (seen.screen, seen.task.bin_code, seen.next_task.bin_code) == ("bin", "A-01", "A-02")


@pytest.mark.parametrize(
    ("barcode", "error"), [("A-01", WrongTote), ("NOWHERE", UnknownBarcode), ("", UnknownBarcode)]
)
def test_only_a_tote_can_be_bound(world: World, barcode: str, error: type):
    work = world.bring(Stage.WAVED)
    world.do(take_wave, TakeWave, by="picker", wave_id=work.wave_id)
    world.refused(error, bind_tote, BindTote, by="picker", wave_id=work.wave_id, barcode=barcode)


def test_a_tote_in_use_or_with_goods_in_it_is_refused(world: World):
    first = world.bring(Stage.TOTE_BOUND)
    second = world.released({first.goods["TEE"]: 1})
    world.bring(Stage.WAVED, work=second)
    world.do(take_wave, TakeWave, by="picker", wave_id=second.wave_id)
    given = {"by": "picker", "wave_id": second.wave_id}
    world.refused(RuleViolation, bind_tote, BindTote, barcode=first.tote, **given)
    world.bin("T-FULL", kind=BinKind.TOTE)
    world.stock(first.goods["MUG"], "T-FULL", 1)
    world.refused(RuleViolation, bind_tote, BindTote, barcode="T-FULL", **given)


def test_a_tote_scanned_when_all_slots_have_one_is_stale(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    tote = world.tote("T-MORE")
    world.refused(StaleScreen, bind_tote, BindTote, by="picker", wave_id=work.wave_id, barcode=tote)


def test_the_right_bin_leads_to_the_item(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    outcome = world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    assert (outcome.screen, outcome.subject_id) == ("item", task.id)
    assert view(world, work.wave_id).screen == "item"


def test_another_bin_is_refused_with_both_names(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    error = world.refused(
        WrongBin, confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-02"
    )
    assert str(error) == "Read bin A-02, need bin A-01."
    world.refused(
        UnknownBarcode, confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-99"
    )


def test_an_item_before_its_bin_is_refused(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    world.refused(
        WrongBin,
        confirm_pick,
        ConfirmPick,
        by="picker",
        task_id=task.id,
        barcode=work.goods["TEE"].barcode,
    )


def test_a_picked_piece_goes_from_bin_to_tote_out_of_its_promise(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    tee = work.goods["TEE"]
    assert world.balance("A-01", tee) == (10, 2, 8)
    outcome = world.pick(world.open_tasks(work.wave_id)[0], 1)
    assert (outcome.screen, str(outcome.message)) == ("item", "1 of 2 into slot 1.")
    assert world.balance("A-01", tee) == (9, 1, 8)
    assert world.balance(work.tote, tee) == (1, 0, 1)
    assert world.steps(work) == [(2, 1, 0, 0, 0), (1, 0, 0, 0, 0)]


def test_the_last_piece_of_the_last_task_finishes_the_consignment(world: World):
    work = world.bring(Stage.HALF_PICKED)
    tee, mug = world.open_tasks(work.wave_id)
    assert world.pick(tee).screen == "next"
    assert world.state(Consignment, work.consignment_id) == "picking"
    outcome = world.pick(mug)
    assert (outcome.screen, outcome.is_step_done) == ("next", True)
    assert world.state(Consignment, work.consignment_id) == "picked"
    assert view(world, work.wave_id).screen == "done"


def test_a_pack_code_counts_its_pieces(world: World):
    tee = world.sku("TEE")
    work = world.bring(Stage.TOTE_BOUND, lines={tee: 7})
    (task,) = world.open_tasks(work.wave_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    given = {"by": "picker", "task_id": task.id, "barcode": tee.pack}
    world.do(confirm_pick, ConfirmPick, **given)
    assert world.balance(work.tote, tee) == (6, 0, 6)
    error = world.refused(TooMany, confirm_pick, ConfirmPick, **given)
    assert (str(error), error.facts) == ("6 scanned, only 1 needed.", {"left": 1})


@pytest.mark.parametrize(
    ("barcode", "pieces", "error"),
    [
        ("MUG", 1, WrongItem),
        ("NOTHING", 1, UnknownBarcode),
        ("A-01", 1, WrongItem),
        ("TEE", 3, TooMany),
        ("TEE", 0, InvalidInput),
        ("TEE", -1, InvalidInput),
        ("TEE", 10_000, InvalidInput),
    ],
)
def test_a_rejected_pick_writes_nothing(world: World, barcode: str, pieces: int, error: type):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    code = work.goods[barcode].barcode if barcode in work.goods else barcode
    world.refused(error, confirm_pick, ConfirmPick, **_at(task), barcode=code, pieces=pieces)


def test_a_wrong_item_is_told_where_it_belongs(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    error = world.refused(
        WrongItem,
        confirm_pick,
        ConfirmPick,
        by="picker",
        task_id=task.id,
        barcode=work.goods["MUG"].barcode,
    )
    assert str(error) == "Read MUG MUG cotton, need TEE TEE cotton. It belongs in A-02."


def test_a_finished_task_is_stale(world: World):
    work = world.bring(Stage.PICKED)
    task = world.all(PickTask, wave_id=work.wave_id)[0]
    given = {"task_id": task.id, "barcode": work.goods["TEE"].barcode}
    world.refused(StaleScreen, confirm_pick, ConfirmPick, **given)
    world.refused(StaleScreen, confirm_pick, ConfirmPick, by="picker", task_id=999_999, barcode="X")


def test_a_task_without_a_tote_waits_for_one(world: World):
    work = world.bring(Stage.WAVED)
    task = world.open_tasks(work.wave_id)[0]
    world.refused(RuleViolation, confirm_bin, ConfirmBin, **_at(task), barcode="A-01")


def test_a_skipped_task_comes_last_and_wants_its_bin_again(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    first, second = world.open_tasks(work.wave_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=first.id, barcode="A-01")
    world.do(skip_task, SkipTask, by="picker", task_id=first.id)
    seen = view(world, work.wave_id)
    assert (seen.task.task_id, seen.next_task.task_id) == (second.id, first.id)
    world.do(skip_task, SkipTask, by="picker", task_id=second.id)
    assert view(world, work.wave_id).task.task_id == first.id
    assert view(world, work.wave_id).screen == "bin"


def test_undo_puts_the_last_pick_back_and_promises_it_again(world: World):
    work = world.bring(Stage.PICKED)
    mug, tee = work.goods["MUG"], work.goods["TEE"]
    outcome = world.do(undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    assert (str(outcome.message), outcome.tone) == ("Put 1 back into A-02.", Tone.ATTENTION)
    assert world.balance("A-02", mug) == (10, 1, 9)
    assert world.balance(work.tote, mug) == (0, 0, 0)
    assert world.state(Consignment, work.consignment_id) == "picking"
    assert world.balance(work.tote, tee) == (2, 0, 2)


def test_undo_goes_back_pick_by_pick_until_nothing_is_left(world: World):
    work = world.bring(Stage.PICKED)  # picked as 1 TEE, 1 TEE, 1 MUG
    for left in (2, 1, 0):
        world.do(undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
        assert sum(line[1] for line in world.steps(work)) == left
    world.refused(RuleViolation, undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    for task in world.open_tasks(work.wave_id):
        world.pick(task)
    world.bring(Stage.DISPATCHED, work=work)
    assert world.standing(work.goods["TEE"]) == {"OPENING": -10, "A-01": 8, "COURIER-ZTO": 2}


def test_nothing_is_undone_in_a_wave_that_is_finished(world: World):
    work = world.bring(Stage.PICKED)
    world.do(finish_wave, FinishWave, by="picker", wave_id=work.wave_id)
    world.refused(StaleScreen, undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    assert world.state(Consignment, work.consignment_id) == "picked"


def test_a_pick_at_the_check_cannot_be_undone(world: World):
    work = world.bring(Stage.CHECKING)
    world.refused(RuleViolation, undo_pick, UndoPick, by="picker", wave_id=work.wave_id)


def test_a_wave_with_open_tasks_cannot_be_finished(world: World):
    work = world.bring(Stage.HALF_PICKED)
    error = world.refused(RuleViolation, finish_wave, FinishWave, by="picker", wave_id=work.wave_id)
    assert str(error) == "2 picks are still open."


def test_a_finished_wave_leaves_the_list(world: World):
    work = world.bring(Stage.PICKED)
    with world.database.reading() as session:
        (row,) = waves_to_pick(session)
        assert (row.slots, row.tasks, row.done, row.picker) == (1, 2, 2, "picker")
    world.do(finish_wave, FinishWave, by="picker", wave_id=work.wave_id)
    with world.database.reading() as session:
        assert waves_to_pick(session) == []
    world.refused(StaleScreen, finish_wave, FinishWave, by="picker", wave_id=work.wave_id)


def test_two_tablets_of_a_picker_move_the_last_piece_once(world: World):
    work = world.bring(Stage.TOTE_BOUND, lines={world.sku("TEE"): 1})
    (task,) = world.open_tasks(work.wave_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    tee = work.goods["TEE"]
    given = {"task_id": task.id, "barcode": tee.barcode}
    scans = [
        (confirm_pick, world.command(ConfirmPick, by="picker", station=station, **given))
        for station in (None, world.station())
    ]
    assert isinstance(world.overlap(*scans), StaleScreen)
    assert world.balance(work.tote, tee) == (1, 0, 1)


def test_two_tasks_finished_at_once_finish_the_consignment(world: World):
    work = world.bring(Stage.TOTE_BOUND, lines={world.sku("TEE"): 1, world.sku("MUG"): 1})
    tasks = world.open_tasks(work.wave_id)
    for task, place in zip(tasks, ("A-01", "A-02"), strict=True):
        world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=place)
    scans = [
        (
            confirm_pick,
            world.command(ConfirmPick, **_at(t), barcode=world.ean(t.sku_id)),
        )
        for t in tasks
    ]
    world.overlap(*scans)
    assert world.state(Consignment, work.consignment_id) == "picked"

"""The second look: started, counted, mismatched, undone, stopped; by another person."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from warehouse.checking.commands.count import CheckItem, UndoCheck, check_item, undo_check
from warehouse.checking.commands.exceptions import (
    ReportDamaged,
    ReportMissing,
    report_damaged,
    report_missing,
)
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.checking.models import Check, CheckScan, Mismatch
from warehouse.commands import Tone
from warehouse.errors import (
    InvalidInput,
    OrderStopped,
    RuleViolation,
    SamePerson,
    StaleScreen,
    TakenByAnother,
    UnknownBarcode,
    WrongItem,
    WrongTote,
)
from warehouse.orders.commands.holds import ReleaseHold, release_hold
from warehouse.orders.models import Consignment, Hold, HoldKind
from warehouse.picking.commands.wave import TakeWave, take_wave


def scan(world: World, work, code: str, pieces: int = 1, by: str = "checker"):
    return world.do(
        check_item, CheckItem, by=by, check_id=work.check_id,
        barcode=work.goods[code].barcode, pieces=pieces,
    )  # fmt: skip


def test_a_picked_tote_can_be_checked(world: World):
    work = world.bring(Stage.PICKED)
    outcome = world.do(start_check, StartCheck, by="checker", barcode=work.tote)
    check = world.one(Check, consignment_id=work.consignment_id)
    assert (outcome.screen, outcome.subject_id) == ("items", check.id)
    assert (check.checker_id, check.picker_id) == (world.person("checker"), world.person("picker"))
    assert world.state(Consignment, work.consignment_id) == "checking"


@pytest.mark.parametrize(("barcode", "error"), [("A-01", WrongTote), ("X", UnknownBarcode)])
def test_only_a_tote_with_goods_can_be_checked(world: World, barcode: str, error: type):
    world.bring(Stage.PICKED)
    world.refused(error, start_check, StartCheck, by="checker", barcode=barcode)


@pytest.mark.parametrize("stage", [Stage.TOTE_BOUND, Stage.HALF_PICKED, Stage.CHECKED])
def test_a_tote_before_or_after_its_time_is_refused(world: World, stage: Stage):
    work = world.bring(stage)
    world.refused(RuleViolation, start_check, StartCheck, by="checker", barcode=work.tote)


def test_the_picker_cannot_check_his_own_tote(world: World):
    work = world.bring(Stage.PICKED)
    world.refused(SamePerson, start_check, StartCheck, by="picker", barcode=work.tote)


def test_nobody_who_picked_a_piece_of_it_can_check_it(world: World):
    work = world.bring(Stage.HALF_PICKED)
    world.do(take_wave, TakeWave, by="second", wave_id=work.wave_id, is_confirmed=True)
    for task in world.open_tasks(work.wave_id):
        world.pick(task, by="second")
    for name in ("picker", "second"):
        world.refused(SamePerson, start_check, StartCheck, by=name, barcode=work.tote)
    world.do(start_check, StartCheck, by="third", barcode=work.tote)


def test_who_bound_the_totes_cannot_check_what_another_picked(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    world.do(take_wave, TakeWave, by="second", wave_id=work.wave_id, is_confirmed=True)
    for task in world.open_tasks(work.wave_id):
        world.pick(task, by="second")
    world.refused(SamePerson, start_check, StartCheck, by="picker", barcode=work.tote)


def test_the_picker_cannot_go_on_with_a_check_somebody_else_began(world: World):
    work = world.bring(Stage.CHECKING)
    given = {"check_id": work.check_id, "barcode": work.goods["TEE"].barcode}
    world.refused(SamePerson, check_item, CheckItem, by="picker", **given)
    world.refused(SamePerson, report_damaged, ReportDamaged, by="picker", **given)
    world.refused(SamePerson, report_missing, ReportMissing, by="picker", check_id=work.check_id)


def test_a_third_person_takes_a_check_over_by_scanning_its_tote(world: World):
    work = world.bring(Stage.CHECKING)
    given = {"by": "third", "check_id": work.check_id, "barcode": work.goods["TEE"].barcode}
    world.person("third")
    world.refused(TakenByAnother, check_item, CheckItem, **given)
    world.do(start_check, StartCheck, by="third", barcode=work.tote)
    assert str(world.do(check_item, CheckItem, **given).message) == "1 of 3: TEE TEE cotton"


def test_without_four_eyes_the_picker_may_check(world: World):
    world.site(is_four_eyes=False)
    work = world.bring(Stage.PICKED)
    outcome = world.do(start_check, StartCheck, by="picker", barcode=work.tote)
    work.check_id = outcome.subject_id or 0
    scan(world, work, "TEE", 2, by="picker")
    assert scan(world, work, "MUG", by="picker").is_step_done


def test_the_last_piece_passes_the_check(world: World):
    work = world.bring(Stage.CHECKING)
    assert str(scan(world, work, "TEE").message) == "1 of 3: TEE TEE cotton"
    assert str(scan(world, work, "MUG").message) == "2 of 3: MUG MUG cotton"
    outcome = scan(world, work, "TEE")
    assert (outcome.screen, outcome.is_step_done) == ("tote", True)
    consignment = world.get(Consignment, work.consignment_id)
    assert (consignment.state, consignment.checked_by) == ("checked", world.person("checker"))
    assert world.steps(work) == [(2, 2, 2, 0, 0), (1, 1, 1, 0, 0)]
    assert world.state(Check, work.check_id) == "passed"


def test_goods_of_another_order_are_a_mismatch_on_record(world: World):
    work = world.bring(Stage.CHECKING)
    cap = world.sku("CAP")
    world.stock(cap, "B-07", 1)
    outcome = world.do(
        check_item, CheckItem, by="checker", check_id=work.check_id, barcode=cap.barcode
    )
    assert outcome.tone is Tone.STOP
    assert str(outcome.message) == (
        "CAP CAP cotton is not in this order. Put it aside; it belongs in B-07."
    )
    found = world.one(Mismatch, check_id=work.check_id)
    assert (found.kind, found.sku_id, found.pieces) == ("wrong_item", cap.id, 1)
    assert world.steps(work) == [(2, 2, 0, 0, 0), (1, 1, 0, 0, 0)]


def test_too_many_pieces_are_a_mismatch_and_count_nothing(world: World):
    work = world.bring(Stage.CHECKING)
    outcome = scan(world, work, "TEE", 3)
    assert (outcome.screen, outcome.tone) == ("items", Tone.STOP)
    assert world.one(Mismatch, check_id=work.check_id).kind == "too_many"
    assert world.all(CheckScan, check_id=work.check_id) == []


@pytest.mark.parametrize("pieces", [0, -1, 10_000])
def test_a_senseless_number_of_pieces_is_refused(world: World, pieces: int):
    work = world.bring(Stage.CHECKING)
    given = {"check_id": work.check_id, "barcode": work.goods["TEE"].barcode}
    world.refused(InvalidInput, check_item, CheckItem, by="checker", pieces=pieces, **given)


def test_an_unknown_code_is_refused(world: World):
    work = world.bring(Stage.CHECKING)
    given = {"by": "checker", "check_id": work.check_id}
    world.refused(UnknownBarcode, check_item, CheckItem, barcode="NOTHING", **given)
    world.refused(WrongItem, check_item, CheckItem, barcode="A-01", **given)


def test_undo_takes_the_last_scan_back_over_all_its_lines(world: World):
    tee = world.sku("TEE")
    work = world.bring(Stage.CHECKING, lines=[(tee, 1), (tee, 2)])
    scan(world, work, "TEE", 2)
    assert [line[2] for line in world.steps(work)] == [1, 1]
    outcome = world.do(undo_check, UndoCheck, by="checker", check_id=work.check_id)
    assert str(outcome.message) == "2 taken back."
    assert [line[2] for line in world.steps(work)] == [0, 0]
    world.refused(RuleViolation, undo_check, UndoCheck, by="checker", check_id=work.check_id)
    assert scan(world, work, "TEE", 3).is_step_done


def test_missing_pieces_leave_the_tote_and_stop_the_order(world: World):
    work = world.bring(Stage.CHECKING)
    tee = work.goods["TEE"]
    scan(world, work, "TEE")
    scan(world, work, "MUG")
    outcome = world.do(report_missing, ReportMissing, by="checker", check_id=work.check_id)
    assert (outcome.screen, outcome.subject_id) == ("stop", work.consignment_id)
    assert world.balance(work.tote, tee) == (1, 0, 1)
    assert "COUNT-DIFFERENCE" not in world.standing(tee)
    assert world.holds(work.order_id) == [HoldKind.CHECK_MISMATCH]
    assert world.steps(work) == [(2, 1, 1, 0, 0), (1, 1, 1, 0, 0)]


def test_nothing_is_missing_where_everything_was_counted(world: World):
    work = world.bring(Stage.CHECKED)
    world.refused(StaleScreen, report_missing, ReportMissing, by="checker", check_id=work.check_id)


def test_a_damaged_piece_goes_to_quarantine(world: World):
    work = world.bring(Stage.CHECKING)
    tee = work.goods["TEE"]
    scan(world, work, "TEE", 2)
    outcome = world.do(
        report_damaged, ReportDamaged, by="checker", check_id=work.check_id, barcode=tee.barcode
    )
    assert str(outcome.message).startswith("Put the damaged piece into QUARANTINE.")
    assert world.balance("QUARANTINE", tee) == (1, 0, 1)
    assert world.steps(work)[0] == (2, 1, 1, 0, 0)
    assert world.state(Check, work.check_id) == "stopped"


def test_a_piece_of_another_order_cannot_be_damaged_here(world: World):
    work = world.bring(Stage.CHECKING)
    cap = world.sku("CAP")
    world.refused(
        WrongItem, report_damaged, ReportDamaged, by="checker", check_id=work.check_id,
        barcode=cap.barcode,
    )  # fmt: skip


def test_a_mismatch_cannot_be_waved_through_while_its_goods_are_in_work(world: World):
    work = world.bring(Stage.CHECKING)
    world.do(report_missing, ReportMissing, by="checker", check_id=work.check_id)
    hold = world.one(Hold, order_id=work.order_id, kind=HoldKind.CHECK_MISMATCH)
    world.refused(
        RuleViolation, release_hold, ReleaseHold, by="clerk", hold_id=hold.id, note="send it"
    )
    world.refused(OrderStopped, start_check, StartCheck, by="checker", barcode=work.tote)


def test_two_checkers_starting_at_once_share_one_check(world: World):
    work = world.bring(Stage.PICKED)
    starts = [
        (start_check, world.command(StartCheck, by=name, barcode=work.tote))
        for name in ("checker", "third")
    ]
    world.overlap(*starts)
    (check,) = world.all(Check, consignment_id=work.consignment_id)
    assert check.checker_id == world.person("third")


def test_one_piece_scanned_at_two_tablets_counts_once(world: World):
    work = world.bring(Stage.CHECKING, lines={world.sku("TEE"): 1})
    scans = [
        (
            check_item,
            world.command(
                CheckItem, by="checker", check_id=work.check_id, barcode=work.goods["TEE"].barcode
            ),
        )
        for _ in range(2)
    ]
    assert isinstance(world.overlap(*scans), StaleScreen)
    assert world.steps(work) == [(1, 1, 1, 0, 0)]

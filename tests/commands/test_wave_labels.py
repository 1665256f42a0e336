"""The labels of a wave in one go: in the order of its slots, numbered, orders parted by slips."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from printing.models import JobState, Printer, PrinterKind, PrintJob, PrintRoute
from tests.builders import Stage, Work, World
from warehouse.dispatch.commands.resuming import ResumeRun, resume_run
from warehouse.dispatch.commands.wave_labels import PrintWaveLabels, print_wave_labels
from warehouse.dispatch.models import Waybill
from warehouse.errors import NotFound, NoWaybillLeft, RuleViolation
from warehouse.orders.models import HoldKind
from warehouse.packing.models import Parcel, ParcelState
from warehouse.waves.models import Wave, WaveSlot, WaveState


def _one_wave(world: World, count: int, stage: Stage = Stage.WEIGHED) -> list[Work]:
    """Bring so many consignments to a stage and put them all into the wave of the first."""
    works = [world.bring(stage, lines={world.sku(f"TEE-{n}"): 1}) for n in range(count)]
    first = works[0].wave_id
    with world.database.transaction() as session:
        for slot_no, work in enumerate(reversed(works), start=2):
            session.execute(
                sa.update(WaveSlot)
                .where(WaveSlot.consignment_id == work.consignment_id)
                .values(wave_id=first, slot_no=slot_no)
            )
    for work in works:
        work.wave_id = first
    return works


def _route(world: World) -> int:
    printer_id = world.add(Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9")).id
    world.add(PrintRoute(document_kind="waybill", printer_id=printer_id))
    return int(printer_id)


def _print(world: World, works: list[Work]) -> Any:
    return world.do(print_wave_labels, PrintWaveLabels, by="boss", wave_id=works[0].wave_id)


def _papers(world: World) -> list[tuple[str, str]]:
    jobs = [j for j in world.all(PrintJob) if j.document_kind in ("waybill", "separator")]
    return [(j.document_kind, j.subject) for j in jobs]


def test_labels_come_in_the_order_of_the_slots_each_knowing_which_it_is(world: World):
    works = _one_wave(world, 3)
    _route(world)
    outcome = _print(world, works)
    number = world.one(Wave, id=works[0].wave_id).number
    assert str(outcome.message) == f"3 labels of wave {number} are on their way."
    assert _papers(world) == [("waybill", f"parcel:{w.parcel_id}") for w in reversed(works)]
    labels = world.all(PrintJob, document_kind="waybill")
    assert [(j.run_no, j.facts["run_count"]) for j in labels] == [(1, 3), (2, 3), (3, 3)]
    assert {world.state(Parcel, w.parcel_id) for w in works} == {ParcelState.LABELLED}


def test_a_slip_lies_before_each_orders_labels_where_the_site_wants_it(world: World):
    works = _one_wave(world, 2)
    printer_id = _route(world)
    world.settings(separates_orders=True, paper_locale="en")
    _print(world, works)
    kinds = [kind for kind, _ in _papers(world)]
    assert kinds == ["separator", "waybill", "separator", "waybill"]
    slips = world.all(PrintJob, document_kind="separator")
    assert {(slip.printer_id, slip.facts["locale"]) for slip in slips} == {(printer_id, "en")}
    places = [tuple(s.facts[n] for n in ("slot_no", "order_index", "order_count")) for s in slips]
    assert places == [(2, 1, 2), (3, 2, 2)]


@pytest.mark.parametrize(("count", "is_routed"), [(1, True), (2, False)])
def test_no_slip_without_orders_to_part_or_a_printer(world: World, count: int, is_routed: bool):
    works = _one_wave(world, count)
    if is_routed:
        _route(world)
    world.settings(separates_orders=True)
    _print(world, works)
    assert [kind for kind, _ in _papers(world)] == ["waybill"] * count


def test_a_later_part_of_the_wave_gets_slips_of_its_own(world: World):
    works = _one_wave(world, 4)
    _route(world)
    world.settings(separates_orders=True)
    with world.database.transaction() as session:
        session.execute(
            sa.update(Parcel)
            .where(Parcel.id.in_([w.parcel_id for w in works[:2]]))
            .values(state=ParcelState.OPEN)
        )
    _print(world, works)
    with world.database.transaction() as session:
        session.execute(
            sa.update(Parcel).where(Parcel.state == ParcelState.OPEN)
            .values(state=ParcelState.WEIGHED)
        )  # fmt: skip
    assert _print(world, works).facts == {"labels": 2}
    assert [kind for kind, _ in _papers(world)] == ["separator", "waybill"] * 4


def test_what_is_not_ready_or_stopped_is_left_and_counted(world: World):
    works = _one_wave(world, 3)
    _route(world)
    world.stop(works[0], HoldKind.REFUND)
    with world.database.transaction() as session:
        session.execute(
            sa.update(Parcel).where(Parcel.id == works[1].parcel_id)
            .values(state=ParcelState.SEALED)
        )  # fmt: skip
    said = str(_print(world, works).message)
    assert said.endswith("The others: 1 parcel is not weighed or not sealed, 1 parcel is stopped.")
    assert _papers(world) == [("waybill", f"parcel:{works[2].parcel_id}")]
    assert world.state(Parcel, works[0].parcel_id) == ParcelState.WEIGHED


def test_a_hidden_receiver_is_left_to_the_platform(world: World):
    works = [world.bring(Stage.WEIGHED, is_masked=True)]
    error = world.refused(
        RuleViolation, print_wave_labels, PrintWaveLabels, wave_id=works[0].wave_id
    )
    assert str(error.text) == "No parcel of this wave is ready for its label."


def test_a_pool_too_small_gives_none_a_label(world: World):
    works = _one_wave(world, 3)
    with world.database.transaction() as session:
        session.execute(sa.text("UPDATE waybill_pool SET next_no = last_no - 1"))
    world.refused(NoWaybillLeft, print_wave_labels, PrintWaveLabels, wave_id=works[0].wave_id)
    assert world.all(Waybill) == []


def test_there_is_no_label_for_a_wave_taken_back_or_not_there(world: World):
    works = _one_wave(world, 1)
    world.refused(NotFound, print_wave_labels, PrintWaveLabels, wave_id=4242)
    with world.database.transaction() as session:
        session.execute(sa.update(Wave).values(state=WaveState.CANCELLED))
    world.refused(RuleViolation, print_wave_labels, PrintWaveLabels, wave_id=works[0].wave_id)


def test_after_a_jam_the_labels_come_again_through_their_parcels(world: World):
    works = _one_wave(world, 3)
    _route(world)
    _print(world, works)
    with world.database.transaction() as session:
        session.execute(
            sa.update(PrintJob)
            .where(PrintJob.document_kind == "waybill")
            .values(state=JobState.SENT)
        )
    first = world.all(PrintJob, document_kind="waybill")[0]
    world.stop(works[0], HoldKind.REFUND)  # the last of the three
    outcome = world.do(resume_run, ResumeRun, job_id=first.id, last_good=1, reason="roll out")
    assert outcome.facts == {"copied": 1, "left": {"refused": 1}}
    (copy,) = [job for job in world.all(PrintJob) if job.copy_no > 1]
    assert (copy.subject, copy.run_no) == (f"parcel:{works[1].parcel_id}", 2)
    assert copy.reprint_reason == "roll out"


def test_slips_come_again_before_the_orders_that_come_again_whole(world: World):
    works = _one_wave(world, 3)
    _route(world)
    world.settings(separates_orders=True)
    _print(world, works)
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
        # Somebody has scanned the label of the second order: neither it nor its slip comes again.
        second = world.all(PrintJob, document_kind="waybill")[1].id
        session.execute(
            sa.update(PrintJob).where(PrintJob.id == second).values(state=JobState.CONFIRMED)
        )
    first = world.all(PrintJob, document_kind="waybill")[0].id
    for copy_no in (2, 3):
        world.do(resume_run, ResumeRun, job_id=first, last_good=0, reason="roll out")
        waiting = [j for j in world.all(PrintJob) if j.state is JobState.QUEUED]
        waiting.sort(key=lambda job: (job.turn, job.id))
        assert [(j.document_kind, j.copy_no, j.facts.get("slot_no")) for j in waiting] == [
            ("separator", copy_no, 2), ("waybill", copy_no, None),
            ("separator", copy_no, 4), ("waybill", copy_no, None),
        ]  # fmt: skip
        assert {job.printer_id for job in waiting} == {world.one(Printer).id}
        with world.database.transaction() as session:
            ids = [job.id for job in waiting]
            session.execute(
                sa.update(PrintJob).where(PrintJob.id.in_(ids)).values(state=JobState.SENT)
            )

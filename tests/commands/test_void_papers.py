"""What is put aside or taken back leaves no paper behind that would still be printed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrintJob
from tests.builders import Stage, World
from tests.commands.test_stopping import put_down
from warehouse.errors import RuleViolation
from warehouse.printers.jobs import AnswerUnknown, ReprintJob, answer_unknown, reprint_job
from warehouse.waves.commands import CancelWave, cancel_wave


def label_of(world: World, parcel_id: int) -> PrintJob:
    return world.one(PrintJob, subject=f"parcel:{parcel_id}", document_kind="waybill")


def stopped_label(world: World, state: JobState) -> int:
    """Return the job of a label that stood so when its parcel was put aside."""
    work = world.bring(Stage.LABELLED)
    with world.database.transaction() as session:
        session.execute(
            sa.update(PrintJob).where(PrintJob.document_kind == "waybill").values(state=state)
        )
    world.stop(work)
    put_down(world, work)
    return label_of(world, work.parcel_id).id


def test_a_label_the_worker_has_in_hand_is_void_before_its_first_byte(world: World):
    work = world.bring(Stage.LABELLED)
    printer = world.add(Printer(name="label", kind=PrinterKind.FOLDER, address="spool"))
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(printer_id=printer.id))
        session.execute(sa.delete(PrintJob).where(PrintJob.document_kind != "waybill"))
        assert queue.claim(session, printer.id, at=world.now) is not None
    world.stop(work)
    put_down(world, work)
    job = label_of(world, work.parcel_id)
    assert (job.state, job.void_reason) == (JobState.RENDERING, "set aside")


def test_no_copy_of_a_void_label_is_queued_when_it_did_not_come_out(world: World):
    job_id = stopped_label(world, JobState.UNKNOWN)
    outcome = world.do(answer_unknown, AnswerUnknown, job_id=job_id, came_out=False)
    assert str(outcome.message) == "The paper is void: no copy is printed."
    assert [j.state for j in world.all(PrintJob, document_kind="waybill")] == [JobState.CANCELLED]


def test_who_finds_a_void_label_is_told_to_destroy_it(world: World):
    job_id = stopped_label(world, JobState.UNKNOWN)
    outcome = world.do(answer_unknown, AnswerUnknown, job_id=job_id, came_out=True)
    assert "find it and destroy it" in str(outcome.message)


@pytest.mark.parametrize("state", [JobState.SENT, JobState.QUEUED])
def test_a_void_label_is_not_printed_again_from_the_desk(world: World, state: JobState):
    job_id = stopped_label(world, state)
    world.refused(RuleViolation, reprint_job, ReprintJob, job_id=job_id, reason="torn")


def test_a_wave_taken_back_takes_its_pick_list_out_of_the_queue(world: World):
    work = world.bring(Stage.WAVED)
    (job,) = world.all(PrintJob, subject=f"wave:{work.wave_id}")
    assert job.state is JobState.QUEUED
    world.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    job = world.get(PrintJob, job.id)
    assert (job.state, job.void_reason) == (JobState.CANCELLED, "wave taken back")

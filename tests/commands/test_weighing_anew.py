"""A weight accepted too soon is taken back, as long as no label of it can be in the hand."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrintJob
from tests.builders import Stage, Work, World
from tests.commands.acts import mark_sent
from warehouse.commands import Outcome, Tone
from warehouse.dispatch.commands.label import (
    AssignWaybill,
    AttachWaybill,
    MatchLabel,
    assign_waybill,
    attach_waybill,
    match_label,
)
from warehouse.dispatch.commands.weighing_anew import UndoWeight, undo_weight
from warehouse.dispatch.models import Waybill
from warehouse.errors import RuleViolation, VoidWaybill
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people.models import Trail
from warehouse.weighing.commands import RecordWeight, record_weight
from warehouse.weighing.screens import WeighScreen


def take_back(world: World, work: Work) -> Outcome:
    return world.do(undo_weight, UndoWeight, by="packer", parcel_id=work.parcel_id)


def labels(world: World) -> list[tuple[str, JobState, str]]:
    jobs = world.all(PrintJob, document_kind="waybill")
    return [(job.number, job.state, job.void_reason) for job in jobs]


def weigh_again(world: World, work: Work, gross_g: int) -> str:
    given = {"by": "packer", "parcel_id": work.parcel_id}
    world.do(record_weight, RecordWeight, gross_g=gross_g, **given)
    return str(world.do(assign_waybill, AssignWaybill, **given).facts["waybill_no"])


def test_a_weight_without_a_label_is_taken_back(world: World):
    work = world.bring(Stage.WEIGHED)
    weight_g = world.get(Parcel, work.parcel_id).gross_g
    outcome = take_back(world, work)
    assert (outcome.screen, outcome.tone) == (WeighScreen.WEIGHT, Tone.ATTENTION)
    parcel = world.get(Parcel, work.parcel_id)
    assert (parcel.state, parcel.gross_g, parcel.weighed_at) == (ParcelState.SEALED, None, None)
    (row,) = world.all(Trail, subject_id=parcel.id, event="weight_undone")
    assert row.facts == {"gross_g": weight_g, "waybill": ""}


def test_a_label_that_waits_is_void_and_the_slip_stays(world: World):
    work = world.bring(Stage.LABELLED)
    take_back(world, work)
    assert labels(world) == [(work.waybill_no, JobState.CANCELLED, "weight taken back")]
    waybill = world.one(Waybill)
    assert (waybill.state, waybill.void_reason) == ("void", "weight taken back")
    slip = world.one(PrintJob, document_kind="packing_slip")
    assert (slip.state, slip.void_reason) == (JobState.QUEUED, "")


def test_the_next_weight_has_a_number_and_a_label_of_its_own(world: World):
    work = world.bring(Stage.LABELLED)
    weight_g = world.get(Parcel, work.parcel_id).gross_g
    take_back(world, work)
    number = weigh_again(world, work, weight_g + 1)
    assert number != work.waybill_no
    assert [state for _, state, _ in labels(world)] == [JobState.CANCELLED, JobState.QUEUED]
    job = world.one(PrintJob, document_kind="waybill", number=number)
    assert job.facts["weight_g"] == weight_g + 1
    given = {"by": "packer", "parcel_id": work.parcel_id}
    refused = world.refused(VoidWaybill, match_label, MatchLabel, barcode=work.waybill_no, **given)
    assert "the weight of parcel P00000001 was taken back" in str(refused)
    world.do(match_label, MatchLabel, barcode=number, **given)


def test_a_label_being_drawn_is_void_before_its_first_byte(world: World):
    work = world.bring(Stage.LABELLED)
    printer = world.add(Printer(name="label", kind=PrinterKind.FOLDER, address="spool"))
    with world.database.transaction() as session:
        session.execute(
            sa.update(PrintJob)
            .where(PrintJob.document_kind == "waybill")
            .values(printer_id=printer.id)
        )
        assert queue.claim(session, printer.id, at=world.now) is not None
    take_back(world, work)
    assert labels(world) == [(work.waybill_no, JobState.RENDERING, "weight taken back")]
    assert world.get(Parcel, work.parcel_id).state is ParcelState.SEALED


@pytest.mark.parametrize("state", [JobState.SENT, JobState.UNKNOWN, JobState.CONFIRMED])
def test_a_label_that_may_have_come_out_stays(world: World, state: JobState):
    work = world.bring(Stage.LABELLED)
    with world.database.transaction() as session:
        of_label = PrintJob.document_kind == "waybill"
        session.execute(sa.update(PrintJob).where(of_label).values(state=state))
    given = {"by": "packer", "parcel_id": work.parcel_id}
    refused = world.refused(RuleViolation, undo_weight, UndoWeight, **given)
    assert "may be printed already" in str(refused)
    assert labels(world) == [(work.waybill_no, state, "")]


def test_a_label_of_the_platform_is_on_the_parcel(world: World):
    work = world.bring(Stage.WEIGHED, is_masked=True)
    given = {"by": "packer", "parcel_id": work.parcel_id}
    world.do(attach_waybill, AttachWaybill, barcode="YT1234567890", **given)
    world.refused(RuleViolation, undo_weight, UndoWeight, **given)


def test_where_no_match_is_asked_for_a_label_still_waiting_is_void_too(world: World):
    world.site(is_label_match_required=False)
    work = world.bring(Stage.LABELLED)
    assert world.get(Parcel, work.parcel_id).state is ParcelState.MATCHED
    take_back(world, work)
    parcel = world.get(Parcel, work.parcel_id)
    assert (parcel.state, parcel.matched_at) == (ParcelState.SEALED, None)


@pytest.mark.parametrize("stage", [Stage.PACKED, Stage.DISPATCHED])
def test_what_was_not_weighed_or_has_gone_has_nothing_to_undo(world: World, stage: Stage):
    work = world.bring(stage)
    mark_sent(world, work)
    given = {"by": "packer", "parcel_id": work.parcel_id}
    assert "nothing to undo" in str(world.refused(RuleViolation, undo_weight, UndoWeight, **given))


def test_a_label_without_a_weight_has_no_weight_to_undo(world: World):
    world.site(is_weigh_required=False)
    work = world.bring(Stage.PACKED)
    given = {"by": "packer", "parcel_id": work.parcel_id}
    world.do(assign_waybill, AssignWaybill, **given)
    world.refused(RuleViolation, undo_weight, UndoWeight, **given)


def test_once_taken_back_the_parcel_can_be_opened_again(world: World):
    work = world.bring(Stage.LABELLED)
    given = {"by": "packer", "consignment_id": work.consignment_id}
    world.refused(RuleViolation, undo_pack, UndoPack, **given)
    take_back(world, work)
    world.do(undo_pack, UndoPack, **given)
    assert world.get(Parcel, work.parcel_id).state is ParcelState.OPEN

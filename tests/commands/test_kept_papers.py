"""How long a site keeps papers is its own rule; after it nobody prints a label again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from printing.models import JobState, PrintJob
from tests.builders import Stage, World
from warehouse.dispatch.commands.label import ReprintLabel, reprint_label
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.people.site import ChangeSettings, change_site_settings
from warehouse.printers.jobs import ReprintJob, reprint_job
from warehouse.printers.keeping import clear_old_papers


def test_papers_are_cleared_after_the_days_the_site_has_set(world: World):
    world.bring(Stage.LABELLED)
    world.settings(papers_kept_days=10)
    begun = world.now
    assert clear_old_papers(world.database, at=begun + timedelta(days=9)) == 0
    assert clear_old_papers(world.database, at=begun + timedelta(days=11)) == 2
    gone = {job.document_kind for job in world.all(PrintJob) if job.cleared_at}
    assert gone == {"waybill", "packing_slip"}


def test_all_lots_are_done_in_one_go(world: World):
    world.bring(Stage.LABELLED)
    later = world.now + timedelta(days=91)
    assert clear_old_papers(world.database, at=later, lot=1) == 2
    assert clear_old_papers(world.database, at=later, lot=1) == 0


def test_a_worker_that_stops_leaves_the_rest_for_the_next_time(world: World):
    world.bring(Stage.LABELLED)
    later = world.now + timedelta(days=91)
    assert clear_old_papers(world.database, at=later, should_stop=lambda: True) == 0


def test_no_label_is_repeated_once_its_names_went(world: World):
    work = world.bring(Stage.LABELLED)
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    clear_old_papers(world.database, at=world.now + timedelta(days=91))
    world.refused(RuleViolation, reprint_label, ReprintLabel, parcel_id=work.parcel_id,
                  reason="torn")  # fmt: skip
    slip = world.one(PrintJob, document_kind="packing_slip")
    error = world.refused(RuleViolation, reprint_job, ReprintJob, job_id=slip.id, reason="torn")
    assert "were removed on time" in str(error.text)


@pytest.mark.parametrize(("days", "is_sound"), [(6, False), (7, True), (3650, True), (3651, False)])
def test_a_site_keeps_papers_a_week_at_least(world: World, days: int, is_sound: bool):
    wanted = {"values": {"papers_kept_days": days}}
    if is_sound:
        world.do(change_site_settings, ChangeSettings, **wanted)
    else:
        world.refused(InvalidInput, change_site_settings, ChangeSettings, **wanted)

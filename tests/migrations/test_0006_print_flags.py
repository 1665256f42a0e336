"""Flags come with the table, and papers of before have none."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import PrintFlag, PrintJob
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database


def test_papers_of_before_stay_and_carry_no_flag(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    papers = [job.id for job in world.all(PrintJob)]
    with whole.transaction() as session:
        session.add(PrintFlag(job_id=papers[0], characters="🌸"))
    migrations.downgrade(whole, "0005")
    migrations.upgrade(whole)
    assert [job.id for job in world.all(PrintJob)] == papers
    assert world.all(PrintFlag) == []
    with whole.transaction() as session:
        session.execute(sa.insert(PrintFlag).values(job_id=papers[0], characters="🌸"))
    assert world.one(PrintFlag).looked_at is None

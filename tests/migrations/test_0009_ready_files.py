"""Carriers' labels come with a table of their own; papers of before are what they were."""

from __future__ import annotations

from printing.models import PrintJob, ReadyFile
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database


def test_papers_of_before_stay_and_labels_can_be_kept(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    papers = [(job.id, job.state) for job in world.all(PrintJob)]
    world.add(ReadyFile(sha256="0" * 64, format="zpl", content=b"^XA^XZ", stored_at=world.now))
    migrations.downgrade(whole, "0008")
    migrations.upgrade(whole)
    assert [(job.id, job.state) for job in world.all(PrintJob)] == papers
    assert world.all(ReadyFile) == []

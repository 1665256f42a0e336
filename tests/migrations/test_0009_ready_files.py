"""Carriers' labels come with a table of their own; papers of before are what they were."""

from __future__ import annotations

from printing.models import PrintJob, ReadyFile
from tests.builders import Stage, World
from tests.migrations.test_schema import bare
from warehouse import migrations
from warehouse.db import Database

__all__ = ["bare"]


def test_papers_of_before_stay_and_labels_can_be_kept(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    world.bring(Stage.LABELLED)
    papers = [(job.id, job.state) for job in world.all(PrintJob)]
    world.add(ReadyFile(sha256="0" * 64, format="zpl", content=b"^XA^XZ", stored_at=world.now))
    migrations.downgrade(bare, "0008")
    migrations.upgrade(bare)
    assert [(job.id, job.state) for job in world.all(PrintJob)] == papers
    assert world.all(ReadyFile) == []

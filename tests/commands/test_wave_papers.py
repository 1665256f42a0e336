"""The pick list printed with a wave."""

from __future__ import annotations

import sqlalchemy as sa

from printing.documents import PickList
from printing.models import PrintJob
from tests.builders import Stage, World


def test_a_wave_prints_its_walk(world: World) -> None:
    work = world.bring(Stage.WAVED)

    with world.database.reading() as session:
        jobs = sa.select(PrintJob).where(PrintJob.document_kind == "pick_list")
        job = session.scalars(jobs).one()
    paper = PickList.from_json(job.facts)

    assert (job.subject, paper.orders) == (f"wave:{work.wave_id}", 1)
    assert [(line.bin_code, line.sku_code, line.pieces, line.into) for line in paper.lines] == [
        ("A-01", "TEE", 2, "1×2"),
        ("A-02", "MUG", 1, "1×1"),
    ]

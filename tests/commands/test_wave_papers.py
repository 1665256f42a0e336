"""The pick list printed with a wave."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from printing.documents import PickList
from printing.models import PrintJob
from tests.builders import Stage, World
from tests.tracked import by_lot, put
from warehouse.errors import RuleViolation
from warehouse.waves.commands import CancelWave, cancel_wave
from warehouse.waves.maps import wave_sheet
from warehouse.waves.models import Wave
from warehouse.waves.papers import pick_list


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


def test_of_goods_kept_by_lot_the_list_names_the_lot_that_is_promised(world: World) -> None:
    world.site()
    serum = by_lot(world)
    put(world, serum, "A-01", 1, lot="SOON", day=date(2026, 9, 1))
    put(world, serum, "A-01", 5, lot="LATE", day=date(2027, 9, 1))
    work = world.bring(Stage.WAVED, lines={serum: 3}, on_hand=0)
    with world.database.reading() as session:
        paper = pick_list(session, session.get_one(Wave, work.wave_id), world.zone)
    assert [(line.lot, line.best_before, line.pieces) for line in paper.lines] == [
        ("SOON", "2026-09-01", 1),
        ("LATE", "2027-09-01", 2),
    ]


def test_a_wave_taken_back_has_no_walk_to_be_shown(world: World) -> None:
    work = world.bring(Stage.WAVED)
    world.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    for paper in (pick_list, wave_sheet):
        with world.database.reading() as session, pytest.raises(RuleViolation):
            paper(session, session.get_one(Wave, work.wave_id), world.zone)

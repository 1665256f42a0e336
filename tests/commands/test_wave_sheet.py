"""The wave on the map: its stops in walking order, with the places of the bins around them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from printing.documents import WaveSheet, read
from printing.models import JobState, PrintJob
from tests.builders import Stage, Work, World
from warehouse.catalog.models import Bin, BinKind, Zone
from warehouse.errors import NotFound, ReasonWanted, RuleViolation
from warehouse.waves.commands import CancelWave, cancel_wave
from warehouse.waves.maps import print_wave_sheet
from warehouse.waves.models import Wave
from warehouse.waves.papers import PrintWaveSheet


def placed(world: World, code: str, zone_id: int, x_mm: int, y_mm: int) -> None:
    with world.database.transaction() as session:
        session.execute(
            sa.update(Bin).where(Bin.code == code).values(zone_id=zone_id, x_mm=x_mm, y_mm=y_mm)
        )


def sheet(world: World, work: Work, reason: str = "") -> WaveSheet:
    world.do(print_wave_sheet, PrintWaveSheet, wave_id=work.wave_id, reason=reason)
    job = world.all(PrintJob, document_kind="wave_sheet")[-1]
    found = read(job.document_kind, job.facts)
    assert isinstance(found, WaveSheet)
    return found


def test_stops_stand_in_walking_order_with_their_places(world: World):
    work = world.bring(Stage.WAVED)
    zone_id = world.add(Zone(code="A", name="A 区", sequence=1)).id
    placed(world, "A-01", zone_id, 0, 3000)
    found = sheet(world, work)
    stops = [(s.bin_code, s.pieces, s.zone, s.x_mm, s.y_mm) for s in found.stops]
    assert stops == [("A-01", 2, "A 区", 0, 3000), ("A-02", 1, "", None, None)]
    assert (found.wave_no, found.orders) == (world.get(Wave, work.wave_id).number, 1)


def test_bins_of_the_zones_are_on_the_map_once_for_each_place(world: World):
    work = world.bring(Stage.WAVED)
    zone_id = world.add(Zone(code="A", name="A 区", sequence=1)).id
    other = world.add(Zone(code="B", name="B 区", sequence=2)).id
    placed(world, "A-01", zone_id, 0, 0)
    for code, where, kind in (
        ("A-01-2", (zone_id, 0, 0), BinKind.SHELF),
        ("A-09", (zone_id, 900, 0), BinKind.SHELF),
        ("T-9", (zone_id, 1800, 0), BinKind.TOTE),
        ("B-01", (other, 0, 9000), BinKind.SHELF),
    ):
        world.bin(code, kind=kind)
        placed(world, code, *where)
    found = sheet(world, work)
    assert [(b.bin_code, b.zone, b.x_mm) for b in found.bins] == [
        ("A-01", "A 区", 0),
        ("A-09", "A 区", 900),
    ]


def test_a_second_sheet_needs_a_reason_and_is_marked(world: World):
    work = world.bring(Stage.WAVED)
    sheet(world, work)
    command = {"wave_id": work.wave_id}
    world.refused(ReasonWanted, print_wave_sheet, PrintWaveSheet, **command)
    world.refused(RuleViolation, print_wave_sheet, PrintWaveSheet, **command, reason="wet")
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    assert sheet(world, work, reason="wet").copy_no == 2
    assert world.all(PrintJob, document_kind="pick_list", copy_no=2) == []


def test_a_wave_taken_back_has_no_sheet(world: World):
    work = world.bring(Stage.WAVED)
    world.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    world.refused(RuleViolation, print_wave_sheet, PrintWaveSheet, wave_id=work.wave_id)
    with pytest.raises(NotFound):
        world.do(print_wave_sheet, PrintWaveSheet, wave_id=4242)

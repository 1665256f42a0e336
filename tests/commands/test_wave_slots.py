"""The sheet of a wave's put-wall and the label of its cart, out of the wave's own slots."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from printing.documents import CartLabel, PutWallSheet, read
from printing.media import media
from printing.models import JobState, PrintJob
from printing.renderers import raster
from printing.renderers.pdf import render
from tests.builders import Stage, Work, World
from warehouse.errors import NotFound, ReasonWanted, RuleViolation
from warehouse.orders.models import Order
from warehouse.waves.commands import CancelWave, cancel_wave
from warehouse.waves.models import Wave
from warehouse.waves.slots import PrintCartLabel, PrintPutWall, print_cart_label, print_put_wall

ASKED = [(print_put_wall, PrintPutWall), (print_cart_label, PrintCartLabel)]


def wall(world: World, work: Work) -> PutWallSheet:
    world.do(print_put_wall, PrintPutWall, wave_id=work.wave_id)
    job = world.one(PrintJob, document_kind="put_wall_sheet")
    found = read(job.document_kind, job.facts)
    assert isinstance(found, PutWallSheet)
    return found


def test_the_wall_says_whose_goods_go_into_which_slot_and_tote(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    world.settings(put_wall_columns=6)
    found = wall(world, work)
    number = world.get(Wave, work.wave_id).number
    assert (found.wall_no, found.columns, found.wave_no) == (number, 6, "")
    [slot] = found.slots
    assert (slot.slot_no, slot.pieces, slot.note) == (1, 3, work.tote)
    assert slot.order_no == world.get(Order, work.order_id).order_no


def test_the_cart_s_code_is_the_wave_a_picker_scans(lone: World):
    work = lone.bring(Stage.WAVED)
    lone.do(print_cart_label, PrintCartLabel, wave_id=work.wave_id)
    job = lone.one(PrintJob, document_kind="cart_label")
    label = CartLabel.from_json(job.facts)
    number = lone.get(Wave, work.wave_id).number
    assert (label.content, label.slots, job.subject) == (number, 1, f"wave:{work.wave_id}")
    picture = raster.png(render(label, media("100x60")), dpi=203)
    read_back = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    assert {found.text for found in read_back} == {number}


@pytest.mark.parametrize(("handler", "command"), ASKED)
def test_a_second_one_needs_a_reason_and_is_marked(lone: World, handler, command):
    work = lone.bring(Stage.WAVED)
    lone.do(handler, command, wave_id=work.wave_id)
    lone.refused(ReasonWanted, handler, command, wave_id=work.wave_id)
    lone.refused(RuleViolation, handler, command, wave_id=work.wave_id, reason="wet")
    with lone.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    lone.do(handler, command, wave_id=work.wave_id, reason="wet")
    assert [job.copy_no for job in lone.all(PrintJob) if job.reprint_of] == [2]


@pytest.mark.parametrize(("handler", "command"), ASKED)
def test_a_wave_taken_back_has_neither(lone: World, handler, command):
    work = lone.bring(Stage.WAVED)
    lone.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    lone.refused(RuleViolation, handler, command, wave_id=work.wave_id)
    with pytest.raises(NotFound):
        lone.do(handler, command, wave_id=4242)

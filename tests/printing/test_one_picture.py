"""One picture of a label: drawn once, shown on the screen, and dot for dot what every head gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from printing import queue
from printing.errors import TransportError
from printing.media import media
from printing.models import JobState, Printer, PrinterKind, PrintFile
from printing.renderers import raster
from printing.renderers.moving import moved
from printing.samples import waybill
from printing.transports import Reason
from tests.printing import reading
from tests.printing.floor import Floor
from warehouse.db import Database

STOCK = "76x130"
Dots = NDArray[np.bool_]
READERS: dict[PrinterKind, Callable[[bytes], list[Dots]]] = {
    PrinterKind.ZPL: reading.zpl,
    PrinterKind.TSPL: lambda payload: reading.tspl(payload, 8),
    PrinterKind.ESCPOS: reading.escpos,
}
BUSY = TransportError("busy", before_first_byte=True, reason=Reason.BUSY)


@pytest.fixture
def floor(database: Database) -> Iterator[Floor]:
    yield Floor(database)
    database.dispose()


def on_screen(floor: Floor, job_id: int) -> Dots:
    with floor.database.reading() as session:
        [shown] = raster.shown(queue.pdf_of(session, job_id), media(STOCK))
    return np.asarray(Image.open(BytesIO(shown)).convert("L")) < raster.THRESHOLD


def drawn(floor: Floor, job_id: int) -> PrintFile:
    with floor.database.reading() as session:
        return session.get_one(PrintFile, job_id)


def test_every_head_gets_the_dots_of_the_screen_and_a_second_try_draws_nothing(floor: Floor):
    kept: list[bytes] = []
    for kind, read in READERS.items():
        printer_id = floor.printer(kind.value, kind=kind, media=STOCK, width_dots=608)
        job_id = floor.ask(waybill(waybill_no="YT1"), printer_id=printer_id, part=1 + len(kept))
        floor.paper.faults.append(BUSY)
        assert floor.work(printer_id).state is JobState.READY
        first = drawn(floor, job_id)
        floor.now += timedelta(seconds=5)
        assert floor.work(printer_id).state is JobState.SENT
        again = drawn(floor, job_id)
        assert (again.rendered_at, again.sha256) == (first.rendered_at, first.sha256)
        [printed] = read(floor.paper.sent[-1][1])
        shown = on_screen(floor, job_id)
        assert (printed[: shown.shape[0], : shown.shape[1]] != shown).sum() == 0
        assert not printed[:, shown.shape[1] :].any()
        kept.append(first.content)
    assert len(set(kept)) == 1


@pytest.mark.parametrize("kind", [PrinterKind.IPP, PrinterKind.CUPS])
@pytest.mark.parametrize("dpi", [203, 300])
def test_an_offset_moves_the_pdf_as_it_moves_a_picture(floor: Floor, kind: PrinterKind, dpi: int):
    printer_id = floor.printer(kind.value, kind=kind, media=STOCK, dpi=dpi, offset_x=-9, offset_y=4)
    job_id = floor.ask(waybill(), printer_id=printer_id)
    assert floor.work(printer_id).state is JobState.SENT
    [sent] = raster.bitmaps(floor.paper.sent[-1][1], dpi=dpi)
    [whole] = raster.bitmaps(drawn(floor, job_id).content, dpi=dpi)
    straight = whole.moved(-9, 4).dots()
    assert sent.dots().shape == straight.shape
    # A letter's edge may fall on the other side of half a dot; bars and lines never do.
    assert (sent.dots() != straight).sum() <= 4


def test_what_is_not_moved_stays_as_it_is():
    assert moved(b"%PDF-", 0, 0) == b"%PDF-"


def test_a_file_is_not_moved(floor: Floor):
    folder = floor.printer("f", kind=PrinterKind.FOLDER, media=STOCK, offset_x=9)
    job_id = floor.ask(waybill(), printer_id=folder)
    assert floor.work(folder).state is JobState.SENT
    assert floor.paper.sent[-1][1] == drawn(floor, job_id).content
    with floor.database.reading() as session:
        assert session.get_one(Printer, folder).offset_x == 9

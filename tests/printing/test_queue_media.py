"""A paper and the stock that is loaded: nothing is scaled, and a change of rolls counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrinterState, PrintFile
from printing.samples import manifest, waybill
from tests.printing import reading
from tests.printing.floor import away, by


def test_a_paper_that_does_not_fit_fails_at_once_and_stops_nobody(floor):
    too_wide = floor.ask(waybill(waybill_no="A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6"))
    good = floor.ask()
    assert floor.work().state is JobState.FAILED
    assert floor.job(too_wide).reason == "does_not_fit"
    assert "dots" in floor.job(too_wide).detail
    assert floor.work().job_id == good
    assert floor.its_printer().state is PrinterState.READY


@pytest.mark.parametrize(
    "printer",
    [
        {"media": "60x40"},
        {"media": "100x180", "width_dots": 608},
        {"media": "receipt80", "kind": PrinterKind.ESCPOS},
    ],
)
def test_a_printer_holding_another_stock_refuses_and_nothing_is_scaled(floor, printer):
    other = floor.printer("other", **printer)
    job_id = floor.ask(printer_id=other)
    assert floor.work(other).state is JobState.FAILED
    assert floor.job(job_id).reason == "does_not_fit"
    assert floor.paper.sent == []


def test_a_failed_paper_goes_after_the_stock_was_changed(floor):
    other = floor.printer("other", media="60x40")
    job_id = floor.ask(printer_id=other)
    floor.work(other)
    with floor.database.transaction() as session:
        session.get_one(Printer, other).media = "100x180"
    floor.do(queue.release, job_id, **by())
    assert floor.work(other).state is JobState.SENT
    with floor.database.reading() as session:
        assert session.get_one(PrintFile, job_id).media == "100x180@203"


def test_a_roll_changed_between_two_tries_is_rendered_anew(floor):
    job_id = floor.ask()
    floor.paper.faults.append(away())
    floor.work()
    with floor.database.transaction() as session:
        session.get_one(Printer, floor.printer_id).media = "100x150"
    floor.now += timedelta(minutes=1)
    assert floor.work().state is JobState.SENT
    with floor.database.reading() as session:
        assert session.get_one(PrintFile, job_id).media == "100x150@203"
    assert reading.zpl(floor.paper.sent[0][1])[0].shape == (1200, 800)


def test_a_sheet_does_not_go_to_a_label_printer(floor):
    job_id = floor.ask(manifest(), printer_id=floor.printer_id)
    floor.work()
    assert floor.job(job_id).reason == "does_not_fit"

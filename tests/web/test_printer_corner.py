"""The corner of a station: it speaks up before the packer waits."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from printing.models import (
    JobState,
    Printer,
    PrinterKind,
    PrinterState,
    PrintJob,
    PrintRoute,
)
from tests.builders import Stage
from tests.web.desk_site import Desk, words_of
from warehouse.people.models import Role


def _printer(desk: Desk, **facts: object) -> int:
    given = {"name": "bench", "kind": PrinterKind.ZPL, "address": "10.0.0.9"} | facts
    printer_id = desk.world.add(Printer(**given)).id
    desk.world.add(PrintRoute(document_kind="waybill", printer_id=printer_id))
    return printer_id


def _corner(desk: Desk) -> str:
    return words_of(desk.get("/corner", Role.PACKER)).strip()


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (PrinterState.PAPER_OUT, "paper_out", "bench: paper out"),
        (PrinterState.COVER_OPEN, "cover_open", "bench: cover open"),
        (PrinterState.ATTENTION, "ribbon_out", "bench: ribbon out"),
        (PrinterState.OFFLINE, "offline", "bench: not reachable"),
        (PrinterState.READY, "paper_low", "bench: paper nearly out"),
        (PrinterState.READY, "", "Printer ready"),
        (PrinterState.UNKNOWN, "", "Printer ready"),
    ],
)
def test_the_corner_says_what_the_printer_says(desk: Desk, state, reason, said):
    _printer(desk, state=state, state_reason=reason)
    assert said in _corner(desk)


def test_papers_to_be_fetched_are_counted_in_the_corner(desk: Desk):
    printer_id = _printer(desk, kind=PrinterKind.DOWNLOAD, address="")
    desk.world.bring(Stage.LABELLED)
    assert "1 printing" in _corner(desk)
    with desk.database.transaction() as session:
        session.execute(
            sa.update(PrintJob)
            .where(PrintJob.printer_id == printer_id)
            .values(state=JobState.HELD, reason="download")
        )
    assert "1 papers to fetch" in _corner(desk)

"""The corner of a station: which printers it tells of, and what it calls out before work waits."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from printing import queue
from printing.models import (
    JobState,
    Printer,
    PrinterKind,
    PrinterState,
    PrintJob,
    PrintRoute,
)
from printing.samples import waybill
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.models import StationKind
from warehouse.db import utcnow
from warehouse.people.models import Role
from warehouse.web.access import COOKIE


def _printer(desk: Desk, name: str = "bench", *, kind: str = "waybill", **facts: object) -> int:
    station = facts.pop("station", None)
    given = {"name": name, "kind": PrinterKind.ZPL, "address": "10.0.0.9"} | facts
    printer_id = int(desk.world.add(Printer(**given)).id)
    if kind:
        route = PrintRoute(document_kind=kind, printer_id=printer_id, station_id=station)
        desk.world.add(route)
    return printer_id


def _ask(
    desk: Desk,
    printer_id: int | None,
    number: str = "YT1",
    *,
    age_s: int = 0,
    station: int | None = None,
    **facts: object,
) -> int:
    with desk.database.transaction() as session:
        job_id = queue.enqueue(
            session, waybill(waybill_no=number), station_id=station, command_id="c",
            at=utcnow() - timedelta(seconds=age_s), printer_id=printer_id,
        )  # fmt: skip
        if facts:
            session.execute(sa.update(PrintJob).where(PrintJob.id == job_id).values(**facts))
    return job_id


def _corner(desk: Desk) -> str:
    return words_of(desk.get("/corner", Role.PACKER)).strip()


def _calls(desk: Desk) -> list[str]:
    body = desk.get("/corner", Role.PACKER).get_data(as_text=True)
    found = re.search(r'data-calls="(.*?)"', body)
    return found[1].split(" ") if found else []


def _stand_at(desk: Desk, station: int) -> None:
    desk.as_(Role.PACKER)
    with desk.database.transaction() as session:
        session.execute(
            sa.text("UPDATE login_session SET station_id = :station"), {"station": station}
        )


@pytest.mark.parametrize(
    ("state", "reason", "said", "is_called"),
    [
        (PrinterState.PAPER_OUT, "paper_out", "bench: paper out", True),
        (PrinterState.COVER_OPEN, "cover_open", "bench: cover open", True),
        (PrinterState.ATTENTION, "ribbon_out", "bench: ribbon out", True),
        (PrinterState.OFFLINE, "offline", "bench: not reachable", True),
        (PrinterState.READY, "paper_low", "bench: paper nearly out", False),
        (PrinterState.READY, "", "Printer ready", False),
        (PrinterState.UNKNOWN, "", "bench: tells nothing", False),
    ],
)
def test_the_corner_says_what_the_printer_says(desk: Desk, state, reason, said, is_called):
    printer_id = _printer(desk, state=state, state_reason=reason)
    assert said in _corner(desk)
    assert _calls(desk) == ([f"state-{printer_id}-{reason}"] if is_called else [])


def test_without_a_printer_there_is_nothing_to_call_out(desk: Desk):
    assert (_corner(desk), _calls(desk)) == ("No printer", [])


def test_a_station_tells_of_its_own_printers_and_of_nobody_else_s(both: Desk):
    pack = both.world.station("PACK-1", StationKind.PACK)
    general = _printer(both, "general", state=PrinterState.PAPER_OUT)
    own = _printer(both, "own", station=pack, state=PrinterState.OFFLINE)
    office = _printer(both, "office", kind="badge_sheet", state=PrinterState.PAPER_OUT)
    assert _calls(both) == [f"state-{general}-paper_out", f"state-{office}-paper_out"]
    _stand_at(both, pack)
    # Its own route takes the place of the general one, and badges are not printed at a bench.
    assert _calls(both) == [f"state-{own}-offline"]
    # A paper of the station that lies in another lane is still the station's.
    _ask(both, general, station=pack)
    assert _calls(both) == [f"state-{general}-paper_out", f"state-{own}-offline"]


def test_who_stands_in_is_told_of_while_the_printer_is_away(desk: Desk):
    helper = _printer(desk, "helper", kind="", state=PrinterState.READY)
    first = _printer(desk, state=PrinterState.READY, stand_in_id=helper)
    assert "helper" not in words_of(desk.get("/corner/papers", Role.PACKER))
    with desk.database.transaction() as session:
        session.get_one(Printer, first).state = PrinterState.OFFLINE
    assert "bench: offline. helper stands in." in _corner(desk)
    assert "helper ready" in words_of(desk.get("/corner/papers", Role.PACKER))


def test_a_paper_that_waits_while_nothing_comes_out_is_called_out(both: Desk):
    printer_id = _printer(both, state=PrinterState.READY)
    _ask(both, printer_id, age_s=50)
    assert ("1 printing" in _corner(both), _calls(both)) == (True, [])
    _ask(both, printer_id, "YT2", age_s=130)
    assert _calls(both) == [f"stuck-{printer_id}"]
    assert "bench: 2 papers wait 2 min and none comes out" in _corner(both)


@pytest.mark.parametrize("moved_s", [20, 70])
def test_a_long_lane_that_moves_is_left_in_peace(desk: Desk, moved_s: int):
    moved = utcnow() - timedelta(seconds=moved_s)
    printer_id = _printer(desk, state=PrinterState.READY, moved_at=moved)
    _ask(desk, printer_id, age_s=600)
    is_stuck = moved_s > 60
    assert _calls(desk) == ([f"stuck-{printer_id}"] if is_stuck else [])


def test_a_paper_just_being_sent_moves_too(desk: Desk):
    printer_id = _printer(desk, state=PrinterState.BUSY)
    begun = utcnow() - timedelta(seconds=10)
    token = {"lease_token": "t", "lease_until": utcnow() + timedelta(minutes=5)}
    _ask(desk, printer_id, state=JobState.SENDING, first_byte_at=begun, **token)
    _ask(desk, printer_id, "YT2", age_s=200)
    assert _calls(desk) == []
    assert "2 printing 2 · 3 min" in _corner(desk)


def test_a_paused_printer_is_called_out_once_papers_wait_for_it(desk: Desk):
    printer_id = _printer(desk, is_paused=True)
    assert ("Printer paused" in _corner(desk), _calls(desk)) == (True, [])
    _ask(desk, printer_id, age_s=90)
    assert _calls(desk) == [f"paused-{printer_id}"]
    assert "bench is paused and 1 paper waits" in _corner(desk)


def test_each_question_is_a_call_of_its_own_and_the_lane_behind_it_none(desk: Desk):
    printer_id = _printer(desk, state=PrinterState.READY)
    first = _ask(desk, printer_id, "YT1", state=JobState.UNKNOWN)
    second = _ask(desk, printer_id, "YT2", state=JobState.UNKNOWN)
    _ask(desk, printer_id, "YT3", age_s=400)
    assert _calls(desk) == [f"asked-{first}", f"asked-{second}"]
    assert "Did it come out? +1" in _corner(desk)
    assert "bench asks: did waybill YT1 come out?" in _corner(desk)


def test_papers_of_the_station_that_no_route_leads_anywhere_are_called_out(desk: Desk):
    pack = desk.world.station()
    _ask(desk, None, station=pack)
    assert _calls(desk) == []
    _stand_at(desk, pack)
    assert _calls(desk) == ["unrouted"]
    assert "1 paper has no printer. Tell the desk." in _corner(desk)


def test_papers_to_be_fetched_are_counted_and_called_out_by_the_first(desk: Desk):
    printer_id = _printer(desk, kind="waybill")
    with desk.database.transaction() as session:
        session.get_one(Printer, printer_id).kind = PrinterKind.DOWNLOAD
    first = _ask(desk, printer_id, "YT1", state=JobState.HELD, reason="download")
    _ask(desk, printer_id, "YT2", state=JobState.HELD, reason="download")
    assert _calls(desk) == [f"fetch-{first}"]
    assert "2 papers to fetch" in _corner(desk)


def test_looking_at_the_corner_writes_nothing_and_costs_the_same_for_long_lanes(both: Desk):
    printer_id = _printer(both, state=PrinterState.READY)
    _ask(both, printer_id)
    both.as_(Role.PACKER)
    for n in range(60):
        _ask(both, printer_id, f"YT-{n}")
    with both.world.nothing_written():
        corner = _statements(both, "/corner")
        assert len(corner) <= 8
        assert not [s for s in corner if "print_job.facts" in s]
        assert not [s for s in _statements(both, "/corner/papers") if "print_job.facts" in s]


def _statements(desk: Desk, url: str) -> list[str]:
    heard: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        heard.append(statement)

    engines = {desk.database.engine, desk.database.writer}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    assert desk.get(url, Role.PACKER).status_code == 200
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
    return [s for s in heard if s.startswith("SELECT")]


def test_the_corner_is_closed_to_strangers(desk: Desk):
    assert desk.as_(None).get("/corner").status_code == 302
    assert COOKIE not in desk.as_(None).get("/corner").headers.get("Set-Cookie", "")

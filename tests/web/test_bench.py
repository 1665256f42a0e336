"""A paper nobody knows of is answered for at the station: whose it is, by whom, once."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from printing import queue
from printing.models import (
    JobState,
    Printer,
    PrinterKind,
    PrintEvent,
    PrintJob,
    PrintRoute,
)
from printing.queue.delivery import transports_within
from printing.renderers import raster
from tests.web.desk_site import Desk, words_of
from tests.web.test_printer_corner import _ask, _printer, _stand_at
from warehouse.db import utcnow
from warehouse.people.auth import open_session
from warehouse.people.models import Key, Person, PersonRole, Role
from warehouse.web.access import COOKIE


def _tablet(desk: Desk, name: str, station: int | None = None, role=Role.PACKER) -> FlaskClient:
    """Return the tablet of somebody who came in by badge."""
    with desk.database.transaction() as session:
        person = Person(name=name, locale="en")
        session.add(person)
        session.flush()
        session.add(PersonRole(person_id=person.id, role=role))
        token = open_session(session, person, station, utcnow(), by=Key.BADGE)
    client = desk.app.test_client()
    client.set_cookie(COOKIE, token)
    return client


def _asked(desk: Desk, printer_id: int, number: str = "YT1", **facts: object) -> int:
    return _ask(desk, printer_id, number, state=JobState.UNKNOWN, **facts)


def _answer(tablet: FlaskClient, job_id: int, word: str):
    return tablet.post(f"/corner/papers/{job_id}/answer", data={"answer": word})


@pytest.mark.parametrize(
    ("word", "state", "note", "copies", "said"),
    [
        ("yes", JobState.CONFIRMED, "came out", 0, "Noted: it came out. The printer goes on."),
        ("no", JobState.CANCELLED, "did not come out", 1, "Destroy the first if it turns up."),
        ("spoiled", JobState.CONFIRMED, "came out spoiled", 1, "Destroy the spoiled paper."),
    ],
)
def test_the_three_answers(both: Desk, word, state, note, copies, said):
    printer_id = _printer(both)
    job_id = _asked(both, printer_id)
    next_id = _ask(both, printer_id, "YT2")
    tablet = _tablet(both, "Liu")
    shown = words_of(tablet.get("/corner/papers"))
    assert "waybill YT1" in shown
    assert "Did it come out? Yes No, print again Spoiled or in part, print again" in shown
    with both.database.reading() as session:
        assert queue.due(session, utcnow()) == []
    answer = _answer(tablet, job_id, word)
    assert (answer.status_code, "data-taken" in answer.text) == (200, True)
    assert said in words_of(answer)
    assert both.world.get(PrintJob, job_id).state is state
    found = both.world.all(PrintJob, reprint_of=job_id)
    assert [(c.copy_no, c.reprint_reason, c.printer_id) for c in found] == [
        (2, note, printer_id)
    ] * copies
    (event, *_copied) = both.world.all(PrintEvent, job_id=job_id)
    liu = both.world.one(Person, name="Liu").id
    assert (event.note, event.person_id) == (note, liu)
    # The lane goes on: first what waited.
    with both.database.transaction() as session:
        assert queue.due(session, utcnow()) == [printer_id]
        assert queue.claim(session, printer_id, at=utcnow()).job_id == next_id


def test_two_tablets_at_once_one_answers_and_the_other_is_told(both: Desk):
    job_id = _asked(both, _printer(both))
    tablets = {"no": _tablet(both, "Liu"), "yes": _tablet(both, "Wang")}
    start = threading.Barrier(2)
    answers = {}

    def tap(word: str) -> None:
        start.wait(90)
        answers[word] = _answer(tablets[word], job_id, word)

    threads = [threading.Thread(target=tap, args=(word,)) for word in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    (won,) = [word for word, answer in answers.items() if answer.status_code == 200]
    (late,) = [answer for word, answer in answers.items() if word != won]
    assert (late.status_code, "data-taken" in late.text) == (409, False)
    told = {
        "no": "Liu was first: it did not come out; a marked copy is queued.",
        "yes": "Wang was first: it came out.",
    }
    assert told[won] in words_of(late)
    assert len(both.world.all(PrintJob, reprint_of=job_id)) == (won == "no")


def test_the_same_tap_sent_twice_is_one_answer(desk: Desk):
    job_id = _asked(desk, _printer(desk))
    tablet = _tablet(desk, "Liu")
    form = {"answer": "no", "command_id": "tap-1"}
    first = tablet.post(f"/corner/papers/{job_id}/answer", data=form)
    again = tablet.post(f"/corner/papers/{job_id}/answer", data=form)
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(desk.world.all(PrintJob, reprint_of=job_id)) == 1


def test_a_label_scanned_meanwhile_has_answered(desk: Desk):
    job_id = _asked(desk, _printer(desk))
    with desk.database.transaction() as session:
        queue.confirm(session, "waybill", "YT1", utcnow())
    late = _answer(_tablet(desk, "Liu"), job_id, "no")
    assert late.status_code == 409
    assert "The paper was scanned meanwhile: it came out." in words_of(late)


def test_a_station_answers_for_its_own_papers_alone(both: Desk):
    pack, other = both.world.station("PACK-1"), both.world.station("PACK-2")
    own = _printer(both, "own", station=pack)
    theirs = _printer(both, "theirs", station=other)
    job_id, foreign = _asked(both, own), _asked(both, theirs, "YT2")
    tablet = _tablet(both, "Liu", pack)
    shown = words_of(tablet.get("/corner/papers"))
    assert ("YT1" in shown, "YT2" in shown) == (True, False)
    with both.world.nothing_written():
        refused = _answer(tablet, foreign, "yes")
        # Neither by the page of the desk, which a badge opens for papers too.
        at_desk = tablet.post(f"/printers/jobs/{foreign}/answer", data={"answer": "yes"})
        assert [a.status_code for a in (refused, at_desk)] == [403, 403]
    assert _answer(tablet, job_id, "yes").status_code == 200
    assert _answer(tablet, 999, "yes").status_code == 404


@pytest.mark.parametrize("page", ["", "/paper.pdf", "/paper.png", "/run"])
def test_a_badge_shows_no_paper_of_another_station(desk: Desk, page: str):
    tablet, foreign = _at_another_station(desk)
    assert tablet.get(f"/printers/jobs/{foreign}{page}").status_code == 403
    assert desk.get(f"/printers/jobs/{foreign}{page}").status_code == 200
    assert f"/printers/jobs/{foreign}" not in tablet.get("/printers/jobs").text


@pytest.mark.parametrize("act", ["reprint", "looked", "run"])
def test_a_badge_prints_no_paper_of_another_station_again(desk: Desk, act: str):
    tablet, foreign = _at_another_station(desk)
    with desk.world.nothing_written():
        answer = tablet.post(
            f"/printers/jobs/{foreign}/{act}", data={"reason": "torn", "last_good": 0}
        )
        assert answer.status_code == 403


def _at_another_station(desk: Desk) -> tuple[FlaskClient, int]:
    """Return the tablet of one station, and a paper that came out at the other."""
    own, other = desk.world.station("PACK-1"), desk.world.station("PACK-2")
    _printer(desk, "own", station=own)
    job_id = _ask(
        desk, _printer(desk, "theirs", station=other), station=other, state=JobState.SENT,
        subject="", run_id="r", run_no=1,
    )  # fmt: skip
    return _tablet(desk, "Liu", own), job_id


def test_who_may_not_print_again_sees_the_question_without_buttons(desk: Desk):
    job_id = _asked(desk, _printer(desk))
    picker = _tablet(desk, "Zhang", role=Role.PICKER)
    page = picker.get("/corner/papers")
    assert "Ask somebody who may print again." in words_of(page)
    assert "data-send" not in page.text
    for act in ("answer", "fetch", "cancel"):
        refused = picker.post(f"/corner/papers/{job_id}/{act}", data={"answer": "yes"})
        assert refused.status_code == 403
    assert desk.world.get(PrintJob, job_id).state is JobState.UNKNOWN


@pytest.mark.parametrize("word", ["", "maybe", "1"])
def test_what_is_none_of_the_answers_is_refused(desk: Desk, word: str):
    job_id = _asked(desk, _printer(desk))
    assert _answer(_tablet(desk, "Liu"), job_id, word).status_code == 400
    assert desk.world.get(PrintJob, job_id).state is JobState.UNKNOWN


def _browser(desk: Desk, *numbers: str) -> tuple[int, list[int]]:
    printer_id = int(
        desk.world.add(Printer(name="browser", kind=PrinterKind.DOWNLOAD, address="")).id
    )
    desk.world.add(PrintRoute(document_kind="waybill", printer_id=printer_id))
    return printer_id, [_ask(desk, printer_id, number) for number in numbers]


def _work(desk: Desk, printer_id: int, times: int = 1) -> None:
    within = transports_within(desk.app.extensions["fahuo_config"].allowed_printers)
    for _ in range(times):
        queue.print_one(desk.database, printer_id, clock=utcnow, transports=within)


def test_a_fetched_paper_stops_no_other_of_its_browser(both: Desk):
    printer_id, (first, second, third) = _browser(both, "YT1", "YT2", "YT3")
    tablet = _tablet(both, "Liu")
    _work(both, printer_id)
    fetched = tablet.post(f"/corner/papers/{first}/fetch")
    assert (fetched.status_code, "data-taken" in fetched.text) == (200, True)
    fetched_pdf = tablet.get(f"/printers/jobs/{first}/paper.pdf").get_data()
    assert "PREVIEW" not in raster.texts(fetched_pdf)[0]
    _work(both, printer_id, 2)
    states = [both.world.get(PrintJob, j).state for j in (first, second, third)]
    assert states == [JobState.UNKNOWN, JobState.HELD, JobState.HELD]
    page = tablet.get("/corner/papers").text
    places = [page.index(f"/corner/papers/{j}/") for j in (first, second, third)]
    assert places == sorted(places)
    assert _answer(tablet, first, "no").status_code == 200
    _work(both, printer_id)
    copy = both.world.one(PrintJob, reprint_of=first)
    assert (copy.state, copy.copy_no) == (JobState.HELD, 2)


def test_a_paper_nobody_fetched_is_taken_back_and_one_fetched_is_not(desk: Desk):
    printer_id, (first, second) = _browser(desk, "YT1", "YT2")
    _work(desk, printer_id, 2)
    tablet = _tablet(desk, "Liu")
    tablet.post(f"/corner/papers/{first}/fetch")
    late = tablet.post(f"/corner/papers/{first}/cancel")
    assert (late.status_code, desk.world.get(PrintJob, first).state) == (409, JobState.UNKNOWN)
    assert tablet.post(f"/corner/papers/{second}/cancel").status_code == 200
    assert desk.world.get(PrintJob, second).state is JobState.CANCELLED
    (event,) = desk.world.all(PrintEvent, job_id=second)
    assert event.note == "not wanted at the bench"
    again = tablet.post(f"/corner/papers/{first}/fetch")
    assert (again.status_code, "data-taken" in again.text) == (409, False)


def test_a_tablet_takes_back_only_what_waits_to_be_fetched(desk: Desk):
    job_id = _ask(desk, _printer(desk))
    tablet = _tablet(desk, "Liu")
    with desk.world.nothing_written():
        assert tablet.post(f"/corner/papers/{job_id}/cancel").status_code == 409


def test_a_station_s_page_brings_its_corner_along(desk: Desk):
    pack = desk.world.station()
    _asked(desk, _printer(desk))
    desk.as_(Role.PACKER)
    _stand_at(desk, pack)
    for url in ("/", "/pack"):
        body = desk.get(url, Role.PACKER).text
        assert body.count('data-refresh="/corner"') == 1
        assert 'data-calls="asked-' in body
    with desk.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PrintEvent)) == 0

"""Papers that are fetched in a browser: once, by one, and answered for; a look is no original."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from printing.models import JobState, Printer, PrinterKind, PrintJob
from printing.queue import pdf_of, print_one, transports_within
from printing.renderers import raster
from tests.web.desk_site import Desk, words_of
from tests.web.printing_desk import add_paper, add_printer, set_job, state_of
from warehouse.config import Config
from warehouse.db import utcnow
from warehouse.people.models import Role
from warehouse.web.access import COOKIE


def _to_fetch(desk: Desk) -> PrintJob:
    job = add_paper(desk)
    browser = desk.world.add(Printer(name="browser", kind=PrinterKind.DOWNLOAD, address="")).id
    set_job(desk, job.id, printer_id=browser)
    config: Config = desk.app.extensions["fahuo_config"]
    within = transports_within(config.allowed_printers)
    print_one(desk.database, browser, clock=utcnow, transports=within)
    return job


def test_a_paper_is_fetched_once_and_counts_only_by_a_word(desk: Desk):
    job = _to_fetch(desk)
    assert state_of(desk, job.id) is JobState.HELD
    assert "Fetch and print" in words_of(desk.get("/printers", Role.PACKER))
    assert "Print it now" not in words_of(desk.get(f"/printers/jobs/{job.id}"))

    answer = desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    assert (answer.status_code, answer.location) == (303, f"/printers/jobs/{job.id}/paper.pdf")
    assert desk.get(answer.location, Role.PACKER).get_data()[:5] == b"%PDF-"
    assert state_of(desk, job.id) is JobState.UNKNOWN
    assert "Did it come out of the printer?" in words_of(desk.get("/printers", Role.PACKER))

    again = desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    assert again.status_code == 409
    desk.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="yes")
    assert state_of(desk, job.id) is JobState.CONFIRMED


def _is_marked(desk: Desk, job_id: int, client: FlaskClient) -> bool:
    pdf = client.get(f"/printers/jobs/{job_id}/paper.pdf").get_data()
    return all("预览" in text and "PREVIEW" in text for text in raster.texts(pdf))


def _codes(png: bytes) -> list[str]:
    with Image.open(BytesIO(png)) as image:
        return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("waybill", JobState.QUEUED),
        ("waybill", JobState.UNKNOWN),
        ("packing_slip", JobState.SENT),
    ],
)
def test_a_paper_on_screen_is_no_second_original(desk: Desk, kind: str, state: JobState):
    job = add_paper(desk, kind, state)
    assert _is_marked(desk, job.id, desk.as_(Role.SUPERVISOR))
    shown = desk.get(f"/printers/jobs/{job.id}/paper.png").get_data()
    with desk.database.reading() as session:
        whole = raster.png(pdf_of(session, job.id), dpi=203)
    assert job.number in _codes(whole)
    assert job.number not in _codes(shown)


def test_a_picture_is_asked_for_each_time_and_sent_only_when_it_is_another(desk: Desk):
    job = add_paper(desk)
    url = f"/printers/jobs/{job.id}/paper.png"
    first, small = desk.get(url), desk.get(f"{url}?small=1")
    assert first.cache_control.no_cache is not None
    assert (first.cache_control.private is not None, first.cache_control.max_age) == (True, None)
    assert first.headers["ETag"] != small.headers["ETag"]
    known = {"If-None-Match": first.headers["ETag"]}
    again = desk.as_(Role.SUPERVISOR).get(url, headers=known)
    assert (again.status_code, again.get_data()) == (304, b"")
    # The next person at this browser, who may not see it.
    assert desk.as_(Role.COUNTER).get(url, headers=known).status_code == 403
    set_job(desk, job.id, facts={**job.facts, "remark": "drawn anew"})
    anew = desk.as_(Role.SUPERVISOR).get(url, headers=known)
    assert (anew.status_code, anew.get_data() != first.get_data()) == (200, True)


def test_only_the_browser_that_fetched_a_paper_gets_it_and_only_until_it_is_answered(both: Desk):
    job = _to_fetch(both)
    first = both.as_(Role.PACKER)
    second = both.app.test_client()  # the same person, at another computer
    second.set_cookie(COOKIE, first.get_cookie(COOKIE).value)
    assert _is_marked(both, job.id, first)
    both.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    assert not _is_marked(both, job.id, first)
    assert _is_marked(both, job.id, second)
    assert _is_marked(both, job.id, both.as_(Role.SUPERVISOR))
    # Somebody else at the browser that has fetched it.
    other = both.as_(Role.SUPERVISOR).get_cookie(COOKIE).value
    mine = first.get_cookie(COOKIE).value
    first.set_cookie(COOKIE, other)
    assert _is_marked(both, job.id, first)
    first.set_cookie(COOKIE, mine)
    both.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="no")
    copy = both.world.one(PrintJob, reprint_of=job.id)
    assert [_is_marked(both, j, first) for j in (job.id, copy.id)] == [True, True]


def test_a_fetch_opens_no_paper_of_another_lane(desk: Desk):
    job = _to_fetch(desk)
    desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    set_job(desk, job.id, printer_id=add_printer(desk))
    assert _is_marked(desk, job.id, desk.as_(Role.PACKER))


def test_a_paper_voided_after_it_was_fetched_is_not_printed_from_there_any_more(desk: Desk):
    job = _to_fetch(desk)
    desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    set_job(desk, job.id, void_reason="put aside")
    assert _is_marked(desk, job.id, desk.as_(Role.PACKER))


def test_a_fetched_paper_that_did_not_come_out_waits_as_a_marked_copy(desk: Desk):
    job = _to_fetch(desk)
    desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    desk.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="no")
    copy = desk.world.one(PrintJob, reprint_of=job.id)
    assert (copy.copy_no, state_of(desk, job.id)) == (2, JobState.CANCELLED)


def test_papers_that_show_people_are_fetched_by_those_who_may_see_them(desk: Desk):
    job = _to_fetch(desk)
    assert desk.post(f"/printers/jobs/{job.id}/fetch", Role.ADMIN).status_code == 403
    assert desk.post(f"/printers/jobs/{job.id}/fetch", Role.COUNTER).status_code == 403
    assert state_of(desk, job.id) is JobState.HELD


def test_a_paper_that_does_not_wait_to_be_fetched_is_not(desk: Desk):
    job = add_paper(desk, state=JobState.HELD)
    assert desk.post(f"/printers/jobs/{job.id}/fetch").status_code == 409
    assert state_of(desk, job.id) is JobState.HELD

"""Printing at the desk: lanes, papers and who may see them, printers, routes."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from printing.models import JobState, Printer, PrinterKind, PrintFlag, PrintJob, PrintRoute
from printing.queue import enqueue, pdf_of, print_one, transports_within
from printing.renderers import raster
from printing.samples import goods_receipt
from tests.builders import Stage
from tests.web.desk_site import Desk, words_of
from warehouse.config import Config
from warehouse.db import utcnow
from warehouse.people.models import Role
from warehouse.printers.keeping import clear_old_papers
from warehouse.web.access import COOKIE


def _printer(desk: Desk, name: str = "labels", media: str = "") -> int:
    config: Config = desk.app.extensions["fahuo_config"]
    address = config.spool_dir / name
    return desk.world.add(
        Printer(name=name, kind=PrinterKind.FOLDER, address=str(address), media=media)
    ).id


def _job(desk: Desk, kind: str = "waybill", state: JobState | None = None) -> PrintJob:
    desk.world.bring(Stage.LABELLED)
    job = desk.world.one(PrintJob, document_kind=kind)
    if state is not None:
        _set(desk, job.id, state=state)
    return job


def _set(desk: Desk, job_id: int, **values: object) -> None:
    with desk.database.transaction() as session:
        session.execute(sa.update(PrintJob).where(PrintJob.id == job_id).values(**values))


def _state(desk: Desk, job_id: int) -> JobState:
    return desk.world.get(PrintJob, job_id).state


def test_papers_without_a_route_ask_for_one(desk: Desk):
    _job(desk)
    page = words_of(desk.get("/printers"))
    assert "Without a printer" in page
    assert "No route leads these papers to a printer." in page
    assert "Set a route" not in words_of(desk.get("/printers", Role.PACKER))


def test_a_route_sends_waiting_papers_on(desk: Desk):
    job, printer_id = _job(desk), _printer(desk)
    answer = desk.post("/printers/routes", station=0, printer_waybill=printer_id)
    assert "1 papers that waited go on." in desk.said(answer)
    assert desk.world.get(PrintJob, job.id).printer_id == printer_id
    station = desk.world.station()
    other = _printer(desk, "bench")
    desk.post("/printers/routes", station=station, printer_waybill=other, printer_manifest="")
    routes = {(r.station_id, r.document_kind): r.printer_id for r in desk.world.all(PrintRoute)}
    assert routes == {(None, "waybill"): printer_id, (station, "waybill"): other}
    desk.post("/printers/routes", station=station, printer_waybill="")
    assert len(desk.world.all(PrintRoute)) == 1


def test_a_print_component_is_set_up_for_its_platforms_labels_and_nothing_else(desk: Desk):
    answer = desk.post("/printers", name="platform", kind="component", dpi=203, width_dots=832,
                       address="10.0.0.40/\u5feb\u9012 1", media="76x130", darkness=0, offset_x=0,
                       offset_y=0)  # fmt: skip
    assert "is saved" in desk.said(answer)
    printer_id = desk.world.one(Printer).id
    page = desk.get(f"/printers/{printer_id}")
    assert "draws its platform's own labels and nothing of ours" in words_of(page)
    assert f"/printers/{printer_id}/test" not in page.text
    answer = desk.post(f"/printers/{printer_id}/test")
    assert "print a test at the component itself" in words_of(answer)
    assert f'value="{printer_id}"' in desk.get("/printers/routes").text
    answer = desk.post("/printers/routes", station=0, printer_waybill=printer_id)
    assert "it takes labels of the carrier only" in desk.said(answer)
    desk.post("/printers/routes", station=0, printer_ready_label=printer_id)
    assert [route.document_kind for route in desk.world.all(PrintRoute)] == ["ready_label"]


def test_an_unknown_paper_waits_for_a_word(desk: Desk):
    job = _job(desk, state=JobState.UNKNOWN)
    for role in (Role.PACKER, Role.SUPERVISOR, Role.ADMIN):
        assert "Did it come out of the printer?" in words_of(desk.get("/printers", role))
    assert "Did it come out" not in words_of(desk.get("/printers", Role.COUNTER))

    answer = desk.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="yes")
    assert "Noted: it came out." in desk.said(answer, Role.PACKER)
    assert _state(desk, job.id) is JobState.CONFIRMED


def test_a_paper_that_did_not_come_out_comes_as_a_copy(desk: Desk):
    job = _job(desk, state=JobState.UNKNOWN)
    answer = desk.post(f"/printers/jobs/{job.id}/answer", answer="no")
    assert "A marked copy is queued." in desk.said(answer)
    assert _state(desk, job.id) is JobState.CANCELLED
    copy = desk.world.one(PrintJob, reprint_of=job.id)
    assert (copy.copy_no, copy.state) == (2, JobState.QUEUED)
    late = desk.post(f"/printers/jobs/{job.id}/answer", answer="yes")
    told = "a supervisor was first: it did not come out; a marked copy is queued."
    assert told in desk.said(late)


def test_a_waiting_paper_is_set_aside_moved_and_taken_back(desk: Desk):
    job, printer_id = _job(desk), _printer(desk)
    url = f"/printers/jobs/{job.id}"
    assert "Say why." in desk.said(desk.post(f"{url}/hold", reason=""))
    desk.post(f"{url}/hold", reason="wrong paper")
    assert _state(desk, job.id) is JobState.HELD
    desk.post(f"{url}/release")
    assert _state(desk, job.id) is JobState.QUEUED
    desk.post(f"{url}/route", printer_id=printer_id)
    assert desk.world.get(PrintJob, job.id).printer_id == printer_id
    desk.post(f"{url}/cancel", reason="not needed")
    assert _state(desk, job.id) is JobState.CANCELLED
    page = words_of(desk.get(url))
    for words in ("not needed", "to labels", "wrong paper", "a supervisor"):
        assert words in page
    assert desk.post(f"{url}/route", printer_id=4242).status_code == 404


def test_a_waybill_is_printed_again_through_its_parcel(desk: Desk):
    job = _job(desk, state=JobState.SENT)
    answer = desk.post(f"/printers/jobs/{job.id}/reprint", Role.PACKER, reason="smeared")
    assert answer.status_code == 303
    copy = desk.world.one(PrintJob, reprint_of=job.id)
    assert copy.reprint_reason == "smeared"
    trail = words_of(desk.get(f"/parcels/{job.subject.partition(':')[2]}"))
    assert "Label printed again: smeared" in trail


@pytest.mark.parametrize("kind", ["waybill", "packing_slip"])
def test_papers_that_show_people_need_a_right(desk: Desk, kind: str):
    job = _job(desk, kind)
    for role in (Role.PACKER, Role.SUPERVISOR, Role.CUSTOMER_SERVICE):
        pdf = desk.get(f"/printers/jobs/{job.id}/paper.pdf", role)
        assert (pdf.status_code, pdf.get_data()[:5]) == (200, b"%PDF-")
        png = desk.get(f"/printers/jobs/{job.id}/paper.png", role)
        assert (png.status_code, png.get_data()[:4]) == (200, b"\x89PNG")
        assert f"/printers/jobs/{job.id}/paper.png" in desk.get(
            f"/printers/jobs/{job.id}", role
        ).get_data(as_text=True)
    for role in (Role.ADMIN, Role.COUNTER, Role.RECEIVER):
        for name in ("paper.pdf", "paper.png"):
            assert desk.get(f"/printers/jobs/{job.id}/{name}", role).status_code == 403
        page = desk.get(f"/printers/jobs/{job.id}", role).get_data(as_text=True)
        assert "paper.p" not in page
        lanes = desk.get("/printers", role).get_data(as_text=True)
        assert f"/printers/jobs/{job.id}/paper.p" not in lanes


def test_a_job_page_names_nobody(desk: Desk):
    job = _job(desk)
    body = desk.get(f"/printers/jobs/{job.id}").get_data(as_text=True)
    assert "王小明" not in body
    assert "13800000001" not in body


def test_a_paper_is_shown_as_it_was_printed(desk: Desk):
    job, printer_id = _job(desk), _printer(desk)
    desk.post(f"/printers/jobs/{job.id}/route", printer_id=printer_id)
    allowed = desk.app.extensions["fahuo_config"].allowed_printers
    print_one(desk.database, printer_id, clock=utcnow, transports=transports_within(allowed))
    files = list(Path(desk.world.get(Printer, printer_id).address).glob("*.pdf"))
    shown = desk.get(f"/printers/jobs/{job.id}/paper.pdf").get_data()
    [printed] = [f.read_bytes() for f in files]
    [text], [original] = raster.texts(shown), raster.texts(printed)
    assert ("PREVIEW" in text, "PREVIEW" in original) == (True, False)
    assert set(original.split()) <= set(text.split())
    assert "printed" in words_of(desk.get(f"/printers/jobs/{job.id}"))


def _form(desk: Desk, **changes: object) -> dict[str, object]:
    return {
        "name": "front", "kind": "folder", "dpi": 203, "width_dots": 832, "media": "76x130",
        "darkness": 0, "offset_x": 0, "offset_y": 0,
        "address": str(desk.app.extensions["fahuo_config"].spool_dir / "front"), **changes,
    }  # fmt: skip


def test_a_printer_is_added_changed_tried_and_paused(desk: Desk):
    answer = desk.post("/printers", Role.ADMIN, **_form(desk))
    assert "Printer front is saved." in desk.said(answer, Role.ADMIN)
    printer = desk.world.one(Printer)
    url = f"/printers/{printer.id}"

    desk.post(url, Role.ADMIN, **_form(desk, offset_x=-12, media="100x180", dpi=300))
    changed = desk.world.get(Printer, printer.id)
    assert (changed.offset_x, changed.media, changed.dpi) == (-12, "100x180", 300)
    assert "Changed: Head, Loaded media, Move right by dots" in words_of(desk.get(url, Role.ADMIN))

    answer = desk.post(f"{url}/test", Role.ADMIN)
    job = desk.world.one(PrintJob)
    assert (job.document_kind, job.printer_id) == ("test_page", printer.id)
    assert answer.headers["Location"] == f"/printers/jobs/{job.id}"

    desk.post(f"{url}/pause", Role.ADMIN, paused=1)
    assert desk.world.get(Printer, printer.id).is_paused
    assert "paused" in words_of(desk.get("/printers", Role.ADMIN))
    desk.post(f"{url}/pause", Role.ADMIN, paused=0)
    assert not desk.world.get(Printer, printer.id).is_paused
    gone = desk.post(f"{url}/remove", Role.ADMIN)
    assert "Pause it instead." in desk.said(gone, Role.ADMIN)


def test_a_printer_that_never_printed_is_removed(desk: Desk):
    printer_id = _printer(desk)
    desk.post("/printers/routes", station=0, printer_waybill=printer_id)
    assert "is gone." in desk.said(desk.post(f"/printers/{printer_id}/remove"))
    assert (desk.world.all(Printer), desk.world.all(PrintRoute)) == ([], [])


WRONG = {
    "name": "",
    "kind": "laser",
    "media": "3x3",
    "dpi": 600,
    "width_dots": 0,
    "darkness": 31,
    "offset_x": -401,
    "offset_y": "9" * 12,
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_marked_and_what_was_typed_stays(desk: Desk, field: str):
    desk.get("/printers")
    with desk.world.nothing_written():
        answer = desk.post("/printers", **_form(desk, name="typed name") | {field: WRONG[field]})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in body
    assert body.count('aria-invalid="true"') == 1
    if field != "name":
        assert 'value="typed name"' in body


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("zpl", "127.0.0.1"),
        ("zpl", "8.8.8.8"),
        ("zpl", "169.254.169.254"),
        ("escpos", "0x7f.1:9100"),
        ("escpos", "10.0.0.5:22"),
        ("ipp", "http://10.0.0.5/"),
        ("ipp", "ipp://user:pw@10.0.0.5/x"),
        ("folder", "/etc"),
        ("folder", "spool"),
        ("folder", "/tmp/../etc/cron.d"),
        ("folder", ""),
    ],
)
def test_an_address_outside_the_site_is_refused(desk: Desk, kind: str, address: str):
    desk.get("/printers")
    with desk.world.nothing_written():
        answer = desk.post("/printers", **_form(desk, kind=kind, address=address))
    assert answer.status_code == 400
    assert 'id="address-error"' in answer.get_data(as_text=True)


def test_an_address_inside_the_site_is_taken(desk: Desk):
    desk.post("/printers", **_form(desk, kind="zpl", address="10.0.0.21"))
    assert desk.world.one(Printer).address == "10.0.0.21"
    twin = desk.post("/printers", **_form(desk, kind="zpl", address="10.0.0.22"))
    assert 'id="name-error"' in twin.get_data(as_text=True)


def test_lanes_keep_themselves_fresh(desk: Desk):
    _printer(desk)
    assert 'data-refresh="/printers/lanes"' in desk.get("/printers").get_data(as_text=True)
    fragment = desk.get("/printers/lanes").get_data(as_text=True)
    assert fragment.strip().startswith('<div class="lanes"')
    assert "<html" not in fragment


def _flag(desk: Desk) -> int:
    job_id = _job(desk, state=JobState.SENT).id
    with desk.database.transaction() as session:
        session.add(PrintFlag(job_id=job_id, characters="🌸한"))
    return job_id


def test_a_paper_with_marks_asks_for_a_look(desk: Desk):
    job_id = _flag(desk)
    for url in ("/printers", f"/printers/jobs/{job_id}"):
        page = words_of(desk.get(url))
        assert "🌸 U+1F338, 한 U+D55C" in page
        assert "I looked at it" in page
        assert "I looked at it" not in words_of(desk.get(url, Role.COUNTER))
    assert desk.post(f"/printers/jobs/{job_id}/looked", Role.COUNTER).status_code == 403

    answer = desk.post(f"/printers/jobs/{job_id}/looked", Role.PACKER)
    assert "Noted: you looked at the paper." in desk.said(answer, Role.PACKER)
    assert "U+1F338" not in words_of(desk.get("/printers"))
    page = words_of(desk.get(f"/printers/jobs/{job_id}"))
    assert "a packer looked at it." in page
    assert "I looked at it" not in page
    late = desk.post(f"/printers/jobs/{job_id}/looked")
    assert "This was finished elsewhere." in desk.said(late)
    assert desk.post("/printers/jobs/4242/looked").status_code == 404


def _to_fetch(desk: Desk) -> PrintJob:
    job = _job(desk)
    browser = desk.world.add(Printer(name="browser", kind=PrinterKind.DOWNLOAD, address="")).id
    _set(desk, job.id, printer_id=browser)
    config: Config = desk.app.extensions["fahuo_config"]
    within = transports_within(config.allowed_printers)
    print_one(desk.database, browser, clock=utcnow, transports=within)
    return job


def test_a_paper_is_fetched_once_and_counts_only_by_a_word(desk: Desk):
    job = _to_fetch(desk)
    assert _state(desk, job.id) is JobState.HELD
    assert "Fetch and print" in words_of(desk.get("/printers", Role.PACKER))
    assert "Print it now" not in words_of(desk.get(f"/printers/jobs/{job.id}"))

    answer = desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    assert (answer.status_code, answer.location) == (303, f"/printers/jobs/{job.id}/paper.pdf")
    assert desk.get(answer.location, Role.PACKER).get_data()[:5] == b"%PDF-"
    assert _state(desk, job.id) is JobState.UNKNOWN
    assert "Did it come out of the printer?" in words_of(desk.get("/printers", Role.PACKER))

    again = desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    assert again.status_code == 409
    desk.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="yes")
    assert _state(desk, job.id) is JobState.CONFIRMED


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
    job = _job(desk, kind, state)
    assert _is_marked(desk, job.id, desk.as_(Role.SUPERVISOR))
    shown = desk.get(f"/printers/jobs/{job.id}/paper.png").get_data()
    with desk.database.reading() as session:
        whole = raster.png(pdf_of(session, job.id), dpi=203)
    assert job.number in _codes(whole)
    assert job.number not in _codes(shown)


def test_a_picture_is_asked_for_each_time_and_sent_only_when_it_is_another(desk: Desk):
    job = _job(desk)
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
    _set(desk, job.id, facts={**job.facts, "remark": "drawn anew"})
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
    _set(desk, job.id, printer_id=_printer(desk))
    assert _is_marked(desk, job.id, desk.as_(Role.PACKER))


def test_a_fetched_paper_that_did_not_come_out_waits_as_a_marked_copy(desk: Desk):
    job = _to_fetch(desk)
    desk.post(f"/printers/jobs/{job.id}/fetch", Role.PACKER)
    desk.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="no")
    copy = desk.world.one(PrintJob, reprint_of=job.id)
    assert (copy.copy_no, _state(desk, job.id)) == (2, JobState.CANCELLED)


def test_papers_that_show_people_are_fetched_by_those_who_may_see_them(desk: Desk):
    job = _to_fetch(desk)
    assert desk.post(f"/printers/jobs/{job.id}/fetch", Role.ADMIN).status_code == 403
    assert desk.post(f"/printers/jobs/{job.id}/fetch", Role.COUNTER).status_code == 403
    assert _state(desk, job.id) is JobState.HELD


def test_a_paper_that_does_not_wait_to_be_fetched_is_not(desk: Desk):
    job = _job(desk, state=JobState.HELD)
    assert desk.post(f"/printers/jobs/{job.id}/fetch").status_code == 409
    assert _state(desk, job.id) is JobState.HELD


def test_a_paper_whose_names_were_removed_says_so_and_offers_nothing(desk: Desk):
    job = _job(desk, state=JobState.SENT)
    later = utcnow() + timedelta(days=365)
    assert clear_old_papers(desk.database, at=later) == 2
    page = desk.get(f"/printers/jobs/{job.id}")
    assert "Its names and addresses were removed on" in words_of(page)
    body = page.get_data(as_text=True)
    assert "paper.p" not in body
    assert "/reprint" not in body
    assert desk.get(f"/printers/jobs/{job.id}/paper.pdf").status_code == 409
    answer = desk.post(f"/printers/jobs/{job.id}/reprint", reason="torn")
    assert "there is nothing left to print" in desk.said(answer)


def test_a_failed_paper_with_a_copy_offers_nothing_that_would_be_refused(both: Desk):
    job = _job(both, state=JobState.FAILED)
    url = f"/printers/jobs/{job.id}"
    _printer(both, "elsewhere")
    page = both.get(url).text
    assert [f"{url}/{act}" in page for act in ("release", "route", "reprint")] == [True] * 3
    both.post(f"{url}/reprint", reason="torn")
    page = both.get(url).text
    assert [f"{url}/{act}" in page for act in ("release", "route")] == [False] * 2


def test_no_copy_is_offered_of_a_label_its_parcel_does_not_repeat(desk: Desk):
    desk.world.bring(Stage.DISPATCHED)
    job = desk.world.one(PrintJob, document_kind="waybill")
    _set(desk, job.id, state=JobState.SENT)
    assert f"/printers/jobs/{job.id}/reprint" not in desk.get(f"/printers/jobs/{job.id}").text
    (_, number) = job.subject.split(":")
    assert f"/parcels/{number}/label" not in desk.get(f"/parcels/{number}").text


def test_sheets_are_told_apart_and_a_trouble_says_what_to_do(desk: Desk):
    printer_id = _printer(desk)
    refused = "10.0.0.9:9100 [Errno 111] Connection refused"
    with desk.database.transaction() as session:
        session.execute(sa.update(Printer).values(
            state="offline", state_reason="offline", state_detail=refused))  # fmt: skip
        for part in (1, 2):
            enqueue(session, goods_receipt().placed(part, 2), station_id=None, at=utcnow(),
                    command_id="c", printer_id=printer_id, part=part)  # fmt: skip
    page = words_of(desk.get("/printers"))
    assert "sheet 1" in page
    assert "sheet 2" in page
    assert "its machine takes no papers · Switch it on, wait a minute" in page
    assert refused in page
    assert "sheet 2" in words_of(desk.get("/printers/jobs"))

"""Printing at the desk: lanes, papers and who may see them, printers, routes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from printing.models import JobState, Printer, PrinterKind, PrintFlag, PrintJob, PrintRoute
from printing.queue import enqueue, print_one, transports_within
from printing.renderers import raster
from printing.samples import goods_receipt
from tests.builders import Stage
from tests.web.desk_site import Desk, words_of
from tests.web.printing_desk import add_paper, add_printer, set_job, state_of
from warehouse.db import utcnow
from warehouse.people.models import Role
from warehouse.printers.keeping import clear_old_papers


def test_papers_without_a_route_ask_for_one(desk: Desk):
    add_paper(desk)
    page = words_of(desk.get("/printers"))
    assert "Without a printer" in page
    assert "No route leads these papers to a printer." in page
    assert "Set a route" not in words_of(desk.get("/printers", Role.PACKER))


def test_a_route_brings_no_papers_of_long_ago(desk: Desk):
    add_paper(desk)
    slip = desk.world.one(PrintJob, document_kind="packing_slip")
    set_job(desk, slip.id, waiting_since=utcnow() - timedelta(hours=1))
    office = desk.world.add(Printer(name="office", kind=PrinterKind.IPP, address="10.0.0.8")).id
    answer = desk.post("/printers/routes", station=0, printer_packing_slip=office)
    assert "1 paper waited too long and is set aside." in desk.said(answer)
    assert "it waited too long: print it still?" in words_of(desk.get("/printers"))


def test_a_route_sends_waiting_papers_on(desk: Desk):
    job, printer_id = add_paper(desk), add_printer(desk)
    answer = desk.post("/printers/routes", station=0, printer_waybill=printer_id)
    assert "1 paper that waited goes on." in desk.said(answer)
    assert desk.world.get(PrintJob, job.id).printer_id == printer_id
    station = desk.world.station()
    other = add_printer(desk, "bench")
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
    job = add_paper(desk, state=JobState.UNKNOWN)
    for role in (Role.PACKER, Role.SUPERVISOR, Role.ADMIN):
        assert "Did it come out of the printer?" in words_of(desk.get("/printers", role))
    assert "Did it come out" not in words_of(desk.get("/printers", Role.COUNTER))

    answer = desk.post(f"/printers/jobs/{job.id}/answer", Role.PACKER, answer="yes")
    assert "Noted: it came out." in desk.said(answer, Role.PACKER)
    assert state_of(desk, job.id) is JobState.CONFIRMED


def test_a_paper_that_did_not_come_out_comes_as_a_copy(desk: Desk):
    job = add_paper(desk, state=JobState.UNKNOWN)
    answer = desk.post(f"/printers/jobs/{job.id}/answer", answer="no")
    assert "A marked copy is queued." in desk.said(answer)
    assert state_of(desk, job.id) is JobState.CANCELLED
    copy = desk.world.one(PrintJob, reprint_of=job.id)
    assert (copy.copy_no, copy.state) == (2, JobState.QUEUED)
    late = desk.post(f"/printers/jobs/{job.id}/answer", answer="yes")
    told = "a supervisor was first: it did not come out; a marked copy is queued."
    assert told in desk.said(late)


def test_a_waiting_paper_is_set_aside_moved_and_taken_back(desk: Desk):
    job, printer_id = add_paper(desk), add_printer(desk)
    url = f"/printers/jobs/{job.id}"
    assert "Say why." in desk.said(desk.post(f"{url}/hold", reason=""))
    desk.post(f"{url}/hold", reason="wrong paper")
    assert state_of(desk, job.id) is JobState.HELD
    desk.post(f"{url}/release")
    assert state_of(desk, job.id) is JobState.QUEUED
    desk.post(f"{url}/route", printer_id=printer_id)
    assert desk.world.get(PrintJob, job.id).printer_id == printer_id
    desk.post(f"{url}/cancel", reason="not needed")
    assert state_of(desk, job.id) is JobState.CANCELLED
    page = words_of(desk.get(url))
    for words in ("not needed", "to labels", "wrong paper", "a supervisor"):
        assert words in page
    assert desk.post(f"{url}/route", printer_id=4242).status_code == 404


def test_a_waybill_is_printed_again_through_its_parcel(desk: Desk):
    job = add_paper(desk, state=JobState.SENT)
    answer = desk.post(f"/printers/jobs/{job.id}/reprint", Role.PACKER, reason="smeared")
    assert answer.status_code == 303
    copy = desk.world.one(PrintJob, reprint_of=job.id)
    assert copy.reprint_reason == "smeared"
    trail = words_of(desk.get(f"/parcels/{job.subject.partition(':')[2]}"))
    assert "Label printed again: smeared" in trail


@pytest.mark.parametrize("kind", ["waybill", "packing_slip"])
def test_papers_that_show_people_need_a_right(desk: Desk, kind: str):
    job = add_paper(desk, kind)
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
    job = add_paper(desk)
    body = desk.get(f"/printers/jobs/{job.id}").get_data(as_text=True)
    assert "王小明" not in body
    assert "13800000001" not in body


def test_a_paper_is_shown_as_it_was_printed(desk: Desk):
    job, printer_id = add_paper(desk), add_printer(desk)
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


def test_lanes_keep_themselves_fresh(desk: Desk):
    add_printer(desk)
    assert 'data-refresh="/printers/lanes"' in desk.get("/printers").get_data(as_text=True)
    fragment = desk.get("/printers/lanes").get_data(as_text=True)
    assert fragment.strip().startswith('<div class="lanes"')
    assert "<html" not in fragment


def _flag(desk: Desk) -> int:
    job_id = add_paper(desk, state=JobState.SENT).id
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


def test_a_paper_whose_names_were_removed_says_so_and_offers_nothing(desk: Desk):
    job = add_paper(desk, state=JobState.SENT)
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
    job = add_paper(both, state=JobState.FAILED)
    url = f"/printers/jobs/{job.id}"
    add_printer(both, "elsewhere")
    page = both.get(url).text
    assert [f"{url}/{act}" in page for act in ("release", "route", "reprint")] == [True] * 3
    both.post(f"{url}/reprint", reason="torn")
    page = both.get(url).text
    assert [f"{url}/{act}" in page for act in ("release", "route")] == [False] * 2


def test_no_copy_is_offered_of_a_label_its_parcel_does_not_repeat(desk: Desk):
    desk.world.bring(Stage.DISPATCHED)
    job = desk.world.one(PrintJob, document_kind="waybill")
    set_job(desk, job.id, state=JobState.SENT)
    assert f"/printers/jobs/{job.id}/reprint" not in desk.get(f"/printers/jobs/{job.id}").text
    (_, number) = job.subject.split(":")
    assert f"/parcels/{number}/label" not in desk.get(f"/parcels/{number}").text


def test_sheets_are_told_apart_and_a_trouble_says_what_to_do(desk: Desk):
    printer_id = add_printer(desk)
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

"""Sheets, reports and files of counts at the desk."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from werkzeug.test import TestResponse

from printing.models import PrintJob
from tests.counts import GRACE, move, opened
from tests.tracked import by_piece, put
from tests.web.desk_site import Desk, marked, notice_of, words_of
from tests.web.forms import forms_of
from warehouse.catalog.models import Bin
from warehouse.counting.models import (
    CountBin,
    LineState,
)
from warehouse.people.models import PersonRole, Role


def test_sheets_and_report_are_printed_and_a_sheet_is_typed_in(desk: Desk, shelf):
    tee, count = shelf
    desk.post(f"/counts/{count.id}/sheets", person_id="")  # as a browser sends "nobody"
    desk.post(f"/counts/{count.id}/report")
    papers = {job.document_kind: job.facts for job in desk.world.all(PrintJob)}
    assert [x["bin_code"] for x in papers["count_sheet"]["lines"]] == ["A-1", "A-2"]
    assert papers["count_report"]["bins"] == "0 / 2"
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    url = f"/counts/bins/{place.id}/typed"
    assert "TEE" in words_of(desk.get(url))
    nobody = desk.submit(url, url, **{"pieces-0": "10"})
    assert "Say who counted" in words_of(nobody)
    mine = {"counted_by": desk.people[Role.SUPERVISOR], "pieces-0": "9"}
    assert "This bin stands on printed sheet" in words_of(desk.submit(url, url, **mine))
    sheet_no = papers["count_sheet"]["sheet_no"]
    assert f'<option value="{sheet_no}">' in desk.get(url).text
    mine["sheet"] = sheet_no
    answer = desk.submit(url, url, **mine, **{"sku-1": "WHAT", "pieces-1": "1"})
    assert answer.status_code == 400
    assert "Nothing here carries this code." in words_of(answer)
    cap = desk.world.sku("cap-Blue")
    mine["pieces-0"] = "10"
    desk.submit(url, url, **mine, **{"sku-1": "cap-Blue", "pieces-1": "2"})
    assert count.line("A-1", tee).state is LineState.AGREED
    assert count.line("A-1", cap).variance == 2
    camera = by_piece(desk.world, "CAM")
    put(desk.world, camera, "A-2", serials=("S1", "S2"))
    other = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-2").id)
    sheet = f"/counts/bins/{other.id}/typed"
    assert "left empty, they wait for a tablet" in words_of(desk.get(sheet))
    boss = {"counted_by": desk.people[Role.SUPERVISOR], "sheet": sheet_no}
    assert desk.submit(sheet, sheet, **boss, **{"pieces-0": "2"}).status_code == 400
    silent = desk.submit(sheet, sheet, **boss)
    assert "count it on a tablet" in notice_of(desk.get(silent.location))
    assert count.line("A-2", camera).state is LineState.LOOK
    boss["sheet"] = "none"
    desk.submit(sheet, sheet, **boss, **{"serials-0": "S1\nS9"})
    assert count.line("A-2", camera).serials == {"gone": ["S2"], "found": ["S9"]}


def test_a_recount_on_paper_has_a_sheet_of_its_own(desk: Desk, shelf):
    tee, count = shelf
    desk.post(f"/counts/{count.id}/sheets")
    sheet_no = desk.world.one(PrintJob).facts["sheet_no"]
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    url = f"/counts/bins/{place.id}/typed"
    mine = {"counted_by": desk.people[Role.SUPERVISOR], "sheet": sheet_no}
    desk.submit(url, url, **mine, **{"pieces-0": "8"})
    counter = desk.world.person("ann")
    recount = {"counted_by": str(counter), "pieces-0": "8", "sheet": sheet_no}
    assert desk.submit(url, url, **recount).status_code == 400
    desk.world.add(PersonRole(person_id=counter, role=Role.COUNTER))
    assert re.search(rf'<option value="{counter}">ann', desk.get(url).text)
    again = words_of(desk.submit(url, url, **recount))
    assert f"has typed in sheet {sheet_no} for this bin" in again
    desk.post(f"/counts/{count.id}/sheets", person_id=str(counter))
    assert f'value="{counter}" selected>ann' in desk.get(f"/counts/{count.id}").text
    desk.submit(url, url, **{**recount, "sheet": f"{sheet_no[:-2]}02"})
    assert count.line("A-1", tee).counted_by_id == counter


def test_a_sheet_typed_in_wrongly_is_corrected_where_its_lines_stand(desk: Desk, shelf):
    tee, count = shelf
    here = f"/counts/{count.id}"
    assert "Typed in wrongly?" not in words_of(desk.get(here))
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    mine = {"counted_by": "", "counted_at": "", "sheet": ""}  # as a browser sends what is left
    typed = f"/counts/bins/{place.id}/typed"
    desk.submit(typed, typed, **mine, **{"pieces-0": "100"})
    page = desk.get(f"{here}/correct?bin=a-1")
    url = f"/counts/bins/{place.id}/corrected"
    assert page.location == url
    assert f'href="{url}"' in desk.get(here).text
    assert "X-9 is no bin of this count." in notice_of(
        desk.get(desk.get(f"{here}/correct?bin=x-9").location)
    )
    form = desk.get(url).text
    assert re.search(r'name="pieces-0"[^>]* value="100"', form)
    assert "The figures are held against the book of the time" in words_of(desk.get(url))
    sent = {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1]
            for name in ("take_id", "known", "sku-0")}  # fmt: skip
    odd = desk.post(url, **sent, **{"pieces-0": "10", "sku-1": "NOBODY", "pieces-1": "1"})
    assert odd.status_code == 400
    assert marked(odd) == ["sku-1"]
    assert 'value="NOBODY"' in odd.text
    answer = desk.post(url, **sent, **{"pieces-0": "10"})
    assert "A-1 is corrected: TEE 100 → 10" in notice_of(desk.get(answer.location))
    assert "A-1 typed in anew: TEE 100 → 10" in words_of(desk.get(here))
    stale = desk.post(url, **sent, **{"pieces-0": "9"})
    assert "Look again" in notice_of(desk.get(stale.location))
    assert count.line("A-1", tee).counted == 10
    other = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-2").id)
    nothing = desk.get(f"/counts/bins/{other.id}/corrected")
    assert "Nothing has been typed in of A-2 yet." in notice_of(desk.get(nothing.location))


@pytest.mark.parametrize("said", [("pieces", "3"), ("lot", "L1"), ("serials", "S1")])
def test_goods_found_whose_sku_nobody_typed_are_not_dropped(desk: Desk, shelf, said):
    tee, count = shelf
    cell, value = said
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    missing = "Pieces of what? The SKU is missing."
    typed = f"/counts/bins/{place.id}/typed"
    answer = desk.submit(typed, typed, **{"pieces-0": "10", f"{cell}-2": value})
    assert (answer.status_code, missing in words_of(answer), count.lines()) == (400, True, [])
    assert "sku-2" in marked(answer)
    assert desk.submit(typed, typed, **{"pieces-0": "9"}).status_code == 303
    anew = f"/counts/bins/{place.id}/corrected"
    answer = desk.submit(anew, anew, **{"pieces-0": "10", f"{cell}-2": value})
    assert (answer.status_code, missing in words_of(answer)) == (400, True)
    assert "sku-2" in marked(answer)
    assert count.line("A-1", tee).counted == 9


def test_a_file_is_taken_whole_or_not_at_all(desk: Desk, shelf):
    _, count = shelf

    def send(text: str):
        desk.as_(Role.SUPERVISOR)
        file = (io.BytesIO(text.encode()), "counts.csv")
        return desk.post(f"/counts/{count.id}/file", file=file)

    answer = send("Bin,SKU,Pieces\nA-1,TEE,8\nZ-9,TEE,1\nA-1,HAT,2\nA-2,TEE,-3\n")
    assert answer.status_code == 400
    assert count.lines() == []
    good = "Bin,SKU,Pieces\nA-1,TEE,8\nA-2,,0\n"
    assert send(good).status_code == 200
    assert [(x.counted, x.book) for x in count.lines()] == [(8, 10)]
    assert "nothing is done twice" in words_of(send(good))


def test_a_mended_file_is_sent_where_its_faults_are_told(desk: Desk, shelf):
    _, count = shelf
    page = f"/counts/{count.id}"
    desk.submit(page, f"{page}/sheets")
    sheet = desk.world.one(PrintJob, document_kind="count_sheet").facts["sheet_no"]
    good = f"Bin,SKU,Pieces,Sheet\nA-1,TEE,8,{sheet}\n"

    def send(text: str, before: TestResponse, **chosen: str) -> TestResponse:
        (form,) = (f for f in forms_of(before.text) if f.action == f"{page}/file")
        file = (io.BytesIO(text.encode()), "counts.csv")
        return desk.post(form.action, file=file, **(form.fields | chosen))

    nobody = send(good.replace("TEE", "NOPE"), desk.get(page))
    assert (nobody.status_code, marked(nobody)) == (400, ["counted_by"])
    assert "Say who counted, here or in a column of the file." in words_of(nobody)
    me = str(desk.people[Role.SUPERVISOR])
    wrong = send(good.replace("TEE", "CAP"), nobody, counted_by=me)
    assert (wrong.status_code, marked(wrong)) == (400, [])
    assert send(good, wrong).status_code == 200
    assert [(x.counted, x.counted_by_id) for x in count.lines()] == [(8, int(me))]


def test_all_that_is_wrong_with_a_long_file_is_there_to_be_kept(desk: Desk, shelf):
    _, count = shelf
    desk.as_(Role.SUPERVISOR)
    rows = "=1+1,NOPE,-3\n" * 300
    file = (io.BytesIO(f"Bin,SKU,Pieces\n{rows}".encode()), "counts.csv")
    page = desk.post(f"/counts/{count.id}/file", file=file).text
    kept = html.unescape(page.split("<textarea hidden readonly>")[1].split("</textarea>")[0])
    told = list(csv.reader(io.StringIO(kept)))
    assert (page.count("<td>SKU</td>"), len(told)) == (167, 901)
    assert [row[:3] for row in told[-3:]] == [
        ["301", "Bin", "'=1+1"], ["301", "SKU", "NOPE"], ["301", "Pieces", "'-3"]
    ]  # fmt: skip


def test_forms_whose_choices_nobody_touched_are_taken(desk: Desk, shelf):
    tee, count = shelf
    page = f"/counts/{count.id}"
    file = (io.BytesIO(b"Bin,SKU,Pieces\nA-1,TEE,8\n"), "counts.csv")
    assert desk.submit(page, f"{page}/file", file=file).status_code == 200
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-2").id)
    typed = f"/counts/bins/{place.id}/typed"
    answer = desk.submit(typed, typed)
    assert answer.status_code == 303, words_of(answer)
    desk.world.stock(tee, "A-3", 1)
    other = opened(desk.world, "A-3")
    desk.submit(f"/counts/{other.id}", f"/counts/{other.id}/sheets")
    assert len(desk.world.all(PrintJob, document_kind="count_sheet")) == 1
    assert desk.submit("/counts/calendar", "/counts/calendar", every_days="").status_code == 303


def test_a_sheet_with_its_time_is_not_asked_again_for_what_moved_at_others(desk: Desk, shelf):
    tee, count = shelf
    desk.world.now += GRACE
    move(desk.world, tee, "A-1", "A-2", 2)
    desk.world.now += GRACE * 4
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    url, found = f"/counts/bins/{place.id}/typed", {"pieces-0": "8"}
    answer = desk.submit(url, url, **found)
    assert "Say when they were counted" in notice_of(desk.get(answer.location))
    assert desk.submit(url, url, **found, counted_at="2999-01-01T10:00").status_code == 400
    at = f"{desk.world.now.astimezone(desk.world.zone):%Y-%m-%dT%H:%M}"
    desk.submit(url, url, **found, counted_at=at)
    assert count.line("A-1", tee).state is LineState.AGREED

"""Counts at the counter's tablet and at the desk: screens, lines, decisions, papers, files."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from printing.models import PrintJob
from tests.builders import Stage
from tests.commands.test_counting_among_moves import carry
from tests.counts import GRACE, Count, move, opened
from tests.dock import Dock
from tests.tracked import by_lot, by_piece, put
from tests.web.desk_site import Desk, marked, notice_of, words_of
from tests.web.forms import forms_of
from warehouse.catalog.models import Bin
from warehouse.commands import new_id
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import (
    CountBin,
    CountScan,
    CountSession,
    CountTake,
    CountUnknown,
    LineState,
)
from warehouse.inventory.models import Lot
from warehouse.people.models import PersonRole, Role
from warehouse.waves.models import Wave

NOBODYS = "6900000000014"  # a right EAN that nothing carries


@pytest.fixture
def shelf(desk: Desk):
    """Ten TEE in A-1, and A-2 empty, both in a running count."""
    world = desk.world
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.bin("A-2", walk_order=2)
    return tee, opened(world, "A-1", "A-2")


def sent_on(answer) -> dict[str, str]:
    """Return what the next scan carries."""
    return dict(re.findall(r'data-send-(\w+)="([^"]*)"', answer.text))


def tallied(desk: Desk, take: int) -> dict[str, int]:
    """Return lot → pieces counted so far."""
    found: dict[str, int] = {}
    for row in desk.world.all(CountScan, take_id=take):
        code = desk.world.get(Lot, row.lot_id).code
        found[code] = found.get(code, 0) + row.pieces
    return found


def scan(desk: Desk, count: Count, barcode: str, screen: str, subject: int, **more: object):
    return desk.post(
        f"/count/{count.id}/scans", Role.COUNTER, command_id=new_id(), barcode=barcode,
        screen=screen, subject=subject, **more,
    )  # fmt: skip


def test_a_counter_is_led_from_bin_to_bin_and_never_sees_the_book(desk: Desk, shelf):
    tee, count = shelf
    answer = desk.post(
        "/count/scans", Role.COUNTER, command_id=new_id(), screen="sessions", subject="",
        barcode=desk.world.get(CountSession, count.id).number,
    )  # fmt: skip
    assert f"/count/{count.id}" in answer.get_data(as_text=True)
    page = words_of(desk.get(f"/count/{count.id}", Role.COUNTER))
    assert "Count what stands there." in page
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    answer = scan(desk, count, "A-1", "bin", place.id)
    take = int(answer.get_data(as_text=True).split('data-subject="')[1].split('"')[0])
    answer = scan(desk, count, tee.barcode, "goods", take, pieces=8)
    assert answer.status_code == 200
    shown = words_of(answer)
    assert "8" in shown
    assert "10" not in shown.replace("100", "")
    answer = scan(desk, count, "NOBODY-KNOWS", "goods", take)
    assert "Nothing here carries NOBODY-KNOWS" in words_of(answer)
    answer = scan(desk, count, "CMD-OK", "goods", take)
    assert 'data-screen="bin"' in answer.get_data(as_text=True)
    assert [x.state for x in count.lines("A-1")] == [LineState.RECOUNT]
    assert desk.world.one(CountUnknown).code == "NOBODY-KNOWS"


def test_who_has_no_bin_is_told_who_has_them_and_a_recounter_what_he_found_himself(
    desk: Desk, shelf
):
    tee, count = shelf
    take = count.take("A-1", by="ann")
    desk.world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="NOBODY-KNOWS")
    count.scan(take, tee, 8)
    count.take("A-2", by="bob")
    page = words_of(desk.get(f"/count/{count.id}", Role.COUNTER))
    assert "scan one to take it over: A-1 ann · A-2 bob" in page
    count.close(take)
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    answer = scan(desk, count, "A-1", "bin", place.id)
    page = words_of(answer)
    assert ("NOBODY-KNOWS" in page, "None of it is there" in page) == (False, True)
    again = int(answer.text.split('data-subject="')[1].split('"')[0])
    assert "unknown codes" not in words_of(scan(desk, count, "CMD-OK", "goods", again))


def test_a_counter_says_the_lot_and_no_piece_asked_about_is_lost(desk: Desk):
    world = desk.world
    world.site()
    serum, mug = by_lot(world), world.sku("MUG")
    for lot in ("L1", "L2"):
        put(world, serum, "A-1", 5, lot=lot)
    count = opened(world, "A-1")
    place = world.one(CountBin)
    answer = scan(desk, count, "A-1", "bin", place.id)
    take = int(answer.text.split('data-subject="')[1].split('"')[0])

    def ask(barcode: str, **more: object):
        return scan(desk, count, barcode, "lot", take, **more)

    asked = scan(desk, count, serum.barcode, "goods", take, pieces=2)
    assert 'data-tone="attention"' in asked.text
    carried = {"item": serum.barcode, "pieces": "2"}
    assert sent_on(asked) == carried
    more = ask(serum.barcode, **carried)
    carried = sent_on(more)
    assert carried == {"item": serum.barcode, "pieces": "3"}
    refused = ask(mug.barcode, **carried)
    assert refused.status_code == 422
    assert sent_on(refused) == {"sure": mug.barcode, **carried}
    other = ask(f"]C101{mug.barcode.zfill(14)}10LX", **carried)
    assert other.status_code == 422
    assert sent_on(other) == carried
    known = {lot.code for lot in world.all(Lot)}
    for barcode, told in ((NOBODYS, NOBODYS), (f"]C1010{NOBODYS}10LX", "LX")):
        doubted = ask(barcode, **carried)
        assert (doubted.status_code, sent_on(doubted)) == (422, {"sure": told, **carried})
    assert {lot.code for lot in world.all(Lot)} == known
    assert ask("L2", **sent_on(doubted)).status_code == 200
    assert tallied(desk, take) == {"L2": 3}
    asked = scan(desk, count, serum.barcode, "minus", take)
    assert sent_on(asked) == {"item": serum.barcode, "pieces": "-1"}
    ask("L2", **sent_on(asked))
    assert tallied(desk, take) == {"L2": 2}
    asked = scan(desk, count, serum.barcode, "goods", take)
    doubted = ask(NOBODYS, **sent_on(asked))
    assert ask(NOBODYS, **sent_on(doubted)).status_code == 200
    asked = scan(desk, count, serum.barcode, "goods", take)
    assert ask(NOBODYS, **sent_on(asked)).status_code == 200
    assert tallied(desk, take) == {"L2": 2, NOBODYS: 2}


def test_the_desk_shows_decides_and_posts(desk: Desk, shelf):
    tee, count = shelf
    for who in ("ann", "bob"):
        count.count("A-1", {tee: 8}, by=who)
    count.count("A-2", {}, by="ann")
    page = words_of(desk.get(f"/counts/{count.id}"))
    assert "to decide" in page
    line = count.line("A-1", tee)
    answer = desk.post(f"/counts/{count.id}/approve", chosen=line.id, reason="")
    assert "Choose why they differ." in notice_of(desk.get(f"/counts/{count.id}"))
    desk.post(f"/counts/{count.id}/approve", chosen=line.id, reason="lost", note="shelf fell")
    assert count.line("A-1", tee).state is LineState.APPROVED
    answer = desk.get(f"/counts/{count.id}?export=csv")
    assert "TEE" in answer.get_data(as_text=True)
    for url in ("/counts", "/counts?state=review&q=PD", f"/counts/{count.id}?only=differences&q=A",
                "/counts/new", "/counts/calendar"):  # fmt: skip
        assert desk.get(url).status_code == 200


def test_who_may_be_sent_to_count_again_sees_no_book_and_no_first_look(desk: Desk, shelf):
    tee, count = shelf
    mug = desk.world.sku("MUG")
    desk.world.stock(mug, "A-1", 731)
    desk.world.now += GRACE
    count.count("A-1", {tee: 10, mug: 617}, by="ann")
    assert count.line("A-1", mug).state is LineState.RECOUNT
    url, told = f"/counts/{count.id}", {"731", "617", "-114", "114"}

    def numbers(address: str, role: Role) -> set[str]:
        return told & set(re.split(r"[^-0-9]+", words_of(desk.get(address, role))))

    for address in (url, f"{url}?export=csv", f"{url}?only=again&sort=-size"):
        assert numbers(address, Role.COUNTER) == set(), address
        assert numbers(address, Role.SUPERVISOR) >= {"731", "617"}, address
    desk.post(f"{url}/report", Role.COUNTER)
    assert desk.world.all(PrintJob, document_kind="count_report") == []
    desk.world.add(PersonRole(person_id=desk.people[Role.COUNTER], role=Role.RECEIVER))
    for role, shown in ((Role.COUNTER, False), (Role.SUPERVISOR, True)):
        for code, screen in (("A-1", "start"), (mug.barcode, "start")):
            answer = desk.post("/store/scans", role, command_id=new_id(), barcode=code,
                               screen=screen, subject="")  # fmt: skip
            assert (answer.status_code, ">731<" in answer.text) == (200, shown), (role, code)
    count.count("A-1", {mug: 617}, by="bob")
    assert count.line("A-1", mug).state is LineState.DIFFERENT
    assert numbers(url, Role.COUNTER) >= {"731", "617"}  # small ones are decided by those who count


def test_a_count_is_opened_at_the_desk_and_mistakes_are_told(desk: Desk):
    tee = desk.world.sku("TEE")
    desk.world.stock(tee, "A-1", 10)
    answer = desk.post("/counts/new", scope="bins", codes="A-1 X-9", starts="1", is_blind="1")
    assert answer.status_code == 400
    assert "Nobody knows: X-9." in words_of(answer)
    answer = desk.post("/counts/new", scope="bins", codes="a-1", starts="1", is_blind="1")
    assert answer.status_code == 303
    assert desk.world.one(CountSession).state == "counting"
    desk.world.stock(desk.world.sku("cap-Blue"), "A-2", 1)
    answer = desk.post("/counts/new", scope="skus", codes="cap-Blue", starts="1", is_blind="1")
    assert answer.status_code == 303


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


def test_what_goods_were_bought_for_is_told_to_those_who_buy(desk: Desk, shelf):
    tee, count = shelf
    dock = Dock(desk.world)
    dock.supplier()
    dock.order({tee: 1})
    for who in ("ann", "bob"):  # nobody is asked again: blind for those who count it would be
        count.count("A-1", {tee: 8}, by=who)
    url = f"/counts/{count.id}"
    for role, is_told in ((Role.SUPERVISOR, True), (Role.COUNTER, False)):
        assert ("¥-25.00" in desk.get(url, role).text) is is_told
        assert ("By value" in desk.get(url, role).text) is is_told
        exported = desk.get(f"{url}?export=csv&sort=-value", role).get_data(as_text=True)
        assert (("Value fen" in exported), ("-2500" in exported)) == (is_told, is_told)
        desk.post(f"{url}/report", role)
    told, kept_back = desk.world.all(PrintJob, document_kind="count_report")
    assert (told.facts["net_value"], told.facts["lines"][0]["value"]) == ("-¥25.00", "-¥25.00")
    said = [kept_back.facts.get(name, "") for name in ("net_value", "by_value")]
    assert (said, kept_back.facts["lines"][0].get("value", "")) == (["", ""], "")
    assert desk.get(f"/printers/jobs/{told.id}/paper.pdf", Role.PACKER).status_code == 403
    for paper, is_shown in ((told, False), (kept_back, True)):
        page = desk.get(f"/printers/jobs/{paper.id}", Role.PACKER).text
        assert (f"/jobs/{paper.id}/paper" in page) is is_shown


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


def test_a_rule_of_the_calendar_is_kept_and_taken_out(desk: Desk):
    desk.post("/counts/calendar", kind="monthly", zone="", abc="")
    page = desk.get("/counts/calendar").get_data(as_text=True)
    assert "every month, 28th to 31st" in page
    desk.post("/counts/calendar/1/drop")
    assert "No count opens by itself yet." in words_of(desk.get("/counts/calendar"))


def test_a_doubted_bin_is_asked_for_once(desk: Desk):
    place = desk.world.bin("A-1")
    for _ in range(2):
        desk.post(f"/counts/bin/{place}")
    assert [b.event for b in desk.world.all(CountBin)] == ["asked"]


def test_a_counter_whose_count_is_given_up_is_sent_to_the_others(desk: Desk, shelf):
    tee, count = shelf
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    answer = scan(desk, count, "A-1", "bin", place.id)
    take = int(answer.get_data(as_text=True).split('data-subject="')[1].split('"')[0])
    assert scan(desk, count, tee.barcode, "goods", take).status_code == 200
    desk.post(f"/counts/{count.id}/cancel", reason="fire drill")
    number = desk.world.get(CountSession, count.id).number
    said = f"supervisor has cancelled count {number}. What you scanned in A-1 is not kept."
    refused = scan(desk, count, tee.barcode, "goods", take)
    again = desk.get(f"/count/{count.id}", Role.COUNTER)
    for answer, status in ((refused, 409), (again, 200)):
        assert (answer.status_code, said in words_of(answer)) == (status, True)
        assert 'data-goto="/count"' in answer.text
        assert "data-ack" in answer.text


def test_a_counter_is_told_by_whom_his_count_was_ended(desk: Desk, shelf):
    tee, count = shelf
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    assert scan(desk, count, "A-1", "bin", place.id).status_code == 200
    desk.post(f"/counts/{count.id}/finish")
    answer = scan(desk, count, tee.barcode, "goods", desk.world.one(CountTake).id)
    number = desk.world.get(CountSession, count.id).number
    assert f"supervisor has ended count {number}." in words_of(answer)
    assert "data-ack" in answer.text


def test_who_loses_the_right_counts_no_more(desk: Desk, shelf):
    tee, count = shelf
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    answer = scan(desk, count, "A-1", "bin", place.id)
    take = int(answer.get_data(as_text=True).split('data-subject="')[1].split('"')[0])
    with desk.world.database.transaction() as session:
        session.execute(
            sa.delete(PersonRole).where(PersonRole.person_id == desk.people[Role.COUNTER])
        )
    assert scan(desk, count, tee.barcode, "goods", take).status_code == 403
    assert desk.world.all(CountScan) == []


def test_the_picker_is_asked_about_the_bin_he_emptied(desk: Desk):
    world = desk.world
    world.settings(asks_if_empty=True)
    work = world.bring(Stage.TOTE_BOUND)
    tee = work.goods["TEE"]
    if more := world.balance("A-01", tee)[2]:
        move(world, tee, "A-01", "OPENING", more)
    desk.as_(Role.PICKER)
    with world.database.transaction() as session:
        session.get_one(Wave, work.wave_id).picker_id = desk.people[Role.PICKER]
    url = f"/pick/{work.wave_id}/scans"

    def pick(barcode: str, screen: str, subject: int, **more: object):
        answer = desk.post(url, Role.PICKER, command_id=new_id(), barcode=barcode, screen=screen,
                           subject=subject, **more)  # fmt: skip
        return answer, words_of(answer)

    task = world.open_tasks(work.wave_id)[0]
    pick("A-01", "bin", task.id)
    _, words = pick(tee.barcode, "item", task.id, pieces=2)
    assert "Is this bin empty now?" in words
    assert pick("A-01", "empty", task.id)[0].status_code == 422  # not the next bin
    assert "A-02" in pick("CMD-SHORT", "empty", task.id)[1]
    assert [b.event for b in world.all(CountBin)] == ["not_empty"]
    pick("CMD-UNDO", "bin", task.id)
    pick("A-01", "bin", task.id)
    pick(tee.barcode, "item", task.id, pieces=2)
    _, words = pick("A-02", "empty", task.id)  # on to the next bin
    assert "A-02" in words
    assert "Is this bin empty" not in words


def test_a_forgotten_hand_is_shown_where_it_stops_a_count_and_ended_there(desk: Desk, shelf):
    tee, count = shelf
    carry(desk.world, tee, "A-1", 4)
    desk.world.now += timedelta(hours=5)
    count.count("A-1", {tee: 10})
    page = desk.get(f"/counts/{count.id}", Role.SUPERVISOR)
    form = dict(re.findall(r'name="(kind|person|no)" value="(\w+)"', page.text))
    assert "li TEE 4 A-1" in words_of(page)
    assert "li TEE 4 A-1" in words_of(desk.get("/stock/dock", Role.SUPERVISOR))
    desk.post("/stock/hands/end", Role.SUPERVISOR, **form)
    assert "In hands" not in words_of(desk.get(f"/counts/{count.id}", Role.SUPERVISOR))
    bin_id = desk.world.one(Bin, code="A-1").id
    said = words_of(desk.get(f"/stock/bins/{bin_id}", Role.SUPERVISOR))
    assert "li has 4 × TEE in hand no more" in said


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


def test_a_piece_taken_for_another_shows_both_values_and_goods_without_a_price_who_decides(
    desk: Desk, shelf
):
    tee, count = shelf
    count.count("A-1", {tee: 9})
    url = f"/counts/{count.id}"
    assert "no price known: judged by pieces" in words_of(desk.get(url))
    camera = by_piece(desk.world, "CAM")
    dock = Dock(desk.world)
    dock.supplier()
    dock.order({camera: 1})
    put(desk.world, camera, "A-2", serials=("S1", "S2"))
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-2").id)
    boss = {"counted_by": desk.people[Role.SUPERVISOR], "serials-0": "S1\nS9"}
    typed = f"/counts/bins/{place.id}/typed"
    desk.submit(typed, typed, **boss)
    page = words_of(desk.get(url))
    assert "¥-12.50 +¥12.50" in page
    assert "no price known: a supervisor decides" in page
    assert ",0,1250,1250," in desk.get(f"{url}?export=csv").get_data(as_text=True)
    desk.post(f"{url}/report")
    paper = desk.world.one(PrintJob, document_kind="count_report")
    assert [line.get("value", "") for line in paper.facts["lines"]] == ["", "-¥12.50 +¥12.50"]


def test_where_goods_move_at_every_look_the_desk_says_so_and_lets_a_supervisor_end_it(
    desk: Desk, shelf
):
    tee, count = shelf
    desk.world.settings(count_recount_pieces=9)
    count.count("A-2", {}, by="cat")
    for who in ("ann", "bob", "cat"):
        take = count.take("A-1", by=who)
        move(desk.world, tee, "A-1", "A-2", 1)
        count.scan(take, tee, 7, by=who)
        count.close(take, by=who)
    page = desk.get(f"/counts/{count.id}", Role.SUPERVISOR)
    assert "1 line was looked at three times or more" in words_of(page)
    desk.post(
        f"/counts/{count.id}/keep", Role.SUPERVISOR, chosen=count.line("A-1", tee).id, note="busy"
    )
    page = words_of(desk.get(f"/counts/{count.id}", Role.SUPERVISOR))
    assert "The book stays in 1 line." in page
    assert "looked at three times" not in page
    assert "Not proven 1 line whose goods moved at every look" in page


def test_whoever_may_be_sent_to_count_blind_does_not_look_the_book_up(desk: Desk, shelf):
    tee, count = shelf
    desk.world.stock(desk.world.sku("LAMP"), "C-1", 77)
    place = desk.world.one(Bin, code="A-1").id
    pages = ("/stock", "/stock?export=csv&by=bin", f"/stock/sku/{tee.id}", f"/stock/bins/{place}")
    pages += ("/stock/bins?export=csv", "/stock/moves", "/lots", "/supply/offers")

    def answers(role: Role) -> set[int]:
        found = {page: desk.get(page, role).status_code for page in pages}
        assert len(set(found.values())) == 1, found
        return set(found.values())

    assert answers(Role.COUNTER) == {403}
    assert "A blind count still asks for bins" in words_of(desk.get("/stock", Role.COUNTER))
    assert "77" not in words_of(desk.get("/stock", Role.COUNTER))
    assert answers(Role.SUPERVISOR) == answers(Role.RECEIVER) == {200}
    count.count("A-1", {tee: 10}, by="ann")
    count.count("A-2", {}, by="ann")
    assert answers(Role.COUNTER) == {200}

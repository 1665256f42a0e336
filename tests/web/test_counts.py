"""Counts at the desk: opened, decided, posted, doubts, the calendar."""

from __future__ import annotations

import re
from datetime import timedelta

from printing.models import PrintJob
from tests.commands.test_counting_among_moves import carry
from tests.counts import move
from tests.dock import Dock
from tests.tracked import by_piece, put
from tests.web.desk_site import Desk, notice_of, words_of
from warehouse.catalog.models import Bin
from warehouse.counting.models import (
    CountBin,
    CountSession,
    LineState,
)
from warehouse.people.models import Role


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

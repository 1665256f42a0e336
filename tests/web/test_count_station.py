"""Counts at the counter's tablet: bin to bin, blind, lots asked, counts ended beside it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from printing.models import PrintJob
from tests.builders import Stage
from tests.counts import GRACE, Count, move, opened
from tests.tracked import by_lot, put
from tests.web.desk_site import Desk, words_of
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

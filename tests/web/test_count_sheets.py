"""Sheets typed in at the desk: all that is wrong is told in its cell, and what was typed stays."""

from __future__ import annotations

import html
import re

import pytest

from tests.builders import Goods
from tests.counts import Count, opened
from tests.tracked import by_lot, by_piece, put
from tests.web.desk_site import Desk, marked, words_of
from warehouse.catalog.models import Bin
from warehouse.counting.models import CountBin, CountTake, LineState
from warehouse.inventory.models import Lot
from warehouse.people.models import Role

WHOLE = "This must be a whole number."


@pytest.fixture
def shelf(desk: Desk) -> tuple[Goods, Goods, Count]:
    """In A-1 ten TEE and two lots of SERUM, in a running count."""
    world = desk.world
    tee, serum = world.sku("TEE"), by_lot(world, "SERUM")
    world.stock(tee, "A-1", 10)
    for lot, pieces in (("L2", 3), ("L1", 2)):
        put(world, serum, "A-1", pieces, lot=lot)
    return tee, serum, opened(world, "A-1")


def url_of(desk: Desk, kind: str = "typed") -> str:
    place = desk.world.one(CountBin, bin_id=desk.world.one(Bin, code="A-1").id)
    return f"/counts/bins/{place.id}/{kind}"


def shown(text: str) -> dict[str, str]:
    """Return name → value of the fields a page shows."""
    found = re.findall(r'<input name="([^"]+)"[^>]* value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}


def why(text: str, name: str) -> str:
    found = re.search(rf'id="{name}-error">.*?</svg>(.*?)</span>', text, re.S)
    return html.unescape(found[1]).strip() if found else ""


WRONG = {
    "pieces-0": "-1", "lot-0": "L9", "pieces-1": "3.5", "pieces-2": "abc",
    "sku-3": "NOBODY", "pieces-3": "1", "lot-4": "L7", "pieces-4": "2", "sku-5": "TEE",
}  # fmt: skip


def test_all_that_is_wrong_with_a_sheet_is_told_at_once_each_in_its_cell(desk: Desk, shelf):
    _, _, count = shelf
    desk.post(f"/counts/{count.id}/sheets", person_id="")
    head = {"sheet": "WHICH", "counted_by": "", "counted_at": "2062-01-01T10:00"}
    answer = desk.submit(url_of(desk), url_of(desk), **head, **WRONG)
    assert (answer.status_code, count.lines(), desk.world.all(CountTake)) == (400, [], [])
    assert marked(answer) == [
        "sheet", "counted_by", "counted_at", "lot-0", "pieces-0", "pieces-1", "pieces-2", "sku-3",
        "sku-4", "pieces-5",
    ]  # fmt: skip
    assert {name: why(answer.text, name) for name in marked(answer)} == {
        "sheet": "No count sheet has this number.",
        "counted_by": "Sheets of this count were printed. Say who counted, here or in a column of"
        " the file.",
        "counted_at": "This time is still to come.",
        "lot-0": "Nobody has seen this lot yet.",
        "pieces-0": "Pieces are 0 to 1000000.",
        "pieces-1": WHOLE,
        "pieces-2": WHOLE,
        "sku-3": "Nothing here carries this code.",
        "sku-4": "Pieces of what? The SKU is missing.",
        "pieces-5": "Say how many pieces there are.",
    }
    assert "10 to mend" in words_of(answer)
    assert WRONG.items() <= shown(answer.text).items()
    assert 'value="WHICH"' in answer.text
    assert 'value="2062-01-01T10:00"' in answer.text


def test_all_that_is_wrong_with_a_correction_is_told_at_once_and_it_stays_to_be_mended(
    desk: Desk, shelf
):
    tee, _, count = shelf
    desk.submit(url_of(desk), url_of(desk), **{"pieces-0": "2", "pieces-1": "3", "pieces-2": "9"})
    url = url_of(desk, "corrected")
    assert {"lot-0": "L1", "pieces-0": "2", "lot-1": "L2", "pieces-2": "9"}.items() <= shown(
        desk.get(url).text
    ).items()
    answer = desk.submit(url, url, **WRONG)
    assert answer.status_code == 400
    assert marked(answer) == [
        "lot-0", "pieces-0", "pieces-1", "pieces-2", "sku-3", "sku-4", "pieces-5"
    ]  # fmt: skip
    assert WRONG.items() <= shown(answer.text).items()
    same = desk.submit(url, url)
    assert (same.status_code, "There is nothing to correct." in words_of(same)) == (400, True)
    assert (count.line("A-1", tee).counted, len(desk.world.all(CountTake))) == (9, 1)


def test_each_lot_the_book_has_in_the_bin_has_its_row_and_of_a_recount_each_lot_of_its_goods(
    desk: Desk, shelf
):
    tee, _, count = shelf
    form = shown(desk.get(url_of(desk)).text)
    assert [form[f"lot-{at}"] for at in (0, 1)] == ["L1", "L2"]
    assert [form[f"pieces-{at}"] for at in (0, 1, 2)] == ["", "", ""]
    desk.submit(url_of(desk), url_of(desk), **{"pieces-0": "2", "pieces-1": "60", "pieces-2": "10"})
    lots = {desk.world.get(Lot, x.lot_id).code: x for x in count.lines() if x.lot_id}
    assert {code: (x.counted, x.state) for code, x in lots.items()} == {
        "L1": (2, LineState.AGREED), "L2": (60, LineState.RECOUNT)
    }  # fmt: skip
    assert count.line("A-1", tee).state is LineState.AGREED
    page = desk.get(url_of(desk)).text
    assert [shown(page)[f"lot-{at}"] for at in (0, 1, 2)] == ["L1", "L2", ""]
    assert 'value="60"' not in page


def test_there_are_always_more_rows_and_what_was_typed_stays(desk: Desk, shelf):
    _, _, count = shelf
    url = url_of(desk)
    goods = [desk.world.sku(f"NEW-{at}") for at in range(9)]
    said = {f"sku-{at + 3}": one.code for at, one in enumerate(goods[:4])}
    said |= {f"pieces-{at + 3}": "1" for at in range(4)} | {"pieces-2": "10"}
    more = desk.submit(url, url, **said, more="1")
    assert (more.status_code, marked(more), count.lines()) == (200, [], [])
    form = shown(more.text)
    assert said.items() <= form.items()
    assert {f"sku-{at}" for at in range(7, 11)} <= form.keys()
    none = desk.submit(url, url, more="1")
    assert {f"sku-{at}" for at in range(3, 11)} <= shown(none.text).keys()
    said |= {f"sku-{at + 3}": one.code for at, one in enumerate(goods[4:], start=4)}
    said |= {f"pieces-{at + 3}": "1" for at in range(4, 9)}
    known = {name: value for name, value in form.items() if name.startswith(("lot-", "sku-"))}
    desk.post(url, **{**known, "sku-0": "SERUM", "sku-1": "SERUM", "sku-2": "TEE", "known": "3",
                      "lot-0": "L1", "lot-1": "L2", **said})  # fmt: skip
    assert sum(x.counted for x in count.lines()) == 10 + 9
    anew = url_of(desk, "corrected")
    assert desk.submit(anew, anew, more="1", **{"pieces-0": "7"}).status_code == 200
    assert sum(x.counted for x in count.lines()) == 10 + 9


def test_who_counted_cannot_take_his_difference_back_by_correcting(desk: Desk, shelf):
    tee, _, count = shelf
    url, anew = url_of(desk), url_of(desk, "corrected")
    both = {"pieces-0": "2", "pieces-1": "3"}
    desk.submit(url, url, Role.COUNTER, **both, **{"pieces-2": "4"})
    answer = desk.submit(anew, anew, Role.COUNTER, **{"pieces-2": "10"})
    assert "still counted again by another person" in desk.said(answer, Role.COUNTER)
    assert count.line("A-1", tee).state is LineState.RECOUNT


def test_numbers_and_forged_rows_do_no_harm(desk: Desk, shelf):
    _, _, count = shelf
    camera = by_piece(desk.world, "CAM")
    put(desk.world, camera, "A-1", serials=("S1",))
    url = url_of(desk)
    answer = desk.submit(url, url, **{"serials-0": "S1, S1", "pieces-0": "2"})
    assert (answer.status_code, marked(answer)) == (400, ["serials-0"])
    odd = {"known": "99999999", "sku-01": "TEE", "pieces-01": "1", "sku-x": "TEE",
           "sku-99999": "TEE", "sku-1": "<b>", "pieces-1": "1" * 30, "more": "1"}  # fmt: skip
    answer = desk.post(url, **odd)
    assert (answer.status_code, "&lt;b&gt;" in answer.text, "<b>" in answer.text) == (
        200, True, False
    )  # fmt: skip
    assert desk.post(url, **{**odd, "more": ""}).status_code == 400
    assert count.lines() == []

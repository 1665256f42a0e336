"""The label designer in a real browser: moving, sizing, undoing, saving what is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printing.models import PaperTemplateVersion
from tests.browser.gestures import until
from tests.browser.serving import serve
from tests.builders import World
from tests.web.desk_site import Desk
from warehouse.db import Database
from warehouse.people.models import Role
from warehouse.web.access import COOKIE

pytestmark = pytest.mark.browser
NEW = "/printers/templates/new?kind=waybill&media=76x130"


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return Desk(World(sqlite_database), tmp_path)


@pytest.fixture
def designer(new_page: Callable[..., Page], desk: Desk) -> Iterator[Page]:
    with serve(desk.app) as address:
        page = new_page()
        page.context.add_cookies(
            [{"name": COOKIE, "value": desk.log_in(Role.SUPERVISOR), "url": address}]
        )
        page.goto(address + NEW)
        until(page, lambda: page.evaluate("document.querySelector('[data-picture]').naturalWidth"))
        yield page


def handle(page: Page, at: int):
    return page.locator(f"[data-at='{at}']")


def values(page: Page) -> list[float]:
    return [float(page.locator(f"[data-prop='{name}']").input_value()) for name in "xywh"]


def drag(page: Page, locator, dx: float, dy: float) -> None:
    """Move by so many millimetres of the label."""
    box = locator.bounding_box()
    scale = page.locator("[data-stock]").bounding_box()["width"] / 76
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx * scale / 2, y + dy * scale / 2)
    page.mouse.move(x + dx * scale, y + dy * scale)
    page.mouse.up()


def test_the_picture_is_the_printers_and_things_can_be_moved_and_undone(designer: Page) -> None:
    assert designer.evaluate("document.querySelector('[data-picture]').naturalWidth") == 608
    handle(designer, 0).click()
    before = values(designer)
    drag(designer, handle(designer, 0), 3, 0)
    assert values(designer)[0] == pytest.approx(before[0] + 3, abs=0.5)
    assert values(designer)[2:] == before[2:]
    designer.keyboard.press("ArrowDown")
    assert values(designer)[1] == pytest.approx(before[1] + 0.5)
    for _ in range(2):
        designer.locator("[data-undo]").click()
    handle(designer, 0).click()
    assert values(designer) == before
    designer.locator("[data-redo]").click()
    assert values(designer)[0] != before[0]


def test_nothing_can_be_dragged_off_the_label(designer: Page) -> None:
    handle(designer, 0).click()
    drag(designer, handle(designer, 0), -60, 300)
    x, y, _, h = values(designer)
    assert (x, y + h) == (0, 130)


def test_own_words_are_added_sized_and_saved(designer: Page, desk: Desk) -> None:
    remark = designer.locator("[data-elements] li", has_text="remark")
    remark.locator("button").click()
    designer.keyboard.press("Delete")
    designer.locator("[data-add=text]").click()
    designer.locator("#p-text").fill("谢谢惠顾 <b>{waybill_no}</b>")
    designer.locator("#p-size").fill("14")
    designer.locator("#p-x").fill("3")
    designer.locator("#p-y").fill("111.5")
    designer.locator("#p-w").fill("40")
    designer.locator("#p-h").fill("6.5")
    designer.locator("#p-h").blur()
    designer.locator("#name").fill("own")
    designer.locator("[data-save] button").click()
    expect(designer.locator(".notice")).to_contain_text("own is saved as version 1.")
    [version] = desk.world.all(PaperTemplateVersion)
    element = version.definition["elements"][-1]
    assert element["value"] == "谢谢惠顾 <b>{waybill_no}</b>"
    assert (element["kind"], element["size_pt"]) == ("text", 14)
    assert (element["x"], element["y"], element["w"], element["h"]) == (3, 111.5, 40, 6.5)


def test_a_template_that_cannot_be_drawn_says_so_while_it_is_made(designer: Page) -> None:
    designer.locator("[data-elements] li", has_text="Barcode").first.locator("button").click()
    designer.locator("#p-w").fill("20")
    designer.locator("#p-w").blur()
    expect(designer.locator("[data-faults]")).to_contain_text("wider than its frame")
    designer.locator("[data-standard]").click()
    expect(designer.locator("[data-faults]")).to_be_empty()


def test_a_second_tap_goes_on_to_what_lies_beneath(designer: Page) -> None:
    for _ in range(2):
        designer.locator("[data-add=text]").click()
    above = designer.locator("[data-handles] [aria-current]")
    last = int(above.get_attribute("data-at"))
    box = above.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    designer.mouse.click(*middle)
    assert above.get_attribute("data-at") != str(last)
    assert designer.locator(f"[data-at='{last}']").count() == 1

"""The printers of a station in a real browser: called out once, answered beside the scans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from printing.models import JobState, Printer, PrintJob
from tests.browser.gestures import stop_the_clock
from tests.browser.serving import serve
from tests.builders import Stage, World
from tests.web.desk_site import Desk
from tests.web.test_printer_corner import _ask, _printer
from warehouse.db import Database
from warehouse.people.models import Role
from warehouse.web.access import COOKIE

pytestmark = pytest.mark.browser

# Polls come every 200 ms instead of every 5 s, and tones are written down.
HASTE = """
    const later = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => later(act, ms === 5000 ? 200 : ms, ...more);
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...args) {
        window.heard.push(this.frequency.value);
        return start.apply(this, args);
    };
    navigator.vibrate = (pattern) => { (window.shaken ??= []).push(pattern.length); return true; };
"""
CALL = [740, 740, 988]
ON_TOP = """e => {
    const box = e.getBoundingClientRect();
    return e.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return Desk(World(sqlite_database), tmp_path)


@pytest.fixture
def tablet(desk: Desk, new_page: Callable[..., Page]) -> Iterator[Page]:
    """The packer's page, touched once so that it may sound."""
    with serve(desk.app) as base:
        desk.as_(Role.PACKER)
        page = new_page()
        cookie = desk.clients[Role.PACKER].get_cookie(COOKIE).value
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
        page.add_init_script(HASTE)
        page.goto(f"{base}/pack")
        page.wait_for_selector("#scan:focus")
        page.locator("#floor").click()
        yield page


def _set(desk: Desk, model: type, key: int, **values: object) -> None:
    with desk.database.transaction() as session:
        session.execute(sa.update(model).where(model.id == key).values(**values))


def _hides_nothing(page: Page) -> None:
    """The line covers neither the corner it speaks of nor the head of the work, either way up."""
    for width, height in ((1280, 800), (800, 1280)):
        page.set_viewport_size({"width": width, "height": height})
        for piece in ("[data-bench]", "#station > *", "[data-lock-now]"):
            is_on_top = page.locator(piece).first.evaluate(ON_TOP)
            assert is_on_top, (piece, width)


def _polls(page: Page, times: int = 3) -> None:
    for _ in range(times):
        with page.expect_response("**/corner"):
            pass


def test_new_trouble_sounds_once_stands_large_and_goes_with_its_cause(desk: Desk, tablet: Page):
    assert tablet.locator("body > .call").count() == 0
    printer_id = _printer(desk, state="ready")
    _set(desk, Printer, printer_id, state="paper_out", state_reason="paper_out")
    line = tablet.locator("body > .call")
    expect(line).to_contain_text("bench: paper out")
    _polls(tablet)
    assert tablet.evaluate("window.heard") == CALL
    assert tablet.evaluate("window.shaken") == [3]
    assert line.bounding_box()["height"] >= 88
    sizes = tablet.locator("body > .call button").evaluate_all(
        "found => found.map(b => b.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 48
    _hides_nothing(tablet)
    # Nor does the next page sound; what was seen stays seen.
    tablet.locator("[data-call-seen]").click()
    expect(line).to_have_count(0)
    tablet.reload()
    _polls(tablet)
    assert (tablet.evaluate("window.heard"), line.count()) == ([], 0)
    expect(tablet.locator("#corner")).to_contain_text("bench: paper out")
    # Over, and again: that is news.
    _set(desk, Printer, printer_id, state="ready", state_reason="")
    expect(tablet.locator("#corner")).to_contain_text("Printer ready")
    _set(desk, Printer, printer_id, state="paper_out", state_reason="paper_out")
    expect(line).to_contain_text("bench: paper out")
    # A printer with a long name leaves name and lock where they are, on a tablet held upright too.
    _set(desk, Printer, printer_id, name="bench 1, Zebra label printer that stands by the window")
    expect(line).to_contain_text("by the window: paper out")
    tablet.set_viewport_size({"width": 800, "height": 1280})
    corner, lock = (tablet.locator(p).bounding_box() for p in ("[data-bench]", "[data-lock-now]"))
    assert abs(corner["y"] + corner["height"] / 2 - lock["y"] - lock["height"] / 2) < 5
    _set(desk, Printer, printer_id, state="ready", state_reason="")
    expect(line).to_have_count(0)


def test_scans_go_on_while_a_question_is_open_and_answered(desk: Desk, tablet: Page):
    work = desk.world.bring(Stage.CHECKED)
    job_id = _ask(desk, _printer(desk, state="ready"), state=JobState.UNKNOWN)
    expect(tablet.locator("body > .call")).to_contain_text("did waybill YT1 come out?")
    tablet.locator("[data-call-show]").click()
    panel = tablet.locator("#bench")
    expect(panel).to_contain_text("Did it come out?")
    tablet.keyboard.type(work.tote)
    tablet.keyboard.press("Enter")
    expect(tablet.locator("#station")).to_have_attribute("data-screen", "carton")
    expect(panel).to_contain_text("Did it come out?")
    tablet.keyboard.type("BOX-M")
    tablet.wait_for_timeout(700)  # a finger that comes at once is not taken for an answer
    panel.get_by_text("No, print again").click()
    expect(panel).to_contain_text("A marked copy is queued.")
    tablet.keyboard.press("Enter")
    expect(tablet.locator("#station")).to_have_attribute("data-screen", "items")
    assert desk.world.get(PrintJob, job_id).state is JobState.CANCELLED
    assert desk.world.one(PrintJob, reprint_of=job_id).copy_no == 2
    tablet.locator("[data-bench-close]").click()
    expect(panel).to_have_count(0)


def test_a_list_that_changes_under_a_finger_loses_no_tap(desk: Desk, tablet: Page):
    printer_id = _printer(desk, state="ready")
    _ask(desk, printer_id, "YT0", state=JobState.UNKNOWN)
    tablet.locator("[data-call-show]").click()
    panel = tablet.locator("#bench")
    expect(panel).to_contain_text("waybill YT0")
    shut = panel.locator("[data-bench-close]").bounding_box()
    assert shut is not None
    tablet.mouse.move(shut["x"] + shut["width"] / 2, shut["y"] + shut["height"] / 2)
    tablet.mouse.down()
    _ask(desk, printer_id, "YT1", state=JobState.UNKNOWN)
    tablet.wait_for_timeout(800)  # polls enough to change the list
    tablet.mouse.up()
    expect(panel).to_have_count(0)


def test_a_second_tap_does_not_answer_the_question_that_moved_up(desk: Desk, tablet: Page):
    printer_id = _printer(desk, state="ready")
    jobs = [_ask(desk, printer_id, f"YT{n}", state=JobState.UNKNOWN) for n in range(2)]
    tablet.locator("[data-call-show]").click()
    yes = tablet.locator("#bench [data-field-answer=yes]").first
    expect(yes).to_be_visible()
    tablet.wait_for_timeout(700)
    stop_the_clock(tablet, at="click")
    yes.dblclick()
    expect(tablet.locator("#bench")).not_to_contain_text("waybill YT0")
    tablet.wait_for_timeout(300)
    states = [desk.world.get(PrintJob, job_id).state for job_id in jobs]
    assert states == [JobState.CONFIRMED, JobState.UNKNOWN]

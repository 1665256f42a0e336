"""What else a station page does: buttons, keys, tones, lock, fresh fragments, one window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.gestures import cover, kept, scan, stop_the_clock, until, until_empty
from tests.browser.site import Site, accepted, refused

pytestmark = pytest.mark.browser

LISTEN = """
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...args) {
        window.heard.push(this.frequency.value);
        return start.apply(this, args);
    };
    navigator.vibrate = (pattern) => { window.shaken = pattern; return true; };
"""


def test_a_button_is_a_command_card_with_its_fields(tablet: Page, site: Site) -> None:
    tablet.locator("[data-scan=CMD-SHORT]").click()
    until_empty(tablet)
    sent = site.received[0]
    assert (sent["barcode"], sent["reason"], sent["reason_code"]) == ("CMD-SHORT", "damaged", "7")
    assert tablet.evaluate("document.activeElement.id") == "scan"


def test_a_trigger_that_fires_twice_counts_once_and_says_so(tablet: Page, site: Site) -> None:
    stop_the_clock(tablet)
    scan(tablet, "6901", "6901")
    until_empty(tablet)
    assert site.barcodes() == ["6901"]
    assert tablet.locator(".banner code").inner_text() == "6901"


def test_the_double_trigger_guard_can_be_switched_off(
    new_page: Callable[..., Page], site: Site
) -> None:
    site.device = {"double_ms": 0}
    page = new_page()
    page.goto(f"{site.url}/pick")
    scan(page, "6901", "6901")
    until_empty(page)
    assert site.barcodes() == ["6901", "6901"]


def test_three_answers_sound_different_and_a_refusal_shakes(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{site.url}/pick")
    page.locator("#count").click()
    site.script.extend([accepted(), accepted(sound="step"), refused("no")])
    heard = []
    for barcode in ("6901", "6902", "6903"):
        page.evaluate("window.heard = []")
        scan(page, barcode)
        until_empty(page)
        heard.append(page.evaluate("window.heard"))
    assert heard == [[1320], [880, 1760], [196, 147]]
    assert page.evaluate("window.shaken") == [250, 80, 250, 80, 400]
    assert page.locator("[data-unlock-sound]").is_hidden()


def test_the_first_touch_moves_nothing_under_the_finger(tablet: Page) -> None:
    before = tablet.locator("[data-keyboard]").bounding_box()
    tablet.locator("#count").click()
    until(tablet, lambda: tablet.locator("[data-unlock-sound][data-idle]").count() == 1)
    assert tablet.locator("[data-keyboard]").bounding_box() == before


def test_keyed_numbers_go_as_a_scan(tablet: Page, site: Site) -> None:
    site.keypad = {"send": "CMD-WEIGHT-", "unit": "g"}
    tablet.reload()
    for key in ("1", "2", "9", "back", "4", "0", "enter"):
        tablet.locator(f"[data-key='{key}']").click()
    until_empty(tablet)
    assert site.barcodes() == ["CMD-WEIGHT-1240"]


UNDER_A_CALL = """() => {
    document.querySelector(".bar").insertAdjacentHTML("afterend",
        '<section class="call" data-tone="attention"><ul><li>1</li><li>2</li></ul>' +
        '<div class="row"><button class="button main">Show</button></div></section>');
    const low = document.querySelector("#message").getBoundingClientRect().top;
    const keys = [...document.querySelectorAll("[data-key]")].map((k) => k.getBoundingClientRect());
    return [keys.length, keys.filter((k) => k.bottom > low || k.right > innerWidth).length];
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (1024, 768)])
def test_no_key_is_pushed_out_of_sight_by_a_call_of_the_printers(
    tablet: Page, site: Site, width: int, height: int
) -> None:
    site.keypad = {"field": "pieces", "label": "Pieces of the next scan"}
    tablet.set_viewport_size({"width": width, "height": height})
    tablet.reload()
    assert tablet.evaluate(UNDER_A_CALL) == [13, 0]


def test_a_keyed_quantity_goes_with_the_next_scan_only(tablet: Page, site: Site) -> None:
    site.keypad = {"field": "pieces"}
    tablet.reload()
    for key in ("1", "2", "enter"):
        tablet.locator(f"[data-key='{key}']").click()
    assert tablet.locator("[data-armed]").inner_text() == "× 12"

    scan(tablet, "6901")
    until_empty(tablet)
    scan(tablet, "6902")
    until_empty(tablet)
    for key in ("3", "4"):  # not entered, and meant all the same; a card is not counted
        tablet.locator(f"[data-key='{key}']").click()
    scan(tablet, "CMD-SKIP")
    until_empty(tablet)
    assert "pieces" not in site.received[-1]
    for key in ("3", "4"):
        tablet.locator(f"[data-key='{key}']").click()
    scan(tablet, "6903")
    until_empty(tablet)
    pieces = [s.get("pieces") for s in site.received if s["barcode"] != "CMD-SKIP"]
    assert pieces == ["12", None, "34"]
    assert tablet.locator("[data-armed]").is_hidden()


def test_a_tablet_left_alone_locks_itself_and_keeps_the_queue(
    new_page: Callable[..., Page], site: Site
) -> None:
    site.device = {"lock_after": 1}
    page = new_page()
    page.goto(f"{site.url}/pick")
    page.wait_for_url("**/login?next=%2Fpick")
    assert site.locks == 1


def test_the_lock_button_locks_at_once(tablet: Page, site: Site) -> None:
    tablet.locator("[data-lock-now]").click()
    tablet.wait_for_url("**/login?next=%2Fpick")
    assert site.locks == 1


def test_the_card_for_leaving_locks_without_a_connection(tablet: Page, site: Site) -> None:
    tablet.context.set_offline(True)
    scan(tablet, "6901", "CMD-LOGOUT")
    until(tablet, lambda: cover(tablet) == "locking")
    assert kept(tablet) == ["6901"]

    tablet.context.set_offline(False)
    tablet.wait_for_url("**/login?next=%2Fpick")
    assert (site.locks, "CMD-LOGOUT" in site.barcodes()) == (1, False)


def test_the_progress_of_a_fragment_stands_in_the_bar(tablet: Page, site: Site) -> None:
    for progress in ((3, 9), None):
        site.progress = progress
        scan(tablet, f"690{progress}")
        until_empty(tablet)
        shown = "3/9" if progress else ""
        assert tablet.locator(".bar #progress").inner_text().strip() == shown
        assert tablet.locator("#progress").count() == 1


def test_a_badge_is_never_shown(tablet: Page, site: Site) -> None:
    site.script.append(refused("no"))
    with site.busy():
        scan(tablet, "6901", "BDG-SECRET")
    until(tablet, lambda: cover(tablet) == "refused")
    assert "SECRET" not in tablet.locator("body").inner_text()


def test_pin_keys_fill_the_field_that_has_the_focus(tablet: Page, site: Site) -> None:
    tablet.goto(f"{site.url}/login")
    tablet.locator("#badge").fill("7")
    tablet.locator("#pin").click()
    for key in ("4", "7", "1", "1"):
        tablet.locator(f"[data-key='{key}']").click()
    assert tablet.locator("#pin").input_value() == "4711"


def test_a_fragment_keeps_itself_fresh_until_its_answer_ends_it(tablet: Page, site: Site) -> None:
    tablet.evaluate(
        """async () => {
            const followed = document.createElement("span");
            followed.dataset.refresh = "/printers";
            followed.dataset.every = "0.1";
            document.body.append(followed);
            (await import("/static/v1/live.js")).keepFresh(document.body);
        }"""
    )
    until(tablet, lambda: site.looks == 3)
    tablet.wait_for_timeout(600)
    assert site.looks == 3
    assert tablet.locator("#printers").inner_text() == "3"


def test_only_the_window_opened_last_sends(tablet: Page, site: Site) -> None:
    second = tablet.context.new_page()
    second.goto(f"{site.url}/pick")
    until(tablet, lambda: cover(tablet) == "second-tab")
    tablet.bring_to_front()
    scan(tablet, "6901")
    assert kept(tablet) == []
    second.bring_to_front()
    scan(second, "6902")
    until_empty(second)
    assert site.barcodes() == ["6902"]


def test_an_answer_may_lead_to_another_page(tablet: Page, site: Site) -> None:
    site.script.append(accepted("done", goto="/check"))
    scan(tablet, "6901")
    tablet.wait_for_url("**/check")
    assert site.barcodes() == ["6901"]

"""From keys to barcodes: terminators, gaps, prefixes, focus, input methods that swallow keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, Route

from tests.browser.gestures import cover, scan, until, until_empty
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def opened(new_page: Callable[..., Page], site: Site, **device: object) -> Page:
    site.device = device
    page = new_page()
    page.goto(f"{site.url}/pick")
    page.wait_for_selector("#scan:focus")
    return page


@pytest.mark.parametrize("key", ["Enter", "NumpadEnter", "Tab", "Control+J", "Control+M"])
def test_every_terminator_ends_a_scan(tablet: Page, site: Site, key: str) -> None:
    scan(tablet, "6901", key=key)
    until_empty(tablet)
    assert site.barcodes() == ["6901"]
    assert tablet.evaluate("document.activeElement.id") == "scan"


def test_a_scan_that_comes_before_the_page_can_listen_is_kept(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = new_page()
    script = "**/station.js*"
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(script, hold)
    page.goto(f"{site.url}/pick", wait_until="commit")
    page.wait_for_selector("#scan:focus")
    scan(page, "6901")
    assert page.evaluate("document.readyState") != "complete"
    for route in held:
        route.continue_()
    until(page, lambda: len(site.received) == 1)
    scan(page, "6902")
    until_empty(page)
    assert site.barcodes() == ["6901", "6902"]


def test_a_slow_scanner_is_not_cut_in_two(tablet: Page, site: Site) -> None:
    tablet.keyboard.type("6901", delay=300)
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["6901"]


def test_a_scanner_without_terminator_ends_at_a_gap(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = opened(new_page, site, terminator="gap", gap_ms=250)

    def read(barcode: str) -> None:
        # On a busy machine the keys of one scan may come late.
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
        page.keyboard.type(barcode)
        page.clock.resume()
        until(page, lambda: site.barcodes()[-1:] == [barcode])

    page.clock.install()
    read("6901")
    read("6902")
    assert site.barcodes() == ["6901", "6902"]


def test_prefix_and_suffix_of_the_scanner_are_taken_off(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = opened(new_page, site, prefix="~", suffix="$")
    scan(page, "~6901$", "6902")
    until_empty(page)
    assert site.barcodes() == ["6901", "6902"]


def test_the_group_separator_survives(tablet: Page, site: Site) -> None:
    tablet.keyboard.type("0106901234567892")
    tablet.keyboard.press("Control+]")
    tablet.keyboard.type("3712")
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["0106901234567892\u001d3712"]


@pytest.mark.parametrize("number", ["029", "0029", "29"])
@pytest.mark.parametrize("row", ["Digit", "Numpad"])
def test_a_separator_typed_as_its_number_with_alt_survives(
    tablet: Page, site: Site, row: str, number: str
) -> None:
    tablet.keyboard.type("010690123456789210L7")
    tablet.keyboard.down("Alt")
    for digit in number:
        tablet.keyboard.press(f"{row}{digit}")
    tablet.keyboard.up("Alt")
    tablet.keyboard.type("17270331")
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["010690123456789210L7\u001d17270331"]


def test_another_number_typed_with_alt_is_none(tablet: Page, site: Site) -> None:
    tablet.keyboard.type("69")
    tablet.keyboard.down("Alt")
    tablet.keyboard.press("Digit6")
    tablet.keyboard.press("Digit5")
    tablet.keyboard.up("Alt")
    tablet.keyboard.type("01")
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["6901"]


def test_a_scan_is_caught_when_the_focus_is_lost(tablet: Page, site: Site) -> None:
    tablet.evaluate("document.activeElement.blur()")
    scan(tablet, "6901")
    until_empty(tablet)
    assert site.barcodes() == ["6901"]


def test_a_scan_presses_no_button_that_happens_to_have_the_focus(tablet: Page, site: Site) -> None:
    tablet.locator("[data-scan=CMD-SHORT]").focus()
    scan(tablet, "A 01")
    until_empty(tablet)
    assert site.barcodes() == ["A 01"]


def test_a_keyboard_user_can_press_a_button(tablet: Page, site: Site) -> None:
    tablet.locator("[data-scan=CMD-UNDO]").focus()
    tablet.wait_for_timeout(100)
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["CMD-UNDO"]


def test_a_field_that_is_being_typed_in_is_left_alone(tablet: Page, site: Site) -> None:
    tablet.locator("#other").click()
    tablet.keyboard.type("mug")
    tablet.keyboard.press("Enter")
    assert tablet.locator("#other").input_value() == "mug"
    assert site.received == []


def test_a_tap_gives_the_focus_back(tablet: Page, site: Site) -> None:
    tablet.locator("#other").click()
    tablet.locator("#count").click()
    assert tablet.evaluate("document.activeElement.id") == "scan"


def test_the_keyboard_button_lets_a_damaged_code_be_typed(tablet: Page, site: Site) -> None:
    assert tablet.locator("#scan").get_attribute("inputmode") == "none"
    tablet.locator("[data-keyboard]").click()
    assert tablet.locator("#scan").get_attribute("inputmode") == "text"
    assert tablet.evaluate("document.activeElement.id") == "scan"


def press_through_ime(cdp: CDPSession, text: str) -> None:
    """Key events as a desktop input method leaves them: the key is hidden, its place is not."""
    for character in text:
        code = f"Digit{character}" if character.isdigit() else f"Key{character}"
        key = {"windowsVirtualKeyCode": 229, "key": "Process", "code": code}
        shift = 8 if character.isalpha() else 0
        cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "modifiers": shift, **key})


def test_a_scan_that_an_input_method_turned_into_chinese_is_rebuilt_from_the_keys(
    tablet: Page, site: Site
) -> None:
    cdp = tablet.context.new_cdp_session(tablet)
    press_through_ime(cdp, "TEE01")
    cdp.send("Input.imeSetComposition", {"text": "特额", "selectionStart": 2, "selectionEnd": 2})
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["TEE01"]
    until(tablet, lambda: tablet.locator(".banner").count() == 1)

    scan(tablet, "6902")
    until_empty(tablet)
    assert site.barcodes() == ["TEE01", "6902"]
    assert tablet.locator(".banner").count() == 0


def test_a_committed_composition_is_rebuilt_too(tablet: Page, site: Site) -> None:
    cdp = tablet.context.new_cdp_session(tablet)
    press_through_ime(cdp, "BOX7")
    cdp.send("Input.imeSetComposition", {"text": "箱", "selectionStart": 1, "selectionEnd": 1})
    cdp.send("Input.insertText", {"text": "箱七"})
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["BOX7"]


def test_a_scan_that_cannot_be_rebuilt_blocks_until_the_keyboard_is_right(
    tablet: Page, site: Site
) -> None:
    cdp = tablet.context.new_cdp_session(tablet)
    cdp.send("Input.imeSetComposition", {"text": "箱", "selectionStart": 1, "selectionEnd": 1})
    cdp.send("Input.insertText", {"text": "箱"})
    tablet.keyboard.press("Enter")
    until(tablet, lambda: cover(tablet) == "ime")
    assert site.received == []

    scan(tablet, "6901")
    until_empty(tablet)
    assert cover(tablet) is None
    assert site.barcodes() == ["6901"]


def test_a_keyboard_that_composes_plain_letters_costs_nothing(tablet: Page, site: Site) -> None:
    cdp = tablet.context.new_cdp_session(tablet)
    cdp.send("Input.imeSetComposition", {"text": "6901", "selectionStart": 4, "selectionEnd": 4})
    cdp.send("Input.insertText", {"text": "6901"})
    tablet.keyboard.press("Enter")
    until_empty(tablet)
    assert site.barcodes() == ["6901"]
    assert tablet.locator(".banner").count() == 0

"""A refusal changes the message line; with scans behind it, all stands until a person answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.gestures import cover, kept, said, scan, stop_the_clock, until, until_empty
from tests.browser.site import Site, accepted, refused

pytestmark = pytest.mark.browser
DELIBERATE_MS = 850


def stopped(tablet: Page, site: Site, *behind: str) -> None:
    """MUG-01 is refused while the other scans wait behind it."""
    site.script.append(refused("Read MUG-01, wanted TEE-BK-M."))
    with site.busy():
        scan(tablet, "MUG-01", *behind)
    until(tablet, lambda: cover(tablet) == "refused")


def test_a_refusal_alone_changes_the_message_line_and_work_goes_on(
    tablet: Page, site: Site
) -> None:
    scan(tablet, "A-01")
    until_empty(tablet)
    site.script.append(refused("Read MUG-01, wanted TEE-BK-M."))
    scan(tablet, "MUG-01")
    until(tablet, lambda: said(tablet) == "Read MUG-01, wanted TEE-BK-M.")
    assert tablet.locator("#message").get_attribute("data-tone") == "stop"
    assert tablet.locator("#count").inner_text() == "1"
    assert cover(tablet) is None

    scan(tablet, "TEE-BK-M")
    until_empty(tablet)
    assert site.barcodes() == ["A-01", "MUG-01", "TEE-BK-M"]


def test_a_refusal_with_scans_behind_it_stops_the_queue(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901", "6902")
    assert tablet.locator(".cover [data-said]").inner_text() == "Read MUG-01, wanted TEE-BK-M."
    assert tablet.locator(".cover [data-codes] li").all_inner_texts() == ["6901", "6902"]
    assert tablet.locator(".cover [data-count]").inner_text() == "2"
    tablet.wait_for_timeout(300)
    assert site.barcodes() == ["MUG-01"]
    assert kept(tablet) == ["6901", "6902"]


def test_once_seen_the_rest_can_be_sent(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901", "6902")
    tablet.locator("[data-choice=seen]").click()
    assert site.barcodes() == ["MUG-01"]
    tablet.locator("[data-choice=continue]").click()
    until_empty(tablet)
    assert site.barcodes() == ["MUG-01", "6901", "6902"]
    assert cover(tablet) is None


def test_a_refusal_that_leads_elsewhere_is_seen_first(tablet: Page, site: Site) -> None:
    ended = {"goto": "/check", "tone": "stop", "ack": True}
    site.script.append(accepted("Li has cancelled the count.", **ended))
    scan(tablet, "MUG-01")
    until(tablet, lambda: cover(tablet) == "refused")
    assert tablet.locator(".cover [data-said]").inner_text() == "Li has cancelled the count."
    assert tablet.url.endswith("/pick")
    tablet.reload()
    until(tablet, lambda: cover(tablet) == "refused")
    tablet.locator("[data-choice=seen]").click()
    tablet.wait_for_url("**/check")
    assert cover(tablet) is None


def test_what_an_answer_asks_to_look_at_is_said_on_the_page_it_leads_to(
    tablet: Page, site: Site
) -> None:
    site.script.append(accepted("Reserve has them.", goto="/check", tone="attention"))
    scan(tablet, "CMD-SHORT")
    tablet.wait_for_url("**/check")
    until(tablet, lambda: tablet.locator(".banner").count() == 1)
    assert tablet.locator(".banner").inner_text().strip() == "Reserve has them."
    tablet.reload()
    until_empty(tablet)
    assert tablet.locator(".banner").count() == 0


def test_once_seen_the_rest_can_be_thrown_away(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901", "6902")
    tablet.locator("[data-choice=seen]").click()
    tablet.locator("[data-choice=discard]").click()
    until_empty(tablet)
    scan(tablet, "6903")
    until_empty(tablet)
    assert site.barcodes() == ["MUG-01", "6903"]


def test_cards_answer_without_touching_the_glass(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901")
    tablet.wait_for_timeout(DELIBERATE_MS)
    scan(tablet, "CMD-OK")
    until(tablet, tablet.locator("[data-choice=continue]").is_visible)
    tablet.wait_for_timeout(DELIBERATE_MS)
    scan(tablet, "CMD-UNDO")
    until_empty(tablet)
    assert site.barcodes() == ["MUG-01"]


def test_a_card_read_twice_does_not_answer_the_second_question(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901")
    tablet.wait_for_timeout(DELIBERATE_MS)
    stop_the_clock(tablet)
    scan(tablet, "CMD-OK", "CMD-OK")
    tablet.wait_for_timeout(200)
    assert site.barcodes() == ["MUG-01"]
    assert tablet.locator("[data-choice=continue]").is_visible()
    assert kept(tablet) == ["6901"]


def test_scans_made_while_it_stands_are_not_taken_and_counted(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901")
    scan(tablet, "6902", "6903")
    assert tablet.locator(".cover [data-untaken]").inner_text() == "2"
    assert kept(tablet) == ["6901"]


def test_a_reload_does_not_let_the_rest_run_on(tablet: Page, site: Site) -> None:
    stopped(tablet, site, "6901")
    tablet.reload()
    until(tablet, lambda: cover(tablet) == "refused")
    tablet.wait_for_timeout(200)
    assert site.barcodes() == ["MUG-01"]
    assert tablet.locator(".cover [data-said]").inner_text() == "Read MUG-01, wanted TEE-BK-M."


def test_a_stop_screen_holds_back_what_was_scanned_before_it_was_seen(
    tablet: Page, site: Site
) -> None:
    site.script.append(accepted("Order refunded", screen="stop", tone="stop"))
    with site.busy():
        scan(tablet, "6901", "6902")
    until(tablet, lambda: cover(tablet) == "refused")
    assert site.barcodes() == ["6901"]
    assert tablet.locator("#station").get_attribute("data-screen") == "stop"


def test_a_conflict_shows_how_things_are_now(tablet: Page, site: Site) -> None:
    def finished(site: Site, fields: dict[str, str]) -> object:
        answer = accepted("Finished by 李娜", screen="done", tone="attention")(site, fields)
        answer.status_code = 409
        return answer

    site.script.append(finished)
    scan(tablet, "6901")
    until(tablet, lambda: said(tablet) == "Finished by 李娜")
    assert tablet.locator("#station").get_attribute("data-screen") == "done"
    assert kept(tablet) == []


def test_an_answer_that_must_be_seen_fills_the_screen(tablet: Page, site: Site) -> None:
    site.script.append(refused("Glass: pack it softly", ack=True))
    scan(tablet, "6901")
    until(tablet, lambda: cover(tablet) == "refused")
    assert tablet.locator(".cover [data-codes]").is_hidden()
    tablet.locator("[data-choice=seen]").click()
    assert cover(tablet) is None
    scan(tablet, "6902")
    until_empty(tablet)
    assert site.barcodes() == ["6901", "6902"]


def test_scan_again_to_confirm_goes_with_the_next_scan_only(tablet: Page, site: Site) -> None:
    asked = {"confirm": "over_pick"}
    site.script.append(accepted("One too many. Scan again.", tone="attention", send=asked))
    for barcode in ("6901", "6901", "6902"):
        scan(tablet, barcode)
        until_empty(tablet)
        tablet.wait_for_timeout(160)
    assert [s.get("confirm") for s in site.received] == [None, "over_pick", None]


def test_a_scan_made_before_the_question_does_not_answer_it(tablet: Page, site: Site) -> None:
    asked = {"confirm": "over_pick"}
    site.script.append(accepted("One too many. Scan again.", tone="attention", send=asked))
    with site.busy():
        scan(tablet, "6901", "6902")
    until(tablet, lambda: cover(tablet) == "refused")
    tablet.locator("[data-choice=seen]").click()
    tablet.locator("[data-choice=continue]").click()
    until_empty(tablet)
    assert [s.get("confirm") for s in site.received] == [None, None]

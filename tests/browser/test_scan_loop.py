"""A scan is kept until it is answered, sent in order, and counted once."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page

from tests.browser.gestures import cover, kept, said, scan, until, until_empty, waiting
from tests.browser.site import Site, accepted, dropped, plain

pytestmark = pytest.mark.browser
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_scans_faster_than_the_server_arrive_once_and_in_order(tablet: Page, site: Site) -> None:
    barcodes = [f"69000000{n:05d}" for n in range(12)]
    with site.busy():
        scan(tablet, *barcodes)
        assert len(site.received) < 2
    until_empty(tablet)
    assert site.barcodes() == barcodes
    assert len(set(site.ids())) == len(barcodes)
    assert tablet.locator("#scan").input_value() == ""


def test_the_field_is_empty_and_ready_before_the_answer(tablet: Page, site: Site) -> None:
    with site.busy():
        scan(tablet, "A-01")
        assert tablet.locator("#scan").input_value() == ""
        assert tablet.evaluate("document.activeElement.id") == "scan"


def test_one_request_is_in_flight_at_a_time(tablet: Page, site: Site) -> None:
    flying: list[int] = []
    tablet.on("request", lambda request: flying.append(+1) if request.method == "POST" else None)
    tablet.on(
        "requestfinished",
        lambda request: flying.append(-1) if request.method == "POST" else None,
    )
    with site.busy():
        scan(tablet, "A", "B", "C", "D")
    until_empty(tablet)
    assert flying == [1, -1] * 4


def test_each_scan_of_the_same_code_has_an_id_of_its_own(tablet: Page, site: Site) -> None:
    scan(tablet, "6901")
    until_empty(tablet)
    tablet.wait_for_timeout(160)
    scan(tablet, "6901")
    until_empty(tablet)
    assert site.barcodes() == ["6901", "6901"]
    assert len(set(site.ids())) == 2
    assert all(UUID7.fullmatch(made) for made in site.ids())


def test_a_queued_scan_takes_the_screen_of_the_answer_before_it(tablet: Page, site: Site) -> None:
    site.script.extend([accepted(screen="item"), accepted(screen="tote")])
    with site.busy():
        scan(tablet, "A-01", "6901", "T-1")
    until_empty(tablet)
    assert [(s["screen"], s["subject"]) for s in site.received] == [
        ("bin", "0"),
        ("item", "1"),
        ("tote", "2"),
    ]


def test_an_answer_lost_on_the_way_is_asked_for_again_with_the_same_request(
    tablet: Page, site: Site
) -> None:
    site.script.extend([dropped, dropped, accepted("taken")])
    scan(tablet, "6901", "6902")
    until_empty(tablet)
    assert site.barcodes() == ["6901", "6901", "6901", "6902"]
    assert site.received[0] == site.received[1] == site.received[2]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_that_cannot_answer_is_asked_again(tablet: Page, site: Site, status: int) -> None:
    site.script.append(plain(status, "<h1>later</h1>"))
    scan(tablet, "6901")
    until(tablet, lambda: len(site.received) == 2)
    until_empty(tablet)
    assert site.received[0] == site.received[1]


def test_the_wait_that_the_server_asks_for_is_kept(tablet: Page, site: Site) -> None:
    site.script.append(plain(503, Retry_After="1"))
    scan(tablet, "6901")
    until(tablet, lambda: len(site.received) == 2)
    assert site.arrived[1] - site.arrived[0] >= 1


def test_a_page_of_something_else_is_no_answer(tablet: Page, site: Site) -> None:
    site.script.append(plain(200, "<h1>Welcome to the hotel</h1>"))
    scan(tablet, "6901")
    until(tablet, lambda: len(site.received) == 2)
    until_empty(tablet)
    assert len(set(site.ids())) == 1


def test_without_a_connection_scans_are_kept_and_counted(tablet: Page, site: Site) -> None:
    tablet.context.set_offline(True)
    scan(tablet, "6901", "6902", "6903")
    until(tablet, lambda: waiting(tablet) == 3)
    until(tablet, tablet.locator("[data-offline]").is_visible)
    assert site.received == []

    tablet.context.set_offline(False)
    until_empty(tablet)
    assert site.barcodes() == ["6901", "6902", "6903"]
    assert tablet.locator("[data-offline]").is_hidden()


def test_a_reload_keeps_the_queue(tablet: Page, site: Site) -> None:
    site.script.extend([dropped] * 50)
    scan(tablet, "6901", "6902")
    until(tablet, lambda: waiting(tablet) == 2 and len(site.received) > 0)

    site.script.clear()
    tablet.reload()
    until(tablet, lambda: "6902" in site.barcodes())
    until_empty(tablet)

    assert sorted(set(site.barcodes())) == ["6901", "6902"]
    assert len(set(site.ids())) == 2
    assert kept(tablet) == []


def test_after_a_reload_the_very_same_request_goes_out_again(tablet: Page, site: Site) -> None:
    site.script.extend([accepted(screen="item"), *[dropped] * 50])
    with site.busy():
        scan(tablet, "A-01", "6901")
    until(tablet, lambda: "6901" in site.barcodes())

    site.script.clear()
    tablet.reload()
    until_empty(tablet)
    requests = [sent for sent in site.received if sent["barcode"] == "6901"]
    assert len(requests) >= 2
    assert {(s["command_id"], s["screen"], s["subject"]) for s in requests} == {
        (requests[0]["command_id"], "item", "1")
    }


def test_a_scan_counts_as_waiting_when_it_lies_on_the_disk(tablet: Page, site: Site) -> None:
    tablet.context.set_offline(True)
    scan(tablet, "6901")
    until(tablet, lambda: waiting(tablet) == 1)
    assert kept(tablet) == ["6901"]


def test_an_ended_session_keeps_the_queue_until_after_the_login(tablet: Page, site: Site) -> None:
    site.script.append(plain(401))
    with site.busy():
        scan(tablet, "6901", "6902")
    tablet.wait_for_url("**/login?next=%2Fpick")
    assert tablet.locator("[data-kept] [data-count]").inner_text() == "2"

    scan(tablet, "7")
    tablet.wait_for_url("**/pick")
    until(tablet, lambda: len(site.received) == 3)
    until_empty(tablet)
    assert site.barcodes() == ["6901", "6901", "6902"]
    assert site.received[0] == site.received[1]


def test_the_scans_of_one_person_are_not_sent_as_another(tablet: Page, site: Site) -> None:
    site.script.append(plain(401))
    scan(tablet, "6901")
    tablet.wait_for_url("**/login*")
    site.person = SimpleNamespace(id=8, name="李娜", roles=["picker"])
    tablet.goto(f"{site.url}/pick")
    until(tablet, lambda: cover(tablet) == "stranger")
    assert kept(tablet) == ["6901"]
    assert len(site.received) == 1

    tablet.locator("[data-choice=discard]").click()
    until(tablet, lambda: kept(tablet) == [])
    scan(tablet, "6902")
    until_empty(tablet)
    assert site.barcodes() == ["6901", "6902"]


def test_scans_of_one_page_are_not_sent_from_another(tablet: Page, site: Site) -> None:
    site.script.extend([dropped] * 50)
    scan(tablet, "6901", "6902")
    until(tablet, lambda: waiting(tablet) == 2 and len(site.received) > 0)
    tablet.goto(f"{site.url}/check")
    until(tablet, lambda: cover(tablet) == "elsewhere")
    site.script.clear()
    site.received.clear()

    tablet.locator("[data-choice=go]").click()
    tablet.wait_for_url("**/pick")
    until(tablet, lambda: len(site.received) == 2)
    assert [(s["barcode"], s["path"]) for s in site.received] == [
        ("6901", "/pick/scans"),
        ("6902", "/pick/scans"),
    ]


def test_the_token_of_the_page_goes_with_every_scan(tablet: Page, site: Site) -> None:
    scan(tablet, "6901")
    until_empty(tablet)
    assert site.received[0]["csrf"] == "token-of-the-page"


def test_a_refused_token_is_told_and_the_scan_kept(tablet: Page, site: Site) -> None:
    site.script.append(plain(400, "<h1>Bad Request</h1>"))
    scan(tablet, "6901")
    until(tablet, lambda: cover(tablet) == "unclear")
    assert kept(tablet) == ["6901"]

    tablet.locator("[data-choice=reload]").click()
    until(tablet, lambda: len(site.received) == 2)
    assert len(set(site.ids())) == 1


def test_a_server_that_breaks_on_one_scan_does_not_hold_the_station_for_ever(
    tablet: Page, site: Site
) -> None:
    site.script.extend([plain(500, Retry_After="0")] * 6)
    scan(tablet, "6901")
    until(tablet, lambda: cover(tablet) == "unclear")
    assert (len(site.received), kept(tablet)) == (6, ["6901"])

    tablet.locator("[data-choice=discard]").click()
    scan(tablet, "6902")
    until_empty(tablet)
    assert site.barcodes()[6:] == ["6902"]


def test_an_answer_changes_what_it_brings_and_nothing_else(tablet: Page, site: Site) -> None:
    tablet.evaluate("document.querySelector('#scan').dataset.same = 'yes'")
    scan(tablet, "6901")
    until(tablet, lambda: said(tablet) == "took 6901")
    assert tablet.locator("#count").inner_text() == "1"
    assert tablet.locator("#scan").get_attribute("data-same") == "yes"
    assert tablet.locator("#spoken").inner_text().startswith("took 6901")

"""What desk pages do by themselves: chosen rows, reasons asked in place, files, the search box."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from flask import Response, render_template
from playwright.sync_api import Page

from tests.browser.gestures import until
from tests.browser.look_data import words_for
from tests.browser.site import Site, plain

pytestmark = pytest.mark.browser
ROWS = 12
FILES = [
    {"name": "orders.csv", "mimeType": "text/csv", "buffer": b"a,b\n" * 50_000},
    {"name": "items.csv", "mimeType": "text/csv", "buffer": b"c,d\n"},
]


@pytest.fixture
def desk(new_page: Callable[..., Page], site: Site) -> Callable[[str], Page]:
    def opened(kind: str) -> Page:
        page = new_page()
        page.goto(f"{site.url}/look/{kind}?lang=en")
        return page

    return opened


def chosen(page: Page) -> int:
    return page.locator("tr[data-chosen]").count()


def test_the_bar_appears_with_the_first_row_and_counts(desk: Callable[[str], Page]) -> None:
    page = desk("orders")
    assert page.locator("[data-chosen-bar]").is_hidden()
    page.locator("[data-one-row]").nth(2).check()
    page.locator("[data-one-row]").nth(5).check()
    assert page.locator("[data-chosen-count]").inner_text() == "2"
    assert page.evaluate("document.querySelector('[data-all-rows]').indeterminate") is True


def test_all_rows_are_chosen_and_let_go_at_once(desk: Callable[[str], Page]) -> None:
    page = desk("orders")
    page.locator("[data-all-rows]").check()
    assert chosen(page) == ROWS
    page.locator("[data-all-rows]").uncheck()
    assert chosen(page) == 0


def test_shift_chooses_the_rows_between(desk: Callable[[str], Page]) -> None:
    page = desk("orders")
    page.locator("[data-one-row]").nth(2).click()
    page.locator("[data-one-row]").nth(6).click(modifiers=["Shift"])
    assert chosen(page) == 5


def test_a_reason_is_asked_in_place_and_escape_takes_it_back(desk: Callable[[str], Page]) -> None:
    page = desk("order")
    act = page.locator("details.act").first
    act.locator("summary").click()
    until(page, lambda: page.evaluate("document.activeElement.tagName") == "TEXTAREA")
    page.keyboard.press("Escape")
    assert act.locator("form").is_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_one_reason_is_open_at_a_time(desk: Callable[[str], Page]) -> None:
    page = desk("order")
    page.locator("details.act summary").nth(0).click()
    page.locator("details.act summary").nth(1).click()
    assert page.locator("details.act[open]").count() == 1


def test_a_scan_outside_any_field_goes_to_the_search_box(desk: Callable[[str], Page]) -> None:
    page = desk("orders")
    page.keyboard.type("SF1357924680135")
    assert page.locator("[data-search]").input_value() == "SF1357924680135"


def test_files_are_sent_when_chosen_and_the_page_follows(
    desk: Callable[[str], Page], site: Site
) -> None:
    page = desk("nothing")
    page.locator("input[type=file]").set_input_files(FILES)
    page.wait_for_url("**/look/orders")
    assert site.uploads == {"orders.csv": 200_000, "items.csv": 4}


def test_the_page_an_upload_leads_to_is_asked_for_once_as_what_it_says_is_said_once(
    desk: Callable[[str], Page], site: Site
) -> None:
    page = desk("nothing")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("input[type=file]").set_input_files(FILES)
    page.wait_for_url("**/look/orders")
    until(page, lambda: page.locator("[data-one-row]").count() == ROWS)
    assert sum(url.endswith("/look/orders") for url in asked) == 1
    page.locator("[data-all-rows]").check()
    assert chosen(page) == ROWS
    page.go_back()
    until(page, lambda: page.locator("input[type=file]").count() == 1)


def test_an_answer_without_an_address_of_its_own_takes_the_pages_place(
    desk: Callable[[str], Page], site: Site
) -> None:
    def answer(site: Site, form: Mapping[str, str]) -> Response:
        return plain(200, render_template("look/orders.html", **words_for("orders", "en")))(
            site, form
        )

    site.script.append(answer)
    page = desk("nothing")
    before = page.url
    page.locator("input[type=file]").set_input_files(FILES)
    until(page, lambda: page.locator("[data-one-row]").count() == ROWS)
    assert page.url == before


def test_dropped_files_are_sent_alike(desk: Callable[[str], Page], site: Site) -> None:
    page = desk("nothing")
    dragged = page.evaluate_handle(
        """() => {
            const dragged = new DataTransfer();
            dragged.items.add(new File(["a,b"], "orders.csv"));
            return dragged;
        }"""
    )
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": dragged})
    assert page.locator("[data-drop][data-over]").count() == 1
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dragged})
    page.wait_for_url("**/look/orders")
    assert site.uploads == {"orders.csv": 3}


def test_a_refused_file_shows_the_page_that_says_why(
    desk: Callable[[str], Page], site: Site
) -> None:
    def refuse(site: Site, form: Mapping[str, str]) -> Response:
        return plain(422, render_template("look/form.html", **words_for("form", "en")))(site, form)

    site.script.append(refuse)
    page = desk("nothing")
    page.locator("input[type=file]").set_input_files(FILES)
    until(page, lambda: page.locator("[aria-invalid=true]").count() == 2)


def test_a_file_that_did_not_arrive_is_told(desk: Callable[[str], Page], site: Site) -> None:
    site.script.append(plain(502))
    page = desk("nothing")
    page.locator("input[type=file]").set_input_files(FILES)
    until(page, page.locator("[data-drop-failed]").is_visible)
    assert page.locator("progress").is_hidden()


def test_a_form_is_sent_once_however_often_it_is_pressed(
    desk: Callable[[str], Page], site: Site
) -> None:
    page = desk("form")
    posts: list[str] = []
    page.route("**/look/form*", lambda route: posts.append(route.request.method))
    page.evaluate(
        """() => {
            const form = document.querySelector("main form");
            form.requestSubmit();
            form.requestSubmit();
        }"""
    )
    until(page, lambda: posts == ["POST"])

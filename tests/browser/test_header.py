"""The head of desk pages keeps its shape in both languages, at a desk and on a tablet upright."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.serving import serve
from tests.journeys.conftest import Site, built_sqlite, sqlite_site  # noqa: F401
from warehouse.demo import PASSWORD

ONE_ROW = 60


def _box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_supervisor_s_header_is_one_row_at_a_desk_and_two_upright(
    sqlite_site: Site,  # noqa: F811
    new_page,
    language: str,
):
    with serve(sqlite_site.app) as base:
        page = new_page(width=1280, height=800)
        page.goto(f"{base}/login?desk&next=/orders")
        page.fill("#login", "huang")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{base}/orders")
        if language == "en":
            page.get_by_text("English").click()
            page.wait_for_load_state()
        assert _box(page, ".top")["height"] < ONE_ROW
        assert _box(page, ".search")["width"] > 150  # room to type a number
        page.set_viewport_size({"width": 800, "height": 1280})
        rows = [_box(page, s)["y"] for s in (".top .name", ".search", ".top .right", ".top nav")]
        assert max(rows[:3]) - min(rows[:3]) < 20
        assert rows[3] > max(rows[:3]) + 20
        assert _box(page, ".top")["height"] < 2 * ONE_ROW
        assert page.evaluate("document.documentElement.scrollWidth") <= 800
        page.locator(".menu summary").click()
        page.locator('.menu a[href="/tablets"]').click()
        page.wait_for_url(f"{base}/tablets")

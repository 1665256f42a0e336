"""A shop's words on packing slips in a real browser: the paper shows what is typed and the logo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printing.models import PaperPicture, PaperTemplate, PaperTemplateVersion
from printing.samples.own import logo_png
from tests.browser.serving import serve
from tests.builders import World
from tests.web.desk_site import Desk
from warehouse.db import Database
from warehouse.people.models import Role
from warehouse.web.access import COOKIE

pytestmark = pytest.mark.browser


def test_words_and_a_logo_are_seen_on_the_paper_as_they_come_and_kept(
    sqlite_database: Database, tmp_path: Path, new_page: Callable[..., Page]
):
    desk = Desk(World(sqlite_database), tmp_path)
    (tmp_path / "logo.png").write_bytes(logo_png())
    with serve(desk.app) as address:
        page = new_page()
        page.context.add_cookies(
            [{"name": COOKIE, "value": desk.log_in(Role.SUPERVISOR), "url": address}]
        )

        def drawn(act: Callable[[], object]) -> None:
            """Wait until another picture came of it than there was."""
            act()
            picture = page.locator("[data-picture]:not([data-stale])")
            expect(picture).not_to_have_attribute("src", seen[-1])
            seen.append(str(picture.get_attribute("src")))

        seen = [""]
        drawn(lambda: page.goto(f"{address}/printers/templates/slips/new"))
        expect(page.locator("[data-picture]")).not_to_have_js_property("naturalWidth", 0)
        words = page.locator("[data-words]")
        drawn(lambda: words.locator("[name=thanks]").fill("谢谢惠顾 <b>再来</b>"))
        drawn(lambda: page.locator("[data-upload]").set_input_files(tmp_path / "logo.png"))
        assert words.locator("[name=logo] option:checked").inner_text() == "logo.png"
        drawn(lambda: page.locator("[name=media]").select_option("receipt80"))
        assert len(set(seen)) == len(seen)
        # What is no picture is said, and the logo stays chosen.
        (tmp_path / "no.png").write_text("no picture")
        page.locator("[data-upload]").set_input_files(tmp_path / "no.png")
        expect(page.locator("[data-faults]")).to_contain_text("picture")
        words.locator("[name=name]").fill("青竹")
        words.locator("button.main").click()
        page.wait_for_url("**/slips/*")
        expect(words.locator("[name=thanks]")).to_have_value("谢谢惠顾 <b>再来</b>")
    kept = desk.world.one(PaperTemplateVersion).definition
    assert desk.world.one(PaperTemplate).name == "青竹"
    assert kept["logo"] == desk.world.one(PaperPicture).key
    assert kept["thanks"] == "谢谢惠顾 <b>再来</b>"

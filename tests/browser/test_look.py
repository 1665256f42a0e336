"""Every kind of screen can be read and hit: contrast, sizes, gaps, and nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.look_data import DESK, STATIONS
from tests.browser.site import Site

pytestmark = pytest.mark.browser
MEASURE = (Path(__file__).parent / "measure.js").read_text()
LANDSCAPE, PORTRAIT, ZOOMED = (1280, 800), (800, 1280), (640, 400)


def measured(page: Page, site: Site, kind: str, locale: str) -> dict[str, Any]:
    page.goto(f"{site.url}/look/{kind}?lang={locale}")
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def too_close(targets: list[dict[str, Any]], gap: float) -> Iterator[tuple[str, str]]:
    for one, other in combinations(targets, 2):
        across = max(one["left"], other["left"]) - min(one["right"], other["right"])
        along = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
        if max(across, along) < gap - 0.5:
            yield one["what"], other["what"]


@pytest.mark.parametrize("kind", STATIONS)
@pytest.mark.parametrize(("scheme", "locale"), [("light", "zh"), ("dark", "en")])
def test_station_screens_are_read_and_hit_at_an_arms_length(
    new_page: Callable[..., Page], site: Site, kind: str, scheme: str, locale: str
) -> None:
    for size in (LANDSCAPE, PORTRAIT):
        seen = measured(new_page(*size, color_scheme=scheme), site, kind, locale)
        assert [t for t in seen["texts"] if t["contrast"] < 7 or t["px"] < 18] == []
        assert [t for t in seen["targets"] if min(t["width"], t["height"]) < least(t)] == []
        assert list(too_close(seen["targets"], 8)) == []
        assert (max(seen["wide"], 0), max(seen["tall"], 0)) == (0, 0)


def least(target: dict[str, Any]) -> int:
    return 64 if target["main"] else 48


def test_the_bin_code_is_huge_in_every_size(new_page: Callable[..., Page], site: Site) -> None:
    for size in (LANDSCAPE, PORTRAIT, ZOOMED):
        page = new_page(*size)
        page.goto(f"{site.url}/look/pick")
        px = page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.where')).fontSize)"
        )
        assert 72 <= px <= 96


@pytest.mark.parametrize("kind", STATIONS)
def test_at_double_zoom_nothing_is_cut_off_at_the_side(
    new_page: Callable[..., Page], site: Site, kind: str
) -> None:
    page = new_page(*ZOOMED, device_scale_factor=2)
    seen = measured(page, site, kind, "zh")
    assert seen["wide"] <= 0
    assert [t for t in seen["targets"] if t["right"] > ZOOMED[0] or t["left"] < 0] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", DESK)
def test_desk_pages_are_readable(
    new_page: Callable[..., Page], site: Site, kind: str, scheme: str
) -> None:
    page = new_page(*LANDSCAPE, color_scheme=scheme)
    for locale in ("zh", "en"):
        seen = measured(page, site, kind, locale)
        assert [t for t in seen["texts"] if t["contrast"] < 4.5] == []
        assert seen["wide"] <= 0


def test_nothing_moves_for_those_who_asked_for_it(
    new_page: Callable[..., Page], site: Site
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(f"{site.url}/look/pick")
    page.evaluate("document.getElementById('floor').dataset.flash = ''")
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_main_buttons_lie_in_the_corner_of_the_chosen_hand(
    new_page: Callable[..., Page], site: Site
) -> None:
    middles = {}
    for hand in ("left", "right"):
        site.device = {"hand": hand}
        page = new_page()
        page.goto(f"{site.url}/look/pack")
        box = page.locator(".button.main").bounding_box()
        assert box is not None
        middles[hand] = box["x"] + box["width"] / 2
    assert middles["left"] < 200
    assert middles["right"] > 1080

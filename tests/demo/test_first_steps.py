"""What the demo tells a newcomer to do, done as it says, with what the screens show alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import make_site
from tests.journeys.tablet import Tablet
from warehouse import demo, migrations
from warehouse.db import Database, utcnow
from warehouse.demo.first_steps import CHECKER, OK, PACKER, PICKER, STATION, TOTES, welcome
from warehouse.packing.models import Parcel, ParcelState
from warehouse.text import translate


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Tablet]:
    """A newcomer's browser, enrolled nowhere, at a fresh demo site."""
    database = Database(f"sqlite:///{tmp_path / 'fahuo.db'}")
    migrations.upgrade(database)
    demo.load(database, data_dir=tmp_path, at=utcnow())
    browser = Tablet(make_site(database, tmp_path).app)
    yield browser
    database.dispose()


def test_the_first_steps_bring_an_order_to_the_courier(browser: Tablet):
    browser.get("/")
    assert browser.post("/login", badge=PICKER, pin="", next="/") == 302
    _home(browser)
    browser.scan(STATION)
    assert "拣货车 1" in browser.html
    _pick(browser)
    _check(browser)
    parcel = _pack(browser)
    waybill = _weigh(browser, parcel)
    _ship(browser, waybill)
    with browser.app.extensions["fahuo_database"].reading() as session:
        assert session.query(Parcel.state).filter_by(number=parcel).scalar() is (
            ParcelState.DISPATCHED
        )


def test_they_name_the_codes_the_address_and_the_import():
    for locale in ("en", "zh"):
        said = "\n".join(
            translate(line, locale) for line in welcome(Path("/data"), "http://10.0.0.5:9000")
        )
        for named in (PICKER, CHECKER, PACKER, STATION, OK, *TOTES, "http://10.0.0.5:9000",
                      "./fahuo orders import", "docs/examples/orders-en.csv", "fahuo-demo", "2468",
                      "/data/spool", "/data/badges.pdf"):  # fmt: skip
            assert named in said
    assert (Path(__file__).parents[2] / "docs/examples/orders-en.csv").exists()


def _home(browser: Tablet) -> None:
    """Go home; its scans are sent to /scans."""
    browser.open("/")
    browser.url = ""


def _pick(browser: Tablet) -> None:
    browser.open("/pick")
    waves = re.findall(r'data-scan="(W[^"]+)".*?<small>([^<]*)</small>', browser.html, re.S)
    (free,) = [number for number, said in waves if "·" not in said]
    browser.scan(free)
    for tote in TOTES:
        if browser.screen == "totes":
            assert browser.scan(tote) in (200, 409)
        if browser.screen == "stop":
            assert browser.scan(OK) == 200
    while browser.screen == "bin":
        assert browser.scan(_text(r'class="where">(.*?)</h2>', browser)) == 200
        while browser.screen == "item":
            assert browser.scan(_text(r"<figcaption>(.*?)(?:<small|</figcaption>)", browser)) == 200
    assert browser.screen == "done"
    assert browser.scan(OK) == 200


def _check(browser: Tablet) -> None:
    assert browser.scan(CHECKER) == 200
    browser.open("/check")
    assert browser.scan(TOTES[0]) == 200
    while browser.screen == "items":
        rows = re.findall(r'class="code quiet">([^<]+)<.*?<b>(\d+)</b> / (\d+)', browser.html, re.S)
        code = next(code for code, done, wanted in rows if done != wanted)
        assert browser.scan(code) == 200
    assert browser.screen == "tote"


def _pack(browser: Tablet) -> str:
    assert browser.scan(PACKER) == 200
    browser.open("/pack")
    assert browser.scan(TOTES[0]) == 200
    assert browser.scan(_text(r'data-scan="([^"]+)"', browser)) == 200
    assert browser.scan(OK) == 200
    return re.search(r"P\d{8}", browser.said)[0]


def _weigh(browser: Tablet, parcel: str) -> str:
    browser.open("/weigh")
    assert browser.scan(parcel) == 200
    expected = _text(r'class="mean-said">.*?<b>(\d+) g', browser)
    assert browser.scan(f"CMD-WEIGHT-{expected}") == 200
    assert browser.screen == "label"
    waybill = re.search(r"\d{12,}|[A-Z]{2}\d{9,}", browser.said)[0]
    assert browser.scan(waybill) == 200
    assert browser.screen == "parcel"
    return waybill


def _ship(browser: Tablet, waybill: str) -> None:
    browser.open("/ship")
    for courier in re.findall(r'data-scan="(CARRIER-[^"]+)"', browser.html):
        browser.open("/ship")
        browser.scan(courier)
        if browser.scan(waybill) == 200:
            break
    assert browser.scan(OK) == 200
    assert browser.scan(OK) == 200
    assert browser.screen == "closed"


def _text(pattern: str, browser: Tablet) -> str:
    found = re.search(pattern, browser.html, re.S)
    return re.sub(r"<[^>]+>|\s", "", found[1])

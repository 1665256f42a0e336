"""Stations under hostile, stale and nonsensical input: a message each time, nothing written."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.journeys.conftest import Site, built_sqlite, sqlite_site  # noqa: F401
from tests.journeys.tablet import Tablet
from warehouse.commands import CommandRow
from warehouse.inventory.models import Move

STATIONS = ("/pick", "/check", "/pack", "/weigh", "/ship", "")
BARCODES = (
    "",
    " ",
    "\x00\x01\x02",
    "\x1d01",
    "]C101",
    "]C10106901234567892" + "\x1d" + "37" + "9" * 40,
    "'; DROP TABLE move; --",
    '"><svg/onload=alert(1)>',
    "{{7*7}}{% raw %}",
    "%s %(x)s {name} {0.__class__}",
    "𠅤😀\u202eabc",
    "A" * 63,
    "A" * 65,
    "9" * 5_000,
    "CMD-",
    "CMD-NOPE",
    "CMD-OK",
    "CMD-UNDO",
    "CMD-SHORT",
    "CMD-SKIP",
    "CMD-FULL",
    "CMD-REPRINT",
    "CMD-MISSING",
    "CMD-MINUS",
    "CMD-WEIGHT-",
    "CMD-WEIGHT-999999999999",
    "CMD-WEIGHT--1",
    "BDG-",
    "BDG-NOBODY",
    "１２３４５６７８",
)
SCREENS = ("", "waves", "totes", "bin", "item", "short", "tote", "items", "missing", "damaged",
           "carton", "parcel", "weight", "outside", "label", "platform", "reprint", "carrier",
           "parcels", "closing", "stop", "done", "<b>", "x" * 300)  # fmt: skip
SUBJECTS = ("", "0", "-1", "1", "abc", "1e9", "9" * 30, "1 OR 1=1")


@pytest.fixture
def tablet(sqlite_site: Site) -> Tablet:  # noqa: F811
    return Tablet.of(sqlite_site.app, "BDG-DEMO-HUANG")


def _written(site: Site) -> tuple[int, int]:
    with site.database.reading() as session:
        count = sa.func.count()
        return (
            session.scalar(sa.select(count).select_from(CommandRow)),
            session.scalar(sa.select(count).select_from(Move)),
        )


@pytest.mark.parametrize("station", STATIONS)
def test_no_scan_breaks_a_station_or_writes(sqlite_site: Site, tablet: Tablet, station: str):  # noqa: F811
    tablet.get(station or "/")
    before = _written(sqlite_site)
    for number, barcode in enumerate(BARCODES):
        for screen in SCREENS[number % 4 :: 4]:
            status = tablet.post(
                f"{station}/scans", barcode=barcode, screen=screen, subject="1", command_id=""
            )
            assert status < 500, (barcode, screen, tablet.html[:300])
            assert "<svg/onload" not in tablet.html
    assert _written(sqlite_site) == before


@pytest.mark.parametrize("station", STATIONS)
def test_no_subject_breaks_a_station(tablet: Tablet, station: str):
    tablet.get(station or "/")
    for subject in SUBJECTS:
        for screen in SCREENS:
            status = tablet.post(
                f"{station}/scans", barcode="X1", screen=screen, subject=subject, command_id="c-1"
            )
            assert status < 500, (subject, screen)


def test_a_scan_without_its_fields_is_a_message(tablet: Tablet):
    tablet.get("/check")
    assert tablet.post("/check/scans") == 400
    assert 'id="message"' in tablet.html


@pytest.mark.parametrize("command_id", ["x" * 65, "a b", "é", "<id>"])
def test_an_odd_command_id_is_refused(tablet: Tablet, command_id: str):
    tablet.get("/check")
    status = tablet.post(
        "/check/scans", barcode="TOTE-001", screen="tote", subject="", command_id=command_id
    )
    assert status in (400, 422)


def test_a_post_without_the_form_token_is_refused(sqlite_site: Site, tablet: Tablet):  # noqa: F811
    tablet.get("/check")
    answer = tablet.client.post("/check/scans", data={"barcode": "TOTE-001"})
    assert answer.status_code == 401  # to the door, where the tablet keeps its scans
    assert tablet.client.post("/logout").status_code == 400


def test_nobody_logged_in_is_sent_to_the_door(sqlite_site: Site):  # noqa: F811
    client = sqlite_site.app.test_client()
    page = client.get("/pick?x=1")
    assert (page.status_code, page.headers["Location"]) == (302, "/login?next=/pick?x%3D1")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil", "evil"])
def test_the_door_leads_only_inside(sqlite_site: Site, target: str):  # noqa: F811
    tablet = Tablet(sqlite_site.app)
    tablet.get("/login")
    tablet.post("/login", badge="BDG-DEMO-ZHANG", pin="", next=target)
    assert tablet.location == "/"


def test_six_wrong_pins_shut_the_login(sqlite_site: Site):  # noqa: F811
    tablet = Tablet(sqlite_site.app)
    tablet.get("/login")
    statuses = [tablet.post("/login", badge="zhang", pin="0000", next="/") for _ in range(6)]
    assert statuses == [401] * 5 + [403]
    assert tablet.post("/login", badge="zhang", pin="2468", next="/") == 403


def test_six_wrong_tries_answer_the_same_whether_the_login_exists_or_not(sqlite_site: Site):  # noqa: F811
    answers = {}
    for login in ("zhang", "nobody", "system"):
        tablet = Tablet(sqlite_site.app)
        tablet.get("/login?desk")
        answers[login] = [
            (tablet.post("/login", login=login, password="wrong", next="/"),
             tablet.html.replace(login, "NAME"))
            for _ in range(6)
        ]  # fmt: skip
    assert [status for status, _ in answers["nobody"]] == [401] * 5 + [403]
    known, unknown, system = (
        [(status, _without_tokens(html)) for status, html in found] for found in answers.values()
    )
    assert known == unknown == system


def _without_tokens(html: str) -> str:
    return re.sub(r'(csrf[-_]token" (?:content|value)=)"[^"]+"', r"\1", html)


def test_a_right_of_another_role_is_refused(sqlite_site: Site):  # noqa: F811
    tablet = Tablet.of(sqlite_site.app, "BDG-DEMO-ZHANG")
    assert tablet.get("/pick") == 200
    assert [tablet.get(url) for url in ("/check", "/pack", "/weigh", "/ship")] == [403] * 4


def test_pages_carry_the_headers_that_bind_a_browser(tablet: Tablet):
    answer = tablet.client.get("/pick")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"

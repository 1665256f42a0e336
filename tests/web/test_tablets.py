"""Which browsers badges and PINs open, and how far."""

from __future__ import annotations

import re
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
import sqlalchemy as sa

from tests.journeys.tablet import Tablet, enrolled
from tests.web.desk_site import Desk, links_to, words_of
from tests.web.test_desk_rights import MAY, desk_rules
from warehouse.catalog.models import Station, StationKind
from warehouse.people import auth
from warehouse.people.auth import hash_secret, hash_token
from warehouse.people.models import Key, LoginSession, Person, PersonRole, Role, Trail
from warehouse.people.models import Tablet as TabletRow
from warehouse.people.site import ChangeSettings, change_site_settings
from warehouse.people.tablets import RevokeTablet, revoke_tablet
from warehouse.web.door import TABLET_COOKIE

PIN, PASSWORD = "4711", "correct horse battery"
PIN_HASH, PASSWORD_HASH = hash_secret(PIN), hash_secret(PASSWORD)
BY_BADGE = {"badge": "BDG-ANNA", "pin": ""}
BY_PIN = {"badge": "anna", "pin": PIN}
BY_PASSWORD = {"login": "anna", "password": PASSWORD}


@pytest.fixture
def anna(desk: Desk) -> int:
    return _anna(desk, Role.SUPERVISOR)


def _anna(desk: Desk, *roles: Role) -> int:
    person = Person(
        name="Anna", login="anna", locale="en", badge_hash=hash_token("ANNA"), pin_hash=PIN_HASH,
        password_hash=PASSWORD_HASH, roles=[PersonRole(role=role) for role in roles],
    )  # fmt: skip
    return desk.world.add(person).id


def _browser(desk: Desk, *, is_tablet: bool) -> Tablet:
    browser = Tablet(desk.app)
    browser.client.set_cookie("fahuo_locale", "en")
    if is_tablet:
        browser.client.set_cookie(TABLET_COOKIE, enrolled(desk.app))
    browser.get("/login")
    return browser


@pytest.mark.parametrize(
    "form", [BY_BADGE, BY_PIN, {"badge": "BDG-NOBODY"}, {"badge": "nobody", "pin": "1"}]
)
def test_a_browser_that_is_not_enrolled_takes_no_badge_and_no_pin(desk: Desk, anna: int, form):
    browser = _browser(desk, is_tablet=False)
    assert 'name="password"' in browser.html
    assert 'name="badge"' not in browser.html
    with desk.world.nothing_written():
        assert browser.post("/login", **form) == 403
    assert "Badges and PINs open enrolled tablets only." in browser.html
    assert browser.post("/login", **BY_PASSWORD) == 302


@pytest.mark.parametrize(("form", "key"), [(BY_BADGE, Key.BADGE), (BY_PIN, Key.PIN)])
def test_a_tablet_takes_badge_and_pin_for_the_work_at_stations_only(desk, anna, form, key):
    browser = _browser(desk, is_tablet=True)
    assert 'name="badge"' in browser.html
    assert browser.post("/login", **form) == 302
    row = desk.world.one(LoginSession)
    assert (row.person_id, row.opened_by, row.tablet_id) == (anna, key, 1)
    for station in ("/pick", "/check", "/pack", "/weigh", "/ship"):
        assert browser.get(station) == 200


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN, Role.CUSTOMER_SERVICE, Role.PACKER])
def test_no_desk_right_comes_by_badge(desk: Desk, role: Role):
    _anna(desk, role)
    browser = _browser(desk, is_tablet=True)
    browser.post("/login", **BY_BADGE)
    opened = set()
    with desk.world.nothing_written():
        for endpoint, method, address in desk_rules(desk):
            answer = browser.client.open(address, method=method)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/login?desk=1&next=/"), endpoint
                assert role in MAY[endpoint]
            elif answer.status_code != 403:
                opened.add(endpoint)
    at_a_station = {e for e, roles in MAY.items() if Role.PACKER in roles}
    assert opened <= at_a_station
    assert bool(opened) is (role in (Role.SUPERVISOR, Role.PACKER))


def test_the_password_opens_the_desk_on_a_tablet_too_and_ends_the_session_before(desk, anna):
    browser = _browser(desk, is_tablet=True)
    browser.post("/login", **BY_BADGE)
    assert "asks for the password" in words_of(browser.client.get("/"))
    page = browser.client.get("/orders", follow_redirects=True)
    assert "The desk asks for your password." in words_of(page)
    assert browser.post("/login", **BY_PASSWORD, next="/orders") == 302
    assert browser.get("/orders") == 200
    assert desk.world.one(LoginSession).opened_by is Key.PASSWORD


def test_a_supervisor_enrols_the_tablet_in_hand(desk: Desk, anna: int):
    browser = _browser(desk, is_tablet=False)
    browser.post("/login", **BY_PASSWORD)
    assert browser.get("/me") == 200
    assert "do not open this device" in browser.html
    answer = browser.client.post("/tablets", data={"name": " scale 1 "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    cookie = SimpleCookie(
        next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(TABLET_COOKIE))
    )[TABLET_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    row = desk.world.one(TabletRow)
    assert (row.name, row.enrolled_by, row.revoked_at) == ("scale 1", anna, None)
    assert row.token_hash == hash_token(cookie.value)
    assert desk.world.all(LoginSession) == []
    assert browser.get("/login") == 200
    assert "scale 1 is enrolled: badges and PINs open it." in browser.html
    assert browser.post("/login", **BY_BADGE) == 302


def test_over_https_the_tablet_s_cookie_is_secure(desk: Desk, anna: int):
    object.__setattr__(desk.app.extensions["fahuo_config"], "is_https", True)
    client = desk.as_(Role.SUPERVISOR)
    answer = client.post("/tablets", data={"name": "scale"})
    assert any(
        c.startswith(TABLET_COOKIE) and "; Secure" in c
        for c in answer.headers.getlist("Set-Cookie")
    )


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\x00\x01b"])
def test_a_tablet_needs_a_name(desk: Desk, name: str):
    client = desk.as_(Role.SUPERVISOR)
    with desk.world.nothing_written():
        answer = client.post("/tablets", data={"name": name})
    assert answer.headers["Location"] == "/me"
    assert client.get("/me").status_code == 200


def test_a_revoked_tablet_is_a_browser_like_any_other(desk: Desk, anna: int):
    browser = _browser(desk, is_tablet=True)
    browser.post("/login", **BY_BADGE)
    said = desk.said(desk.post("/tablets/1/revoke"))
    assert "badges and PINs open it no more" in said
    assert browser.client.get("/pick").status_code == 302
    assert browser.post("/login", **BY_BADGE) == 403
    again = desk.world.one(TabletRow).revoked_at
    desk.post("/tablets/1/revoke")
    assert desk.world.one(TabletRow).revoked_at == again


def test_a_tablet_revoked_while_the_pin_is_looked_at_is_not_opened(both: Desk, monkeypatch):
    _anna(both, Role.PACKER)
    browser = _browser(both, is_tablet=True)
    tablet_id = both.world.one(TabletRow).id
    look = auth.person_by_secret

    def slow_look(*given, **more):
        found = look(*given, **more)
        both.world.do(revoke_tablet, RevokeTablet, tablet_id=tablet_id)
        return found

    monkeypatch.setattr(auth, "person_by_secret", slow_look)
    assert browser.post("/login", **BY_PIN) == 403
    assert "Badges and PINs open enrolled tablets only." in browser.html
    assert both.world.all(LoginSession) == []


def test_where_tablets_are_asked_for_again_other_browsers_are_shut(both: Desk):
    _anna(both, Role.PACKER)

    def ask_for_tablets(is_required: bool) -> None:
        values = {"is_tablet_required": is_required}
        both.world.do(change_site_settings, ChangeSettings, values=values, reason="a try")

    ask_for_tablets(False)
    stray, tablet, desk = (_browser(both, is_tablet=i) for i in (False, True, False))
    assert [b.post("/login", **BY_BADGE) for b in (stray, tablet)] == [302, 302]
    assert desk.post("/login", **BY_PASSWORD) == 302
    ask_for_tablets(True)
    assert [b.client.get("/pack").status_code for b in (stray, tablet, desk)] == [302, 200, 200]
    with both.world.nothing_written():
        assert stray.post("/login", **BY_BADGE) == 403


def test_tablets_are_named_and_listed_with_when_they_were_last_seen(desk: Desk, anna: int):
    browser = _browser(desk, is_tablet=True)
    browser.post("/login", **BY_BADGE)
    long_ago = desk.world.one(TabletRow).seen_at - timedelta(minutes=2)
    with desk.database.transaction() as session:
        session.execute(sa.update(TabletRow).values(seen_at=long_ago))
        session.execute(sa.update(LoginSession).values(seen_at=long_ago))
    assert _listed(desk) == ["a tablet", "2 min ago"]
    browser.post("/scans", barcode="NOWHERE")
    assert _listed(desk) == ["a tablet", "0 min ago"]
    assert "scale 2 is saved." in desk.said(desk.post("/tablets/1", name="scale 2"))
    assert _listed(desk) == ["scale 2", "0 min ago"]
    events = [t.event for t in desk.world.all(Trail, subject_kind="tablet")]
    assert events == ["tablet_enrolled", "tablet_renamed"]
    assert desk.post("/tablets/9", name="x").status_code == 404


def _listed(desk: Desk) -> list[str]:
    """Return name and last seen of the only tablet on the page."""
    page = desk.get("/tablets").text
    row = re.search(r"<tbody>\s*<tr><td>(.*?)</td>.*?</td><td>(.*?)</td>", page, re.S)
    return [row[1], row[2]]


def test_a_site_may_let_badges_open_any_browser_and_says_so(desk: Desk, anna: int):
    desk.world.do(
        change_site_settings, ChangeSettings, values={"is_tablet_required": False}, reason="a try"
    )
    browser = _browser(desk, is_tablet=False)
    assert 'name="badge"' in browser.html
    assert browser.post("/login", **BY_BADGE) == 302
    assert browser.client.get("/orders").status_code == 302  # no further than on a tablet
    assert "Any browser on the network may log in" in words_of(desk.get("/tablets"))


def test_another_badge_at_a_station_page_needs_a_tablet_as_well(desk: Desk, anna: int):
    browser = _browser(desk, is_tablet=False)
    browser.post("/login", **BY_PASSWORD)
    browser.open("/pick")
    with desk.world.nothing_written():
        assert browser.scan("BDG-ANNA") == 403
    assert desk.world.one(LoginSession).opened_by is Key.PASSWORD


def test_tries_are_counted_by_tablet(desk: Desk, anna: int):
    first, second = (_browser(desk, is_tablet=True) for _ in range(2))
    wrong = {"badge": "anna", "pin": "0000"}
    assert [first.post("/login", **wrong) for _ in range(6)] == [401] * 5 + [403]
    assert first.post("/login", **BY_PIN) == 403
    assert second.post("/login", **BY_PIN) == 302


def test_stations_are_made_and_taken_out_of_use(desk: Desk):
    form = {"code": "scale-1", "station_name": "Scale", "kind": "weigh"}
    assert "Station SCALE-1 is saved." in desk.said(desk.post("/tablets/stations", **form))
    row = desk.world.one(Station)
    assert (row.code, row.name, row.kind, row.is_active) == (
        "SCALE-1", "Scale", StationKind.WEIGH, True,
    )  # fmt: skip
    desk.post("/tablets/stations", **form, is_active=0)
    assert not desk.world.one(Station).is_active
    for wrong in ({"code": "a b"}, {"kind": "dance"}):
        answer = desk.post("/tablets/stations", **{**form, **wrong})
        assert answer.status_code == 400
        assert f'id="{next(iter(wrong))}-error"' in answer.get_data(as_text=True)


def test_only_who_sees_the_desk_is_offered_its_search(desk: Desk):
    assert 'name="q"' in desk.get("/me", Role.SUPERVISOR).get_data(as_text=True)
    assert 'name="q"' not in desk.get("/me", Role.PACKER).get_data(as_text=True)
    assert links_to(desk.get("/me", Role.PACKER), "/search") == []

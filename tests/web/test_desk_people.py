"""People, settings and couriers at the desk."""

from __future__ import annotations

import re

import pytest

from tests.web.desk_site import Desk, words_of
from warehouse.carriers.models import Carrier, CarrierAlias, PoolNumber, WaybillPool
from warehouse.catalog.models import Bin, BinKind
from warehouse.db import utcnow
from warehouse.people import auth
from warehouse.people.models import ApiToken, LoginSession, Person, Role, Trail
from warehouse.people.rules import login_problem, password_problem, pin_problem
from warehouse.settings import SettingChange, SiteSettings, load_settings

ADMIN = Role.ADMIN


def _person(desk: Desk, **form: object) -> int:
    given = {"name": "Anna", "login": "anna", "locale": "en", "roles": ["picker"], **form}
    answer = desk.post("/people", ADMIN, **given)
    assert answer.status_code == 303, words_of(answer)
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def _roles(desk: Desk, person_id: int) -> list[str]:
    with desk.database.reading() as session:
        return [str(r.role) for r in session.get_one(Person, person_id).roles]


def test_somebody_is_taken_on_and_changed(desk: Desk):
    person_id = _person(desk, login=" Anna ")
    found = desk.world.get(Person, person_id)
    assert (found.name, found.login, found.locale) == ("Anna", "anna", "en")
    assert _roles(desk, person_id) == ["picker"]
    desk.post(f"/people/{person_id}", ADMIN, name="Anna B", login="anna", locale="zh",
              roles=["packer", "checker"])  # fmt: skip
    assert _roles(desk, person_id) == ["checker", "packer"]
    assert "Changed: Name, Language, Roles" in words_of(desk.get(f"/people/{person_id}", ADMIN))


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("name", "x" * 41), ("login", "a b"), ("login", "ünal"), ("login", "wu"),
     ("login", "x" * 33), ("roles", "emperor")],
)  # fmt: skip
def test_a_wrong_person_is_not_saved(desk: Desk, field: str, value: str):
    desk.world.add(Person(name="Wu", login="wu"))
    desk.as_(ADMIN)
    with desk.world.nothing_written():
        form = {"name": "Typed", "login": "typed", "locale": "en", "roles": "picker", field: value}
        answer = desk.post("/people", ADMIN, **form)
    assert answer.status_code == 400
    assert re.search(r'class="error"', answer.get_data(as_text=True))


def test_a_badge_is_shown_once_and_opens_the_door(desk: Desk):
    person_id = _person(desk)
    answer = desk.post(f"/people/{person_id}/badge", ADMIN)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.get_data()[:5] == b"%PDF-"
    first = desk.world.get(Person, person_id).badge_hash
    desk.post("/people/badges", ADMIN, chosen=[person_id])
    second = desk.world.get(Person, person_id).badge_hash
    assert first is not None
    assert second is not None
    assert first != second
    assert desk.post("/people/badges", ADMIN).status_code == 303


def test_badges_read_back_from_the_sheet_open_the_door(desk: Desk):
    from printing.renderers import raster

    zxingcpp = pytest.importorskip("zxingcpp")
    import numpy as np

    person_id = _person(desk)
    pdf = desk.post(f"/people/{person_id}/badge", ADMIN).get_data()
    dots = raster.bitmaps(pdf, dpi=300)[0].dots()
    read = zxingcpp.read_barcodes(np.where(dots, 0, 255).astype("uint8"))
    tokens = [code.text.removeprefix("BDG-") for code in read if code.text.startswith("BDG-")]
    with desk.database.reading() as session:
        found = auth.person_by_badge(session, tokens[0])
    assert found is not None
    assert found.id == person_id


def test_pin_and_password_let_somebody_in(desk: Desk):
    person_id = _person(desk)
    desk.post(f"/people/{person_id}/pin", ADMIN, pin="4711")
    desk.post(f"/people/{person_id}/password", ADMIN, password="correct horse battery")
    with desk.database.transaction() as session:
        for secret, is_pin in (("4711", True), ("correct horse battery", False)):
            found = auth.person_by_secret(session, "anna", secret, is_pin=is_pin)
            assert found is not None
            assert found.id == person_id
    for path, form in (("pin", {"pin": "1234"}), ("password", {"password": "short"})):
        answer = desk.post(f"/people/{person_id}/{path}", ADMIN, **form)
        assert answer.status_code == 400
        assert f'id="{path}-error"' in answer.get_data(as_text=True)
        assert next(iter(form.values())) not in re.sub(
            r"<[^>]+placeholder[^>]+>", "", words_of(answer)
        )


def test_a_new_key_ends_the_sessions_it_opened(desk: Desk):
    token = desk.log_in(Role.PACKER)
    packer = desk.people[Role.PACKER]
    desk.post(f"/people/{packer}/pin", ADMIN, pin="4711")
    with desk.database.reading() as session:
        assert session.get(LoginSession, auth.hash_token(token)) is None


def test_who_leaves_is_out_at_once(desk: Desk):
    desk.log_in(Role.PACKER)
    packer = desk.people[Role.PACKER]
    assert "Say why." in desk.said(desk.post(f"/people/{packer}/active", ADMIN, active=0), ADMIN)
    answer = desk.post(f"/people/{packer}/active", ADMIN, active=0, reason="moved away")
    assert "is logged out everywhere" in desk.said(answer, ADMIN)
    assert not desk.world.get(Person, packer).is_active
    assert desk.world.all(LoginSession, person_id=packer) == []
    desk.post(f"/people/{packer}/active", ADMIN, active=1)
    assert desk.world.get(Person, packer).is_active


def test_somebody_is_left_who_runs_the_system(desk: Desk):
    desk.as_(ADMIN)
    me = desk.people[ADMIN]
    own = desk.post(f"/people/{me}/active", ADMIN, active=0, reason="tired")
    assert "You cannot take your own access away." in desk.said(own, ADMIN)
    with desk.world.nothing_written():
        answer = desk.post(f"/people/{me}", ADMIN, name="Me", login="me", locale="en",
                           roles="packer")  # fmt: skip
        assert "Somebody must be left who runs the system." in desk.said(answer, ADMIN)
    assert desk.get("/people", ADMIN).status_code == 200


def test_the_system_itself_is_nobody(desk: Desk):
    assert "Fahuo" not in words_of(desk.get("/people?all=1", ADMIN)).partition("Roles")[2]
    assert desk.get("/people/1", ADMIN).status_code == 404
    assert desk.post("/people/1/badge", ADMIN).status_code == 404
    assert desk.post("/people/1", ADMIN, name="x", login="x", locale="en").status_code == 404


def test_a_token_is_shown_once_and_revoked(desk: Desk):
    person_id = _person(desk)
    answer = desk.post(f"/people/{person_id}/tokens", ADMIN, token_name="shop server")
    shown = re.search(r"<code>([^<]+)</code>", answer.get_data(as_text=True))[1]
    with desk.database.reading() as session:
        found = auth.visitor_of_api_token(session, shown, utcnow())
    assert found is not None
    assert found.id == person_id
    assert shown not in desk.get(f"/people/{person_id}", ADMIN).get_data(as_text=True)
    token = desk.world.one(ApiToken)
    desk.post(f"/people/{person_id}/tokens/{token.id}/revoke", ADMIN)
    with desk.database.reading() as session:
        assert auth.visitor_of_api_token(session, shown, utcnow()) is None
    events = [t.event for t in desk.world.all(Trail, subject_kind="person", subject_id=person_id)]
    assert events == ["added", "token_made", "token_revoked"]


@pytest.mark.parametrize(
    "pin", ["", "123", "1234", "9876", "0000", "123456789", "12a4", "１２３５"]
)
def test_a_weak_pin_is_refused(pin: str):
    assert pin_problem(pin) is not None


@pytest.mark.parametrize("pin", ["4711", "2468", "13579", "20081107"])
def test_a_sound_pin_is_taken(pin: str):
    assert pin_problem(pin) is None


@pytest.mark.parametrize(
    "password", ["", "elevenchars", "aaaaaaaaaaaaaa", "anna.mustermann", "x" * 201]
)
def test_a_weak_password_is_refused(password: str):
    assert password_problem(password, login="anna.mustermann", name="Anna") is not None


def test_a_sound_password_is_taken():
    assert password_problem("twelve chars", login="anna", name="Anna") is None
    assert login_problem("anna.b-2") is None


SAME = {"site_name": "发货", "sender_name": "", "sender_phone": "", "sender_address": "",
        "paper_locale": "zh",
        "is_check_required": "1", "is_weigh_required": "1", "is_label_match_required": "1",
        "is_four_eyes": "1", "is_tablet_required": "1", "tolerance_g": 30, "tolerance_percent": 5,
        "stand_in_after_min": 0, "papers_kept_days": 90,
    "put_wall_columns": 4,
    "sscc_first": 1,
    "return_days": 0,
        "count_recount_pieces": 0, "count_recount_percent": 0, "count_recount_yuan": 0,
        "count_limit_pieces": 10, "count_limit_percent": 0, "count_limit_yuan": 500,
        "count_grace_s": 60, "hand_hours": 8,
        "sku_code_patterns": "N-######", "sales_weeks": 8, "service_percent": 95, "review_days": 7,
        "over_cover_days": 90,
        "slow_after_days": 60, "dead_after_days": 180,
        "default_carrier_code": "", "hold_remarks": "1", "hold_merge_candidates": "1"}  # fmt: skip


def _settings(desk: Desk) -> SiteSettings:
    with desk.database.reading() as session:
        return load_settings(session)


def test_settings_are_kept_with_who_and_when(desk: Desk):
    desk.as_(ADMIN)
    answer = desk.post("/settings", ADMIN, **SAME | {"tolerance_g": 50, "site_name": "North"})
    assert "Kept." in desk.said(answer, ADMIN)
    assert (_settings(desk).tolerance_g, _settings(desk).site_name) == (50, "North")
    changes = desk.world.all(SettingChange)
    assert sorted(c.name for c in changes) == ["site_name", "tolerance_g"]
    page = words_of(desk.get("/settings", ADMIN))
    assert "Weight may differ by g: 50" in page
    assert "a admin" in page
    answer = desk.post("/settings", ADMIN, **SAME | {"tolerance_g": 50, "site_name": "North"})
    assert "Nothing was changed." in desk.said(answer, ADMIN)


def test_the_settings_show_the_next_sscc_with_its_check_digit(desk: Desk):
    desk.as_(ADMIN)
    assert "check digit" not in words_of(desk.get("/settings", ADMIN))
    wrong = desk.post("/settings", ADMIN, **SAME | {"gs1_company_prefix": "690"})
    assert (wrong.status_code, "GS1 gives 7 to 10 digits." in words_of(wrong)) == (400, True)
    desk.post("/settings", ADMIN, **SAME | {"gs1_company_prefix": "6901234"})
    page = words_of(desk.get("/settings", ADMIN))
    assert "The next parcel gets (00) 06901234000000001 6 check digit 6" in page


@pytest.mark.parametrize(
    "name",
    [
        "is_check_required",
        "is_weigh_required",
        "is_label_match_required",
        "is_four_eyes",
        "is_tablet_required",
    ],
)
def test_a_safeguard_is_switched_off_with_a_reason_only(desk: Desk, name: str):
    desk.as_(ADMIN)
    form = {k: v for k, v in SAME.items() if k != name}
    with desk.world.nothing_written():
        answer = desk.post("/settings", ADMIN, **form)
        assert answer.status_code == 400
        assert 'id="reason-error"' in answer.get_data(as_text=True)
    desk.post("/settings", ADMIN, **form, reason="scale is broken")
    assert getattr(_settings(desk), name) is False
    trail = desk.world.one(Trail, subject_kind="site")
    assert (trail.facts["name"], trail.facts["old"], trail.facts["new"], trail.facts["reason"]) == (
        name, True, False, "scale is broken",
    )  # fmt: skip
    assert "scale is broken" in words_of(desk.get("/settings", ADMIN))


@pytest.mark.parametrize(
    ("field", "value"),
    [("tolerance_g", "-1"), ("tolerance_g", "lots"), ("tolerance_percent", "51"),
     ("default_carrier_code", "NOBODY"), ("site_name", ""), ("sender_name", "x" * 201),
     ("paper_locale", "fr")],
)  # fmt: skip
def test_a_wrong_setting_is_marked(desk: Desk, field: str, value: str):
    desk.as_(ADMIN)
    with desk.world.nothing_written():
        answer = desk.post("/settings", ADMIN, **SAME | {field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.get_data(as_text=True)


def test_a_courier_is_added_with_its_bin(desk: Desk):
    answer = desk.post("/carriers", code="yto", name="圆通", aliases="圆通快递\n圆通速递，YT",
                       number_pattern="YT[0-9]{13}")  # fmt: skip
    carrier = desk.world.one(Carrier)
    assert answer.headers["Location"] == f"/carriers/{carrier.id}"
    assert (carrier.code, carrier.number_pattern) == ("YTO", "YT[0-9]{13}")
    assert desk.world.get(Bin, carrier.bin_id).kind is BinKind.COURIER
    assert sorted(a.alias for a in desk.world.all(CarrierAlias)) == ["YT", "圆通快递", "圆通速递"]
    twin = desk.post("/carriers", code="YTO", name="x")
    assert 'id="code-error"' in twin.get_data(as_text=True)
    stolen = desk.post("/carriers", code="ZTO", name="中通", aliases="YT")
    assert 'id="aliases-error"' in stolen.get_data(as_text=True)
    odd = desk.post(f"/carriers/{carrier.id}", name="圆通", number_pattern="[0-9")
    assert 'id="number_pattern-error"' in odd.get_data(as_text=True)
    assert len(desk.world.all(Carrier)) == 1


def test_a_courier_goes_out_of_use(desk: Desk):
    carrier_id = desk.world.carrier()
    desk.post(f"/carriers/{carrier_id}", name="ZTO Express", is_active_asked=1)
    assert not desk.world.get(Carrier, carrier_id).is_active
    desk.post(f"/carriers/{carrier_id}", name="ZTO Express", is_active_asked=1, is_active=1)
    assert desk.world.get(Carrier, carrier_id).is_active


def test_a_range_is_previewed_and_added(desk: Desk):
    carrier_id = desk.world.carrier(numbers=0)
    query = "prefix=sf&first=99&last=101&digits=5&check_rule=mod10"
    said = words_of(desk.get(f"/carriers/numbers?{query}"))
    assert "SF000994 … SF001014 3 numbers" in said, said
    for wrong in ("first=9&last=1&digits=2&check_rule=none", "first=a&last=b&digits=1",
                  "first=1&last=2&digits=99&check_rule=none", "",
                  "first=1&last=2&digits=2&check_rule=x"):  # fmt: skip
        assert "Type a range" in words_of(desk.get(f"/carriers/numbers?{wrong}"))
    form = {"prefix": "sf", "first": 99, "last": 101, "digits": 5, "check_rule": "mod10"}
    assert "3 numbers added." in desk.said(desk.post(f"/carriers/{carrier_id}/ranges", **form))
    pool = desk.world.one(WaybillPool)
    assert (pool.prefix, pool.next_no, pool.last_no) == ("SF", 99, 101)
    page = words_of(desk.get(f"/carriers/{carrier_id}"))
    assert "SF000994 SF001014 modulo 10 3" in page
    assert "3 numbers left" in page
    again = desk.post(f"/carriers/{carrier_id}/ranges", **form)
    assert again.status_code == 400
    assert 'id="first-error"' in again.get_data(as_text=True)
    assert 'value="101"' in again.get_data(as_text=True)


def test_a_list_is_pasted_and_few_numbers_are_warned_about(desk: Desk):
    carrier_id = desk.world.carrier(numbers=0)
    assert "none left" in words_of(desk.get("/carriers"))
    answer = desk.post(f"/carriers/{carrier_id}/lists", text="A1 A2,A3\nA2")
    assert "3 numbers added" in desk.said(answer)
    assert len(desk.world.all(PoolNumber)) == 3
    bad = desk.post(f"/carriers/{carrier_id}/lists", text="A4 <b>")
    assert bad.status_code == 400
    assert 'id="text-error"' in bad.get_data(as_text=True)
    pool = desk.world.one(WaybillPool)
    desk.post(f"/carriers/{carrier_id}/pools/{pool.id}", active=0)
    assert "0 numbers left" in words_of(desk.get(f"/carriers/{carrier_id}"))

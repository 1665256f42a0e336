"""Letting a weight pass at the scale: by name and secret each time, and in that name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders import Stage, Work, World
from tests.journeys.tablet import Tablet, enrolled
from tests.web.desk_site import Desk
from warehouse.commands import CommandRow
from warehouse.db import Database
from warehouse.errors import StaleScreen
from warehouse.orders.models import HoldKind
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people.auth import hash_secret, hash_token
from warehouse.people.models import Person, PersonRole, Role
from warehouse.web.door import TABLET_COOKIE
from warehouse.weighing.commands import RecordWeight, record_weight
from warehouse.weighing.models import Reading, Verdict

PIN, PASSWORD = "4711", "correct horse battery"


@dataclass
class Scale:
    """A packer's tablet that shows a weight out of bounds, and the supervisor beside it."""

    world: World
    tablet: Tablet
    work: Work
    supervisor: int

    @property
    def parcel(self) -> Parcel:
        return self.world.get(Parcel, self.work.parcel_id)

    @property
    def shown(self) -> str:
        """The reading that the page before the supervisor carries."""
        self.tablet.get(f"/weigh/{self.work.parcel_id}/override")
        found = re.search(r'name="reading" value="(\d+)"', self.tablet.html)
        return found[1] if found else ""

    def ask(self, **form: object) -> int:
        form.setdefault("reading", self.shown)
        return self.tablet.post(f"/weigh/{self.work.parcel_id}/override", **form)


@pytest.fixture
def scale(sqlite_database: Database, tmp_path: Path) -> Scale:
    return _scale(sqlite_database, tmp_path)


def _scale(database: Database, tmp_path: Path) -> Scale:
    world = World(database)
    desk = Desk(world, tmp_path / "data")
    supervisor = _person(world, "boss", Role.SUPERVISOR)
    _person(world, "packer", Role.PACKER)
    work = world.bring(Stage.PACKED)
    tablet = Tablet.of(desk.app, "BDG-PACKER")
    tablet.open("/weigh")
    parcel = world.get(Parcel, work.parcel_id)
    tablet.scan(parcel.number)
    assert tablet.scan(f"CMD-WEIGHT-{parcel.expected_g + 900}") == 200
    assert tablet.screen == "outside"
    return Scale(world, tablet, work, supervisor)


def _person(world: World, login: str, role: Role) -> int:
    person = Person(
        name=login, login=login, locale="en", badge_hash=hash_token(login.upper()),
        pin_hash=hash_secret(PIN), password_hash=hash_secret(PASSWORD),
        roles=[PersonRole(role=role)],
    )  # fmt: skip
    return world.add(person).id


def test_a_supervisor_lets_it_pass_on_the_packer_s_tablet_in_their_own_name(scale: Scale):
    assert scale.tablet.scan("CMD-OK") == 200
    assert "Who lets it pass?" in scale.tablet.html
    assert scale.ask(badge="boss", pin=PIN, reason="other packing") == 303
    scale.tablet.open(scale.tablet.location)
    assert scale.tablet.screen == "label"
    assert scale.parcel.state is ParcelState.LABELLED
    _, passed = scale.world.all(Reading)
    assert (passed.verdict, passed.person_id, passed.reason) == (
        Verdict.OVERRIDDEN, scale.supervisor, "other packing",
    )  # fmt: skip
    assert scale.tablet.get("/pack") == 200  # the packer works on


def test_a_badge_stands_for_the_number_and_asks_for_its_pin(scale: Scale):
    with scale.world.nothing_written():
        assert scale.ask(badge="BDG-BOSS", pin="") == 200
    assert 'value="boss"' in scale.tablet.html
    assert "BDG-BOSS" not in scale.tablet.html
    assert scale.ask(badge="BDG-BOSS", pin=PIN) == 303
    assert scale.world.all(Reading)[-1].person_id == scale.supervisor


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"badge": "packer", "pin": PIN}, 403),
        ({"badge": "boss", "pin": "0000"}, 401),
        ({"badge": "boss", "pin": PASSWORD}, 401),  # a tablet asks for the PIN
        ({"badge": "nobody", "pin": PIN}, 401),
        ({"badge": "BDG-NOBODY", "pin": PIN}, 401),
        ({}, 200),
    ],
)
def test_nobody_else_lets_it_pass(scale: Scale, form: dict[str, str], status: int):
    assert scale.ask(**form) == status
    assert "Who lets it pass?" in scale.tablet.html
    assert scale.parcel.state is ParcelState.SEALED
    assert len(scale.world.all(Reading)) == 1


def test_a_supervisor_s_own_session_is_asked_like_any_other(scale: Scale):
    tablet = Tablet.of(scale.tablet.app, "BDG-BOSS")
    tablet.open(f"/weigh/{scale.work.parcel_id}")
    assert tablet.screen == "outside"
    tablet.url = "/weigh"  # where the page sends its scans
    assert tablet.scan("CMD-OK") == 200
    assert "Who lets it pass?" in tablet.html
    assert scale.parcel.state is ParcelState.SEALED


def test_where_no_pin_opens_the_door_the_password_is_asked_for(scale: Scale):
    browser = Tablet(scale.tablet.app)
    browser.get("/login")
    browser.post("/login", login="packer", password=PASSWORD)
    url = f"/weigh/{scale.work.parcel_id}/override"
    assert browser.get(url) == 200
    form = {"badge": "boss", "reading": scale.shown}
    assert browser.post(url, **form, pin=PIN) == 401
    assert browser.post(url, **form, pin=PASSWORD) == 303
    assert scale.parcel.state is ParcelState.LABELLED


@pytest.mark.parametrize("pin", [PIN, ""])
def test_a_weight_nobody_looked_at_is_not_let_pass(database: Database, tmp_path: Path, pin: str):
    scale = _scale(database, tmp_path)
    shown = scale.shown
    given = {"parcel_id": scale.work.parcel_id, "gross_g": scale.parcel.expected_g + 4000}
    scale.world.do(record_weight, RecordWeight, **given)
    for reading in (shown, "", "x"):
        assert scale.ask(badge="boss", pin=pin, reading=reading) == 303
    refused = {**given, "override_reason": "other packing", "seen_reading_id": int(shown)}
    scale.world.refused(StaleScreen, record_weight, RecordWeight, **refused)
    assert [r.verdict for r in scale.world.all(Reading)] == [Verdict.OUTSIDE, Verdict.OUTSIDE]
    assert scale.parcel.state is ParcelState.SEALED
    assert scale.ask(badge="boss", pin=PIN) == 303  # the page shows the new weight now
    assert scale.parcel.gross_g == given["gross_g"]


def test_sent_twice_it_counts_once(scale: Scale):
    form = {"badge": "boss", "pin": PIN, "command_id": "pass-1"}
    assert [scale.ask(**form), scale.ask(**form)] == [303, 303]
    assert len(scale.world.all(Reading)) == 2
    assert [c.id for c in scale.world.all(CommandRow) if c.id.startswith("pass-1")] == [
        "pass-1",
        "pass-1-label",
    ]


def test_a_stopped_order_is_let_pass_by_nobody(scale: Scale):
    scale.world.stop(scale.work, HoldKind.REFUND)
    assert scale.ask(badge="boss", pin=PIN) == 303
    scale.tablet.open(scale.tablet.location)
    assert scale.tablet.screen == "stop"
    assert len(scale.world.all(Reading)) == 1


def test_a_parcel_nobody_asks_about_goes_back_to_the_scale(scale: Scale):
    scale.ask(badge="boss", pin=PIN)
    assert scale.tablet.get(f"/weigh/{scale.work.parcel_id}/override") == 200
    assert 'data-screen="label"' in scale.tablet.html
    assert scale.ask(badge="boss", pin=PIN) == 303
    assert scale.tablet.get("/weigh/987654") == 404
    assert scale.tablet.get("/weigh/987654/override") == 404


def test_a_scan_of_another_packer_s_tablet_needs_the_right_to_weigh(scale: Scale):
    _person(scale.world, "picker", Role.PICKER)
    other = Tablet(scale.tablet.app)
    other.client.set_cookie(TABLET_COOKIE, enrolled(scale.tablet.app))
    other.get("/login")
    other.post("/login", badge="BDG-PICKER", pin="")
    assert other.post(f"/weigh/{scale.work.parcel_id}/override", badge="boss", pin=PIN) == 403

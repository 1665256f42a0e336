"""The red screen: whenever a station would show a stopped order, and the way out of it."""

from __future__ import annotations

import re

import pytest

from tests.builders import Stage, World
from tests.journeys.conftest import make_site
from tests.journeys.tablet import Tablet
from warehouse.db import Database
from warehouse.orders.models import Consignment, ConsignmentState, HoldKind
from warehouse.people import auth
from warehouse.people.models import Person, PersonRole, Role

STAGES = [
    (Stage.WAVED, "/pick", "wave"),
    (Stage.TOTE_BOUND, "/pick", "wave"),
    (Stage.HALF_PICKED, "/pick", "wave"),
    (Stage.PICKED, "/check", "tote"),
    (Stage.CHECKING, "/check", "tote"),
    (Stage.CHECKED, "/pack", "tote"),
    (Stage.PARCEL_OPEN, "/pack", "tote"),
    (Stage.PACKED, "/weigh", "parcel"),
    (Stage.LABELLED, "/weigh", "parcel"),
]


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(sqlite_database)


def _tablet(world: World, tmp_path) -> Tablet:
    with world.database.transaction() as session:
        session.add(
            Person(
                name="all hands",
                badge_hash=auth.hash_token("HANDS"),
                roles=[PersonRole(role=Role.SUPERVISOR)],
            )
        )
    return Tablet.of(make_site(world.database, tmp_path).app, "BDG-HANDS")


def _tone(html: str) -> str:
    return re.search(r'<section id="station"[^>]*data-tone="([a-z]+)"', html).group(1)


@pytest.mark.parametrize(("stage", "station", "scans"), STAGES)
def test_a_stopped_order_turns_the_screen_red_and_is_put_aside(
    world: World, tmp_path, stage: Stage, station: str, scans: str
):
    work = world.bring(stage)
    tablet = _tablet(world, tmp_path)
    if scans == "wave":
        url = f"/pick/{work.wave_id}"
        tablet.open("/pick")
        number = re.search(r'data-scan="(W[^"]+)"', tablet.html).group(1)
        tablet.scan(number, confirm="1")
        assert tablet.url == url
        world.stop(work, HoldKind.REFUND)
        tablet.open(url)
    else:
        world.stop(work, HoldKind.REFUND)
        tablet.open(station)
        parcel = f"P{work.parcel_id:08d}"
        tablet.scan(work.tote if scans == "tote" else parcel)
    assert tablet.screen == "stop"
    assert _tone(tablet.html) == "stop"
    has_goods = stage not in (Stage.WAVED, Stage.TOTE_BOUND)
    assert tablet.scan("A-01") == 422  # a shelf is no place for stopped goods
    assert tablet.scan("SET-ASIDE" if has_goods else "CMD-OK") == 200
    assert tablet.screen != "stop"
    assert world.get(Consignment, work.consignment_id).state is ConsignmentState.SET_ASIDE
    assert world.differences() == []


def test_the_next_slot_stopped_is_red_although_the_tote_before_was_bound(world: World, tmp_path):
    first = world.bring(Stage.READY)
    goods = next(iter(first.goods.values()))
    second = world.released({goods: 1})
    world.wave(first, second)
    tablet = _tablet(world, tmp_path)
    tablet.open("/pick")
    tablet.scan(re.search(r'data-scan="(W[^"]+)"', tablet.html).group(1), confirm="1")
    world.stop(second, HoldKind.REFUND)
    assert tablet.scan(world.tote("TOTE-77")) == 200
    assert (tablet.screen, _tone(tablet.html)) == ("stop", "stop")

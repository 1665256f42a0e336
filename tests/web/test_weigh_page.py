"""The scale's tablet where the label does not come at once."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from tests.commands.acts import mark_sent
from tests.journeys.conftest import make_site
from tests.journeys.tablet import Tablet
from warehouse.carriers.models import WaybillPool
from warehouse.db import Database
from warehouse.orders.models import HoldKind, Order
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import auth
from warehouse.people.models import Person, PersonRole, Role


def _tablet(database: Database, tmp_path) -> Tablet:
    with database.transaction() as session:
        session.add(
            Person(
                name="packer at the scale",
                badge_hash=auth.hash_token("SCALE"),
                roles=[PersonRole(role=Role.PACKER)],
            )
        )
    return Tablet.of(make_site(database, tmp_path).app, "BDG-SCALE")


def _packed(world: World) -> Parcel:
    return world.get(Parcel, world.bring(Stage.PACKED).parcel_id)


def test_without_numbers_the_weight_stands_and_the_next_scan_tries_again(
    sqlite_database: Database, tmp_path
):
    world = World(sqlite_database)
    parcel = _packed(world)
    with sqlite_database.transaction() as session:
        session.execute(sa.update(WaybillPool).values(is_active=False))
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    tablet.scan(parcel.number)
    assert tablet.scan(f"CMD-WEIGHT-{parcel.expected_g}") == 409
    assert tablet.screen == "parcel"
    assert world.get(Parcel, parcel.id).state is ParcelState.WEIGHED
    with sqlite_database.transaction() as session:
        session.execute(sa.update(WaybillPool).values(is_active=True))
    assert tablet.scan(parcel.number) == 200
    assert tablet.screen == "label"


def test_kilograms_from_the_scale_and_another_parcel_instead_of_a_weight(
    sqlite_database: Database, tmp_path
):
    world = World(sqlite_database)
    parcel = _packed(world)
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    tablet.scan(parcel.number)
    assert tablet.screen == "weight"
    assert tablet.scan(parcel.number) == 200  # scanned again: still the same question
    assert tablet.screen == "weight"
    assert tablet.scan(f"{parcel.expected_g / 1000:.3f}KG") == 200
    assert tablet.screen == "label"
    assert world.get(Parcel, parcel.id).gross_g == parcel.expected_g


def test_a_weight_that_cannot_be_right_sends_the_parcel_back(sqlite_database: Database, tmp_path):
    world = World(sqlite_database)
    parcel = _packed(world)
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    tablet.scan(parcel.number)
    assert tablet.scan("CMD-MISSING") == 400  # nothing was weighed yet
    assert tablet.scan(f"CMD-WEIGHT-{parcel.expected_g + 900}") == 200
    assert tablet.screen == "outside"
    assert tablet.scan("CMD-MISSING") == 200
    assert tablet.screen == "stop"
    assert tablet.scan("SET-ASIDE") == 200
    assert tablet.screen == "parcel"
    assert world.get(Parcel, parcel.id).state is ParcelState.SET_ASIDE
    order_id = world.one(Order).id
    assert world.holds(order_id) == [HoldKind.CHECK_MISMATCH]
    assert world.differences() == []


def test_a_weight_is_taken_back_from_the_label_and_the_parcel_weighed_anew(
    sqlite_database: Database, tmp_path
):
    world = World(sqlite_database)
    parcel = _packed(world)
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    tablet.scan(parcel.number)
    tablet.scan(f"CMD-WEIGHT-{parcel.expected_g + 5}")
    assert tablet.screen == "label"
    assert 'data-scan="CMD-UNDO"' in tablet.html
    assert tablet.scan("CMD-UNDO") == 200
    assert tablet.screen == "weight"
    tablet.scan(f"CMD-WEIGHT-{parcel.expected_g}")
    assert tablet.screen == "label"
    assert world.get(Parcel, parcel.id).gross_g == parcel.expected_g


def test_a_weight_that_found_no_number_is_taken_back_from_the_waiting_screen(
    sqlite_database: Database, tmp_path
):
    world = World(sqlite_database)
    parcel = _packed(world)
    with sqlite_database.transaction() as session:
        session.execute(sa.update(WaybillPool).values(is_active=False))
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    assert 'data-scan="CMD-UNDO"' not in tablet.html
    tablet.scan(parcel.number)
    tablet.scan(f"CMD-WEIGHT-{parcel.expected_g}")
    assert (tablet.screen, tablet.subject) == ("parcel", str(parcel.id))
    assert tablet.scan("CMD-UNDO") == 200
    assert tablet.screen == "weight"
    assert world.get(Parcel, parcel.id).state is ParcelState.SEALED


def test_where_no_match_is_asked_for_the_last_weight_can_still_be_taken_back(
    sqlite_database: Database, tmp_path
):
    world = World(sqlite_database)
    world.site(is_label_match_required=False)
    parcel = _packed(world)
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    tablet.scan(parcel.number)
    tablet.scan(f"CMD-WEIGHT-{parcel.expected_g}")
    assert tablet.screen == "parcel"
    assert tablet.scan("CMD-UNDO") == 200
    assert tablet.screen == "weight"


def test_a_printed_label_is_not_undone_and_the_screen_says_what_to_do(
    sqlite_database: Database, tmp_path
):
    world = World(sqlite_database)
    work = world.bring(Stage.LABELLED)
    mark_sent(world, work)
    tablet = _tablet(sqlite_database, tmp_path)
    tablet.open("/weigh")
    tablet.scan(world.get(Parcel, work.parcel_id).number)
    assert tablet.scan("CMD-UNDO") == 409
    assert tablet.screen == "label"
    assert "后台" in tablet.html

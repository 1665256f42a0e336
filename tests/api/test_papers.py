"""Machines ask for papers as people do: once, again only with a reason, where they say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from printing.models import JobState, PrintJob
from printing.queue import void
from tests.api.conftest import Machine, error_of
from tests.builders import Stage, Work, World
from warehouse.catalog.models import Station, StationKind
from warehouse.commands import new_id
from warehouse.orders.models import Order
from warehouse.packing.models import Parcel
from warehouse.people.models import Role
from warehouse.waves.models import Wave

WAVE_PAPERS = ("wave_sheet", "cart_label")


@pytest.fixture
def work(world: World) -> Work:
    """An order that has left, in a house with a company prefix and a place for returns."""
    work = world.bring(Stage.DISPATCHED)
    world.settings(
        gs1_company_prefix="6901234", return_name="Returns", return_phone="0571-88990011",
        return_address="Hangzhou 1",
    )  # fmt: skip
    return work


def jobs(world: World, kind: str) -> list[PrintJob]:
    with world.database.reading() as session:
        query = sa.select(PrintJob).where(PrintJob.document_kind == kind).order_by(PrintJob.id)
        return list(session.scalars(query))


def asking(world: World, work: Work) -> dict[str, tuple[str, dict[str, str]]]:
    """Return kind of paper → where to ask for it, and the body."""
    wave = world.one(Wave).number
    parcel = world.get(Parcel, work.parcel_id).number
    order = world.get(Order, work.order_id).order_no
    return {
        **{kind: (f"/waves/{wave}/papers", {"paper": kind}) for kind in WAVE_PAPERS},
        "carton_label": (f"/parcels/{parcel}/carton-label", {}),
        "return_label": (f"/orders/{order}/return-label", {}),
    }


def test_each_paper_comes_once_and_again_as_a_copy_with_a_reason(
    world: World, desk: Machine, work: Work
):
    for kind, (url, body) in asking(world, work).items():
        key = new_id()
        first = desk.post(url, body, key=key)
        assert first.status_code == 200, (kind, first.get_json())
        assert desk.post(url, body, key=key).get_json() == first.get_json()
        # Asked for by another act: it says why, and not before the first has come out.
        assert error_of(desk.post(url, body)) == (409, "reason_wanted", "reason")
        again = {**body, "reason": "torn"}
        assert error_of(desk.post(url, again))[:2] == (409, "rule_violation")
        (job,) = jobs(world, kind)
        assert first.get_json()["facts"]["print_job"] == job.id
        with world.database.transaction() as session:
            session.execute(sa.update(PrintJob).values(state=JobState.SENT))
        assert desk.post(url, again).status_code == 200
        _, copy = jobs(world, kind)[-2:]
        assert (copy.copy_no, copy.reprint_of, copy.reprint_reason, copy.person_id) == (
            2, job.id, "torn", desk.person_id
        )  # fmt: skip


def test_a_pick_list_that_came_with_its_wave_is_there_already(
    world: World, desk: Machine, work: Work
):
    url, _ = asking(world, work)["wave_sheet"]
    assert error_of(desk.post(url, {"paper": "pick_list"})) == (409, "reason_wanted", "reason")
    assert error_of(desk.post(url, {"paper": "waybill"})) == (400, "invalid_input", "paper")
    assert len(jobs(world, "pick_list")) == 1


def test_a_paper_is_printed_where_the_machine_says(world: World, desk: Machine, work: Work):
    station = world.add(Station(code="PACK-9", name="Pack 9", kind=StationKind.PACK))
    url, body = asking(world, work)["carton_label"]
    assert error_of(desk.post(url, {"station": "NOWHERE"})) == (404, "not_found", "station")
    act = desk.post(url, {**body, "station": "PACK-9"}).get_json()
    (job,) = jobs(world, "carton_label")
    parcel = world.get(Parcel, work.parcel_id)
    assert (job.station_id, act["facts"]["sscc"]) == (station.id, parcel.sscc)
    assert act["subject"] == {"kind": "parcel", "id": parcel.id, "number": parcel.number}
    # A machine on the line reads the logistic unit, not the house's own number.
    assert error_of(desk.post(f"/parcels/00{parcel.sscc}/carton-label"))[1] == "reason_wanted"


def test_only_those_who_may_ask_at_the_desk_may_ask_here(
    world: World, machine_of: Callable[..., Machine], work: Work
):
    counter = machine_of(Role.COUNTER)
    for url, body in asking(world, work).values():
        assert counter.post(url, body).status_code == 403
        missing = url.replace(url.split("/")[2], "NOPE")
        assert machine_of(Role.SUPERVISOR).post(missing, body).status_code == 404
    assert jobs(world, "carton_label") == []


def test_label_and_slip_that_came_by_themselves_come_again_as_copies(world: World, desk: Machine):
    work = world.bring(Stage.LABELLED)
    number = world.get(Parcel, work.parcel_id).number
    for paper, kind in (("label", "waybill"), ("packing-slip", "packing_slip")):
        url, (first,) = f"/parcels/{number}/{paper}", jobs(world, kind)
        assert error_of(desk.post(url)) == (400, "invalid_input", "reason")
        assert error_of(desk.post(url, {"reason": " "})) == (400, "invalid_input", "reason")
        assert error_of(desk.post(url, {"reason": "torn"}))[:2] == (409, "rule_violation")
        with world.database.transaction() as session:
            session.get_one(PrintJob, first.id).state = JobState.SENT
        key = new_id()
        act = desk.post(url, {"reason": "torn"}, key=key).get_json()
        assert act["subject"] == {"kind": "parcel", "id": work.parcel_id, "number": number}
        assert desk.post(url, {"reason": "torn"}, key=key).get_json() == act
        _, copy = jobs(world, kind)
        assert (copy.copy_no, copy.reprint_of, copy.reprint_reason, copy.person_id) == (
            2, first.id, "torn", desk.person_id
        )  # fmt: skip
        assert copy.facts["copy_no"] == 2


def test_what_never_came_or_is_void_has_no_copy_and_not_everybody_may_ask(
    world: World, desk: Machine, machine_of: Callable[..., Machine]
):
    work = world.bring(Stage.PARCEL_OPEN)
    number, torn = world.get(Parcel, work.parcel_id).number, {"reason": "torn"}
    urls = [f"/parcels/{number}/{paper}" for paper in ("label", "packing-slip")]
    for url in urls:
        assert error_of(desk.post(url, torn))[:2] == (409, "rule_violation")
        assert machine_of(Role.COUNTER).post(url, torn).status_code == 403
        assert desk.post(url.replace(number, "NOPE"), torn).status_code == 404
    world.bring(Stage.PACKED, work=work)
    with world.database.transaction() as session:
        void(session, [f"parcel:{work.parcel_id}"], person_id=1, at=world.now, reason="put aside")
    assert error_of(desk.post(urls[1], torn))[:2] == (409, "rule_violation")
    assert [job.copy_no for job in jobs(world, "packing_slip")] == [1]

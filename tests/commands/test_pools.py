"""Pools of waybill numbers: added by the desk, taken one by one, never twice."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from warehouse.carriers.commands import AddList, AddRange, add_list, add_range, numbers_left
from warehouse.carriers.models import CheckRule, PoolNumber, WaybillPool
from warehouse.catalog.models import CartonType
from warehouse.commands import Tone
from warehouse.dispatch.commands.label import (
    AssignWaybill,
    AttachWaybill,
    assign_waybill,
    attach_waybill,
)
from warehouse.dispatch.models import Waybill
from warehouse.errors import InvalidInput, NotFound, NoWaybillLeft, WrongScan
from warehouse.weighing.commands import RecordWeight, record_weight

RANGE = {"prefix": "YT", "first": 1, "last": 10, "digits": 6, "check_rule": CheckRule.NONE}


@pytest.fixture
def carrier_id(world: World) -> int:
    return world.carrier("YTO", numbers=0)


def left(world: World, carrier_id: int) -> int:
    with world.database.reading() as session:
        return numbers_left(session, carrier_id)


def weighed(world: World, **facts) -> int:
    """Return a parcel of an order for one TEE that waits for its label."""
    goods = world.add_goods("TEE")
    work = world.bring(Stage.WEIGHED, lines={goods: 1}, **facts)
    return work.parcel_id


def assign(world: World, parcel_id: int) -> str:
    world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=parcel_id)
    return world.waybill_no(parcel_id)


def test_a_range_counts_its_numbers(world: World, carrier_id: int):
    outcome = world.do(add_range, AddRange, carrier_id=carrier_id, **RANGE)
    assert str(outcome.message) == "10 numbers added."
    assert left(world, carrier_id) == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"last": 0},
        {"first": -1},
        {"last": 10**15},
        {"digits": 17},
        {"digits": -1},
        {"digits": 1},  # ten does not fit one digit
        {"prefix": "YT TO"},
        {"prefix": "圆通"},
        {"prefix": "X" * 27},
    ],
)
def test_a_range_that_makes_no_numbers_is_refused(world: World, carrier_id: int, wrong: dict):
    world.refused(InvalidInput, add_range, AddRange, carrier_id=carrier_id, **{**RANGE, **wrong})


@pytest.mark.parametrize(("first", "last"), [(1, 10), (10, 20), (0, 1), (5, 6), (0, 99)])
def test_a_range_that_overlaps_another_is_refused(world: World, carrier_id: int, first, last):
    world.do(add_range, AddRange, carrier_id=carrier_id, **RANGE)
    given = {**RANGE, "first": first, "last": last}
    world.refused(InvalidInput, add_range, AddRange, carrier_id=carrier_id, **given)


def test_a_range_whose_numbers_were_used_cannot_come_back(world: World):
    world.site()
    world.settings(default_carrier_code="YTO")
    carrier_id = world.carrier("YTO", numbers=0)
    world.do(add_range, AddRange, carrier_id=carrier_id, **RANGE)
    assert assign(world, weighed(world)) == "YT000001"
    given = {**RANGE, "last": 1}
    world.refused(InvalidInput, add_range, AddRange, carrier_id=carrier_id, **given)


def test_other_prefixes_and_couriers_have_ranges_of_their_own(world: World, carrier_id: int):
    world.do(add_range, AddRange, carrier_id=carrier_id, **RANGE)
    world.do(add_range, AddRange, carrier_id=carrier_id, **{**RANGE, "prefix": "YX"})
    world.do(add_range, AddRange, carrier_id=world.carrier("STO", numbers=0), **RANGE)
    assert left(world, carrier_id) == 20
    world.refused(NotFound, add_range, AddRange, carrier_id=999_999, **RANGE)


def test_a_pasted_list_is_taken_once_each(world: World, carrier_id: int):
    text = "yt111111\nYT222222, YT111111；YT333333"
    outcome = world.do(add_list, AddList, carrier_id=carrier_id, text=text)
    assert str(outcome.message) == "3 numbers added, 0 were there."
    again = world.do(add_list, AddList, carrier_id=carrier_id, text="YT333333 YT444444")
    assert (str(again.message), again.tone) == ("1 number added, 1 was there.", Tone.ATTENTION)
    assert [n.number for n in world.all(PoolNumber)] == [
        "YT111111",
        "YT222222",
        "YT333333",
        "YT444444",
    ]


@pytest.mark.parametrize("text", ["", " ,;\n", "YT 12345 单号", "X" * 33])
def test_a_list_with_what_is_no_number_is_refused_whole(world: World, carrier_id: int, text: str):
    world.refused(InvalidInput, add_list, AddList, carrier_id=carrier_id, text=text)


def test_numbers_come_in_order_from_the_oldest_pool(world: World):
    world.site()
    world.settings(default_carrier_code="YTO")
    carrier_id = world.carrier("YTO", numbers=0)
    world.do(add_list, AddList, carrier_id=carrier_id, text="LIST222 LIST111")
    world.do(add_range, AddRange, carrier_id=carrier_id, **{**RANGE, "last": 2})
    numbers = [assign(world, weighed(world)) for _ in range(4)]
    assert numbers == ["LIST222", "LIST111", "YT000001", "YT000002"]
    assert left(world, carrier_id) == 0


def test_a_used_up_pool_is_said_and_mended_by_more_numbers(world: World):
    world.carrier("ZTO", numbers=1)
    world.carton()
    world.settings(default_carrier_code="ZTO", hold_merge_candidates=False)
    first, second = weighed(world), weighed(world)
    assign(world, first)
    error = world.refused(NoWaybillLeft, assign_waybill, AssignWaybill, parcel_id=second)
    assert str(error) == "ZTO Express has no waybill numbers left. Ask the desk for more."
    carrier_id = world.one(WaybillPool).carrier_id
    world.do(add_list, AddList, carrier_id=carrier_id, text="MORE001")
    assert assign(world, second) == "MORE001"


def test_a_pool_switched_off_gives_no_numbers(world: World):
    world.site()
    parcel_id = weighed(world)
    with world.database.transaction() as session:
        for pool in session.query(WaybillPool):
            pool.is_active = False
    world.refused(NoWaybillLeft, assign_waybill, AssignWaybill, parcel_id=parcel_id)


def test_a_number_the_platform_gave_before_is_passed_over(world: World):
    world.site()
    masked = weighed(world, is_masked=True, receiver_token="T", receiver_name="王**")
    given = {"parcel_id": masked, "barcode": "ZTO00000001"}
    world.do(attach_waybill, AttachWaybill, by="packer", **given)
    assert assign(world, weighed(world)) == "ZTO00000002"


def test_two_packers_at_once_get_two_numbers(world: World):
    world.site()
    parcels = [weighed(world), weighed(world)]
    acts = [(assign_waybill, world.command(AssignWaybill, parcel_id=p)) for p in parcels]
    assert not isinstance(world.overlap(*acts), Exception)
    assert sorted(w.number for w in world.all(Waybill)) == ["ZTO00000001", "ZTO00000002"]


def test_two_packers_on_one_list_get_two_numbers(world: World):
    world.site()
    world.settings(default_carrier_code="YTO")
    carrier_id = world.carrier("YTO", numbers=0)
    world.do(add_list, AddList, carrier_id=carrier_id, text="LIST111 LIST222")
    parcels = [weighed(world), weighed(world)]
    acts = [(assign_waybill, world.command(AssignWaybill, parcel_id=p)) for p in parcels]
    assert not isinstance(world.overlap(*acts), Exception)
    assert sorted(w.number for w in world.all(Waybill)) == ["LIST111", "LIST222"]


def test_a_number_taken_by_a_refused_command_is_not_lost(world: World):
    work = world.bring(Stage.PACKED)
    parcel_id = work.parcel_id
    carrier_id = world.carrier_id(work)
    world.do(record_weight, RecordWeight, parcel_id=parcel_id, gross_g=800)
    before = left(world, carrier_id)
    assign(world, parcel_id)
    assert left(world, carrier_id) == before - 1


@pytest.mark.parametrize("kind", ["goods", "bin", "tote", "carton"])
def test_a_code_of_this_house_is_no_waybill_of_the_platform(world: World, kind: str):
    work = world.bring(Stage.WEIGHED, is_masked=True, receiver_token="OAID-1")
    codes = {
        "goods": work.goods["TEE"].barcode, "bin": "SET-ASIDE", "tote": world.tote("TOTE-77"),
        "carton": world.all(CartonType)[0].code + "X",
    }  # fmt: skip
    world.carton(codes["carton"])
    given = {"parcel_id": work.parcel_id, "barcode": codes[kind]}
    world.refused(WrongScan, attach_waybill, AttachWaybill, by="packer", **given)

"""Acts by API: each does what the desk's does, once, and says what it did."""

from __future__ import annotations

import pytest

from tests.api.conftest import Machine, error_of
from tests.builders import PutStock, Stage, World, put_stock
from warehouse.catalog.models import Bin
from warehouse.commands import new_id
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.orders.models import Consignment, Hold, HoldKind, Order
from warehouse.people.models import Role


@pytest.fixture
def shelf(world: World):
    """Make a site with a hundred tees on a shelf; return the tee."""
    world.site()
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    return tee


def number_of(world: World, order_id: int) -> str:
    return world.get(Order, order_id).order_no


def test_a_hold_is_raised_and_released(world: World, desk: Machine, shelf) -> None:
    order_id = world.audited({shelf: 1})
    number = number_of(world, order_id)
    act = desk.post(f"/orders/{number}/holds", {"note": "call first"}).get_json()
    assert act["subject"] == {"kind": "order", "id": order_id, "number": number}
    assert (act["message"], act["tone"]) == (f"Order {number} is held.", "attention")
    (hold,) = desk.get(f"/orders/{number}").get_json()["holds"]
    assert (hold["kind"], hold["owner"], hold["note"]) == (
        "manual",
        "customer_service",
        "call first",
    )
    desk.post(f"/holds/{hold['id']}/release", {"note": "called"})
    assert world.holds(order_id) == []
    assert world.state(Order, order_id) == "clean"


def test_a_hold_names_its_kind_and_owner(world: World, desk: Machine, shelf) -> None:
    order_id = world.audited({shelf: 1})
    body = {"note": "x", "kind": "address_changed", "owner": "finance"}
    assert desk.post(f"/orders/{number_of(world, order_id)}/holds", body).status_code == 200
    hold = world.one(Hold, order_id=order_id)
    assert (hold.kind, hold.owner) == (HoldKind.ADDRESS_CHANGED, "finance")


def test_the_act_is_the_tokens_persons(world: World, machine_of, shelf) -> None:
    clerk = machine_of(Role.CUSTOMER_SERVICE)
    order_id = world.audited({shelf: 1})
    clerk.post(f"/orders/{number_of(world, order_id)}/holds", {"note": "x"})
    assert world.one(Hold, order_id=order_id).raised_by == clerk.person_id


def test_an_order_is_cancelled(world: World, desk: Machine, shelf) -> None:
    order_id = world.audited({shelf: 1})
    assert (
        desk.post(f"/orders/{number_of(world, order_id)}/cancel", {"note": "x"}).status_code == 200
    )
    assert world.state(Order, order_id) == "cancelled"


def test_orders_are_released_by_number(world: World, desk: Machine, shelf) -> None:
    ids = [world.audited({shelf: 1}) for _ in range(3)]
    body = {"orders": [number_of(world, i) for i in ids[:2]]}
    act = desk.post("/orders/release", body).get_json()
    assert act["facts"] == {"released": 2, "left": 0}
    assert [world.state(Order, i) for i in ids] == ["released", "released", "clean"]


def test_all_clean_orders_are_released_once_under_one_id(
    world: World, desk: Machine, shelf
) -> None:
    first = [world.audited({shelf: 1}) for _ in range(2)]
    held = world.audited({shelf: 1}, buyer_message="read me")
    key = new_id()
    one = desk.post("/orders/release", {"all_clean": True}, key=key)
    assert one.get_json()["facts"] == {"released": 2, "left": 0, "waiting": 0}
    later = world.audited({shelf: 1})
    again = desk.post("/orders/release", {"all_clean": True}, key=key)
    assert (again.status_code, again.get_json()) == (200, one.get_json())
    assert again.headers["Idempotent-Replayed"] == "true"
    states = [world.state(Order, i) for i in (*first, held, later)]
    assert states == ["released", "released", "held", "clean"]


def test_all_clean_may_be_kept_to_one_shop(world: World, desk: Machine, shelf) -> None:
    order_id = world.audited({shelf: 1})
    act = desk.post("/orders/release", {"all_clean": True, "shop": "NONE"}).get_json()
    assert act["facts"] == {"released": 0, "left": 0, "waiting": 0}
    assert world.state(Order, order_id) == "clean"


@pytest.mark.parametrize("body", [{}, {"all_clean": False}, {"all_clean": True, "orders": ["1"]}])
def test_a_release_says_what_to_release(desk: Machine, body: dict) -> None:
    assert error_of(desk.post("/orders/release", body))[:2] == (400, "invalid_input")


def test_orders_are_merged_and_split_again(world: World, desk: Machine, shelf) -> None:
    ids = [world.audited({shelf: 1}) for _ in range(2)]
    act = desk.post("/orders/merge", {"orders": [number_of(world, i) for i in ids]}).get_json()
    assert act["subject"]["kind"] == "consignment"
    number = act["subject"]["number"]
    shown = desk.get(f"/consignments/{number}").get_json()
    assert (shown["orders"], shown["pieces"]) == ([number_of(world, i) for i in ids], 2)
    assert desk.post(f"/consignments/{number}/split").status_code == 200
    assert [world.state(Order, i) for i in ids] == ["clean", "clean"]
    assert error_of(desk.post(f"/consignments/{number}/split"))[:2] == (409, "rule_violation")


def test_a_wave_is_made_and_names_what_it_left_out(world: World, desk: Machine, shelf) -> None:
    works = [world.released({shelf: n}) for n in (1, 90, 1)]
    out = ledger.Posting(
        sku_id=shelf.id, from_bin_id=world.one(Bin, code="A-01").id, pieces=50,
        to_bin_id=world.one(Bin, code="QUARANTINE").id, reason=MoveReason.TRANSFER,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(out,))
    numbers = [f"C{work.consignment_id:08d}" for work in works]
    act = desk.post("/waves", {"consignments": numbers}).get_json()
    assert act["tone"] == "attention"
    assert act["facts"] == {"left_out": [numbers[1]], "for_reserve": []}
    wave = desk.get(f"/waves/{act['subject']['number']}").get_json()
    assert [slot["consignment"] for slot in wave["slots"]] == [numbers[0], numbers[2]]
    assert [(t["sku"], t["wanted"], t["state"]) for t in wave["tasks"]] == [
        ("TEE", 1, "open"), ("TEE", 1, "open")
    ]  # fmt: skip


def test_a_repeat_answers_the_same_and_does_nothing(world: World, desk: Machine, shelf) -> None:
    number = number_of(world, world.audited({shelf: 1}))
    key = new_id()
    first = desk.post(f"/orders/{number}/holds", {"note": "wait"}, key=key)
    assert "Idempotent-Replayed" not in first.headers
    before = world.rows()
    again = desk.post(f"/orders/{number}/holds", {"note": "wait", "command_id": key})
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert world.rows() == before


def test_an_id_with_other_content_is_refused(world: World, desk: Machine, shelf) -> None:
    number = number_of(world, world.audited({shelf: 1}))
    key = new_id()
    desk.post(f"/orders/{number}/holds", {"note": "wait"}, key=key)
    before = world.rows()
    other = desk.post(f"/orders/{number}/holds", {"note": "other"}, key=key)
    assert error_of(other)[:2] == (409, "command_reused")
    assert error_of(desk.post(f"/orders/{number}/cancel", {"note": "wait"}, key=key))[0] == 409
    assert world.rows() == before


def test_an_id_of_somebody_else_is_refused(world: World, machine_of, shelf) -> None:
    number = number_of(world, world.audited({shelf: 1}))
    one, other = machine_of(Role.SUPERVISOR), machine_of(Role.SUPERVISOR)
    key = new_id()
    one.post(f"/orders/{number}/holds", {"note": "wait"}, key=key)
    response = other.post(f"/orders/{number}/holds", {"note": "wait"}, key=key)
    assert error_of(response)[:2] == (409, "command_reused")
    assert error_of(other.get(f"/commands/{key}"))[:2] == (404, "not_found")


def test_an_act_can_be_asked_for_by_its_id(world: World, desk: Machine, shelf) -> None:
    number = number_of(world, world.audited({shelf: 1}))
    key = new_id()
    act = desk.post(f"/orders/{number}/holds", {"note": "wait"}, key=key).get_json()
    stored = desk.get(f"/commands/{key}").get_json()
    assert (stored["name"], stored["outcome"]) == ("RaiseHold", act)
    refused = new_id()
    desk.post(f"/holds/{10**9}/release", {"note": "x"}, key=refused)
    assert error_of(desk.get(f"/commands/{refused}"))[:2] == (404, "not_found")


def test_without_an_id_each_request_is_an_act_of_its_own(
    world: World, desk: Machine, shelf
) -> None:
    number = number_of(world, world.audited({shelf: 1}))
    one = desk.post(f"/orders/{number}/holds", {"note": "wait"}).get_json()
    two = desk.post(f"/orders/{number}/holds", {"note": "wait"}).get_json()
    assert one["command_id"] != two["command_id"]
    assert len(world.all(Hold)) == 1  # of one kind, one is open at most


@pytest.mark.parametrize("key", ["a b", "x" * 65, "é", "", "a\tb", "a/b", "a;b"])
def test_an_id_that_is_none_is_refused(desk: Machine, key: str) -> None:
    headers = {"Idempotency-Key": key.encode().decode("latin-1")}
    response = desk.raw("/orders/1/holds", b'{"note":"x"}', **headers)
    assert error_of(response) == (400, "invalid_input", "command_id")


def test_two_ids_are_one_too_many(desk: Machine) -> None:
    response = desk.post("/orders/1/holds", {"note": "x", "command_id": "one"}, key="two")
    assert error_of(response)[:2] == (409, "conflict")


@pytest.mark.parametrize("stage", [Stage.WAVED, Stage.DISPATCHED])
def test_a_refusal_has_its_code_and_writes_nothing(world: World, desk: Machine, stage) -> None:
    work = world.bring(stage)
    number = number_of(world, work.order_id)
    with world.nothing_written():
        split = desk.post(f"/consignments/C{work.consignment_id:08d}/split")
        assert error_of(split)[:2] == (409, "rule_violation")
        wave = desk.post("/waves", {"consignments": [f"C{work.consignment_id:08d}"]})
        assert error_of(wave)[:2] == (409, "rule_violation")
        if stage is Stage.DISPATCHED:
            hold = desk.post(f"/orders/{number}/holds", {"note": "late"})
            assert error_of(hold)[:2] == (409, "rule_violation")


def test_an_order_in_work_is_stopped_at_its_next_scan(world: World, desk: Machine) -> None:
    work = world.bring(Stage.PICKED)
    act = desk.post(f"/orders/{number_of(world, work.order_id)}/cancel", {"note": "x"}).get_json()
    assert act["tone"] == "attention"
    assert world.holds(work.order_id) == [HoldKind.CANCELLED]
    assert world.state(Consignment, work.consignment_id) == "picked"
    shown = desk.get(f"/consignments/C{work.consignment_id:08d}").get_json()
    assert shown["stopped_by"] == ["cancelled"]


def test_pieces_are_moved_and_the_move_is_listed(world: World, desk: Machine, shelf) -> None:
    world.bin("B-01")
    body = {"sku": shelf.barcode, "from": "a-01", "to": "B-01", "pieces": 4, "note": "nearer"}
    act = desk.post("/moves", body).get_json()
    assert (act["message"], act["subject"]["kind"]) == ("4 × TEE: A-01 → B-01.", "sku")
    (move,) = desk.get("/moves", bin="B-01", reason="transfer", sku="TEE").get_json()["moves"]
    assert (move["from"], move["to"], move["pieces"]) == ("A-01", "B-01", 4)
    assert (move["reference"], move["why"]) == ("nearer", None)
    first = desk.get("/moves", limit=1).get_json()
    assert [m["id"] for m in first["moves"]] == [move["id"]]
    rest = desk.get("/moves", after=first["next"]).get_json()
    assert [m["reason"] for m in rest["moves"]] == ["opening"]


def test_more_than_is_free_is_not_moved_by_api(world: World, desk: Machine, shelf) -> None:
    world.bin("B-01")
    body = {"sku": "TEE", "from": "A-01", "to": "B-01", "pieces": 101}
    with world.nothing_written():
        assert error_of(desk.post("/moves", body))[:2] == (409, "insufficient_stock")


def test_what_is_wrong_with_a_move_is_told_by_the_names_of_the_request(desk: Machine, shelf):
    body = {"sku": "NO-SKU", "from": "NOWHERE", "to": "NONE", "pieces": 1}
    error = desk.post("/moves", body).get_json()["error"]
    assert [error["field"], *(one["field"] for one in error["others"])] == ["to", "from", "sku"]
    short = desk.post("/moves", {"sku": "TEE", "from": "A-01", "to": "NONE", "pieces": 101})
    assert [one["field"] for one in short.get_json()["error"]["others"]] == ["pieces"]

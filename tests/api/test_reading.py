"""Everything that can be read, at every stage of an order's way, as the description says."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.api.conftest import Machine, error_of, tampered
from tests.api.described import Description, fill
from tests.builders import ADDRESS, Stage, World
from tests.counts import opened
from tests.dock import Dock
from warehouse.commands import new_id
from warehouse.counting.models import CountSession
from warehouse.db import utcnow
from warehouse.orders.commands.holds import RaiseHold, raise_hold
from warehouse.orders.models import HoldKind, Order, OrderLine, Shop
from warehouse.packing.sscc import PrintCartonLabel, print_carton_label
from warehouse.people.models import Role
from warehouse.receiving.commands.exchange import Faulty, MakeExchange, make_exchange
from warehouse.receiving.models import Fault
from warehouse.receiving.quarantine import standing


def parts_of(world: World, work, desk: Machine) -> dict[str, str]:
    """Return what the parts of paths may be filled with, "-" for what does not exist yet."""
    order = world.get(Order, work.order_id)
    parcels = desk.get("/parcels").get_json()["parcels"]
    waves = desk.get("/waves").get_json()["waves"]
    handovers = desk.get("/handovers").get_json()["handovers"]
    command_id = new_id()
    desk.post(f"/orders/{order.order_no}/holds", {"note": "look"}, key=command_id)
    return {
        "number": order.order_no,
        "consignments": f"C{work.consignment_id:08d}",
        "waves": waves[0]["number"] if waves else "-",
        "parcels": parcels[0]["number"] if parcels else "-",
        "handovers": handovers[0]["number"] if handovers else "-",
        "code": "TEE",
        "bins": "A-01",
        "suppliers": "YZ",
        **_received(world, work),
        "import_id": "1",
        "command_id": command_id,
        "day": "2020-01-01",
    }


def _received(world: World, work) -> dict[str, str]:
    """Take goods in by an order, one of them faulty, which goes back; return the numbers."""
    world.known_piece("S1")
    dock = Dock(world)
    dock.supplier()
    order = dock.order({work.goods["TEE"]: 3})
    receipt_id = dock.start(order.number)
    dock.count(receipt_id, work.goods["TEE"], 2)
    dock.count(receipt_id, work.goods["TEE"], 1, fault=Fault.STAINED)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    with world.database.reading() as session:
        lines = tuple(Faulty(key=one.key, pieces=1) for one in standing(session))
    exchange = world.do(make_exchange, MakeExchange, supplier="YZ", lines=lines)
    return {
        "purchases": order.number,
        "receipts": dock.receipt(receipt_id).number,
        "exchanges": exchange.facts["number"],
        "shop": "TB",
        "serials": "S1",
        "counts": world.get(CountSession, opened(world, "A-01").id).number,
    }


@pytest.mark.parametrize("stage", [Stage.READY, Stage.HALF_PICKED, Stage.LABELLED])
def test_every_answer_is_as_described(world: World, desk: Machine, stage: Stage) -> None:
    described = Description(desk)
    parts = parts_of(world, world.bring(stage), desk)
    seen = []
    for path in described.operations("get"):
        subject = path.split("/")[1]
        mine = {**parts, "number": parts.get(subject, parts["number"])}
        if subject in ("bins", "suppliers", "serials"):
            mine["code"] = parts[subject]
        response = desk.get(fill(path, mine))
        described.hold(path, response)
        seen.append((path, response.status_code))
    missing = {path for path, status in seen if status == 404}
    expected = {"/imports/{import_id}", "/imports/{import_id}/changes",
                "/imports/{import_id}/rejected", "/handovers/{number}"}  # fmt: skip
    if stage < Stage.WAVED:
        expected.add("/waves/{number}")
    if stage < Stage.PARCEL_OPEN:
        expected.add("/parcels/{number}")
    assert missing == expected


def test_a_dispatched_order_shows_its_whole_way(world: World, desk: Machine) -> None:
    work = world.bring(Stage.DISPATCHED)
    number = world.get(Order, work.order_id).order_no
    order = desk.get(f"/orders/{number}").get_json()
    assert order["state"] == "dispatched"
    assert [(x["sku"], x["pieces"], x["picked"], x["packed"], x["dispatched"])
            for x in order["lines"]] == [("TEE", 2, 2, 2, 2), ("MUG", 1, 1, 1, 1)]  # fmt: skip
    assert order["consignment"]["orders"] == [number]
    (parcel,) = order["parcels"]
    assert (parcel["waybill"], parcel["state"]) == (work.waybill_no, "dispatched")
    assert order["waybills"] == [work.waybill_no]
    handover = desk.get(f"/handovers/{parcel['handover']}").get_json()
    assert [p["waybill"] for p in handover["parcels"]] == [work.waybill_no]
    by_waybill = desk.get(f"/parcels/{work.waybill_no}").get_json()
    assert [(x["sku"], x["pieces"]) for x in by_waybill["lines"]] == [("MUG", 1), ("TEE", 2)]
    assert by_waybill["sscc"] is None
    world.settings(gs1_company_prefix="6901234")
    world.do(print_carton_label, PrintCartonLabel, parcel_id=work.parcel_id)
    by_sscc = desk.get("/parcels/00069012340000000016").get_json()
    assert (by_sscc["number"], by_sscc["sscc"]) == (parcel["number"], "069012340000000016")
    assert by_waybill["orders"] == [number]


def test_a_day_is_told_in_figures(desk: Machine) -> None:
    day = f"{utcnow().astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
    found = desk.get(f"/days/{day}").get_json()
    assert found["day"] == day
    first = found["figures"][0]
    assert first == {
        "part": "orders", "key": "orders_in", "name": "Orders that came", "value": 0, "before": 0,
        "note": None,
    }  # fmt: skip
    for none in ("2099-01-01", "1999-12-31", "today", "2026-02-30"):
        assert desk.get(f"/days/{none}").status_code == 404


def test_a_receiver_is_shown_to_those_who_need_it(world: World, machine_of) -> None:
    order_id = world.audited({world.sku(): 1}, buyer_message="call 13800000009")
    number = world.get(Order, order_id).order_no
    service = machine_of(Role.CUSTOMER_SERVICE).get(f"/orders/{number}").get_json()
    assert service["receiver"]["name"] == ADDRESS["receiver_name"]
    assert service["receiver"]["is_shown_masked"] is False
    supervisor = machine_of(Role.SUPERVISOR).get(f"/orders/{number}")
    for secret in ("小明", "13800000001", "13800000009", "301"):
        assert secret not in supervisor.text
    receiver = supervisor.get_json()["receiver"]
    assert (receiver["name"], receiver["phone"]) == ("王**", "138******01")
    assert receiver["is_shown_masked"] is True


def test_lists_hold_no_person(world: World, desk: Machine) -> None:
    world.bring(Stage.LABELLED, buyer="小明的号")
    for path in ("/orders", "/consignments", "/parcels", "/print-jobs", "/waves"):
        text = desk.get(path).text
        assert not any(secret in text for secret in ("王小明", "13800000001", "文三路", "小明的号"))


def test_orders_are_filtered(world: World, desk: Machine) -> None:
    tee = world.sku()
    world.settings(hold_merge_candidates=False)
    world.stock(tee, "A-01", 10)
    held = world.audited({tee: 1}, buyer_message="read me")
    clean = world.audited({tee: 1})
    numbers = {i: world.get(Order, i).order_no for i in (held, clean)}

    def found(**query: str) -> list[str]:
        return [o["number"] for o in desk.get("/orders", **query).get_json()["orders"]]

    assert found() == [numbers[clean], numbers[held]]
    assert found(state="held") == [numbers[held]]
    assert found(hold="remark") == [numbers[held]]
    assert found(hold="unpaid") == []
    assert found(shop="TB", state="clean") == [numbers[clean]]
    assert found(shop="NONE") == []


def test_updated_after_tells_what_was_acted_on(world: World, desk: Machine) -> None:
    tee = world.sku()
    first, second = world.order({tee: 1}), world.order({tee: 1})
    since = world.tick().isoformat()
    world.do(raise_hold, RaiseHold, order_id=first, note="wait")
    found = desk.get("/orders", updated_after=since).get_json()["orders"]
    assert [o["number"] for o in found] == [world.get(Order, first).order_no]
    assert second != first


def test_pages_follow_one_another_without_gap_or_repeat(world: World, desk: Machine) -> None:
    tee = world.sku()
    ids = [world.order({tee: 1}) for _ in range(7)]
    found: list[str] = []
    query: dict[str, str] = {"limit": "3"}
    sizes = []
    while True:
        page = desk.get("/orders", **query).get_json()
        sizes.append(len(page["orders"]))
        found += [o["number"] for o in page["orders"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert sizes == [3, 3, 1]
    assert found == [world.get(Order, i).order_no for i in reversed(ids)]


def test_stock_pages_by_bin_and_sku(world: World, desk: Machine) -> None:
    tee, mug = world.sku("TEE"), world.sku("MUG")
    for bin_code in ("A-01", "A-02"):
        world.stock(tee, bin_code, 3)
        world.stock(mug, bin_code, 4)
    first = desk.get("/stock", limit=3).get_json()
    rest = desk.get("/stock", limit=3, after=first["next"]).get_json()
    rows = [(r["bin"], r["sku"], r["on_hand"]) for r in first["stock"] + rest["stock"]]
    assert rows == [("A-01", "TEE", 3), ("A-01", "MUG", 4), ("A-02", "TEE", 3), ("A-02", "MUG", 4)]
    assert rest["next"] is None
    outside = desk.get("/stock", outside="true", bin="OPENING").get_json()["stock"]
    assert [(r["sku"], r["on_hand"]) for r in outside] == [("TEE", -6), ("MUG", -8)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": "1-2"}, "after"),
        ({"after": "9" * 40}, "after"),
        ({"state": "nonsense"}, "state"),
        ({"hold": ""}, "hold"),
        ({"updated_after": "yesterday"}, "updated_after"),
        ({"updated_after": "2026-03-02T09:00:00"}, "updated_after"),
        ({"updated_after": "0001-01-01T00:00:00+14:00"}, "updated_after"),
        ({"shop": "a\0b"}, "shop"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_query_is_read_strictly(desk: Machine, query: dict[str, str], field: str) -> None:
    assert error_of(desk.get("/orders", **query)) == (400, "invalid_input", field)


def test_a_name_given_twice_is_refused(desk: Machine) -> None:
    response = desk.client.get("/api/v1/orders?state=held&state=clean", headers=desk.headers())
    assert error_of(response) == (400, "invalid_input", "state")


@pytest.mark.parametrize(
    "path",
    ["/orders/a%00b", "/orders/" + "9" * 65, "/orders/%ff", "/consignments/C" + "9" * 30,
     "/consignments/0", "/consignments/Cx", "/imports/99999999999999999999", "/imports/0",
     "/skus/%F0%9F%98%80", "/bins/'; DROP TABLE bin; --", "/handovers/%20", "/waves/x/y",
     "/commands/none", "/parcels/../orders"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(desk: Machine, path: str) -> None:
    assert error_of(desk.get(path))[:2] == (404, "not_found")


def test_an_order_number_of_two_shops_needs_the_shop(world: World, desk: Machine) -> None:
    tee = world.sku()
    order_id = world.order({tee: 1}, order_no="77")
    other = world.add(Shop(code="JD", name="JD shop", platform="jd"))
    mine = world.get(Order, order_id)
    twin = Order(
        shop_id=other.id, order_no="77", shop_state=mine.shop_state, created_at=mine.created_at,
        received_at=mine.received_at, lines=[OrderLine(line_key="1", pieces=1)],
    )  # fmt: skip
    world.add(twin)
    assert error_of(desk.get("/orders/77")) == (400, "invalid_input", "shop")
    assert desk.get("/orders/77", shop="JD").get_json()["shop"] == "JD"
    assert error_of(desk.get("/orders/77", shop="PDD"))[:2] == (404, "not_found")


def test_a_difference_in_the_ledger_is_told(world: World, desk: Machine) -> None:
    assert desk.get("/ledger/verify").get_json() == {"ok": True, "differences": []}
    tee = world.sku()
    world.stock(tee, "A-01", 5)
    with tampered(world):
        assert desk.get("/ledger/verify").get_json() == {
            "ok": False,
            "differences": [
                {
                    "kind": "on_hand",
                    "bin": "A-01",
                    "sku": "TEE",
                    "subject": "",
                    "kept": 7,
                    "computed": 5,
                }
            ],
        }


def test_holds_are_shown_with_who_has_to_settle_them(world: World, desk: Machine) -> None:
    order_id = world.audited({world.sku(): 1}, buyer_message="read me")
    order = desk.get(f"/orders/{world.get(Order, order_id).order_no}").get_json()
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT, HoldKind.REMARK]
    assert [(h["kind"], h["owner"]) for h in order["holds"]] == [
        ("stock_short", "stock"),
        ("remark", "customer_service"),
    ]


def test_a_shop_asks_what_it_may_sell_and_a_buyer_sets_when_to_buy(
    world: World, desk: Machine
) -> None:
    tee = world.sku("TEE-OFFER")
    world.stock(tee, "A-77", 9)
    world.shop()
    level = {"safety": 2, "reorder_at": 10, "order_up_to": 30}
    assert desk.post("/skus/TEE-OFFER/level", level).status_code == 200
    offers = desk.get("/shops/TB/offers", limit=200).get_json()["offers"]
    assert [o["pieces"] for o in offers if o["sku"] == "TEE-OFFER"] == [7]
    (numbers,) = desk.get("/stock/numbers", sku="TEE-OFFER").get_json()["numbers"]
    assert (numbers["may_sell"], numbers["to_order"], numbers["alerts"]) == (
        7, 21, ["under_reorder"],
    )  # fmt: skip
    found = desk.get("/reorders").get_json()["reorders"]
    assert [(r["supplier"], r["pieces"], r["here"]) for r in found] == [(None, 21, 9)]

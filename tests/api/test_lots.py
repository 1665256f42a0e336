"""Machines block a lot, let it go, and make SKUs, as the desk does."""

from __future__ import annotations

import pytest

from tests.api.conftest import Machine, error_of
from tests.api.described import Description
from tests.builders import Goods, World
from tests.tracked import by_lot, put
from warehouse.commands import new_id
from warehouse.inventory.models import Lot
from warehouse.people.models import Role


@pytest.fixture
def serum(world: World) -> Goods:
    goods = by_lot(world)
    put(world, goods, "A-01", 9, lot="L1")
    return goods


def is_blocked(desk: Machine) -> bool:
    (lot,) = desk.get("/lots", sku="SERUM").get_json()["lots"]
    return bool(lot["is_blocked"])


def test_a_lot_is_blocked_once_however_often_it_is_sent_and_let_go(
    world: World, serum: Goods, desk: Machine
):
    described, command_id = Description(desk), new_id()
    body = {"sku": serum.barcode, "lot": "l1", "note": "smells"}
    done = desk.post("/lots/block", body, key=command_id)
    act = described.hold("/lots/block", done, "post")
    lot = world.one(Lot)
    assert act["subject"] == {"kind": "lot", "id": lot.id, "number": "L1"}
    assert act["message"].startswith("Lot L1 is blocked: 0 orders out of their wave")
    assert (is_blocked(desk), lot.blocked_reason) == (True, "smells")
    again = desk.post("/lots/block", body, key=command_id)
    assert (again.get_json(), again.headers["Idempotent-Replayed"]) == (act, "true")
    assert error_of(desk.post("/lots/block", body))[:2] == (409, "rule_violation")
    let_go = {**body, "sku": "SERUM", "note": "tested, sound"}
    act = described.hold("/lots/unblock", desk.post("/lots/unblock", let_go), "post")
    assert (act["message"], is_blocked(desk)) == ("Lot L1 may be sold again.", False)


def test_a_lot_is_blocked_by_its_name_and_by_those_who_may(
    world: World, serum: Goods, desk: Machine, machine_of
):
    packer = machine_of(Role.PACKER)
    with world.nothing_written():
        for act in ("block", "unblock"):
            for said, refusal in (
                ({"sku": "NOPE"}, (404, "not_found")),
                ({"lot": "L2"}, (404, "not_found")),
                ({"note": " "}, (400, "invalid_input")),
            ):
                body = {"sku": "SERUM", "lot": "L1", "note": "x", **said}
                assert error_of(desk.post(f"/lots/{act}", body))[:2] == refusal
            body = {"sku": "SERUM", "lot": "L1", "note": "x"}
            assert packer.post(f"/lots/{act}", body).status_code == 403


def test_a_sku_is_made_by_a_machine(world: World, desk: Machine, machine_of):
    described, packer = Description(desk), machine_of(Role.PACKER)
    said = {
        "name": "Gift box", "barcodes": ["6901234567892"], "is_lot_tracked": True,
        "packs": [{"code": "GIFT12", "pieces": 12}], "weight_g": 250,
    }  # fmt: skip
    act = described.hold("/skus", desk.post("/skus", said), "post")
    assert (act["subject"]["kind"], act["subject"]["number"]) == ("sku", "N-000001")
    sku = desk.get("/skus/GIFT12").get_json()
    assert (sku["code"], sku["name"], sku["weight_g"]) == ("N-000001", "Gift box", 250)
    with world.nothing_written():
        again = desk.post("/skus", {"code": "N-000001", "name": "x"})
        assert error_of(again)[:2] == (409, "rule_violation")
        no_ean = desk.post("/skus", {"name": "x", "barcodes": ["6901234567893"]})
        assert (error_of(no_ean)[:2], no_ean.get_json()["error"]["field"]) == (
            (409, "rule_violation"), "barcodes",
        )  # fmt: skip
        assert packer.post("/skus", said).status_code == 403

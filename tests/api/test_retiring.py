"""Machines take bins and SKUs out of use and use them again, as the desk does."""

from __future__ import annotations

from tests.api.conftest import Machine, error_of
from tests.api.described import Description
from tests.builders import World
from warehouse.catalog.models import Bin


def test_a_bin_and_a_sku_go_out_of_use_and_come_back(world: World, desk: Machine):
    described = Description(desk)
    tee, old = world.sku("TEE"), world.sku("OLD")
    world.stock(tee, "A-01", 2)
    world.bin("A-O1")  # mistyped
    for route, body in (("/bins", {"bin": "a-o1"}), ("/skus", {"sku": old.barcode})):
        done = described.hold(f"{route}/retire", desk.post(f"{route}/retire", body), "post")
        assert done["message"].endswith("At its page it can be used again.")
        assert error_of(desk.post(f"{route}/retire", body))[:2] == (409, "rule_violation")
    assert (
        world.one(Bin, code="A-O1").is_active,
        desk.get("/skus/OLD").get_json()["is_active"],
    ) == (
        False,
        False,
    )
    move = {"sku": "TEE", "from": "A-01", "to": "A-O1", "pieces": 1}
    assert error_of(desk.post("/moves", move))[:2] == (409, "rule_violation")
    for route, body in (("/bins", {"bin": "A-O1"}), ("/skus", {"sku": "OLD"})):
        described.hold(f"{route}/reuse", desk.post(f"{route}/reuse", body), "post")
    assert desk.post("/moves", move).status_code == 200
    assert error_of(desk.post("/bins/retire", {"bin": "NONE"}))[:2] == (404, "not_found")

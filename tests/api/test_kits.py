"""Machines read which kits are held back, and let those go that somebody has sorted."""

from __future__ import annotations

import pytest

from tests.api.conftest import Machine, error_of
from tests.api.described import Description
from tests.builders import Goods, World
from tests.tracked import by_lot, put
from warehouse.inventory.models import Lot
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, SaveKit, save_kit
from warehouse.people.models import Role
from warehouse.placing.models import Why
from warehouse.storing.commands.moves import QuarantineStock, Taken, quarantine_stock
from warehouse.tracing.commands.blocking import BlockLot, block_lot


def make(world: World, kit: Goods, part: str, kits: int) -> None:
    world.do(save_kit, SaveKit, kit=kit.code, parts=(Part(sku=part, pieces=1),))
    world.do(assemble_kits, AssembleKits, kit_id=kit.id, kits=kits, to="K-01")


@pytest.fixture
def gift(world: World) -> Goods:
    """Make five gifts of a blocked serum: two stand, one is in quarantine, two in boxes."""
    gift, box = world.sku("GIFT"), world.sku("BOX")
    put(world, by_lot(world), "A-01", 9, lot="L1")
    world.bin("K-01")
    make(world, gift, "SERUM", 5)
    make(world, box, "GIFT", 2)
    aside = Taken(bin="K-01", sku="GIFT", pieces=1)
    world.do(quarantine_stock, QuarantineStock, taken=aside, why=Why.IN_DOUBT)
    world.do(block_lot, BlockLot, lot_id=world.one(Lot, code="L1").id, reason="smells")
    return gift


def test_kits_held_back_are_listed_and_let_go(world: World, gift: Goods, desk: Machine):
    described = Description(desk)
    listed = described.hold("/kits/held-back", desk.get("/kits/held-back", lot="L1"))
    assert listed["next"] is None
    assert listed["kits"][0] == {
        "sku": "GIFT",
        "causes": [{"sku": "SERUM", "lot": "L1", "made": 5}],
        "standing": 2,
        "in_quarantine": 1,
        "stock": [{"bin": "K-01", "on_hand": 2}, {"bin": "QUARANTINE", "on_hand": 1}],
        "inside": [{"sku": "BOX", "lot": None, "on_hand": 2}],
        "serials": [],
    }
    assert [kits["sku"] for kits in listed["kits"]] == ["GIFT", "BOX"]
    first = desk.get("/kits/held-back", limit=1).get_json()
    rest = desk.get("/kits/held-back", limit=1, after=first["next"]).get_json()
    assert [kits["sku"] for kits in (*first["kits"], *rest["kits"])] == ["GIFT", "BOX"]
    assert desk.post("/kits/GIFT/sorted", {"note": "x"}).status_code == 409  # some are in boxes
    assert desk.post("/kits/BOX/sorted", {"note": "opened, all sound"}).status_code == 200
    done = desk.post("/kits/GIFT/sorted", {"note": "one had it, in quarantine"})
    act = described.hold("/kits/{sku}/sorted", done, "post")
    assert (act["message"], act["subject"]["id"]) == ("GIFT may be sold again.", gift.id)
    assert desk.get("/kits/held-back").get_json()["kits"] == []


def test_only_kits_that_are_held_back_are_let_go_by_those_who_may(
    world: World, gift: Goods, desk: Machine, machine_of
):
    assert desk.get("/kits/held-back", lot="L9").get_json() == {"kits": [], "next": None}
    packer = machine_of(Role.PACKER)
    with world.nothing_written():
        for sku, body, refusal in (
            ("NOPE", {"note": "x"}, (404, "not_found")),
            ("SERUM", {"note": "x"}, (409, "rule_violation")),
            ("GIFT", {"note": " "}, (400, "invalid_input")),
        ):
            assert error_of(desk.post(f"/kits/{sku}/sorted", body))[:2] == refusal
        assert packer.post("/kits/GIFT/sorted", {"note": "x"}).status_code == 403

"""Known pieces that come in: only from where the book has them, and as pieces of their own lot."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from tests.commands.test_exchange import faulty, sent
from tests.commands.test_ledger import in_ledger
from tests.dock import Dock
from tests.stocking import PutStock, put_stock
from tests.tracked import by_lot, by_piece, lots_at, places, put, track
from warehouse.catalog.models import Bin
from warehouse.commands import perform
from warehouse.errors import LotMissing, RuleViolation, SerialElsewhere, WarehouseError
from warehouse.inventory import ledger
from warehouse.inventory.commands import ImportOpening, OpeningRow, import_opening
from warehouse.inventory.models import Lot, Move, MoveReason, Serial
from warehouse.inventory.proof import Proof, differences
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.placing.models import Why
from warehouse.receiving.accounts import Settlement
from warehouse.receiving.commands.counting import CountGoods, count_goods
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.striking import StrikePiece, strike_piece
from warehouse.receiving.models import ReceiptCount
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock


class Gifts:
    """Gifts of one phone each; the phones S1 and S2 on a shelf."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.phone, self.gift = by_piece(world, "PHONE"), world.sku("GIFT")
        put(world, self.phone, "A-01", serials=("S1", "S2"))
        world.bin("K-01")
        world.carrier()
        world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="PHONE", pieces=1),))

    def making(self, serial: str, *kits: str, lot: str = "") -> dict[str, Any]:
        phone = PartFrom(sku="PHONE", bin="A-01", pieces=1, lot=lot, serials=(serial,))
        return {"kit_id": self.gift.id, "kits": 1, "to": "K-01", "taken": (phone,),
                "serials": kits}  # fmt: skip

    def make(self, serial: str, *kits: str, **more: Any) -> None:
        self.world.do(assemble_kits, AssembleKits, **self.making(serial, *kits, **more))

    def apart(self, serial: str, *kits: str, lot: str = "") -> dict[str, Any]:
        return {"kit_id": self.gift.id, "kits": 1, "bin": "K-01", "to": "A-01", "serials": kits,
                "parts": (PartFrom(sku="PHONE", lot=lot, serials=(serial,)),)}  # fmt: skip

    def undo(self, serial: str, *kits: str) -> None:
        self.world.do(take_apart, TakeApart, **self.apart(serial, *kits))

    def kept(self, serial: str, *kits: str, error: type[WarehouseError] = SerialElsewhere) -> str:
        """Return why the piece does not come out of the kits."""
        given = self.apart(serial, *kits)
        refusal = self.world.refused(error, take_apart, TakeApart, **given)
        assert refusal.field == "parts"
        return str(refusal.text)


@pytest.fixture
def gifts(world: World) -> Gifts:
    return Gifts(world)


def ship(world: World, goods: Goods, start: str, *serials: str) -> None:
    posting = ledger.Posting(
        sku_id=goods.id, pieces=len(serials), reason=MoveReason.DISPATCH, serials=serials,
        from_bin_id=world.one(Bin, code=start).id,
        to_bin_id=world.one(Bin, code="COURIER-ZTO").id,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(posting,))


def found(serial: str, lot: str = "", sku: str = "PHONE") -> dict[str, Any]:
    taken = Taken(bin="A-01", sku=sku, pieces=1, lot=lot, serials=(serial,))
    return {"is_more": True, "why": Why.FOUND, "taken": taken}


# Out of kits


def test_a_kit_gives_back_only_what_went_into_it(gifts: Gifts):
    gifts.make("S1")
    ship(gifts.world, gifts.phone, "A-01", "S2")
    assert "at the customer" in gifts.kept("S2")
    assert "No piece S9 of PHONE went into these kits" in gifts.kept("S9")
    gifts.undo("S1")
    assert places(gifts.world) == {"S1": "A-01", "S2": "COURIER-ZTO"}
    assert gifts.world.differences() == []


def test_a_kit_known_by_its_number_gives_back_its_own_pieces(gifts: Gifts):
    track(gifts.world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    gifts.make("S2", "K2")
    ship(gifts.world, gifts.gift, "K-01", "K2")
    assert "went into these kits" in gifts.kept("S2", "K1")
    gifts.kept("S2")  # K1 is all that is there
    gifts.undo("S1", "K1")
    assert places(gifts.world) == {"S1": "A-01", "S2": "KITTING", "K1": "KITTING",
                                   "K2": "COURIER-ZTO"}  # fmt: skip


def test_kits_that_were_bought_give_back_pieces_nobody_has_seen_and_no_others(gifts: Gifts):
    gifts.world.stock(gifts.gift, "K-01", 1)
    assert "is in A-01" in gifts.kept("S1")
    gifts.undo("S3")
    assert places(gifts.world)["S3"] == "A-01"
    assert gifts.world.differences() == []


def test_kits_made_before_the_numbers_of_a_part_were_kept_give_back_what_they_have(world: World):
    mug, gift = world.sku("MUG"), world.sku("GIFT")
    world.stock(mug, "A-01", 1)
    world.bin("K-01")
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="MUG", pieces=1),))
    world.do(assemble_kits, AssembleKits, kit_id=gift.id, kits=1, to="K-01")
    track(world, mug, is_serial_tracked=True)
    world.do(take_apart, TakeApart, kit_id=gift.id, kits=1, bin="K-01", to="A-01",
             parts=(PartFrom(sku="MUG", serials=("M1",)),))  # fmt: skip
    assert places(world) == {"M1": "A-01"}


def test_a_number_is_one_kits_until_that_kit_was_taken_apart(gifts: Gifts):
    track(gifts.world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    gifts.undo("S1", "K1")
    gifts.make("S2", "K1")
    assert places(gifts.world) == {"S1": "A-01", "S2": "KITTING", "K1": "K-01"}
    ship(gifts.world, gifts.gift, "K-01", "K1")
    refusal = gifts.world.refused(
        SerialElsewhere, assemble_kits, AssembleKits, **gifts.making("S1", "K1")
    )
    assert (refusal.field, "at the customer" in str(refusal)) == ("serials", True)


# Found, opened, sent instead


def test_what_a_customer_brought_back_is_booked_by_an_adjustment(gifts: Gifts):
    ship(gifts.world, gifts.phone, "A-01", "S1")
    gifts.world.do(adjust_stock, AdjustStock, **found("S1"))
    assert places(gifts.world) == {"S1": "A-01", "S2": "A-01"}
    assert gifts.world.differences() == []


def test_opening_stock_brings_no_piece_back_that_left_or_went_into_a_kit(gifts: Gifts):
    gifts.make("S1")
    ship(gifts.world, gifts.phone, "A-01", "S2")
    before = places(gifts.world)
    rows = (
        OpeningRow(row=1, bin_code="K-01", sku_code="PHONE", pieces=2, serials=("S1", "S2")),
        OpeningRow(row=2, bin_code="K-01", sku_code="PHONE", pieces=1, serials=("S3",)),
    )
    facts = gifts.world.do(import_opening, ImportOpening, rows=rows).facts
    told = [(one["row"], one["field"], one["value"]) for one in facts["refused"]]
    assert (facts["new"], told) == (1, [(1, "serials", "S1"), (1, "serials", "S2")])
    assert places(gifts.world) == {**before, "S3": "K-01"}


def test_a_piece_that_was_counted_out_is_opened_again(gifts: Gifts):
    out = {**found("S1"), "is_more": False, "why": Why.LOST}
    gifts.world.do(adjust_stock, AdjustStock, **out)
    row = OpeningRow(row=1, bin_code="K-01", sku_code="PHONE", pieces=1, serials=("S1",))
    assert gifts.world.do(import_opening, ImportOpening, rows=(row,)).facts["new"] == 1
    assert places(gifts.world)["S1"] == "K-01"


def test_no_piece_of_a_customer_comes_instead_of_a_faulty_one(world: World):
    dock = Dock(world)
    dock.supplier()
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    world.carrier()
    put(world, phone, "A-01", serials=("S9",))
    ship(world, phone, "A-01", "S9")
    faulty(dock, phone, 1, serial="S1")
    exchange_id, (line,) = sent(dock, {"PHONES1": 1})
    given = {"exchange_id": exchange_id, "line_id": line.id, "kind": Settlement.REPLACED,
             "pieces": 1}  # fmt: skip
    refusal = world.refused(
        SerialElsewhere, settle_exchange, SettleExchange, serials=("S9",), **given
    )
    assert refusal.field == "serials"
    world.do(settle_exchange, SettleExchange, serials=("S1",), **given)  # it was mended
    assert places(world) == {"S1": "DOCK", "S9": "COURIER-ZTO"}


# A piece keeps its lot


@pytest.fixture
def camera(world: World) -> Goods:
    """Return a camera S1 of lot A on A-01, and S2 of lot B on A-02."""
    goods = track(world, by_lot(world, "CAM"), is_serial_tracked=True)
    for place, lot, serial in (("A-01", "A", "S1"), ("A-02", "B", "S2")):
        put(world, goods, place, lot=lot, serials=(serial,))
    world.carrier()
    return goods


def lot_of(world: World, serial: str) -> str:
    return str(world.get(Lot, world.one(Serial, code=serial).lot_id).code)


def to_supplier(world: World, goods: Goods, serial: str) -> None:
    posting = ledger.Posting(
        sku_id=goods.id, pieces=1, reason=MoveReason.EXCHANGE_OUT, serials=(serial,),
        from_bin_id=world.one(Bin, code="A-01").id, to_bin_id=world.one(Bin, code="SUPPLIER").id,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(posting,))


def test_a_piece_that_is_found_is_of_the_lot_it_had(world: World, camera: Goods):
    ship(world, camera, "A-01", "S1")
    given = found("S1", "B", "CAM")
    refusal = world.refused(RuleViolation, adjust_stock, AdjustStock, **given)
    assert (refusal.field, "in lot A, not B" in str(refusal)) == ("lot", True)
    world.do(adjust_stock, AdjustStock, **found("S1", "A", "CAM"))
    assert lots_at(world, "A-01") == {"A": (1, 0)}


def test_a_piece_that_is_received_again_is_of_the_lot_it_had(world: World, camera: Goods):
    to_supplier(world, camera, "S1")
    dock = Dock(world)
    dock.supplier()
    given = {"receipt_id": dock.blind(), "barcode": camera.barcode, "serial": "S1", "by": "lei"}
    refusal = world.refused(RuleViolation, count_goods, CountGoods, lot="B", **given)
    assert "in lot A, not B" in str(refusal)
    dock.count(given["receipt_id"], camera, lot="A", serial="S1")
    dock.finish(given["receipt_id"])
    dock.book(given["receipt_id"])
    assert (lots_at(world, "DOCK"), lot_of(world, "S1")) == ({"A": (1, 0)}, "A")


def test_a_piece_counted_in_one_lot_and_booked_in_another_meanwhile_is_struck(
    world: World, camera: Goods
):
    dock = Dock(world)
    dock.supplier()
    late = dock.blind()
    dock.count(late, camera, lot="B", serial="S3")
    dock.finish(late)
    put(world, camera, "A-01", lot="A", serials=("S3",))
    to_supplier(world, camera, "S3")
    with pytest.raises(SerialElsewhere, match="in lot A, not B"):
        dock.book(late)
    count = world.one(ReceiptCount)
    world.do(strike_piece, StrikePiece, receipt_id=late, count_id=count.id)
    assert lot_of(world, "S3") == "A"


def test_a_piece_out_of_a_kit_is_of_the_lot_it_had(world: World, camera: Goods):
    gift = world.sku("GIFT")
    world.bin("K-01")
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="CAM", pieces=1),))
    part = PartFrom(sku="CAM", bin="A-01", pieces=1, lot="A", serials=("S1",))
    world.do(assemble_kits, AssembleKits, kit_id=gift.id, kits=1, to="K-01", taken=(part,))
    world.stock(gift, "K-01", 1)  # bought: the lots of the kits cannot be held against it
    given = {"kit_id": gift.id, "kits": 1, "bin": "K-01", "to": "A-02"}
    wrong = (PartFrom(sku="CAM", lot="B", serials=("S1",)),)
    refusal = world.refused(RuleViolation, take_apart, TakeApart, parts=wrong, **given)
    assert (refusal.field, "in lot A, not B" in str(refusal)) == ("parts", True)
    right = (PartFrom(sku="CAM", lot="A", serials=("S1",)),)
    world.do(take_apart, TakeApart, parts=right, **given)
    assert lots_at(world, "A-02") == {"A": (1, 0), "B": (1, 0)}


def test_a_piece_whose_lot_was_booked_wrongly_is_booked_out_and_in_again(
    world: World, camera: Goods
):
    wrong = {"why": Why.WRONG_LOT}
    out = {**found("S1", "A", "CAM"), **wrong, "is_more": False}
    world.do(adjust_stock, AdjustStock, **out)
    world.do(adjust_stock, AdjustStock, **{**found("S1", "B", "CAM"), **wrong})
    assert (lots_at(world, "A-01"), lot_of(world, "S1")) == ({"B": (1, 0)}, "B")
    assert world.differences() == []


def test_a_move_is_not_undone_once_a_piece_of_it_is_of_another_lot(world: World, camera: Goods):
    put(world, camera, "A-01", lot="A", serials=("S3",))
    ends = {"from_bin_id": world.one(Bin, code="A-01").id,
            "to_bin_id": world.one(Bin, code="A-02").id}  # fmt: skip
    moved = [
        ledger.Posting(sku_id=camera.id, pieces=1, reason=MoveReason.TRANSFER, serials=(one,),
                       **ends)
        for one in ("S1", "S3")
    ]  # fmt: skip
    world.do(put_stock, PutStock, postings=tuple(moved))
    move = world.all(Move, reason=MoveReason.TRANSFER)[0]
    for more, lot in ((False, "A"), (True, "B")):
        taken = Taken(bin="A-02", sku="CAM", pieces=1, lot=lot, serials=("S1",))
        world.do(adjust_stock, AdjustStock, taken=taken, is_more=more, why=Why.WRONG_LOT)
    with world.nothing_written(), pytest.raises(LotMissing, match="another lot since"):
        in_ledger(world, lambda session, command: ledger.reverse(session, command, move.id))
    assert lots_at(world, "A-02") == {"A": (1, 0), "B": (2, 0)}


# The proof


def test_a_piece_that_jumped_home_and_one_that_changed_its_lot_are_found(
    world: World, camera: Goods
):
    ship(world, camera, "A-01", "S1")
    to_shelf = ledger.Posting(
        sku_id=camera.id, pieces=1, reason=MoveReason.RECEIVE, serials=("S1",),
        from_bin_id=world.one(Bin, code="SUPPLIER").id, to_bin_id=world.one(Bin, code="A-01").id,
        lot_id=world.one(Lot, code="B").id,
    )  # fmt: skip
    supplier, gone = (world.one(Bin, code=code).id for code in ("SUPPLIER", "COURIER-ZTO"))
    with world.database.reading() as session:
        session.execute(sa.update(Serial).where(Serial.code == "S1")
                        .values(bin_id=supplier, lot_id=None))  # fmt: skip
        perform(session, put_stock, world.command(PutStock, postings=(to_shelf,)))
        proofs = [(one.kind, one.bin, one.subject) for one in differences(session)]
    assert places(world)["S1"] == world.get(Bin, gone).code
    assert proofs == [(Proof.SERIAL_WAY, "COURIER-ZTO", "S1"), (Proof.SERIAL_MOVES, "A-01", "S1")]

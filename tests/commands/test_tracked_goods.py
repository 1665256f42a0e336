"""Goods kept by lot and goods known piece by piece: which pieces a move takes, and the proof."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, World
from tests.commands.test_ledger import in_ledger
from tests.dock import NEXT_YEAR as DAY
from tests.stations import STEPS
from tests.stocking import PutStock, put_stock
from tests.tracked import by_piece, put
from warehouse.catalog.models import Bin, Sku
from warehouse.errors import (
    InsufficientStock,
    LotMissing,
    RuleViolation,
    SerialElsewhere,
    SerialMissing,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import (
    Allocation,
    Lot,
    LotBalance,
    Move,
    MoveReason,
    ReleaseReason,
    Serial,
    StockBalance,
)
from warehouse.inventory.proof import Proof, differences
from warehouse.orders.models import ConsignmentLine


class House:
    """Two shelves and a supplier; a SKU that is tracked in some way; the line of an order."""

    def __init__(self, world: World, **tracking: bool) -> None:
        world.bring(Stage.READY)
        self.world = world
        self.goods: Goods = world.sku("SERUM")
        line = world.all(ConsignmentLine)[0]
        with world.database.transaction() as session:
            session.execute(sa.update(Sku).where(Sku.id == self.goods.id).values(**tracking))
            of_goods = {"sku_id": self.goods.id, "pieces": 3}
            session.execute(sa.update(ConsignmentLine).filter_by(id=line.id).values(of_goods))
        self.a, self.b = world.one(Bin, code="A-01").id, world.bin("B-01")
        self.supplier = world.one(Bin, code="SUPPLIER").id
        self.line_id = line.id

    def lot(self, code: str, best_before: date | None = None) -> int:
        ids: list[int] = []
        in_ledger(
            self.world,
            lambda s, c: ids.append(ledger.lot_named(s, self.goods.id, code, best_before, c.at)),
        )
        return ids[0]

    def move(self, pieces: int, frm: int, to: int, **more) -> None:
        posting = ledger.Posting(
            sku_id=self.goods.id, from_bin_id=frm, to_bin_id=to, pieces=pieces,
            reason=MoveReason.TRANSFER, **more,
        )  # fmt: skip
        in_ledger(self.world, lambda s, c: ledger.post(s, c, [posting]))

    def refused(self, error: type[Exception], pieces: int, frm: int, to: int, **more) -> None:
        with self.world.nothing_written(), pytest.raises(error):
            self.move(pieces, frm, to, **more)

    def lots(self, bin_id: int) -> dict[str, tuple[int, int]]:
        """Return lot code → (on hand, reserved) in the bin, lots with nothing left out."""
        codes = {lot.id: lot.code for lot in self.world.all(Lot)}
        rows = self.world.all(LotBalance, bin_id=bin_id)
        return {codes[r.lot_id]: (r.on_hand, r.reserved) for r in rows if r.on_hand}

    def promise(self, pieces: int, lot_id: int | None) -> int:
        ids: list[int] = []
        promise = ledger.Promise(
            consignment_line_id=self.line_id, bin_id=self.a, sku_id=self.goods.id,
            pieces=pieces, lot_id=lot_id,
        )  # fmt: skip
        in_ledger(self.world, lambda s, _: ids.extend(ledger.reserve(s, [promise])))
        return ids[0]

    def places(self) -> dict[str, str]:
        """Return serial number → code of the bin it is in."""
        codes = {place.id: place.code for place in self.world.all(Bin)}
        return {s.code: codes[s.bin_id] for s in self.world.all(Serial)}


@pytest.fixture
def lots(world: World) -> House:
    house = House(world, is_lot_tracked=True)
    for code, day, pieces in (("L2", 20, 4), ("L1", 10, 3)):
        house.move(pieces, house.supplier, house.a, lot_id=house.lot(code, date(2027, 1, day)))
    return house


@pytest.fixture
def pieces(world: World) -> House:
    house = House(world, is_serial_tracked=True)
    house.move(3, house.supplier, house.a, serials=("S1", "S2", "S3"))
    return house


# Lots


def test_a_move_that_names_no_lot_takes_the_one_that_ends_first(lots: House):
    lots.move(5, lots.a, lots.b)
    assert (lots.lots(lots.a), lots.lots(lots.b)) == ({"L2": (2, 0)}, {"L1": (3, 0), "L2": (2, 0)})
    moves = [m.pieces for m in lots.world.all(Move, reason="transfer", to_bin_id=lots.b)]
    assert moves == [3, 2]
    assert lots.world.differences() == []


def test_goods_with_lots_come_in_only_with_one(lots: House):
    lots.refused(LotMissing, 1, lots.supplier, lots.a)


def test_a_lot_gives_no_more_than_it_has(lots: House):
    l1 = lots.lot("L1")
    lots.refused(InsufficientStock, 4, lots.a, lots.b, lot_id=l1)
    lots.move(3, lots.a, lots.b, lot_id=l1)
    assert lots.lots(lots.a) == {"L2": (4, 0)}


def test_a_lot_is_known_by_one_best_before(lots: House):
    with pytest.raises(RuleViolation, match="2027-01-10"):
        lots.lot("L1", date(2027, 3, 1))
    assert lots.lot("L1", date(2027, 1, 10)) == lots.lot("L1")


def test_what_is_promised_of_a_lot_is_kept_for_it(lots: House):
    l1 = lots.lot("L1")
    allocation = lots.promise(2, l1)
    assert lots.lots(lots.a) == {"L2": (4, 0), "L1": (3, 2)}
    lots.refused(InsufficientStock, 2, lots.a, lots.b, lot_id=l1)
    lots.move(5, lots.a, lots.b)
    assert lots.lots(lots.b) == {"L1": (1, 0), "L2": (4, 0)}
    lots.move(1, lots.a, lots.b, allocation_id=allocation)
    assert lots.lots(lots.a) == {"L1": (1, 1)}
    in_ledger(lots.world, lambda s, c: ledger.release(s, c, [allocation], ReleaseReason.SHORT))
    assert lots.lots(lots.a) == {"L1": (1, 0)}
    assert lots.world.differences() == []


def test_goods_with_lots_are_not_promised_without_one(lots: House):
    with lots.world.nothing_written(), pytest.raises(LotMissing):
        lots.promise(1, None)


def test_a_move_taken_back_brings_its_lot_back(lots: House):
    lots.move(5, lots.a, lots.b)
    last = lots.world.all(Move, to_bin_id=lots.b)[-1].id
    in_ledger(lots.world, lambda s, c: ledger.reverse(s, c, last))
    assert lots.lots(lots.b) == {"L1": (3, 0)}
    assert lots.world.differences() == []


def test_a_lot_that_drifted_is_found(lots: House):
    l1 = lots.lot("L1")
    with lots.world.database.reading() as session:
        session.execute(
            sa.update(LotBalance).where(LotBalance.lot_id == l1, LotBalance.bin_id == lots.a)
            .values(on_hand=5, reserved=1)
        )  # fmt: skip
        found = [(d.kind, d.bin, d.subject, d.kept, d.computed) for d in differences(session)]
    assert found == [
        (Proof.LOT_ON_HAND, "A-01", "L1", 5, 3),
        (Proof.LOT_RESERVED, "A-01", "L1", 1, 0),
        (Proof.LOTS, "A-01", "", 7, 9),
    ]


# Pieces known by their numbers


def test_pieces_go_where_they_are_taken(pieces: House):
    pieces.move(2, pieces.a, pieces.b, serials=("S1", "S3"))
    assert pieces.places() == {"S1": "B-01", "S2": "A-01", "S3": "B-01"}
    assert pieces.world.differences() == []


def test_all_that_is_there_needs_no_numbers_but_a_part_does(pieces: House):
    pieces.refused(SerialMissing, 2, pieces.a, pieces.b)
    pieces.refused(SerialMissing, 2, pieces.a, pieces.b, serials=("S1",))
    pieces.refused(SerialMissing, 2, pieces.a, pieces.b, serials=("S1", "S1"))
    pieces.move(3, pieces.a, pieces.b)
    assert set(pieces.places().values()) == {"B-01"}


def test_a_piece_is_in_one_place(pieces: House):
    pieces.refused(SerialElsewhere, 1, pieces.b, pieces.a, serials=("S1",))
    pieces.refused(SerialElsewhere, 1, pieces.a, pieces.b, serials=("S9",))
    pieces.refused(SerialElsewhere, 1, pieces.supplier, pieces.b, serials=("S1",))


def test_a_piece_that_went_out_can_come_in_again(pieces: House):
    pieces.move(1, pieces.a, pieces.world.one(Bin, code="SCRAP").id, serials=("S1",))
    pieces.move(1, pieces.supplier, pieces.b, serials=("S1",))
    assert pieces.places()["S1"] == "B-01"
    assert pieces.world.differences() == []


def test_a_pick_of_known_pieces_names_them(pieces: House):
    allocation = pieces.promise(2, None)
    pieces.refused(SerialMissing, 1, pieces.a, pieces.b, allocation_id=allocation)
    pieces.move(1, pieces.a, pieces.b, allocation_id=allocation, serials=("S2",))
    picked = pieces.world.all(Move, to_bin_id=pieces.b)[0].id
    in_ledger(pieces.world, lambda s, c: ledger.reverse(s, c, picked))
    assert pieces.places()["S2"] == "A-01"
    assert pieces.world.balance("A-01", pieces.goods) == (3, 2, 1)
    assert pieces.world.differences() == []


def test_a_piece_that_is_not_where_it_went_is_found(pieces: House):
    with pieces.world.database.reading() as session:
        session.execute(sa.update(Serial).where(Serial.code == "S1").values(bin_id=pieces.b))
        found = [(d.kind, d.bin, d.subject, d.kept, d.computed) for d in differences(session)]
    assert found == [
        (Proof.SERIALS, "A-01", "", 3, 2),
        (Proof.SERIALS, "B-01", "", 0, 1),
        (Proof.SERIAL_PLACE, "B-01", "S1", 1, 0),
    ]


def test_known_pieces_of_several_lots_move_by_lot(world: World):
    house = House(world, is_lot_tracked=True, is_serial_tracked=True)
    for code in ("L1", "L2"):
        house.move(1, house.supplier, house.a, lot_id=house.lot(code), serials=(f"S-{code}",))
    house.move(2, house.a, house.b)
    assert house.lots(house.b) == {"L1": (1, 0), "L2": (1, 0)}
    house.refused(LotMissing, 1, house.supplier, house.a, serials=("S-X",))
    assert world.differences() == []
    with world.database.reading() as session:
        session.execute(sa.update(Serial).values(lot_id=house.lot("L1")))
        found = [(d.kind, d.bin, d.subject, d.kept, d.computed) for d in differences(session)]
    assert found == [
        (Proof.SERIAL_LOTS, "B-01", "L1", 1, 2),
        (Proof.SERIAL_LOTS, "B-01", "L2", 1, 0),
        (Proof.SERIAL_MOVES, "B-01", "S-L2", 1, 0),
    ]


ASTRAY = {
    "the lot of a piece": ("UPDATE serial SET lot_id = (SELECT max(id) FROM lot)", "serial_moves"),
    "the lot of no piece": ("UPDATE serial SET lot_id = NULL", "serial_moves"),
    "the goods of a piece": ("UPDATE serial SET sku_id = {other}", "serial_moves"),
    "the goods of a lot": ("UPDATE lot SET sku_id = {other} WHERE code = 'L1'", "of_one_sku"),
    "numbers given up": ("UPDATE sku SET is_serial_tracked = {no}", "serials"),
    "the bin of a promise": ("UPDATE allocation SET bin_id = {bin}", "promise_moves"),
    "the goods of a promise": ("UPDATE allocation SET sku_id = {other}", "promise_moves"),
    "the lot of a promise": ("UPDATE allocation SET lot_id = NULL", "promise_moves"),
}


@pytest.mark.parametrize("what", ASTRAY)
def test_what_went_astray_after_the_goods_had_left_is_found(world: World, what: str):
    world.site()
    goods, other = by_piece(world, "CAM", is_lot_tracked=True), world.sku("OTHER")
    put(world, goods, "A-1", lot="L1", day=DAY, serials=("S1",))
    put(world, goods, "A-1", lot="L2", day=DAY, serials=("S2",))
    work = world.released({goods: 1})
    STEPS[Stage.WAVED](world, work)
    promise, lot = world.one(Allocation), world.one(Lot, code="L1")
    serial = "S1" if promise.lot_id == lot.id else "S2"
    taken = ledger.Posting(
        sku_id=goods.id, from_bin_id=promise.bin_id, pieces=1, allocation_id=promise.id,
        to_bin_id=world.one(Bin, code="COURIER-ZTO").id, reason=MoveReason.DISPATCH,
        serials=(serial,),
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(taken,))
    assert world.differences() == []
    sql, proof = ASTRAY[what]
    no = "false" if world.database.engine.dialect.name == "postgresql" else "0"
    dock = world.one(Bin, code="DOCK").id
    with world.database.reading() as session:
        session.execute(sa.text(sql.format(other=other.id, bin=dock, no=no)))
        assert proof in {found.kind for found in differences(session)}


# How often a balance changed


def test_a_balance_counts_its_moves_and_not_its_promises(world: World):
    work = world.bring(Stage.WAVED)
    tee = work.goods["TEE"]
    place = world.one(Bin, code="A-01").id

    def changes() -> int:
        return int(world.one(StockBalance, bin_id=place, sku_id=tee.id).changes)

    before = changes()
    house = world.bin("B-02")
    posting = ledger.Posting(
        sku_id=tee.id, from_bin_id=place, to_bin_id=house, pieces=1, reason=MoveReason.TRANSFER
    )
    in_ledger(world, lambda s, c: ledger.post(s, c, [posting]))
    assert (before, changes()) == (1, 2)

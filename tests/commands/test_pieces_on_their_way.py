"""Goods kept by lot and goods known piece by piece, from the shelf to the parcel and back."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import Goods, Stage, Work, World
from tests.tracked import by_lot, by_piece, lots_at, places, put, track
from warehouse.catalog.models import Bin
from warehouse.checking.commands.count import CheckItem, UndoCheck, check_item, undo_check
from warehouse.checking.commands.exceptions import (
    ReportDamaged,
    ReportMissing,
    report_damaged,
    report_missing,
)
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.errors import (
    GoodsWanted,
    LotMissing,
    LotWanted,
    OtherLot,
    SerialElsewhere,
    SerialMissing,
    TooMany,
    UnknownBarcode,
    WrongItem,
)
from warehouse.inventory.models import Unfound
from warehouse.orders.models import HoldKind
from warehouse.packing.commands.goods import PackItem, PackRest, pack_item, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.packing.models import Parcel
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import ReportShort, UndoPick, report_short, undo_pick
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.waves.models import ShortReason

SOON, LATER = date(2026, 4, 1), date(2026, 6, 1)
Said = dict[str, str]


class Bench:
    """Two lots of serum and three cameras on shelves, all known; some of them ordered."""

    def __init__(self, world: World, *, is_both: bool = False) -> None:
        world.site()
        self.world = world
        self.serum, self.camera = by_lot(world), by_piece(world)
        put(world, self.serum, "A-01", 2, lot="L1", day=SOON, walk_order=1)
        put(world, self.serum, "A-02", 5, lot="L2", day=LATER, walk_order=2)
        if is_both:
            track(world, self.camera, is_lot_tracked=True)
            put(world, self.camera, "B-01", serials=("S1", "S2"), lot="K1", walk_order=3)
            put(world, self.camera, "B-01", serials=("S3",), lot="K2")
        else:
            put(world, self.camera, "B-01", serials=("S1", "S2", "S3"), walk_order=3)

    def order(self, serum: int = 3, camera: int = 2) -> Work:
        lines = [(g, n) for g, n in ((self.serum, serum), (self.camera, camera)) if n]
        self.work = self.world.bring(Stage.TOTE_BOUND, lines=lines, on_hand=0)
        return self.work

    def pick(self, *serials: str) -> None:
        """Pick all tasks: serum by its code, cameras by these numbers."""
        numbers = list(serials)
        for task in self.world.open_tasks(self.work.wave_id):
            code = self.world.get(Bin, task.bin_id).code
            self.world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=code)
            for _ in range(task.wanted - task.picked):
                is_piece = task.sku_id == self.camera.id
                said = {"barcode": numbers.pop(0) if is_piece else self.serum.barcode}
                self.world.do(confirm_pick, ConfirmPick, by="picker", task_id=task.id, **said)
        assert self.world.differences() == []

    def refused_pick(self, error: type, **said: str | int) -> str:
        (task, *_) = self.world.open_tasks(self.work.wave_id)
        code = self.world.get(Bin, task.bin_id).code
        self.world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=code)
        given = {"by": "picker", "task_id": task.id, **said}
        return str(self.world.refused(error, confirm_pick, ConfirmPick, **given))

    def check(self, *said: Said) -> None:
        if self.work.stage < Stage.CHECKING:
            self.work.stage = Stage.PICKED
            self.world.bring(Stage.CHECKING, work=self.work)
        for one in said:
            given = {"by": "checker", "check_id": self.work.check_id, **one}
            self.world.do(check_item, CheckItem, **given)

    def to_parcel(self) -> None:
        self.work.stage = Stage.CHECKED
        self.world.bring(Stage.PARCEL_OPEN, work=self.work)

    def stock(self, code: str) -> dict[str, tuple[int, int]]:
        return lots_at(self.world, code)


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


def gs1(goods_code: str, **said: str) -> Said:
    return {"barcode": goods_code, **said}


def parcel_no(world: World, parcel_id: int) -> str:
    return world.get(Parcel, parcel_id).number


# The whole way


@pytest.mark.parametrize("is_both", [False, True], ids=["lots and numbers", "numbers by lot"])
def test_from_the_shelf_to_the_courier_and_back(world: World, is_both: bool):
    bench = Bench(world, is_both=is_both)
    work = bench.order()
    bench.pick("S2", "S1")
    world.do(undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    bench.pick("S1")
    assert bench.stock(work.tote)["L1"] == (2, 0)
    serum, camera = bench.serum.barcode, bench.camera.barcode
    bench.check(gs1(serum, lot="L1"), gs1(serum), gs1(serum, lot="L2"), gs1("S1"))
    world.do(undo_check, UndoCheck, by="checker", check_id=work.check_id)
    bench.check(gs1(camera, serial="S1"), gs1("S2"))
    bench.to_parcel()
    packed = {"by": "packer", "parcel_id": work.parcel_id}
    world.do(pack_item, PackItem, barcode="S2", **packed)
    world.do(pack_item, PackItem, barcode=serum, lot="L2", **packed)
    world.do(seal_parcel, SealParcel, **packed)
    first = work.parcel_id
    world.bring(Stage.PARCEL_OPEN, work=work)
    work.stage = Stage.PACKING
    world.bring(Stage.PARCEL_OPEN, work=work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    world.do(undo_pack, UndoPack, by="packer", consignment_id=work.consignment_id)
    assert places(world)["S1"] == work.tote
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    assert {k: v[0] for k, v in bench.stock(parcel_no(world, first)).items() if k[0] == "L"} == {
        "L2": 1
    }
    assert world.differences() == []
    world.label(first)
    work.waybill_no = world.label(work.parcel_id)
    work.stage = Stage.MATCHED
    world.bring(Stage.DISPATCHED, work=work)
    assert places(world)["S1"] == "COURIER-ZTO"
    assert places(world)["S2"] == parcel_no(world, first)
    world.do(undo_handover, UndoHandover, by="shipper", handover_id=work.handover_id)
    assert places(world)["S1"] == parcel_no(world, work.parcel_id)
    world.stop(work)
    aside = {"by": "packer", "consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, **aside)
    assert places(world) == {"S1": "SET-ASIDE", "S2": "SET-ASIDE", "S3": "B-01"}
    assert {k: v[0] for k, v in bench.stock("SET-ASIDE").items() if k[0] == "L"} == {
        "L1": 2,
        "L2": 1,
    }
    assert world.differences() == []


def test_two_lines_of_the_same_pieces_go_and_come_each_with_its_own(world: World):
    bench = Bench(world)
    work = world.bring(Stage.TOTE_BOUND, lines=[(bench.camera, 1), (bench.camera, 2)], on_hand=0)
    bench.work = work
    bench.pick("S3", "S1", "S2")
    bench.check(gs1("S1"), gs1("S2"), gs1("S3"))
    bench.to_parcel()
    world.do(pack_item, PackItem, by="packer", parcel_id=work.parcel_id, barcode="S2")
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    work.stage = Stage.PACKED
    world.bring(Stage.DISPATCHED, work=work)
    world.do(undo_handover, UndoHandover, by="shipper", handover_id=work.handover_id)
    assert world.differences() == []
    assert [step[4] for step in world.steps(work)] == [0, 0]


# Picking known pieces


@pytest.mark.parametrize(
    ("said", "error", "word"),
    [
        ({"serial": ""}, SerialMissing, "serial number of each"),
        ({"serial": "S9"}, SerialElsewhere, "Nobody has seen"),
        ({"serial": "S1", "pieces": 2}, TooMany, "one piece"),
        ({"barcode": "S9"}, UnknownBarcode, "S9"),
        ({"barcode": "X1"}, WrongItem, "serial number of PHONE"),
    ],
)
def test_a_piece_is_picked_by_its_own_number_only(bench: Bench, said, error, word):
    put(bench.world, by_piece(bench.world, "PHONE"), "C-01", serials=("X1",))
    bench.order(serum=0)
    assert word in bench.refused_pick(error, **{"barcode": bench.camera.barcode, **said})


def test_a_piece_picked_or_shipped_before_is_told_to_be_there(bench: Bench):
    world = bench.world
    first = bench.order(serum=0, camera=1)
    bench.pick("S1")
    first.stage = Stage.PICKED
    bench.check(gs1("S1"))
    first.stage = Stage.CHECKED
    world.bring(Stage.DISPATCHED, work=first)
    bench.order(serum=0, camera=2)
    parcel = parcel_no(world, first.parcel_id)
    assert f"left with parcel {parcel}" in bench.refused_pick(SerialElsewhere, barcode="S1")
    (task,) = world.open_tasks(bench.work.wave_id)
    world.do(confirm_pick, ConfirmPick, by="picker", task_id=task.id, barcode="S2")
    assert bench.work.tote in bench.refused_pick(SerialElsewhere, barcode="S2")


def test_a_damaged_piece_is_named_and_another_one_taken(bench: Bench):
    world = bench.world
    bench.order(serum=0, camera=2)
    (task,) = world.open_tasks(bench.work.wave_id)
    given = {"by": "picker", "task_id": task.id, "reason": ShortReason.DAMAGED}
    world.refused(SerialMissing, report_short, ReportShort, **given)
    world.do(report_short, ReportShort, serial="S1", **given)
    assert places(world)["S1"] == "QUARANTINE"
    bench.pick("S2", "S3")
    assert world.steps(bench.work)[0][:2] == (2, 2)


def test_an_empty_bin_of_known_pieces_is_out_of_reach(bench: Bench):
    world = bench.world
    other = world.bring(Stage.WAVED, lines={bench.camera: 1}, on_hand=0)
    assert other.wave_id
    bench.order(serum=0, camera=2)
    (task,) = world.open_tasks(bench.work.wave_id)
    world.do(report_short, ReportShort, by="picker", task_id=task.id)
    assert set(places(world).values()) == {"B-01"}
    assert world.one(Unfound).pieces == 3
    assert world.holds(bench.work.order_id) == [HoldKind.STOCK_SHORT]
    assert world.differences() == []


# The check


@pytest.fixture
def checked(bench: Bench) -> Bench:
    bench.order(serum=3, camera=2)
    bench.pick("S1", "S2")
    bench.check()
    return bench


@pytest.mark.parametrize(
    ("said", "error", "word"),
    [
        ({"barcode": "CAMERA"}, SerialMissing, "serial number of each"),
        ({"barcode": "S3"}, SerialElsewhere, "B-01"),
        ({"barcode": "S1", "pieces": 2}, TooMany, "one piece"),
        ({"barcode": "SERUM", "lot": "L9"}, OtherLot, "not booked here"),
        ({"barcode": "NOTHING"}, UnknownBarcode, "NOTHING"),
    ],
)
def test_the_check_counts_the_pieces_of_this_tote_only(checked: Bench, said, error, word):
    codes = {"CAMERA": checked.camera.barcode, "SERUM": checked.serum.barcode}
    given = {**said, "barcode": codes.get(said["barcode"], said["barcode"])}
    check = {"by": "checker", "check_id": checked.work.check_id}
    assert word in str(checked.world.refused(error, check_item, CheckItem, **check, **given))


def test_a_piece_is_counted_once(checked: Bench):
    checked.check(gs1("S1"))
    check = {"by": "checker", "check_id": checked.work.check_id, "barcode": "S1"}
    checked.world.refused(TooMany, check_item, CheckItem, **check)


def test_what_was_not_counted_is_what_is_missing(checked: Bench):
    serum = checked.serum.barcode
    checked.check(gs1(serum, lot="L2"), gs1(serum), gs1("S2"))
    world, work = checked.world, checked.work
    world.do(report_missing, ReportMissing, by="checker", check_id=work.check_id)
    assert places(world)["S1"] == "B-01"
    assert checked.stock(work.tote) == {"L1": (1, 0), "L2": (1, 0)}
    assert checked.stock("A-01") == {"L1": (1, 0)}
    kept = [(row.sku_id, row.pieces, row.lot_id is None) for row in world.all(Unfound)]
    assert sorted(kept) == [(checked.serum.id, 1, False), (checked.camera.id, 1, True)]
    assert world.differences() == []


def test_a_damaged_piece_at_the_check_is_the_one_scanned(checked: Bench):
    world, check = checked.world, {"by": "checker", "check_id": checked.work.check_id}
    unnamed = {**check, "barcode": checked.serum.barcode}
    world.refused(LotWanted, report_damaged, ReportDamaged, **unnamed)
    world.refused(SerialMissing, report_damaged, ReportDamaged,
                  **{**check, "barcode": checked.camera.barcode})  # fmt: skip
    world.do(report_damaged, ReportDamaged, **check, barcode="S2")
    assert places(world)["S2"] == "QUARANTINE"
    assert world.differences() == []


def test_a_damaged_piece_of_a_lot_is_of_the_lot_scanned(checked: Bench):
    world = checked.world
    given = {"by": "checker", "check_id": checked.work.check_id, "barcode": "L2"}
    world.do(report_damaged, ReportDamaged, **given)
    assert checked.stock("QUARANTINE") == {"L2": (1, 0)}
    assert world.differences() == []


def test_a_move_of_before_the_goods_were_tracked_is_not_undone(world: World):
    tee = world.sku("TEE")
    work = world.bring(Stage.DISPATCHED, lines={tee: 2}, on_hand=2)
    track(world, tee, is_lot_tracked=True)
    given = {"by": "shipper", "handover_id": work.handover_id}
    world.refused(LotMissing, undo_handover, UndoHandover, **given)


def twins(world: World) -> tuple[list[Goods], Work]:
    """Return two SKUs in one tote, and the order they are picked for; each piece is number 0001."""
    world.site()
    goods = [by_piece(world, code) for code in ("CAM-A", "CAM-B")]
    for one in goods:
        put(world, one, "A-01", serials=("0001",))
    work = world.bring(Stage.TOTE_BOUND, lines=[(one, 1) for one in goods], on_hand=0)
    for task in world.open_tasks(work.wave_id):
        scan = {"by": "picker", "task_id": task.id}
        world.do(confirm_bin, ConfirmBin, barcode="A-01", **scan)
        world.do(confirm_pick, ConfirmPick, barcode="0001", **scan)
    return goods, work


def test_a_number_of_two_skus_is_that_of_the_one_still_to_be_checked_and_packed(world: World):
    goods, work = twins(world)
    check_id = world.do(start_check, StartCheck, by="checker", barcode=work.tote).subject_id
    given = {"by": "checker", "check_id": check_id}
    told = world.refused(GoodsWanted, check_item, CheckItem, barcode="0001", **given)
    assert (told.facts["offered"], "CAM-A, CAM-B" in str(told)) == ("0001", True)
    world.do(check_item, CheckItem, barcode=goods[1].barcode, serial="0001", **given)
    assert [step[2] for step in world.steps(work)] == [0, 1]
    world.do(check_item, CheckItem, barcode="0001", **given)
    work.stage = Stage.CHECKED
    world.bring(Stage.PARCEL_OPEN, work=work)
    given = {"by": "packer", "parcel_id": work.parcel_id}
    world.refused(GoodsWanted, pack_item, PackItem, barcode="0001", **given)
    world.do(pack_item, PackItem, barcode=goods[1].barcode, serial="0001", **given)
    world.do(pack_item, PackItem, barcode="0001", **given)
    assert [step[3] for step in world.steps(work)] == [1, 1]

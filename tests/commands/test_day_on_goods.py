"""What stands on goods is held against the book at pick, check and packing: day, a piece's lot."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.builders import Stage, Work, World
from tests.commands.test_pieces_on_their_way import Bench, gs1
from tests.tracked import by_lot, lots_at, put
from warehouse.checking.commands.count import CheckItem, check_item
from warehouse.checking.commands.exceptions import ReportDamaged, report_damaged
from warehouse.checking.models import Mismatch, MismatchKind
from warehouse.commands import Outcome, Tone
from warehouse.errors import OtherDay, OtherLot
from warehouse.inventory.models import Lot
from warehouse.packing.commands.goods import PackItem, pack_item
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.tracing.commands.mending import MendLot, mend_lot

BOOK, STANDS, LATER = date(2027, 3, 31), date(2027, 3, 13), date(2027, 6, 1)


def brought(world: World, stage: Stage, day: date | None = BOOK, more: date | None = None) -> Work:
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-01", 2, lot="L1", day=day)
    if more:
        put(world, goods, "B-01", 1, lot="L2", day=more, walk_order=9)
    wanted = 3 if more else 2
    return world.bring(stage, lines={goods: wanted}, on_hand=0)


def pick(world: World, work: Work, **said: Any) -> dict[str, Any]:
    (task, *_) = world.open_tasks(work.wave_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    return {"by": "picker", "task_id": task.id, "barcode": work.goods["SERUM"].barcode, **said}


@pytest.mark.parametrize("lot", ["", "L1"])
def test_goods_with_another_day_than_the_book_has_are_not_picked(world: World, lot: str):
    work = brought(world, Stage.TOTE_BOUND)
    given = pick(world, work, lot=lot)
    refused = world.refused(OtherDay, confirm_pick, ConfirmPick, best_before=STANDS, **given)
    assert str(refused.text) == (
        "On these goods stands 2027-03-13, and the book has 2027-03-31 for lot L1. Put them aside"
        " and tell the desk: it mends the day of the lot if the book is wrong."
    )
    world.do(confirm_pick, ConfirmPick, best_before=BOOK, **given)
    lot_id = world.one(Lot).id
    world.do(mend_lot, MendLot, lot_id=lot_id, best_before=STANDS, reason="typed wrongly")
    world.do(confirm_pick, ConfirmPick, best_before=STANDS, **given)
    assert lots_at(world, work.tote) == {"L1": (2, 0)}


def test_a_lot_without_a_day_is_picked_whatever_stands_on_it(world: World):
    work = brought(world, Stage.TOTE_BOUND, day=None)
    world.do(confirm_pick, ConfirmPick, best_before=STANDS, **pick(world, work))
    assert lots_at(world, work.tote) == {"L1": (1, 0)}


def checked(world: World, work: Work, **said: Any) -> dict[str, Any]:
    return {"by": "checker", "check_id": work.check_id, **said,
            "barcode": work.goods["SERUM"].barcode}  # fmt: skip


def test_goods_with_another_day_are_not_checked_and_are_taken_out_as_damaged(world: World):
    work = brought(world, Stage.CHECKING)
    given = checked(world, work)
    world.refused(OtherDay, check_item, CheckItem, best_before=STANDS, **given)
    world.refused(OtherDay, check_item, CheckItem, best_before=STANDS, lot="L1", **given)
    world.do(check_item, CheckItem, best_before=BOOK, **given)
    out: Outcome = world.do(report_damaged, ReportDamaged, **given)
    assert lots_at(world, work.tote) == {"L1": (1, 0)}, out.message


def test_of_several_lots_in_the_tote_the_day_is_that_of_one(world: World):
    work = brought(world, Stage.CHECKING, more=LATER)
    given = checked(world, work)
    world.refused(OtherDay, check_item, CheckItem, best_before=STANDS, **given)
    world.refused(OtherDay, check_item, CheckItem, best_before=LATER, lot="L1", **given)
    world.do(check_item, CheckItem, best_before=LATER, lot="L2", **given)


def test_more_pieces_of_a_lot_than_the_tote_has_are_too_many(world: World):
    work = brought(world, Stage.CHECKING, more=LATER)
    given = checked(world, work)
    world.do(check_item, CheckItem, lot="L2", **given)
    said = world.do(check_item, CheckItem, lot="L2", **given)
    assert (said.tone, str(said.message)[:17]) == (Tone.STOP, "Too many of SERUM")
    assert world.one(Mismatch).kind is MismatchKind.TOO_MANY
    assert world.do(check_item, CheckItem, lot="L1", pieces=2, **given).is_step_done


def test_goods_with_another_day_are_not_packed(world: World):
    work = brought(world, Stage.PARCEL_OPEN)
    given = {"by": "packer", "parcel_id": work.parcel_id, "barcode": work.goods["SERUM"].barcode}
    world.refused(OtherDay, pack_item, PackItem, best_before=STANDS, **given)
    world.do(pack_item, PackItem, best_before=BOOK, **given)


def test_a_known_piece_with_another_lot_than_the_book_has_goes_no_further(world: World):
    bench = Bench(world, is_both=True)
    bench.order(serum=0, camera=1)
    said = {"serial": "S1", "lot": "K2"}
    camera = bench.camera.barcode
    assert bench.refused_pick(OtherLot, barcode=camera, **said) == (
        "On this piece stands lot K2, and the book has K1. Put it aside and tell the desk: it mends"
        " the lot of the piece if the book is wrong."
    )
    bench.pick("S1")
    bench.check()
    given = {"by": "checker", "check_id": bench.work.check_id}
    world.refused(OtherLot, check_item, CheckItem, barcode=camera, **said, **given)
    bench.check(gs1(camera, serial="S1", lot="K1"))
    bench.to_parcel()
    given = {"by": "packer", "parcel_id": bench.work.parcel_id, "barcode": camera}
    world.refused(OtherLot, pack_item, PackItem, **said, **given)
    world.do(pack_item, PackItem, serial="S1", lot="K1", **given)

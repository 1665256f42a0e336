"""The pick face is filled from reserve: by level, on demand of waves, by scan, in parts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Work, World
from tests.counts import GRACE, Count, supervisor
from tests.stocking import PutStock, put_stock
from tests.tracked import lots_at
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.counting.commands.sessions import CancelCount, cancel_count
from warehouse.counting.commands.unfound import ReportFewer, report_fewer
from warehouse.counting.models import CountSession
from warehouse.errors import OtherLot, RuleViolation, StaleScreen, TooMany, WrongBin, WrongItem
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.models import Consignment, HoldKind
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    PutBackInReserve,
    TakeFromReserve,
    go_to_reserve,
    put_back_in_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.levels import SetFace, set_face
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.commands.planning import CancelTask, PlanTasks, cancel_task, plan_tasks
from warehouse.replenishing.models import Carried, ReplenishTask, ReplenishWait
from warehouse.replenishing.watching import plan_if_needed
from warehouse.settings import load_settings
from warehouse.supplying.stock import Asked, stocks_of
from warehouse.waves.commands import MakeWave, make_wave


@pytest.fixture
def tee(world: World) -> Goods:
    world.site()
    return world.goods_in_reserve()


def there(world: World, goods: Goods) -> dict[str, int]:
    return {place: n for place, n in world.standing(goods).items() if place[1] == "-"}


def face(world: World, goods: Goods, least: int, most: int, place: str = "A-01") -> None:
    bin_id = world.one(Bin, code=place).id
    world.do(set_face, SetFace, sku_id=goods.id, bin_id=bin_id, least=least, most=most)


def planned(world: World) -> list[tuple[str, str, int, bool]]:
    """Plan and return (from, to, pieces left, urgent) of the open tasks."""
    world.do(plan_tasks, PlanTasks)
    codes = {place.id: place.code for place in world.all(Bin)}
    return [
        (codes[t.from_bin_id], codes[t.to_bin_id], t.pieces - t.moved, t.is_urgent)
        for t in world.all(ReplenishTask, state="open")
    ]


def take(world: World, task: int, goods: Goods, pieces: int, place: str, by: str = "li") -> None:
    world.do(go_to_reserve, GoToReserve, by=by, task_id=task, barcode=place)
    world.do(
        take_from_reserve, TakeFromReserve, by=by, task_id=task, barcode=goods.barcode,
        pieces=pieces,
    )  # fmt: skip


def wave_of(world: World, *works: Work):
    return world.do(make_wave, MakeWave, consignment_ids=tuple(w.consignment_id for w in works))


def test_a_bin_below_its_least_is_filled_to_its_most_and_one_that_is_not_is_left(world, tee):
    face(world, tee, 2, 12)
    assert planned(world) == []
    face(world, tee, 5, 12)
    assert planned(world) == [("R-01", "A-01", 10, False)]
    assert planned(world) == [("R-01", "A-01", 10, False)]
    face(world, tee, 5, 27)
    assert planned(world) == [("R-02", "A-01", 25, False)]


def test_goods_are_brought_in_parts_by_scan_and_the_task_ends_with_the_last(world, tee):
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 4, "R-01")
    assert world.balance("R-01", tee) == (20, 0, 20)
    half = world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-01")
    assert (half.screen, half.is_step_done) == ("next", False)
    assert there(world, tee) == {"A-01": 6, "R-01": 16, "R-02": 30}
    take(world, task, tee, 6, "R-01")
    done = world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-01")
    assert (done.screen, done.is_step_done) == ("tasks", True)
    assert (world.state(ReplenishTask, task), world.get(ReplenishTask, task).moved) == ("done", 10)
    reserve = world.one(Bin, code="R-01").id
    assert {m.reason for m in world.all(Move, from_bin_id=reserve)} == {MoveReason.REPLENISH}
    assert world.all(Carried) == []
    assert world.differences() == []


def test_wrong_scans_are_refused_and_book_nothing(world, tee):
    mug = world.sku("MUG")
    world.stock(mug, "A-02", 5)
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    to = {"task_id": task, "by": "li"}
    world.refused(WrongBin, go_to_reserve, GoToReserve, barcode="A-01", **to)
    world.refused(
        StaleScreen, take_from_reserve, TakeFromReserve, barcode=tee.barcode, pieces=1, **to
    )
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", **to)
    world.refused(WrongItem, take_from_reserve, TakeFromReserve, barcode=mug.barcode, **to)
    world.refused(TooMany, take_from_reserve, TakeFromReserve, barcode=tee.barcode, pieces=21, **to)
    world.do(take_from_reserve, TakeFromReserve, barcode=tee.pack, **to)
    assert world.one(Carried).pieces == 6
    world.refused(WrongBin, put_on_face, PutOnFace, barcode="R-02", **to)
    world.do(put_back_in_reserve, PutBackInReserve, **to)
    assert world.all(Carried) == []
    assert there(world, tee) == {"A-01": 2, "R-01": 20, "R-02": 30}


def test_two_people_bring_for_one_task_and_never_the_same_pieces(world, tee):
    face(world, tee, 5, 30)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 20, "R-01", by="li")
    world.refused(RuleViolation, go_to_reserve, GoToReserve, by="li", task_id=task, barcode="R-02")
    world.do(go_to_reserve, GoToReserve, by="wang", task_id=task, barcode="R-01")
    world.refused(
        TooMany, take_from_reserve, TakeFromReserve, by="wang", task_id=task, barcode=tee.barcode
    )
    take(world, task, tee, 8, "R-02", by="wang")
    world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-01")
    assert world.state(ReplenishTask, task) == "open"
    world.do(put_on_face, PutOnFace, by="wang", task_id=task, barcode="A-01")
    assert world.state(ReplenishTask, task) == "done"
    assert there(world, tee) == {"A-01": 30, "R-02": 22}


def test_a_task_ends_by_itself_when_the_stock_moved_otherwise(world, tee):
    face(world, tee, 5, 12)
    planned(world)
    world.stock(tee, "A-01", 20)
    assert planned(world) == []
    assert world.one(ReplenishTask).state == "needless"
    world.do(go_away, PutStock, postings=(move(world, tee, "A-01", "SCRAP", 20),))
    assert planned(world) == [("R-01", "A-01", 10, False)]
    leave = tuple(move(world, tee, place, "SCRAP", n) for place, n in (("R-01", 20), ("R-02", 30)))
    world.do(go_away, PutStock, postings=leave)
    assert planned(world) == []
    assert [t.state for t in world.all(ReplenishTask)] == ["needless", "empty"]


def go_away(session, command):
    return put_stock(session, command)


def move(world: World, goods: Goods, source: str, target: str, pieces: int) -> ledger.Posting:
    return ledger.Posting(
        sku_id=goods.id, from_bin_id=world.one(Bin, code=source).id,
        to_bin_id=world.one(Bin, code=target).id, pieces=pieces, reason=MoveReason.SCRAP,
    )  # fmt: skip


def test_a_task_that_was_taken_back_is_left_alone_for_half_a_day(world, tee):
    face(world, tee, 5, 12)
    planned(world)
    world.do(cancel_task, CancelTask, task_id=world.one(ReplenishTask).id)
    assert planned(world) == []
    world.now += timedelta(hours=13)
    assert planned(world) == [("R-01", "A-01", 10, False)]


def test_an_order_whose_goods_stand_in_reserve_waits_for_them_and_is_not_held(world, tee):
    work = world.released({tee: 5})
    outcome = wave_of(world, work)
    assert outcome.facts == {
        "left_out": [work.consignment_id],
        "for_reserve": [work.consignment_id],
    }
    assert world.holds(work.order_id) == []
    assert world.state(Consignment, work.consignment_id) == "ready"
    assert planned(world) == [("R-01", "A-01", 3, True)]
    assert wave_of(world, work).facts["for_reserve"] == [work.consignment_id]
    assert len(world.all(ReplenishTask)) == 1
    task = world.one(ReplenishTask).id
    take(world, task, tee, 3, "R-01")
    world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-01")
    assert world.state(ReplenishTask, task) == "done"
    assert wave_of(world, work).facts == {"left_out": [], "for_reserve": []}
    assert world.state(Consignment, work.consignment_id) == "waved"
    assert world.differences() == []


def test_the_others_of_the_wave_go_and_what_neither_shelf_nor_reserve_has_is_held(world, tee):
    mug = world.sku("MUG")
    world.stock(mug, "A-02", 10)
    fits, waits, both = (world.released(lines) for lines in ({tee: 1}, {tee: 40}, {tee: 9, mug: 1}))
    short = world.released({mug: 9})
    world.do(go_away, PutStock, postings=(move(world, mug, "A-02", "SCRAP", 3),))
    outcome = wave_of(world, fits, waits, both, short)
    assert set(outcome.facts["for_reserve"]) == {waits.consignment_id, both.consignment_id}
    assert world.state(Consignment, fits.consignment_id) == "waved"
    assert world.holds(short.order_id) == [HoldKind.STOCK_SHORT]
    assert [n for *_, n, _ in planned(world)] == [48]
    assert {(w.consignment_id, w.pieces) for w in world.all(ReplenishWait)} == {
        (waits.consignment_id, 40), (both.consignment_id, 9),
    }  # fmt: skip


def test_two_waves_do_not_wait_for_the_same_pieces(world, tee):
    first, second = world.released({tee: 30}), world.released({tee: 20})
    wave_of(world, first)
    world.do(go_away, PutStock, postings=(move(world, tee, "R-01", "SCRAP", 20),))
    outcome = wave_of(world, second)
    assert outcome.facts["for_reserve"] == []
    assert world.holds(second.order_id) == [HoldKind.STOCK_SHORT]
    assert world.holds(first.order_id) == []


def test_when_an_order_that_waited_is_cancelled_nobody_walks_for_it(world, tee):
    work = world.released({tee: 5})
    wave_of(world, work)
    world.stop(work)
    assert planned(world) == []
    assert world.one(ReplenishTask).state == "needless"


def test_orders_are_not_short_of_what_reserve_has_and_go_on_when_it_comes_there(world, tee):
    order_id = world.order({tee: 53})
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT]
    world.stock(tee, "R-01", 1)
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == []
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == "R-02").values(is_pick_closed=True))
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT]


def test_fewer_in_reserve_than_the_book_are_counted_and_the_next_bin_is_gone_to(world, tee):
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 1, "R-01")
    to = {"by": "li", "task_id": task}
    world.refused(RuleViolation, report_fewer, ReportFewer, found=19, **to)
    before = there(world, tee)
    outcome = world.do(report_fewer, ReportFewer, found=0, **to)
    assert (outcome.facts["missing"], outcome.screen) == (19, "next")
    assert there(world, tee) == before
    world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    assert planned(world) == [("R-02", "A-01", 9, False)]
    supervisor(world)
    count = Count(world, world.one(CountSession).id)
    world.now += GRACE
    count.count("R-01", {})
    count.count("R-01", {}, by="bob")
    assert planned(world) == [("R-02", "A-01", 9, False)]
    world.now += GRACE
    count.approve_and_post()
    assert there(world, tee) == {"A-01": 3, "R-02": 30}
    assert world.differences() == []


def test_who_found_fewer_is_asked_for_what_is_left_there_and_no_more(world, tee):
    face(world, tee, 5, 27)
    assert planned(world) == [("R-02", "A-01", 25, False)]
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-02", **to)
    world.do(report_fewer, ReportFewer, found=5, **to)
    again = world.do(go_to_reserve, GoToReserve, barcode="R-02", **to)
    assert str(again.message) == "R-02: take 5."
    scan = {"barcode": tee.barcode, **to}
    some = world.do(take_from_reserve, TakeFromReserve, pieces=2, **scan)
    assert str(some.message) == "2 in hand, 3 to go. Or scan the pick bin."
    rest = world.do(take_from_reserve, TakeFromReserve, pieces=3, **scan)
    assert str(rest.message) == "5 in hand. Scan the pick bin."
    found = world.do(take_from_reserve, TakeFromReserve, **scan)
    assert (str(found.message), found.tone) == ("6 in hand. Scan the pick bin.", "ok")


def test_what_reserve_was_found_without_is_sold_to_nobody_until_it_is_counted(world):
    milk = lots_of(world, {"L1": (date(2026, 9, 1), 4), "L2": (date(2026, 5, 1), 3)})
    face(world, milk, 5, 6, place="A-09")
    planned(world)
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-09", **to)
    order_id = world.order({milk: 5})
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == []
    world.do(report_fewer, ReportFewer, found=5, **to)
    assert lots_at(world, "R-09") == {"L1": (4, 0), "L2": (3, 0)}
    world.do(take_from_reserve, TakeFromReserve, barcode=milk.barcode, pieces=2, lot="L2", **to)
    world.do(put_on_face, PutOnFace, barcode="A-09", **to)
    assert planned(world) == []
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT]
    with world.database.reading() as session:
        asked = Asked(day=world.now.date(), settings=load_settings(session))
        assert stocks_of(session, asked, [milk.id])[milk.id].standing.sellable == 2
    world.do(cancel_count, CancelCount, session_id=world.one(CountSession).id, note="seen")
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == []
    assert world.differences() == []


def test_the_lot_that_ends_first_is_brought_first_and_no_other(world):
    milk = lots_of(world, {"L1": (date(2026, 9, 1), 4), "L2": (date(2026, 5, 1), 3)})
    face(world, milk, 5, 6, place="A-09")
    assert planned(world) == [("R-09", "A-09", 6, False)]
    task = world.one(ReplenishTask).id
    to = {"by": "li", "task_id": task}
    world.do(go_to_reserve, GoToReserve, barcode="R-09", **to)
    scan = {"barcode": milk.barcode, **to}
    world.refused(OtherLot, take_from_reserve, TakeFromReserve, lot="L1", **scan)
    world.do(take_from_reserve, TakeFromReserve, lot="L2", pieces=3, **scan)
    world.refused(OtherLot, take_from_reserve, TakeFromReserve, **scan)
    world.do(put_on_face, PutOnFace, barcode="A-09", **to)
    world.do(go_to_reserve, GoToReserve, barcode="R-09", **to)
    world.do(take_from_reserve, TakeFromReserve, pieces=3, **scan)
    world.do(put_on_face, PutOnFace, barcode="A-09", **to)
    assert world.state(ReplenishTask, task) == "done"
    assert world.differences() == []


def lots_of(world: World, lots: dict[str, tuple[date, int]]) -> Goods:
    """Make goods kept by lot with pieces in R-09, and an empty shelf A-09."""
    goods = world.sku("MILK")
    world.bin("A-09")
    reserve = world.bin("R-09", kind=BinKind.RESERVE)
    with world.database.transaction() as session:
        sku = session.get_one(Sku, goods.id)
        sku.is_lot_tracked = sku.is_expiry_tracked = True
    for code, (best_before, pieces) in lots.items():
        with world.database.transaction() as session:
            lot_id = ledger.lot_named(session, goods.id, code, best_before, world.now)
        posting = ledger.Posting(
            sku_id=goods.id, from_bin_id=world.one(Bin, code="SUPPLIER").id, to_bin_id=reserve,
            pieces=pieces, reason=MoveReason.RECEIVE, lot_id=lot_id,
        )  # fmt: skip
        world.do(put_stock, PutStock, postings=(posting,))
    return goods


def test_the_worker_writes_only_where_something_is_due(world, tee):
    def looked() -> bool:
        actor = world.command(PlanTasks).actor
        return plan_if_needed(world.database, actor=actor, at=world.tick(), zone=world.zone)

    assert looked() is False
    face(world, tee, 5, 12)
    assert [looked(), looked()] == [True, False]
    world.stock(tee, "A-01", 1)
    assert [looked(), looked()] == [True, False]
    assert planned(world) == [("R-01", "A-01", 9, False)]
    mug = world.sku("MUG")
    world.stock(mug, "A-02", 1)
    face(world, mug, 5, 12, place="A-02")
    assert looked() is False

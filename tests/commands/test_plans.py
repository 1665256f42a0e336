"""How the database goes about a scan, a move and the stock pages: never through all moves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.builders import Stage, World
from tests.counts import opened
from tests.dock import Dock
from tests.plans import faults, plan, sent_by
from tests.stocking import PutStock, put_stock
from tests.web.desk_site import Desk
from warehouse.api.shapes.moves import list_moves
from warehouse.catalog.models import Bin
from warehouse.dispatch.models import Waybill
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.orders.models import Order
from warehouse.packing.models import Parcel
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import UndoPick, undo_pick
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    TakeFromReserve,
    go_to_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.levels import SetFace, set_face
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.commands.planning import PlanTasks, plan_tasks
from warehouse.replenishing.models import ReplenishTask
from warehouse.storing.commands.hand import TakeGoods, take_goods
from warehouse.storing.commands.place import PlaceGoods, place_goods

HISTORY_READ = {
    "a sum": "SELECT sum(move.pieces) FROM move WHERE to_bin_id = {bin}",
    "a sum under another name": "SELECT sum(m.pieces) FROM move AS m WHERE m.to_bin_id = {bin}",
    "a count of a bin": "SELECT count(*) FROM move WHERE to_bin_id = {bin}",
    "a count of all": "SELECT count(*) FROM move",
    "a sum by goods": "SELECT sku_id, sum(pieces) FROM (SELECT * FROM move WHERE from_bin_id ="
    " {bin}) AS gone GROUP BY sku_id",
    "different goods of a bin": "SELECT DISTINCT sku_id FROM move WHERE to_bin_id = {bin}",
    "a count of every command": "SELECT count(*) FROM command",
    "promises of a bin, done ones too": "SELECT sum(picked) FROM allocation",
    "all there is": "SELECT reason FROM move AS m",
    "moves by what no index has": "SELECT id FROM move WHERE pieces > 4",
}
HARMLESS = (
    "SELECT sum(pieces) FROM move WHERE consignment_line_id = 1",
    "SELECT count(*) FROM (SELECT 1 FROM move WHERE to_bin_id = {bin} LIMIT 50) AS page",
    "SELECT id FROM move WHERE to_bin_id = {bin} ORDER BY id DESC LIMIT 50",
    "SELECT sum(on_hand) FROM stock_balance WHERE bin_id = {bin}",
)


def _asked(world: World, statement: str) -> list[str]:
    bin_id = world.one(Bin, code="A-01").id
    return faults(world.database, [(statement.format(bin=bin_id), ())])


@pytest.mark.parametrize("what", HISTORY_READ)
def test_a_statement_that_reads_history_is_told(world: World, what: str):
    world.bring(Stage.DISPATCHED)
    assert _asked(world, HISTORY_READ[what]) != []


def test_a_statement_that_reads_what_belongs_to_one_piece_of_work_is_not_told(world: World):
    world.bring(Stage.DISPATCHED)
    assert [fault for statement in HARMLESS for fault in _asked(world, statement)] == []


def test_a_page_by_number_is_told(world: World):
    if world.database.is_sqlite:  # it is sent one with every limit, of 0 rows
        pytest.skip("OFFSET is read off what is sent to PostgreSQL")
    world.bring(Stage.DISPATCHED)
    assert _asked(world, "SELECT id FROM move WHERE to_bin_id = {bin} LIMIT 5 OFFSET 5") != []


def test_a_pick_and_its_undoing_read_no_history(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    place = {"TEE": "A-01", "MUG": "A-02"}
    code = next(c for c, g in work.goods.items() if g.id == task.sku_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=place[code])
    with sent_by(world.database) as sent:
        barcode = work.goods[code].barcode
        world.do(confirm_pick, ConfirmPick, by="picker", task_id=task.id, barcode=barcode)
        world.do(undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    assert any("INSERT INTO move" in statement for statement, _ in sent)
    assert faults(world.database, sent) == []


def test_promises_of_a_bin_are_added_up_from_the_open_ones_alone(world: World):
    """As the triggers do that hold them to what is reserved, at every pick."""
    world.bring(Stage.DISPATCHED)
    for key in ("sku_id", "lot_id"):
        asked = (
            f"SELECT sum(pieces - picked - released) FROM allocation WHERE bin_id = 1 AND {key} = 1"
            " AND pieces > picked + released"
        )
        steps = plan(world.database, asked, ())
        assert any("ix_allocation_open" in step for step in steps), steps


def test_a_move_of_many_goods_reads_no_history(world: World):
    goods = [world.sku(code) for code in ("TEE", "MUG", "CAP")]
    for one in goods:
        world.stock(one, "A-01", 5)
    frm, to = world.one(Bin, code="A-01").id, world.bin("B-01")
    postings = tuple(
        ledger.Posting(
            sku_id=one.id, from_bin_id=frm, to_bin_id=to, pieces=2, reason=MoveReason.TRANSFER
        )
        for one in goods
    )
    with sent_by(world.database) as sent:
        world.do(put_stock, PutStock, postings=postings)
        world.do(put_stock, PutStock, postings=postings[:1])
    assert len(sent) <= 24
    assert faults(world.database, sent) == []


def test_every_station_on_the_way_to_the_carrier_reads_no_history(world: World):
    with sent_by(world.database, by_commands=True) as sent:
        world.bring(Stage.DISPATCHED, on_hand=11)
    assert any("INSERT INTO move" in statement for statement, _ in sent)
    assert faults(world.database, sent) == []


def test_the_dock_the_shelves_and_a_count_read_no_history(world: World):
    world.site()
    tee, mug = world.goods_in_reserve(), world.sku("MUG")
    shelf = world.one(Bin, code="A-01").id
    dock = Dock(world)
    dock.supplier()
    with sent_by(world.database, by_commands=True) as sent:
        order = dock.order({tee: 6, mug: 4})
        receipt_id = dock.start(order.number)
        for goods, pieces in ((tee, 6), (mug, 4)):
            dock.count(receipt_id, goods, pieces)
        dock.finish(receipt_id)
        dock.book(receipt_id)
        hand = {"bin_id": world.one(Bin, code="DOCK").id, "barcode": mug.barcode}
        taken = world.do(take_goods, TakeGoods, by="li", **hand).subject_id
        world.do(place_goods, PlaceGoods, by="li", handling_id=taken, barcode="A-01")
        world.do(set_face, SetFace, sku_id=tee.id, bin_id=shelf, least=10, most=20)
        world.do(plan_tasks, PlanTasks)
        task = {"by": "li", "task_id": world.one(ReplenishTask).id}
        world.do(go_to_reserve, GoToReserve, barcode="R-01", **task)
        world.do(take_from_reserve, TakeFromReserve, barcode=tee.barcode, pieces=2, **task)
        world.do(put_on_face, PutOnFace, barcode="A-01", **task)
        count = opened(world, "A-01")
        for who in ("ann", "bob"):
            count.count("A-01", {tee: 1, **({mug: 1} if who == "ann" else {})}, by=who)
        count.approve_and_post()
    assert count.state == "posted"
    assert faults(world.database, sent) == []


def test_the_stock_pages_read_a_page_of_history(world: World, tmp_path: Path):
    desk = Desk(world, tmp_path / "data")
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    # All that ever came passed through the last two: millions of moves on both sides of them.
    bins = [world.one(Bin, code=code).id for code in ("A-01", "DOCK", "OPENING")]
    desk.get("/stock")
    with sent_by(world.database) as sent:
        for url in (
            *("/stock", "/orders", f"/stock/sku/{tee.id}"),
            *(f"/stock/bins/{bin_id}" for bin_id in bins),
            *(f"/stock/bins/{bin_id}?reason=pick" for bin_id in bins),
            *(f"/stock/{what}&export=csv" for what in ("moves?bin=OPENING",)),
            *(f"/stock/{what}?export=xlsx" for what in (f"bins/{bins[2]}", f"sku/{tee.id}")),
        ):
            assert desk.get(url).status_code == 200
    assert any("FROM move" in statement for statement, _ in sent)
    assert faults(world.database, sent) == []
    exports = [(text, given) for text, given in sent if "move_note" in text or "MOVE_NOTE" in text]
    assert exports
    for text, given in exports:
        steps = plan(world.database, text, given, crowd=2000)
        assert not any("MULTI-INDEX OR" in step or "BitmapOr" in step for step in steps), steps


def test_the_moves_of_a_bin_are_two_ranges_of_an_index_for_machines_too(world: World):
    tee = world.sku("TEE")
    for _ in range(3):
        world.stock(tee, "A-01", 5)
    with world.database.reading() as session, sent_by(world.database) as sent:
        first = list_moves(session, bin="OPENING", sku="TEE", limit=2)
        second = list_moves(session, bin="OPENING", reason="opening", limit=2, after=first["next"])
    assert [len(page["moves"]) for page in (first, second)] == [2, 1]
    ids = [move["id"] for page in (first, second) for move in page["moves"]]
    assert ids == sorted(ids, reverse=True)
    assert faults(world.database, sent) == []
    plans = [
        step
        for statement, given in sent
        for step in plan(world.database, statement, given, crowd=2000)
    ]
    for side in ("from", "to"):
        assert any(f"ix_move_{side}_bin_id_id" in step for step in plans), plans
    assert not any("MULTI-INDEX OR" in step or "BitmapOr" in step for step in plans)


def test_the_lists_of_orders_and_consignments_read_nothing_that_has_ended(
    world: World, tmp_path: Path
):
    world.bring(Stage.DISPATCHED)
    desk = Desk(world, tmp_path)
    with sent_by(world.database) as sent:
        for page in ("/orders", "/consignments"):
            assert desk.get(page).status_code == 200
    asked = {statement: given for statement, given in sent if statement.startswith("SELECT")}
    steps = [step for s, given in asked.items() for step in plan(world.database, s, given)]
    assert [step for step in steps if step == "SCAN shop_order"] == []
    assert [step for step in steps if "SCAN consignment_line" in step] == []
    assert [step for step in steps if "Seq Scan on " in step and "shop_order" in step] == []


def test_what_is_sought_in_lists_walks_through_none_of_them(world: World, tmp_path: Path):
    work = world.bring(Stage.DISPATCHED)
    desk = Desk(world, tmp_path)
    numbers = (world.one(Waybill).number, world.get(Order, work.order_id).order_no, "C1", "tb_")
    places = ["/orders", "/consignments"]
    if world.database.is_sqlite:  # PostgreSQL walks through parcels for part of a number
        places.append("/parcels")
    with sent_by(world.database) as sent:
        for url in (
            *("/orders?stage=dispatched", "/stock/moves?q=YT1", "/printers/jobs?q=P1"),
            *("/lots/serials?q=S1", *(f"{place}?q={q}" for place in places for q in numbers)),
        ):
            assert desk.get(url).status_code == 200
    asked = {statement: given for statement, given in sent if statement.startswith("SELECT")}
    steps = [step for s, given in asked.items() for step in plan(world.database, s, given)]
    table = r"(shop_order|consignment|parcel|waybill|move|print_job|serial)\b"
    counted = r"(?! USING COVERING INDEX ix_\w+_state_id)"  # how many of each state
    walks = re.compile(rf"SCAN {table}{counted}|Seq Scan on {table}")
    assert [step for step in steps if walks.match(step.removeprefix("->").strip())] == []
    for index in ("shop_order_order_no", "shop_order_buyer", "shop_order_consignment_id",
                  "shop_order_state_id", "move_reference", "print_job_number"):  # fmt: skip
        assert any(f"ix_{index}" in step for step in steps), index


def test_a_number_scanned_at_the_desk_walks_through_no_parcels(world: World, tmp_path: Path):
    work = world.bring(Stage.DISPATCHED)
    desk = Desk(world, tmp_path)
    number = world.one(Waybill).number
    with sent_by(world.database) as sent:
        found = desk.get(f"/search?q={number}")
        assert str(work.consignment_id) in desk.get(f"/consignments?q={number}").get_data(
            as_text=True
        )
    assert found.location == f"/parcels/{world.one(Parcel).id}"
    asked = {s: given for s, given in sent if s.startswith("SELECT") and "waybill" in s}
    steps = [step for s, given in asked.items() for step in plan(world.database, s, given)]
    walked = ("SCAN parcel", "SCAN waybill", "Seq Scan on parcel", "Seq Scan on waybill")
    assert [step for step in steps if any(walk in step for walk in walked)] == []

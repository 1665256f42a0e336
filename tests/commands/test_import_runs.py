"""Imports as work of the worker: taken up, repeated, side by side, in portions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from warehouse.commands import Actor, execute
from warehouse.errors import InvalidInput
from warehouse.orders.commands.importing.facts import ORDER_COLUMNS, order_values
from warehouse.orders.commands.importing.runs import StartImport, start_import, take_up
from warehouse.orders.import_models import ImportRun, ImportState
from warehouse.orders.importing import import_files, run_waiting_import
from warehouse.orders.models import HoldKind, Order, OrderLine
from warehouse.shops.reading import read_files


def test_a_waiting_import_is_taken_up_by_the_worker_and_its_files_forgotten(world, shop):
    shop.config.upload_dir.mkdir()
    paths = [shop.config.upload_dir / "a.csv", shop.config.upload_dir / "b.csv"]
    shop.orders({}).rename(paths[0])
    shop.items({}).rename(paths[1])
    files = tuple({"name": f"{p.stem} 报表.csv", "path": str(p), "bytes": 1} for p in paths)
    outcome = world.do(start_import, StartImport, files=files)
    run_id = run_waiting_import(world.database, shop.config, clock=world.tick)
    assert run_id == outcome.subject_id
    run = world.get(ImportRun, run_id)
    assert (run.state, run.orders_new, run.lines_new) == (ImportState.DONE, 1, 1)
    assert not any(path.exists() for path in paths)
    assert run_waiting_import(world.database, shop.config, clock=world.tick) is None


def test_a_run_whose_worker_died_is_finished_by_the_next_without_doing_anything_twice(
    world, shop, monkeypatch
):
    monkeypatch.setattr("warehouse.orders.importing.CHUNK_ORDERS", 2)
    numbers = [{"订单编号": f"31000000000000001{n:02d}"} for n in range(7)]
    path = shop.orders(*numbers)
    files = ({"name": path.name, "path": str(path), "bytes": 1},)
    world.do(start_import, StartImport, files=files)
    chunks = iter([False] * 4 + [True] * 9)
    run_waiting_import(
        world.database, shop.config, clock=world.tick, should_stop=lambda: next(chunks)
    )
    run = world.one(ImportRun)
    assert (run.state, run.orders_new) == (ImportState.RUNNING, 4)
    world.now += timedelta(minutes=6)
    run_waiting_import(world.database, shop.config, clock=world.tick)
    run = world.one(ImportRun)
    assert (run.state, run.orders_new, run.orders_unchanged) == (ImportState.DONE, 7, 0)
    assert len(world.all(Order)) == 7


def test_two_imports_of_the_same_file_at_once_make_each_order_once(shop):
    numbers = [{"订单编号": f"31000000000000001{n:02d}"} for n in range(40)]
    lines = [{"主订单编号": o["订单编号"], "子订单编号": f"8{n}"} for n, o in enumerate(numbers)]
    paths = shop.orders(*numbers), shop.items(*lines)
    both = Barrier(2)

    def run(_: int) -> tuple[int, int]:
        both.wait()
        done = import_files(
            shop.world.database, paths, shop.config, actor=Actor(person_id=1), clock=shop.world.tick
        )
        return done.orders_new, done.orders_unchanged

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(run, range(2)))
    assert sorted(counts) == [(0, 40), (40, 0)]
    assert len(shop.world.all(Order)) == len(shop.world.all(OrderLine)) == 40


def test_a_run_that_reads_a_long_file_is_nobody_elses(world, shop):
    rows = [{"订单编号": f"31{n:017}"} for n in range(4_000)]
    taken = []

    def slowly(step):
        if step.stage in ("reading", "auditing"):
            world.now += timedelta(minutes=3)
            taken.append(take_up(world.database, world.now))

    shop.imports(shop.orders(*rows), on_step=slowly)
    assert len(taken) >= 6
    assert set(taken) == {None}


def test_a_run_whose_file_is_gone_fails_with_the_reason(world, shop):
    files = ({"name": "a.csv", "path": str(shop.folder / "gone.csv"), "bytes": 1},)
    world.do(start_import, StartImport, files=files)
    run_waiting_import(world.database, shop.config, clock=world.tick)
    run = world.one(ImportRun)
    assert (run.state, run.problem["msgid"][:26]) == (
        ImportState.FAILED, "The file is no longer ther",
    )  # fmt: skip


def test_many_rejected_rows_are_all_kept_in_their_order(shop, monkeypatch):
    monkeypatch.setattr("warehouse.orders.importing.REJECTS_AT_ONCE", 3)
    rows = [{"订单编号": f"bad{n}"} for n in range(8)]
    assert shop.imports(shop.orders(*rows, {})) == (1, 0, 0, 0, 8)
    assert [(row, value) for _, row, _, value, _ in shop.rejects()] == [
        (n + 2, f"bad{n}") for n in range(8)
    ]


def test_an_import_of_many_orders_takes_few_statements(shop):
    orders = [{"订单编号": f"31000000000000{n:05d}"} for n in range(300)]
    lines = [{"主订单编号": o["订单编号"], "子订单编号": f"9{n}"} for n, o in enumerate(orders)]
    statements = []
    engine = shop.world.database.writer

    @sa.event.listens_for(engine, "before_cursor_execute")
    def count(*args: object) -> None:
        statements.append(args[2])

    try:
        assert shop.imports(shop.orders(*orders), shop.items(*lines)) == (300, 0, 0, 300, 0)
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    assert len(statements) < 80


def _ordered(shop, *wanted, pieces):
    """Import one order per name in `wanted`, of so many pieces each; each name's holds."""
    orders = [
        {"订单编号": f"31000000000000{n:05d}", "收货人姓名": name} for n, name in enumerate(wanted)
    ]
    lines = [
        {"主订单编号": o["订单编号"], "子订单编号": f"9{n}", "购买数量": str(pieces)}
        for n, o in enumerate(orders)
    ]
    shop.imports(shop.orders(*orders), shop.items(*lines))
    return [shop.holds(order["订单编号"]) for order in orders]


def test_stock_is_given_out_once_over_all_portions_of_an_import(stocked, monkeypatch):
    monkeypatch.setattr("warehouse.orders.importing.CHUNK_ORDERS", 2)
    held = _ordered(stocked, "甲", "乙", "丙", "丁", "戊", pieces=15)
    assert held == [set(), set(), set(), {HoldKind.STOCK_SHORT}, {HoldKind.STOCK_SHORT}]


def test_what_an_order_had_is_free_again_when_a_later_portion_holds_it(world, stocked, monkeypatch):
    world.settings(hold_merge_candidates=True)
    monkeypatch.setattr("warehouse.orders.importing.CHUNK_ORDERS", 1)
    held = _ordered(stocked, "甲", "甲", "丙", pieces=30)
    assert held == [{HoldKind.MERGE_CANDIDATE}, {HoldKind.MERGE_CANDIDATE}, set()]


def test_what_is_clean_already_is_not_given_out_to_a_later_import(stocked):
    _ordered(stocked, "甲", pieces=30)
    assert _ordered(stocked, "甲", "乙", pieces=30) == [set(), {HoldKind.STOCK_SHORT}]


def test_the_values_of_an_order_stand_in_the_order_of_their_columns(shop):
    with read_files([shop.orders({})], zone=shop.config.time_zone) as batch:
        [[order]] = batch.orders()
    assert tuple(order_values(order.facts, order.lines)) == ORDER_COLUMNS


def test_an_import_without_files_is_refused(world):
    command = world.command(StartImport, files=())
    with pytest.raises(InvalidInput):
        execute(world.database, start_import, command)

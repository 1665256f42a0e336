"""The day in figures: counted from what was written in it, beside the day before."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from printing.documents import DailyReport
from printing.models import JobState, PrintJob
from tests.builders import Stage, World
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.errors import InvalidInput
from warehouse.orders.models import HoldKind, Order
from warehouse.packing.models import Parcel
from warehouse.reporting.daily import parts_of
from warehouse.reporting.figures import Figure, day_of
from warehouse.reporting.papers import PrintDailyReport, _sections, print_daily_report
from warehouse.text import say

SITE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)


def figures(world: World, when: date = MONDAY) -> dict[str, Figure]:
    with world.database.reading() as session:
        parts = parts_of(session, when, SITE)
        return {figure.key: figure for part in parts for figure in part.figures}


def values(world: World, when: date = MONDAY) -> dict[str, int]:
    return {key: figure.value for key, figure in figures(world, when).items() if figure.value}


def test_a_day_is_told_from_what_was_done_in_it(world: World):
    work = world.bring(Stage.DISPATCHED)
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.CONFIRMED))
    parcel = world.get(Parcel, work.parcel_id)
    found = values(world)
    expected = {
        "orders_in": 1, "orders_released": 1, "orders_gone": 1,
        "waves_made": 1, "pieces_picked": 3, "checked": 1, "packed": 1,
        "parcels_sealed": 1, "pieces_packed": 3, "parcels_weighed": 1,
        "parcels_gone": 1, "courier_ZTO": 1, "shop_TB_came": 1, "shop_TB_gone": 1,
        "papers": 3, "paper_pick_list": 1, "paper_packing_slip": 1, "paper_waybill": 1,
    }  # fmt: skip
    assert {key: found.get(key) for key in expected} == expected
    told = figures(world)
    assert told["courier_ZTO"].note.params == {"weight": f"{parcel.gross_g / 1000:,.1f}"}
    assert told["shop_TB_gone"].note.params == {"pieces": 3}


def test_the_next_day_holds_nothing_of_it_but_beside_itself(lone: World):
    lone.bring(Stage.DISPATCHED)
    tuesday = figures(lone, MONDAY + timedelta(days=1))
    assert {key for key, figure in tuesday.items() if figure.value} == set()
    assert (tuesday["parcels_gone"].before, tuesday["courier_ZTO"].before) == (1, 1)
    sunday = figures(lone, MONDAY - timedelta(days=1))
    assert {f.value for f in sunday.values()} | {f.before for f in sunday.values()} == {0}


def test_what_is_taken_back_the_same_day_has_not_left(lone: World):
    work = lone.bring(Stage.DISPATCHED)
    lone.do(undo_handover, UndoHandover, handover_id=work.handover_id)
    found = values(lone)
    left = [key for key in found if key.endswith("gone") or key.startswith("courier")]
    assert left == []
    assert found["pieces_packed"] == 3


def test_a_day_ends_at_the_site_s_midnight(lone: World):
    day = day_of(MONDAY, SITE)
    assert (day.begin.isoformat(), day.end.isoformat()) == (
        "2026-03-01T16:00:00+00:00",
        "2026-03-02T16:00:00+00:00",
    )
    order_id = lone.order({lone.add_goods("CAP"): 1})
    for at, seen in ((day.begin, 1), (day.end, 0), (day.end - timedelta(seconds=1), 1)):
        with lone.database.transaction() as session:
            session.execute(sa.update(Order).where(Order.id == order_id).values(received_at=at))
        assert figures(lone)["orders_in"].value == seen


def test_holds_and_late_orders_are_told_by_kind(world: World):
    work = world.bring(Stage.DISPATCHED)
    with world.database.transaction() as session:
        session.execute(
            sa.update(Order).where(Order.id == work.order_id).values(promise_at=Order.dispatched_at)
        )
    assert figures(world)["orders_late"].value == 0
    with world.database.transaction() as session:
        session.execute(sa.update(Order).values(promise_at=day_of(MONDAY, SITE).begin))
    other = world.released({work.goods["MUG"]: 1})
    world.stop(other, HoldKind.MANUAL)
    world.unstop(other)
    found = values(world)
    assert (found["orders_late"], found["holds_released"]) == (1, 1)
    assert (found["holds_raised"], found["hold_manual"]) == (1, 1)


def test_the_report_is_printed_as_often_as_asked_each_as_it_stands(lone: World):
    lone.bring(Stage.DISPATCHED)
    lone.settings(paper_locale="en", site_name="Jiaxing 1")
    for _ in range(2):
        lone.do(print_daily_report, PrintDailyReport, of_day=MONDAY)
    jobs = lone.all(PrintJob, document_kind="daily_report")
    assert [(j.number, j.part, j.copy_no, j.subject) for j in jobs] == [
        ("D20260302", 1, 1, "day:20260302"),
        ("D20260302", 2, 1, "day:20260302"),
    ]
    paper = DailyReport.from_json(jobs[0].facts)
    assert (paper.day, paper.site) == ("Monday, March 2, 2026", "Jiaxing 1")
    shown = {f.name: (f.value, f.before) for s in paper.sections for f in s.figures}
    assert shown["Parcels dispatched"] == ("1", "0")
    tomorrow = {"of_day": MONDAY + timedelta(days=1)}
    lone.refused(InvalidInput, print_daily_report, PrintDailyReport, **tomorrow)


def test_a_house_of_many_shops_has_sections_enough():
    figures = tuple(
        Figure(key=str(number), name=say("Shops"), value=number) for number in range(401)
    )
    assert [len(part) for part in _sections(figures)] == [200, 200, 1]


LARGE = {"trail", "move", "command", "shop_order", "order_hold", "print_job", "handover_parcel",
         "parcel", "parcel_line", "consignment_line", "order_line"}  # fmt: skip


def test_no_large_table_is_read_whole_for_a_day(lone: World):
    lone.bring(Stage.DISPATCHED)
    asked: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    sa.event.listen(lone.database.engine, "before_cursor_execute", note)
    figures(lone)
    sa.event.remove(lone.database.engine, "before_cursor_execute", note)
    with lone.database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        steps = [
            row[3]
            for statement, parameters in asked
            for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(steps) > 20
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in LARGE] == []

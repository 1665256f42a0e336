"""A lot whose last day passed after it was promised: not picked any more, and given back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import SYSTEM, Stage, Work, World
from tests.commands.test_statements import counted
from tests.tracked import by_lot, lots_at, put
from warehouse.commands import USUAL_ZONE, Actor
from warehouse.config import Config
from warehouse.errors import OtherLot
from warehouse.inventory.models import AllocationRelease
from warehouse.orders.models import Consignment, HoldKind
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.tracing.commands.expiring import expire_promised
from warehouse.waves.models import ShortReason, Wave
from warehouse.worker import Worker


def today(world: World) -> date:
    return world.now.astimezone(USUAL_ZONE).date()


def last_minute(world: World, days: int = 0) -> datetime:
    """The end of the site's day; in UTC it is still the afternoon of that day."""
    day = today(world) + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=USUAL_ZONE)


def promised(world: World, stage: Stage, later: int = 5) -> Work:
    """Two pieces promised of lot OLD, good until today, in A-01; of NEW some stand there too."""
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-01", 5, lot="OLD", day=today(world))
    put(world, goods, "A-01", later, lot="NEW", day=date(2099, 1, 1))
    return world.bring(stage, lines={goods: 2}, on_hand=0)


def given(world: World, work: Work, **said: str) -> dict[str, object]:
    (task, *_) = world.open_tasks(work.wave_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    goods = work.goods["SERUM"]
    return {"by": "picker", "task_id": task.id, "barcode": goods.barcode, **said}


def expire(world: World, at: datetime | None = None) -> int:
    actor = Actor(person_id=SYSTEM)
    return expire_promised(world.database, actor=actor, at=at or world.tick(), zone=USUAL_ZONE)


def test_a_promised_lot_is_picked_on_its_last_day_and_no_longer(world: World):
    work = promised(world, Stage.TOTE_BOUND)
    world.now = last_minute(world)
    world.do(confirm_pick, ConfirmPick, **given(world, work, lot="OLD"))
    world.now += timedelta(minutes=2)
    refusal = world.refused(
        OtherLot, confirm_pick, ConfirmPick, **given(world, work, lot="OLD", swap="OLD")
    )
    assert "Lot OLD may not be sold any more" in str(refusal)
    assert lots_at(world, work.tote) == {"OLD": (1, 0)}


def test_a_lot_that_keeps_longer_is_taken_instead_by_a_second_scan(world: World):
    work = promised(world, Stage.TOTE_BOUND)
    world.now += timedelta(days=1)
    refusal = world.refused(OtherLot, confirm_pick, ConfirmPick, **given(world, work, lot="NEW"))
    assert refusal.offered == "NEW"
    world.do(confirm_pick, ConfirmPick, **given(world, work, lot="NEW", swap="NEW"))
    assert lots_at(world, work.tote) == {"NEW": (1, 0)}
    assert world.differences() == []


def test_the_short_pick_it_asks_for_looks_for_other_pieces(world: World):
    work = promised(world, Stage.TOTE_BOUND)
    put(world, work.goods["SERUM"], "B-01", 5, lot="NEW", day=date(2099, 1, 1))
    world.now += timedelta(days=1)
    task_id = given(world, work)["task_id"]
    told = {"task_id": task_id, "reason": ShortReason.DAMAGED}
    world.do(report_short, ReportShort, by="picker", **told)
    assert lots_at(world, "A-01") == {"OLD": (3, 0), "NEW": (5, 0)}
    assert lots_at(world, "B-01") == {"NEW": (5, 2)}
    assert world.holds(work.order_id) == []
    assert world.differences() == []


def test_the_worker_gives_back_what_nobody_has_begun_and_looks_elsewhere_for_the_rest(
    world: World, tmp_path: Path
):
    work = promised(world, Stage.TOTE_BOUND, later=2)
    other = world.bring(Stage.WAVED, work=world.released([(work.goods["SERUM"], 2)]))
    with world.database.transaction() as session:
        session.get_one(Wave, other.wave_id).state = "planned"
    assert expire(world, last_minute(world)) == 0
    config = Config(database_url=str(world.database.url), data_dir=tmp_path, secret_key="test")
    Worker(world.database, config)._expire()  # the machine's clock: long after that day
    assert {r.reason for r in world.all(AllocationRelease)} == {"blocked"}
    assert world.holds(other.order_id) + world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    assert world.state(Wave, other.wave_id) == "cancelled"
    assert lots_at(world, "A-01")["OLD"] == (5, 0)
    assert world.differences() == []
    assert expire(world, last_minute(world, days=1)) == 0


@pytest.mark.parametrize("days", [0, 3])
def test_what_is_too_near_its_end_for_its_sku_is_given_back_too(world: World, days: int):
    world.site()
    goods = by_lot(world, days_before_expiry=days)
    put(world, goods, "A-01", 5, lot="OLD", day=today(world) + timedelta(days=days))
    work = world.bring(Stage.WAVED, lines={goods: 2}, on_hand=0)
    assert expire(world, last_minute(world)) == 0
    assert expire(world, last_minute(world, days=1)) == 1
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    assert world.state(Consignment, work.consignment_id) != "picking"


def test_where_nothing_has_passed_its_day_one_question_is_asked(world: World):
    promised(world, Stage.TOTE_BOUND)
    with counted(world) as sent:
        assert expire(world) == 0
    assert len(sent) <= 1, sent

"""A lot whose last day passed after it was promised: not picked any more, and given back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import SYSTEM, Stage, Work, World
from tests.commands.test_statements import counted
from tests.tracked import by_lot, lots_at, put
from warehouse.checking.commands.count import CheckItem, check_item
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.commands import USUAL_ZONE, Actor
from warehouse.config import Config
from warehouse.dispatch.commands.handover import (
    HandOverParcel,
    OpenHandover,
    hand_over_parcel,
    open_handover,
)
from warehouse.dispatch.models import Handover
from warehouse.errors import OrderStopped, OtherLot, RuleViolation
from warehouse.inventory.models import AllocationRelease
from warehouse.orders.commands.holds import ReleaseHold, release_hold
from warehouse.orders.models import Consignment, Hold, HoldKind
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.stopping.commands import SetAside, set_aside
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
    if later:
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


def tomorrow(world: World) -> None:
    world.now = last_minute(world) + timedelta(minutes=2)


def stopped_for_its_lot(world: World, work: Work) -> None:
    """Put the goods aside; the order goes on by itself and is picked anew from what is good."""
    assert world.holds(work.order_id) == [HoldKind.LOT_UNFIT]
    hold_id = world.one(Hold, order_id=work.order_id, released_at=None).id
    world.refused(RuleViolation, release_hold, ReleaseHold, hold_id=hold_id, note="let it go")
    put(world, work.goods["SERUM"], "B-01", 5, lot="NEW", day=date(2099, 1, 1))
    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, by="checker", **given)
    assert world.holds(work.order_id) == []
    assert lots_at(world, "SET-ASIDE") == {"OLD": (2, 0)}
    assert world.differences() == []


def test_goods_whose_day_came_in_their_tote_are_put_aside_at_the_check(world: World):
    work = promised(world, Stage.PICKED, later=0)
    tomorrow(world)
    stop = world.do(start_check, StartCheck, by="checker", barcode=work.tote)
    assert (stop.screen, stop.subject_id, stop.tone) == ("stop", work.consignment_id, "stop")
    assert "was good until 2026-03-02 only" in str(stop.message)
    stopped_for_its_lot(world, work)


def test_a_check_that_lasts_until_the_next_day_passes_no_lot_that_is_over(world: World):
    work = promised(world, Stage.CHECKING, later=0)
    tomorrow(world)
    goods = work.goods["SERUM"]
    scan = {"check_id": work.check_id, "barcode": goods.barcode, "pieces": 2, "lot": "OLD"}
    assert world.do(check_item, CheckItem, by="checker", **scan).screen == "stop"
    assert world.state(Consignment, work.consignment_id) == "checking"
    stopped_for_its_lot(world, work)


def test_no_parcel_with_a_lot_that_is_over_or_blocked_goes_to_the_courier(world: World):
    work = promised(world, Stage.MATCHED, later=0)
    tomorrow(world)
    visit = world.do(open_handover, OpenHandover, by="shipper", carrier_id=world.carrier_id(work))
    given = {"handover_id": visit.subject_id, "barcode": work.waybill_no}
    stop = world.do(hand_over_parcel, HandOverParcel, by="shipper", **given)
    assert (stop.screen, stop.subject_id) == ("stop", work.consignment_id)
    assert world.one(Handover).refused == 1
    world.refused(OrderStopped, hand_over_parcel, HandOverParcel, by="shipper", **given)
    stopped_for_its_lot(world, work)


def test_the_worker_stops_parcels_whose_lot_is_over_and_leaves_those_packed_in_time(world: World):
    work = promised(world, Stage.PACKED, later=0)
    assert expire(world, last_minute(world)) == 0
    at = last_minute(world) + timedelta(minutes=2)
    assert [expire(world, at), expire(world, at)] == [1, 0]
    world.now = at
    stopped_for_its_lot(world, work)

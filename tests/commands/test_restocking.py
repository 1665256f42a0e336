"""Orders held for short stock go on when the goods are there, whoever freed them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.builders import SYSTEM, Goods, Stage, World
from tests.commands.test_stopping import put_down
from warehouse.commands import Actor
from warehouse.config import Config
from warehouse.orders import restocking
from warehouse.orders.commands.holds import CancelOrder, RaiseHold, cancel_order, raise_hold
from warehouse.orders.models import HoldKind, Order
from warehouse.orders.restocking import audit_supplied
from warehouse.worker import Worker


@pytest.fixture
def tee(world: World) -> Goods:
    world.site()
    return world.sku("TEE")


def supply(world: World) -> int:
    return audit_supplied(world.database, actor=Actor(person_id=SYSTEM), at=world.tick())


def state(world: World, order_id: int) -> tuple[str, list[str]]:
    return world.state(Order, order_id), [str(kind) for kind in world.holds(order_id)]


def test_those_that_came_first_go_on_as_far_as_the_goods_reach(world: World, tee: Goods):
    ids = [world.audited({tee: 2}) for _ in range(3)]
    assert supply(world) == 0
    world.stock(tee, "A-01", 5)
    assert supply(world) == 2
    assert [state(world, i) for i in ids] == [
        ("clean", []), ("clean", []), ("held", ["stock_short"]),
    ]  # fmt: skip
    assert supply(world) == 0


def test_an_order_waits_until_all_its_goods_are_there(world: World, tee: Goods):
    mug = world.sku("MUG")
    both = world.audited([(tee, 1), (mug, 2)])
    world.stock(tee, "A-01", 9)
    assert supply(world) == 0
    world.stock(mug, "A-02", 1)
    assert supply(world) == 0
    world.stock(mug, "A-03", 1)
    assert supply(world) == 1
    assert state(world, both) == ("clean", [])


def test_many_orders_that_cannot_be_supplied_keep_nobody_waiting(
    world: World, tee: Goods, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(restocking, "LOOKED_AT", 2)
    monkeypatch.setattr(restocking, "AT_ONCE", 1)
    gift = world.sku("GIFT")
    many = [world.audited({tee: 1, gift: 1}, receiver_name=f"n{i}") for i in range(3)]
    alone = [world.audited({gift: 1}, receiver_name=f"solo {i}") for i in range(2)]
    urgent = [world.audited({tee: 1, gift: 1}, receiver_name=f"u{i}") for i in range(2)]
    with world.database.transaction() as session:
        session.execute(sa.update(Order).where(Order.id.in_(urgent)).values(is_urgent=True))
    world.stock(gift, "A-01", 50)
    assert supply(world) == 2
    assert [state(world, i) for i in alone] == [("clean", [])] * 2
    assert {state(world, i)[0] for i in many + urgent} == {"held"}
    world.stock(tee, "A-02", 3)
    assert supply(world) == 3
    assert [state(world, i)[0] for i in many + urgent] == ["clean"] + ["held"] * 2 + ["clean"] * 2


def test_other_holds_stay_and_the_order_is_not_looked_at_again(world: World, tee: Goods):
    order_id = world.audited({tee: 1}, buyer_message="red please")
    world.do(raise_hold, RaiseHold, order_id=order_id, note="wait")
    world.stock(tee, "A-01", 1)
    assert (supply(world), supply(world)) == (1, 0)
    assert state(world, order_id) == ("held", ["remark", "manual"])


def test_a_hold_for_short_stock_that_a_person_raised_is_his(world: World, tee: Goods):
    world.stock(tee, "A-01", 1)
    order_id = world.audited({tee: 1})
    kind = HoldKind.STOCK_SHORT
    world.do(raise_hold, RaiseHold, order_id=order_id, kind=kind, note="count it first")
    assert supply(world) == 0
    assert state(world, order_id) == ("held", ["stock_short"])


def test_goods_of_a_cancelled_order_supply_the_next(world: World, tee: Goods):
    world.stock(tee, "A-01", 1)
    first, second = world.audited({tee: 1}), world.audited({tee: 1})
    world.do(cancel_order, CancelOrder, order_id=first, note="changed his mind")
    assert supply(world) == 1
    assert state(world, second) == ("clean", [])


def test_goods_put_aside_supply_the_next(world: World):
    work = world.bring(Stage.PICKED, on_hand=2)
    waiting = world.audited({work.goods["TEE"]: 2})
    world.do(cancel_order, CancelOrder, order_id=work.order_id, note="changed his mind")
    assert supply(world) == 0
    put_down(world, work)
    assert supply(world) == 1
    assert state(world, waiting) == ("clean", [])


def test_nothing_free_costs_two_questions(world: World, tee: Goods):
    for _ in range(3):
        world.audited({tee: 1})
    sent: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest) -> None:
        sent.append(statement)

    sa.event.listen(world.database.engine, "before_cursor_execute", note)
    supply(world)
    sa.event.remove(world.database.engine, "before_cursor_execute", note)
    assert len([s for s in sent if s.startswith(("SELECT", "WITH"))]) <= 3
    assert not [s for s in sent if s.startswith(("UPDATE", "INSERT"))]


def test_the_worker_looks_by_itself(world: World, tee: Goods, tmp_path: Path):
    order_id = world.audited({tee: 1})
    world.stock(tee, "A-01", 1)
    config = Config(database_url=str(world.database.url), data_dir=tmp_path, secret_key="test")
    Worker(world.database, config)._audit_supplied()
    assert state(world, order_id) == ("clean", [])

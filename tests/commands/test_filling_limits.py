"""What a pick bin may hold is asked when it is filled from reserve, and what the book took away."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.placing.models import MoveNote, Why
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
from warehouse.replenishing.commands.planning import PlanTasks, plan_tasks
from warehouse.replenishing.models import Carried, ReplenishTask
from warehouse.storing.commands.moves import (
    MoveBin,
    MovePieces,
    ScrapStock,
    Taken,
    move_bin,
    move_pieces,
    scrap_stock,
)


@pytest.fixture
def tee(world: World) -> Goods:
    """A shirt with pieces in reserve, whose shelf is to be filled up to 12."""
    world.site()
    goods = world.goods_in_reserve()
    with world.database.transaction() as session:
        session.execute(sa.update(Sku).values(length_mm=300, width_mm=200, height_mm=20))
    face = world.one(Bin, code="A-01").id
    world.do(set_face, SetFace, sku_id=goods.id, bin_id=face, least=5, most=12)
    return goods


def limit(world: World, code: str, **values: object) -> None:
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == code).values(**values))


def planned(world: World) -> int:
    """Plan and return the pieces the open task wants."""
    world.do(plan_tasks, PlanTasks)
    return sum(task.pieces for task in world.all(ReplenishTask, state="open"))


def taken(world: World, goods: Goods, pieces: int, place: str = "R-01") -> dict[str, object]:
    """Take the pieces up for the task; return what its next command needs."""
    to = {"by": "li", "task_id": world.one(ReplenishTask, state="open").id}
    world.do(go_to_reserve, GoToReserve, barcode=place, **to)
    world.do(take_from_reserve, TakeFromReserve, barcode=goods.barcode, pieces=pieces, **to)
    return to


def scrapped(world: World, place: str, pieces: int) -> None:
    goods = Taken(bin=place, sku="TEE", pieces=pieces)
    world.do(scrap_stock, ScrapStock, taken=goods, why=Why.DAMAGED)


def there(world: World, goods: Goods) -> dict[str, int]:
    return {place: n for place, n in world.standing(goods).items() if place[1] == "-"}


def test_a_face_that_is_full_gets_what_it_may_hold_and_the_rest_stays_in_hand(world, tee):
    assert planned(world) == 10
    to = taken(world, tee, 10)
    limit(world, "A-01", most_pieces=8)
    put = world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    assert str(put.message) == "6 in A-01, which takes no more. 4 still in hand."
    assert (there(world, tee)["A-01"], world.one(Carried).pieces) == (8, 4)
    world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", **to)
    world.do(put_back_in_reserve, PutBackInReserve, **to)
    assert (planned(world), world.one(ReplenishTask).state) == (0, "done")
    assert there(world, tee) == {"A-01": 8, "R-01": 14, "R-02": 30}


def test_no_more_is_asked_for_than_the_face_may_hold(world, tee):
    limit(world, "A-01", most_pieces=7)
    assert planned(world) == 5


@pytest.mark.parametrize(
    "limits", [{"is_put_closed": True}, {"is_one_sku": True}, {"most_weight_g": 10}]
)
def test_a_closed_mixed_or_loaded_face_takes_nothing(world, tee, limits):
    mug = world.sku("MUG")
    world.stock(mug, "A-01", 1)
    planned(world)
    to = taken(world, tee, 3)
    limit(world, "A-01", **limits)
    world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", why=Why.OTHER, **to)
    assert (there(world, tee)["A-01"], world.one(Carried).pieces) == (2, 3)


def test_another_face_or_one_too_small_is_asked_why(world, tee):
    world.bin("A-02")
    planned(world)
    to = taken(world, tee, 3)
    asked = world.do(put_on_face, PutOnFace, barcode="A-02", **to)
    assert (asked.screen, there(world, tee)["A-01"]) == ("why", 2)
    world.do(put_back_in_reserve, PutBackInReserve, **to)
    assert world.one(Carried).pieces == 3
    limit(world, "A-01", length_mm=100, width_mm=100, height_mm=100)
    world.settings(paper_locale="en")
    said = "A piece is 300 × 200 × 20 mm, A-01 is 100 × 100 × 100 mm inside."
    asked = world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    assert (asked.screen, str(asked.message)) == ("why", f"{said} Why A-01 all the same?")
    world.refused(InvalidInput, put_on_face, PutOnFace, barcode="A-01", why=Why.LOST, **to)
    put = world.do(put_on_face, PutOnFace, barcode="A-01", why=Why.BETTER_PLACE, **to)
    note = world.one(MoveNote)
    assert (there(world, tee)["A-01"], note.why) == (5, Why.BETTER_PLACE)
    assert note.note.startswith(said)
    assert world.one(MoveNote).command_id
    assert put.screen == "next"


def test_a_move_of_the_desk_over_a_measure_says_why(world, tee):
    world.bin("A-02")
    limit(world, "A-02", length_mm=100, width_mm=100, height_mm=100)
    move = {"taken": Taken(bin="R-01", sku="TEE", pieces=1), "to": "A-02"}
    refusal = world.refused(RuleViolation, move_pieces, MovePieces, **move)
    assert refusal.facts["limit"] == "size"
    world.refused(RuleViolation, move_bin, MoveBin, bin="R-01", to="A-02")
    world.do(move_pieces, MovePieces, note="lies on top", **move)
    assert there(world, tee)["A-02"] == 1


def test_what_the_book_took_from_under_a_carrier_is_said_and_the_next_bin_is_gone_to(world, tee):
    planned(world)
    to = taken(world, tee, 4)
    world.bin("R-09", kind=BinKind.RESERVE)
    text = world.refused(RuleViolation, move_bin, MoveBin, bin="R-01", to="R-09").text
    assert "li has 4 × TEE of R-01 in hand." in str(text)
    all_of_it = Taken(bin="R-01", sku="TEE", pieces=there(world, tee)["R-01"])
    world.do(move_pieces, MovePieces, taken=all_of_it, to="R-09")
    gone = world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    assert (gone.screen, there(world, tee)["A-01"]) == ("gone", 2)
    again = world.do(take_from_reserve, TakeFromReserve, barcode=tee.barcode, **to)
    assert (again.screen, world.one(Carried).pieces) == ("gone", 4)
    back = world.do(put_back_in_reserve, PutBackInReserve, **to)
    assert str(back.message) == "Put 4 back into R-09."
    assert world.all(Carried) == []
    task = world.one(ReplenishTask)
    assert (task.state, world.get(Bin, task.from_bin_id).code) == ("open", "R-09")
    world.do(go_to_reserve, GoToReserve, barcode="R-09", **to)


def test_pieces_scrapped_under_a_carrier_go_back_where_they_came_from_to_be_counted(world, tee):
    planned(world)
    to = taken(world, tee, 4)
    scrapped(world, "R-01", 18)
    assert world.do(put_on_face, PutOnFace, barcode="A-01", **to).screen == "gone"
    back = world.do(put_back_in_reserve, PutBackInReserve, **to)
    assert str(back.message) == "Put 4 back into R-01."
    assert world.one(ReplenishTask).state == "open"
    assert world.differences() == []


def test_whoever_stands_at_a_bin_that_was_emptied_is_sent_to_the_next_one(world, tee):
    planned(world)
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    world.do(
        scrap_stock, ScrapStock, taken=Taken(bin="R-01", sku="TEE", pieces=20), why=Why.DAMAGED
    )
    sent = world.do(take_from_reserve, TakeFromReserve, barcode=tee.barcode, **to)
    assert (sent.screen, str(sent.message)) == ("next", "R-01 was emptied meanwhile. Go to R-02.")
    world.do(go_to_reserve, GoToReserve, barcode="R-02", **to)
    world.do(
        scrap_stock, ScrapStock, taken=Taken(bin="R-02", sku="TEE", pieces=30), why=Why.DAMAGED
    )
    sent = world.do(take_from_reserve, TakeFromReserve, barcode=tee.barcode, **to)
    assert (sent.screen, world.one(ReplenishTask).state, world.all(Carried)) == (
        "tasks",
        "empty",
        [],
    )

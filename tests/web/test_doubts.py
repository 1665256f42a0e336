"""Who has more pieces before him than the book has is refused, and the bin is counted, once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import new_id
from warehouse.counting.models import CountBin, CountEvent
from warehouse.people.models import Role
from warehouse.replenishing.commands.levels import SetFace, set_face
from warehouse.replenishing.commands.planning import PlanTasks, plan_tasks
from warehouse.replenishing.models import ReplenishTask


@pytest.fixture
def tee(desk: Desk) -> Goods:
    desk.world.site()
    goods = desk.world.sku("TEE")
    desk.world.stock(goods, "A-01", 3)
    return goods


def doubted(desk: Desk) -> list[tuple[str, str | None]]:
    codes = {b.id: b.code for b in desk.world.all(Bin)}
    return [(codes[b.bin_id], b.event) for b in desk.world.all(CountBin)]


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("move", {"to": "A-02"}),
        ("scrap", {"why": "damaged"}),
        ("adjust", {"why": "lost", "sign": "fewer"}),
        ("quarantine", {"why": "in_doubt"}),
    ],
)
def test_more_at_the_desk_than_the_book_has_opens_a_count_once(desk: Desk, tee, act, more):
    desk.world.bin("A-02")
    form = {"bin": "A-01", "sku": "TEE", "pieces": "8", "note": "seen there", **more}
    for _ in range(2):
        answer = desk.post(f"/stock/act/{act}", **form)
        assert answer.status_code == 409
        said = "A-01 has 3 pieces of TEE, not 8. A-01 will be counted."
        assert said in words_of(answer)
    assert doubted(desk) == [("A-01", CountEvent.NEGATIVE)]


def test_a_number_no_bin_could_hold_is_a_slip_and_counts_nothing(desk: Desk, tee):
    with desk.world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == "A-01").values(most_pieces=40))
    form = {"bin": "A-01", "sku": "TEE", "pieces": "81", "why": "damaged", "note": "x"}
    answer = desk.post("/stock/act/scrap", **form)
    assert answer.status_code == 409
    assert "A-01 takes 40 of it at most: look at the number again." in words_of(answer)
    assert doubted(desk) == []
    desk.post("/stock/act/scrap", **{**form, "pieces": "80"})
    assert doubted(desk) == [("A-01", CountEvent.NEGATIVE)]


def test_promised_pieces_are_no_doubt_until_more_are_wanted_than_stand_there(desk: Desk):
    hat = desk.world.sku("HAT")
    desk.world.bring(Stage.TOTE_BOUND, lines={hat: 2})
    ((code, on_hand),) = ((c, n) for c, n in desk.world.standing(hat).items() if n > 0)
    form = {"bin": code, "sku": "HAT", "why": "damaged", "note": "x"}
    desk.post("/stock/act/scrap", pieces=on_hand, **form)
    assert doubted(desk) == []
    desk.post("/stock/act/scrap", pieces=on_hand + 1, **form)
    assert len(doubted(desk)) == 1


@pytest.mark.parametrize("keyed", ["CMD-WEIGHT-8", None])
def test_more_at_the_stock_tablet_than_the_book_has_opens_a_count(desk: Desk, tee, keyed):
    """Keyed in with goods in hand, or a scan of goods of which the bin has none."""
    mug = desk.world.sku("MUG")

    def scan(code: str, screen: str, subject: object):
        given = {"barcode": code, "screen": screen, "subject": subject, "command_id": new_id()}
        return desk.post("/store/scans", Role.RECEIVER, **given)

    place = desk.world.one(Bin, code="A-01").id
    goods = tee if keyed else mug
    answer = scan(goods.barcode, "bin", place)
    if keyed:
        answer = scan(keyed, "hand", answer.text.split('data-subject="')[1].split('"')[0])
    assert "A-01 will be counted." in words_of(answer)
    assert answer.status_code in (409, 422)
    assert doubted(desk) == [("A-01", CountEvent.NEGATIVE)]


def test_more_fetched_from_reserve_than_the_book_has_opens_a_count(desk: Desk, tee):
    world = desk.world
    world.bin("R-01", kind=BinKind.RESERVE)
    world.stock(tee, "R-01", 5)
    face = world.one(Bin, code="A-01").id
    world.do(set_face, SetFace, sku_id=tee.id, bin_id=face, least=5, most=20)
    world.do(plan_tasks, PlanTasks)
    task = world.one(ReplenishTask).id
    for code, screen, more in (("R-01", "bin", {}), (tee.barcode, "item", {"pieces": 9})):
        given = {"barcode": code, "screen": screen, "subject": task, "command_id": new_id(), **more}
        answer = desk.post("/replenish/scans", Role.RECEIVER, **given)
    assert answer.status_code == 422
    assert "R-01 has 5 free pieces more. R-01 will be counted." in words_of(answer)
    assert doubted(desk) == [("R-01", CountEvent.NEGATIVE)]

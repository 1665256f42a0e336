"""Counts under way learn how many pieces are gone and found, and which numbers were seen last."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from tests.counts import opened
from tests.tracked import by_piece, put
from warehouse import migrations
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import CountEntry, LineState
from warehouse.db import Database


def test_differences_of_counts_under_way_are_told_by_pieces_and_numbers(whole: Database):
    world = World(whole)
    tee, mug, camera = world.sku("TEE"), world.sku("MUG"), by_piece(world)
    world.stock(tee, "A-1", 10)
    world.stock(mug, "A-1", 5)
    put(world, camera, "A-1", serials=("S1", "S2"))
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, tee, 7)
    count.scan(take, mug, 6)
    for code in ("S1", "S9"):
        world.do(count_goods, CountGoods, by="ann", take_id=take, barcode=camera.barcode,
                 serial=code)  # fmt: skip
    count.close(take)
    before = [(x.gone, x.found) for x in count.lines("A-1")]
    seen = [x.serials for x in world.all(CountEntry)]
    migrations.downgrade(whole, "0032")
    names = {c["name"] for c in sa.inspect(whole.engine).get_columns("count_line")}
    assert not names & {"gone", "found"}
    migrations.upgrade(whole)
    assert [(x.gone, x.found) for x in count.lines("A-1")] == before == [(3, 0), (0, 1), (1, 1)]
    assert [x.serials for x in world.all(CountEntry)] == seen
    assert seen == [None, None, {"gone": ["S2"], "found": ["S9"]}]
    again = count.take("A-1", by="bob")
    for code in ("S1", "S9"):
        world.do(count_goods, CountGoods, by="bob", take_id=again, barcode=camera.barcode,
                 serial=code)  # fmt: skip
    count.close(again, by="bob")
    assert count.line("A-1", camera).state is LineState.DIFFERENT

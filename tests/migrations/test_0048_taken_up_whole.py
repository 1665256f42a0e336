"""Hands of before know nothing of what they took up; going back forgets it, the hands stay."""

from __future__ import annotations

from tests.builders import World
from tests.commands.test_whole_bins import bin_id
from warehouse import migrations
from warehouse.db import Database
from warehouse.storing.commands.hand import TakeBin, take_bin
from warehouse.storing.models import Handling


def test_a_hand_comes_through_without_what_it_took_up(whole: Database):
    world = World(whole)
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 2)
    world.do(take_bin, TakeBin, by="li", bin_id=bin_id(world, "A-01"))
    assert world.one(Handling).content == [[tee.id, None, 2, []]]
    migrations.downgrade(whole, "0047")
    migrations.upgrade(whole)
    kept = world.one(Handling)
    assert (kept.pieces, kept.state, kept.content) == (2, "open", None)

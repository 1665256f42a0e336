"""Levels come through; which pick bins were found full is forgotten on the way back."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from tests.commands.test_replenishing import face
from warehouse import migrations
from warehouse.db import Database
from warehouse.replenishing.models import FaceLevel


def test_levels_come_through_without_what_was_said_of_their_bins(whole: Database):
    world = World(whole)
    tee = world.goods_in_reserve()
    face(world, tee, 5, 12)
    with whole.transaction() as session:
        session.execute(sa.update(FaceLevel).values(full_at=world.now))
    migrations.downgrade(whole, "0051")
    migrations.upgrade(whole)
    level = world.one(FaceLevel)
    assert (level.least, level.most, level.full_at) == (5, 12, None)

"""Waybills, void ones too, come through as they are; those of a parcel are found by the index."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database
from warehouse.dispatch.models import Waybill, WaybillState

INDEX = "ix_waybill_parcel_id"


def indexes(database: Database) -> set[str | None]:
    return {index["name"] for index in sa.inspect(database.engine).get_indexes("waybill")}


def test_a_void_waybill_and_the_next_come_through_with_an_index_of_their_parcel(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    first = world.one(Waybill)
    with whole.transaction() as session:
        session.get_one(Waybill, first.id).state = WaybillState.VOID
    again = {"carrier_id": first.carrier_id, "source": first.source, "assigned_at": world.now}
    world.add(Waybill(parcel_id=first.parcel_id, number="AGAIN-1", **again))
    before = world.rows()
    migrations.downgrade(whole, "0039")
    assert INDEX not in indexes(whole)
    migrations.upgrade(whole)
    assert INDEX in indexes(whole)
    assert world.rows() == before
    with pytest.raises(IntegrityError):  # one live one at a time, as before
        world.add(Waybill(parcel_id=first.parcel_id, number="AGAIN-2", **again))

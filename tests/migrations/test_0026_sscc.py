"""Parcels that are there have no number as logistic units; those that get one are alone with it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database
from warehouse.packing.models import Parcel

BEFORE = "0025"
SSCC = "069012340000000016"


def test_parcels_stay_without_a_number_until_they_get_one(whole: Database):
    world = World(whole)
    work = world.bring(Stage.LABELLED)
    before = world.get(Parcel, work.parcel_id).number
    migrations.downgrade(whole, BEFORE)
    migrations.upgrade(whole)
    parcel = world.get(Parcel, work.parcel_id)
    assert (parcel.number, parcel.sscc) == (before, None)
    with whole.transaction() as session:
        session.execute(sa.update(Parcel).values(sscc=SSCC))
    copied = {c.key: getattr(parcel, c.key) for c in sa.inspect(Parcel).column_attrs}
    copied |= {"id": 4242, "number": "P-2", "sequence": 2, "bin_id": 1, "sscc": SSCC}
    with pytest.raises(IntegrityError), whole.transaction() as session:
        session.execute(sa.insert(Parcel).values(copied))

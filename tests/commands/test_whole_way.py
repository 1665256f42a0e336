"""One consignment through every station."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from warehouse.orders.models import Consignment, Order


@pytest.mark.parametrize(
    ("stage", "order", "consignment"),
    [
        (Stage.READY, "released", "ready"),
        (Stage.WAVED, "released", "waved"),
        (Stage.TOTE_BOUND, "released", "picking"),
        (Stage.HALF_PICKED, "released", "picking"),
        (Stage.PICKED, "released", "picked"),
        (Stage.CHECKING, "released", "checking"),
        (Stage.CHECKED, "released", "checked"),
        (Stage.PACKING, "released", "packing"),
        (Stage.PARCEL_OPEN, "released", "packing"),
        (Stage.PACKED, "released", "packed"),
        (Stage.WEIGHED, "released", "packed"),
        (Stage.LABELLED, "released", "packed"),
        (Stage.MATCHED, "released", "packed"),
        (Stage.DISPATCHED, "dispatched", "dispatched"),
    ],
)
def test_each_station_moves_the_consignment_one_state_on(world: World, stage, order, consignment):
    work = world.bring(stage)
    assert world.state(Order, work.order_id) == order
    assert world.state(Consignment, work.consignment_id) == consignment

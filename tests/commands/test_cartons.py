"""The carton taken first is not the last word; an order without a courier keeps nobody waiting."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import CartonType
from warehouse.errors import StaleScreen, UnknownBarcode, WrongScan
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Order, OrderState
from warehouse.packing.commands.carton import ChangeCarton, change_carton
from warehouse.packing.commands.goods import PackRest, pack_rest
from warehouse.packing.models import Parcel


def test_another_carton_takes_the_first_ones_place_and_weight(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    large = world.carton("BOX-XL", tare_g=900)
    world.do(change_carton, ChangeCarton, parcel_id=work.parcel_id, barcode="BOX-XL")
    world.do(pack_rest, PackRest, parcel_id=work.parcel_id)
    parcel = world.get(Parcel, work.parcel_id)
    assert (parcel.carton_type_id, parcel.expected_g) == (large, 900 + 2 * 200 + 300)


def test_only_a_carton_changes_the_carton_of_an_open_parcel(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    given = {"parcel_id": work.parcel_id}
    world.refused(WrongScan, change_carton, ChangeCarton, barcode="A-01", **given)
    world.refused(UnknownBarcode, change_carton, ChangeCarton, barcode="NOPE", **given)
    world.bring(Stage.PACKED, work=work)
    code = world.one(CartonType).code
    world.refused(StaleScreen, change_carton, ChangeCarton, barcode=code, **given)


def test_an_order_without_a_courier_stays_and_the_others_go(world: World):
    world.site()
    goods = world.sku()
    world.stock(goods, "A-1", 9)
    with_courier = world.audited({goods: 1}, carrier_wish="ZTO")
    without = world.audited({goods: 1}, carrier_wish="nobody", receiver_name="王小明")
    world.settings(default_carrier_code="")
    with world.database.transaction() as session:
        session.execute(sa.update(Carrier).values(name="中通"))
    outcome = world.do(release_orders, ReleaseOrders, order_ids=(with_courier, without))
    assert (outcome.facts["released"], outcome.facts["left"]) == (1, 1)
    assert world.get(Order, with_courier).state is OrderState.RELEASED
    assert world.get(Order, without).state is OrderState.CLEAN

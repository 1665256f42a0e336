"""Which SKU a line of a shop means: by code, barcode, or a person's word."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.orders.models import HoldKind, OrderState, SkuMapping


def test_an_unknown_sku_goes_to_the_mapping_page_once(world, shop):
    lines = [{"子订单编号": str(n), "商家编码": "WHAT-1"} for n in range(3)]
    shop.imports(shop.orders({}), shop.items(*lines))
    [mapping] = world.all(SkuMapping)
    assert (mapping.seller_code, mapping.title, mapping.properties, mapping.sku_id) == (
        "WHAT-1", "纯棉T恤", "颜色分类:黑色;尺码:M", None,
    )  # fmt: skip
    assert HoldKind.UNKNOWN_SKU in shop.holds()
    shop.imports(shop.orders({}), shop.items(*lines))
    assert len(world.all(SkuMapping)) == 1


def test_a_line_without_a_code_is_known_by_title_and_properties(world, shop):
    lines = [
        {"子订单编号": "1", "商家编码": ""},
        {"子订单编号": "2", "商家编码": "", "商品属性": "颜色分类:白色;尺码:M"},
    ]
    shop.imports(shop.orders({}), shop.items(*lines))
    assert [m.properties for m in world.all(SkuMapping)] == [
        "颜色分类:黑色;尺码:M",
        "颜色分类:白色;尺码:M",
    ]


def test_what_was_mapped_is_found_by_the_next_import(world, shop):
    paths = shop.orders({}), shop.items({"商家编码": "WHAT-1"})
    shop.imports(*paths)
    goods = world.sku("TEE")
    with world.database.transaction() as session:
        session.execute(sa.update(SkuMapping).values(sku_id=goods.id))
    assert shop.imports(*paths) == (0, 0, 1, 0, 0)
    assert [line.sku_id for line in shop.lines()] == [goods.id]
    assert HoldKind.UNKNOWN_SKU not in shop.holds()


def test_a_barcode_of_one_piece_names_a_sku_and_a_pack_does_not(world, shop):
    goods = world.sku("TEE")
    lines = [
        {"子订单编号": "1", "商家编码": goods.barcode},
        {"子订单编号": "2", "商家编码": goods.pack},
        {"子订单编号": "3", "商家编码": "", "外部系统编号": "TEE"},
    ]
    shop.imports(shop.orders({}), shop.items(*lines))
    assert [line.sku_id for line in shop.lines()] == [goods.id, None, goods.id]


def test_a_service_line_needs_no_sku(world, stocked):
    service = {
        "子订单编号": "9", "商品标题": "送货入户并安装", "商家编码": "", "商品价格": "0.00",
    }  # fmt: skip
    stocked.imports(stocked.orders({}), stocked.items({}, service))
    assert [line.is_service for line in stocked.lines()] == [False, True]
    assert (world.all(SkuMapping), stocked.order().state) == ([], OrderState.CLEAN)

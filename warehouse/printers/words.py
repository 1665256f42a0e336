"""How the kinds of papers read."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.text import Text, say

DOCUMENTS: Mapping[str, Text] = {
    "waybill": say("waybill"),
    "ready_label": say("label of the carrier"),
    "packing_slip": say("packing slip"),
    "carton_label": say("carton label"),
    "return_label": say("return label"),
    "pick_list": say("pick list"),
    "wave_sheet": say("wave sheet"),
    "put_wall_sheet": say("put-wall sheet"),
    "tote_label": say("tote label"),
    "cart_label": say("cart label"),
    "bin_label": say("bin label"),
    "sku_label": say("SKU label"),
    "manifest": say("manifest"),
    "goods_receipt": say("goods receipt"),
    "exchange_out": say("exchange slip"),
    "purchase_order": say("purchase order"),
    "count_sheet": say("count sheet"),
    "count_report": say("count report"),
    "daily_report": say("daily report"),
    "badge_sheet": say("badges"),
    "card_sheet": say("command cards"),
    "separator": say("separator slip"),
    "test_page": say("test page"),
}

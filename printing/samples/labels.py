"""Labels as they come every day; every maker takes the facts that are to be others."""

from __future__ import annotations

from typing import Any

from printing.documents import BinLabel, SkuLabel, TestPage, ToteLabel, Waybill
from printing.samples.parts import carrier, either, items, party, shop, station


def waybill(locale: str = "zh", **changed: Any) -> Waybill:
    """Return the second of two parcels' waybill."""
    facts: dict[str, Any] = {
        "locale": locale,
        "waybill_no": "YT1234567890123",
        "carrier": carrier(locale),
        "receiver": party(locale),
        "sender": shop(locale),
        "sortation": "330-A12-08 052",
        "consolidation": either(locale, "杭州转运中心", "Hangzhou hub"),
        "service": either(locale, "标准快递", "Standard"),
        "order_numbers": ("2100045566778899001", "2100045566778899002"),
        "parcel_no": "P20261121-0042",
        "parcel_index": 1,
        "parcel_count": 2,
        "items": items(locale),
        "remark": either(
            locale, "请放前台，易碎品轻拿轻放", "Leave at the front desk, fragile"
        ),
        "weight_g": 1250,
        "station": station(locale),
        "printed_at": "2026-11-21 18:03",
    }  # fmt: skip
    return Waybill(**(facts | changed))


def tote_label(locale: str = "zh", **changed: Any) -> ToteLabel:
    """Return the label of a tote on a cart."""
    facts: dict[str, Any] = {
        "locale": locale,
        "content": "TOTE-0017",
        "tote": "T-0017",
        "note": either(locale, "拣货车 2", "cart 2"),
    }
    return ToteLabel(**(facts | changed))


def bin_label(locale: str = "zh", **changed: Any) -> BinLabel:
    """Return the label of a bin above its rail."""
    facts: dict[str, Any] = {
        "locale": locale,
        "content": "A-03-2-04",
        "bin_code": "A-03-2-04",
        "zone": either(locale, "A 区", "zone A"),
        "arrow": "up",
    }
    return BinLabel(**(facts | changed))


def sku_label(locale: str = "zh", **changed: Any) -> SkuLabel:
    """Return the label of a piece with an EAN of its own."""
    facts: dict[str, Any] = {
        "locale": locale,
        "content": "6901234567892",
        "sku_code": "TEE-BK-M",
        "name": either(locale, "纯棉圆领T恤 男 夏季透气宽松", "Cotton T-shirt, men, loose fit"),
        "properties": either(locale, "黑色 / M", "black / M"),
    }
    return SkuLabel(**(facts | changed))


def trial_page(locale: str = "zh", **changed: Any) -> TestPage:
    """Return the test page of a label printer."""
    facts: dict[str, Any] = {
        "locale": locale,
        "test_no": "T-17",
        "printer": either(locale, "面单机 1", "Label printer 1"),
        "address": "192.168.1.50:9100",
    }
    return TestPage(**(facts | changed))

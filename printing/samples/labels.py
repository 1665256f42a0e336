"""Labels as they come every day; every maker takes the facts that are to be others."""

from __future__ import annotations

import hashlib
from typing import Any

from printing import gs1
from printing.documents import (
    BinLabel,
    CartLabel,
    CartonLabel,
    LogisticFact,
    ReadyFormat,
    ReadyLabel,
    ReturnLabel,
    SkuLabel,
    TestPage,
    ToteLabel,
    Waybill,
)
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


def cart_label(locale: str = "zh", **changed: Any) -> CartLabel:
    """Return the label of a cart with twelve slots."""
    facts: dict[str, Any] = {
        "locale": locale,
        "content": "CART-02",
        "cart": either(locale, "2 号车", "Cart 2"),
        "slots": 12,
        "note": either(locale, "A、B 区", "zones A, B"),
    }
    return CartLabel(**(facts | changed))


def carton_label(locale: str = "zh", **changed: Any) -> CartonLabel:
    """Return the logistic label of a carton of 48 pieces."""
    told = {
        "02": "06901234567892", "37": "48", "15": "271231", "10": "L20261103",
        "3301": "000086", "400": "PO-20261118-0007",
    }  # fmt: skip
    facts: dict[str, Any] = {
        "locale": locale,
        "sscc": gs1.sscc("6901234", 4711, extension=3),
        "sender": shop(locale),
        "receiver": shop(
            locale,
            name=either(locale, "杭州分仓", "Hangzhou branch"),
            city=either(locale, "杭州市", "Hangzhou"),
            district=either(locale, "余杭区", "Yuhang"),
            detail=either(locale, "良渚街道勾庄路 12 号 3 号库", "12 Gouzhuang Road, hall 3"),
        ),
        "facts": tuple(LogisticFact(ai=ai, value=value) for ai, value in told.items()),
        "carrier": either(locale, "德邦物流", "Deppon Logistics"),
        "contents": either(locale, "纯棉圆领T恤 男 黑色 / M", "Cotton T-shirt, men, black / M"),
        "carton_index": 2,
        "carton_count": 6,
        "printed_at": "2026-11-21 18:03",
    }
    return CartonLabel(**(facts | changed))


def return_label(locale: str = "zh", **changed: Any) -> ReturnLabel:
    """Return the label of a parcel that comes back."""
    facts: dict[str, Any] = {
        "locale": locale,
        "return_no": "R20261124-0007",
        "receiver": shop(locale, name=either(locale, "素然生活 退货组", "Plainly Home returns")),
        "sender": party(locale),
        "order_no": "2100045566778899001",
        "reason": either(locale, "尺码偏大，换 S 码", "Too large, exchange for S"),
        "until": "2026-12-01",
        "pieces": 1,
        "printed_at": "2026-11-24 09:12",
        "station": either(locale, "退货台", "Returns desk"),
    }
    return ReturnLabel(**(facts | changed))


def ready_label(locale: str = "zh", **changed: Any) -> ReadyLabel:
    """Return the second copy of a label the carrier has drawn."""
    facts: dict[str, Any] = {
        "locale": locale,
        "waybill_no": "1Z999AA10123456784",
        "carrier": "UPS",
        "format": ReadyFormat.PDF,
        "media": "100x150",
        "sha256": hashlib.sha256(b"label").hexdigest(),
        "size_bytes": 48_213,
        "copy_no": 2,
        "copied_at": "2026-11-21 18:03",
    }
    return ReadyLabel(**(facts | changed))

"""Documents for the tests of printing: as they come every day, at the edge, and hostile."""

from __future__ import annotations

from typing import Any

from printing.documents import (
    Badge,
    BadgeSheet,
    BinLabel,
    CardSheet,
    Carrier,
    Document,
    Item,
    Manifest,
    ManifestLine,
    PackingSlip,
    Party,
    PickLine,
    PickList,
    SkuLabel,
    TestPage,
    ToteLabel,
    Waybill,
)

HOSTILE = (
    "<b>Robert'); DROP TABLE</b>",
    "a<b & c>d {{7*7}} ${x} %s %(n)s \\x00 {0.__class__}",
    "^XA^FO0,0^FDx^FS^XZ ~HS _5E",
    '" \r\nPRINT 1,9\r\nBITMAP 0,0',
    "\x1b@\x1dV\x00\x10\x04\x01 bell\x07 null\x00 tab\t",
    "مرحبا بالعالم שלום",
    "😀🌸👨‍👩‍👧🏳️‍🌈",
    "\u202eevil\u202c \u2066x\u2069 \u200b\ufeff",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
    "\ud800lone\udfff",
    "㛃䶮𠅤𪻐𤰉𠮷 \ue863 \uffff 𱁬",
    "備" * 4000,
    "x" * 4000,
    "长 " * 2000,
)


def party(**changed: Any) -> Party:
    facts: dict[str, Any] = {
        "name": "欧阳娜娜",
        "phone": "13812345678",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "town": "北山街道",
        "detail": "文三路138号东方通信大厦7楼501室",
    }
    return Party(**(facts | changed))


def shop(**changed: Any) -> Party:
    facts: dict[str, Any] = {
        "name": "素然生活旗舰店",
        "phone": "0571-88990011",
        "province": "浙江省",
        "city": "嘉兴市",
        "district": "南湖区",
        "detail": "东栅街道云海路88号B2仓",
        "is_business": True,
    }
    return Party(**(facts | changed))


ITEMS = (
    Item(name="纯棉圆领T恤 男", properties="黑色 / M", code="TEE-BK-M", pieces=2),
    Item(name="加厚珊瑚绒毛巾", properties="米白", code="TOW-WH", pieces=1),
    Item(name="北欧陶瓷马克杯 350ml", properties="雾蓝", code="MUG-01-BL", pieces=4),
)
YTO = Carrier(code="YTO", name="圆通速递", hotline="95554")


def waybill(**changed: Any) -> Waybill:
    facts: dict[str, Any] = {
        "waybill_no": "YT1234567890123",
        "carrier": YTO,
        "receiver": party(),
        "sender": shop(),
        "sortation": "330-A12-08 052",
        "consolidation": "杭州转运中心",
        "service": "标准快递",
        "order_numbers": ("2100045566778899001", "2100045566778899002"),
        "parcel_no": "P20261121-0042",
        "parcel_index": 1,
        "parcel_count": 2,
        "items": ITEMS,
        "remark": "请放前台，易碎品轻拿轻放",
        "weight_g": 1250,
        "station": "打包台 2",
        "printed_at": "2026-11-21 18:03",
    }
    return Waybill(**(facts | changed))


def packing_slip(**changed: Any) -> PackingSlip:
    facts: dict[str, Any] = {
        "parcel_no": "P20261121-0042",
        "order_numbers": ("2100045566778899001",),
        "receiver": party(),
        "items": ITEMS,
        "shop": "素然生活旗舰店",
        "ordered_on": "2026-11-20",
        "parcel_index": 1,
        "parcel_count": 2,
        "waybill_no": "YT1234567890123",
        "carrier": "圆通速递",
        "buyer_note": "杯子请多包一层，谢谢",
        "greeting": "感谢惠顾！收到后请当面点清；七天无理由退换，请保留本单。",
        "packed_by": "张敏",
        "checked_by": "李强",
        "station": "打包台 2",
        "printed_at": "2026-11-21 18:03",
    }
    return PackingSlip(**(facts | changed))


def pick_list(stops: int = 12, **changed: Any) -> PickList:
    facts: dict[str, Any] = {
        "wave_no": "W1121-03",
        "title": "下午圆通 · 单件",
        "picker": "王芳",
        "cut_off": "18:00",
        "orders": 17,
        "totes": ("T-001", "T-002", "T-003"),
        "lines": tuple(
            PickLine(
                bin_code=f"A-{number // 10:02}-{number % 4 + 1}-{number % 10:02}",
                sku_code=f"TEE-BK-{number}",
                name="纯棉圆领T恤 男" if number % 3 else "加厚珊瑚绒浴巾 成人家用吸水速干大号",
                properties="黑色 / M",
                pieces=number % 5 + 1,
                into=f"格 {number % 8 + 1} ×1",
            )
            for number in range(1, stops + 1)
        ),
        "printed_at": "2026-11-21 15:20",
        "station": "主管台",
    }
    return PickList(**(facts | changed))


def manifest(rows: int = 20, **changed: Any) -> Manifest:
    facts: dict[str, Any] = {
        "manifest_no": "M20261121-YTO-1",
        "carrier": YTO,
        "warehouse": "嘉兴一号仓",
        "handed_over_at": "2026-11-21 18:40",
        "vehicle": "浙F 12345",
        "courier": "陈师傅",
        "note": "另有 2 件待补打，明日交接。",
        "lines": tuple(
            ManifestLine(
                waybill_no=f"YT{1234567890000 + number}",
                parcel_no=f"P20261121-{number:04}",
                order_no=f"21000455667788{number:05}",
                destination=("浙江 杭州", "新疆维吾尔自治区 巴音郭楞蒙古自治州", "上海")[
                    number % 3
                ],
                weight_g=350 + number,
            )
            for number in range(1, rows + 1)
        ),
        "printed_at": "2026-11-21 18:41",
        "station": "发货台",
    }
    return Manifest(**(facts | changed))


def badge_sheet(people: int = 7, **changed: Any) -> BadgeSheet:
    names = (
        "张敏",
        "李强",
        "买买提·吐尔逊",
        "Katarzyna Wiśniewska-Łęcka",
        "王芳",
        "欧阳娜娜",
        "㛃䶮",
    )
    facts: dict[str, Any] = {
        "sheet_no": "B1",
        "site": "嘉兴一号仓",
        "badges": tuple(
            Badge(
                content=f"B-{number:04}-9F3KQ7ZT",
                name=names[number % len(names)],
                roles=("打包", "拣货", "复核")[: number % 3 + 1],
                hint=f"PIN 12345{number % 10}",
            )
            for number in range(people)
        ),
    }
    return BadgeSheet(**(facts | changed))


def every(locale: str = "zh") -> list[tuple[Document, str]]:
    """Every kind of document on every stock it is made for."""
    same: dict[str, Any] = {"locale": locale}
    found: list[tuple[Document, str]] = [
        (waybill(**same), "76x130"),
        (waybill(**same), "100x180"),
        (waybill(**same), "100x150"),
        (packing_slip(**same), "A5"),
        (packing_slip(**same), "A4"),
        (packing_slip(**same), "receipt80"),
        (pick_list(**same), "A4"),
        (pick_list(**same), "A5"),
        (manifest(**same), "A4"),
        (badge_sheet(**same), "A4"),
        (CardSheet(**same), "A4"),
    ]
    tote = ToteLabel(content="TOTE-0017", tote="T-0017", note="拣货车 2", **same)
    bin_label = BinLabel(content="A-03-2-04", bin_code="A-03-2-04", zone="A 区", arrow="up", **same)
    sku = SkuLabel(content="6901234567892", sku_code="TEE-BK-M", name="纯棉圆领T恤 男 夏季透气宽松",
                   properties="黑色 / M", **same)  # fmt: skip
    for stock in ("100x60", "100x50", "80x50", "70x50", "60x40"):
        found += [(tote, stock), (bin_label, stock)]
    found += [(sku, stock) for stock in ("60x40", "40x30", "50x30", "70x50")]
    test = TestPage(test_no="T-17", printer="面单机 1", address="192.168.1.50:9100", **same)
    found += [(test, stock) for stock in ("76x130", "40x30", "100x180", "A4", "receipt80", "A5")]
    return found

"""Sheets as they come every day; every maker takes the facts that are to be others."""

from __future__ import annotations

from typing import Any

from printing.documents import (
    Badge,
    BadgeSheet,
    CardSheet,
    Manifest,
    ManifestLine,
    PackingSlip,
    PickLine,
    PickList,
)
from printing.samples.parts import carrier, either, items, party, station

PEOPLE = (
    *("张敏", "李强", "买买提·吐尔逊", "Katarzyna Wiśniewska-Łęcka", "王芳", "欧阳娜娜", "㛃䶮"),
)
PLACES = ("浙江 杭州", "新疆维吾尔自治区 巴音郭楞蒙古自治州", "上海")


def packing_slip(locale: str = "zh", **changed: Any) -> PackingSlip:
    """Return the slip of a parcel with three lines."""
    facts: dict[str, Any] = {
        "locale": locale,
        "parcel_no": "P20261121-0042",
        "order_numbers": ("2100045566778899001",),
        "receiver": party(locale),
        "items": items(locale),
        "shop": either(locale, "素然生活旗舰店", "Plainly Home"),
        "ordered_on": "2026-11-20",
        "parcel_index": 1,
        "parcel_count": 2,
        "waybill_no": "YT1234567890123",
        "carrier": carrier(locale).name,
        "buyer_note": either(
            locale, "杯子请多包一层，谢谢", "Please wrap the mugs twice, thank you"
        ),
        "greeting": either(
            locale,
            "感谢惠顾！收到后请当面点清；七天无理由退换，请保留本单。",
            "Thank you. Please count the goods on arrival; keep this slip for returns.",
        ),
        "packed_by": either(locale, "张敏", "Min Zhang"),
        "checked_by": either(locale, "李强", "Qiang Li"),
        "station": station(locale),
        "printed_at": "2026-11-21 18:03",
    }
    return PackingSlip(**(facts | changed))


def pick_list(stops: int = 12, locale: str = "zh", **changed: Any) -> PickList:
    """Return the list of a wave with so many stops."""
    facts: dict[str, Any] = {
        "locale": locale,
        "wave_no": "W1121-03",
        "title": either(locale, "下午圆通 · 单件", "Afternoon, YTO, single pieces"),
        "picker": either(locale, "王芳", "Fang Wang"),
        "cut_off": "18:00",
        "orders": 17,
        "totes": ("T-001", "T-002", "T-003"),
        "lines": tuple(_pick_line(locale, number) for number in range(1, stops + 1)),
        "printed_at": "2026-11-21 15:20",
        "station": either(locale, "主管台", "Desk"),
    }
    return PickList(**(facts | changed))


def _pick_line(locale: str, number: int) -> PickLine:
    shirt = either(locale, "纯棉圆领T恤 男", "Cotton T-shirt, men")
    towel = either(locale, "加厚珊瑚绒浴巾 成人家用吸水速干大号", "Coral fleece bath towel, large")
    slot = either(locale, "格", "slot")
    return PickLine(
        bin_code=f"A-{number // 10:02}-{number % 4 + 1}-{number % 10:02}",
        sku_code=f"TEE-BK-{number}",
        name=shirt if number % 3 else towel,
        properties=either(locale, "黑色 / M", "black / M"),
        pieces=number % 5 + 1,
        into=f"{slot} {number % 8 + 1} ×1",
        lot=f"L2611-{number:02}" if number % 4 == 0 else "",
        best_before="2027-03-31" if number % 4 == 0 else "",
    )


def manifest(rows: int = 20, locale: str = "zh", **changed: Any) -> Manifest:
    """Return the manifest of a handover of so many parcels."""
    facts: dict[str, Any] = {
        "locale": locale,
        "manifest_no": "M20261121-YTO-1",
        "carrier": carrier(locale),
        "warehouse": either(locale, "嘉兴一号仓", "Jiaxing 1"),
        "handed_over_at": "2026-11-21 18:40",
        "vehicle": "浙F 12345",
        "courier": either(locale, "陈师傅", "Mr Chen"),
        "note": either(
            locale, "另有 2 件待补打，明日交接。", "Two more parcels go with tomorrow's van."
        ),
        "lines": tuple(
            ManifestLine(
                waybill_no=f"YT{1234567890000 + number}",
                parcel_no=f"P20261121-{number:04}",
                order_no=f"21000455667788{number:05}",
                destination=PLACES[number % len(PLACES)],
                weight_g=350 + number,
            )
            for number in range(1, rows + 1)
        ),
        "printed_at": "2026-11-21 18:41",
        "station": either(locale, "发货台", "Dispatch"),
    }
    return Manifest(**(facts | changed))


def badge_sheet(people: int = 7, locale: str = "zh", **changed: Any) -> BadgeSheet:
    """Return the badges of so many people."""
    roles = [either(locale, *pair) for pair in
             (("打包", "packer"), ("拣货", "picker"), ("复核", "checker"))]  # fmt: skip
    facts: dict[str, Any] = {
        "locale": locale,
        "sheet_no": "B1",
        "site": either(locale, "嘉兴一号仓", "Jiaxing 1"),
        "badges": tuple(
            Badge(
                content=f"B-{number:04}-9F3KQ7ZT",
                name=PEOPLE[number % len(PEOPLE)],
                roles=tuple(roles[: number % 3 + 1]),
                hint=f"PIN 12345{number % 10}",
            )
            for number in range(people)
        ),
    }
    return BadgeSheet(**(facts | changed))


def card_sheet(locale: str = "zh", **changed: Any) -> CardSheet:
    """Return the command cards of a bench."""
    return CardSheet(**({"locale": locale} | changed))

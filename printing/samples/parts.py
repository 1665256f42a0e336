"""People, shops, carriers and goods of the samples, in both languages."""

from __future__ import annotations

from typing import Any

from printing.documents import Carrier, Item, Party
from printing.documents.base import Locale


def either(locale: str, chinese: str, english: str) -> str:
    """Return the words in the paper's language."""
    return chinese if locale == Locale.ZH else english


def party(locale: str = "zh", **changed: Any) -> Party:
    """Return a receiver at home."""
    facts: dict[str, Any] = {
        "name": either(locale, "欧阳娜娜", "Katarzyna Wiśniewska"),
        "phone": either(locale, "13812345678", "+48 601 234 567"),
        "province": either(locale, "浙江省", "Mazowieckie"),
        "city": either(locale, "杭州市", "Warszawa"),
        "district": either(locale, "西湖区", "Mokotów"),
        "town": either(locale, "北山街道", ""),
        "detail": either(locale, "文三路138号东方通信大厦7楼501室", "ul. Puławska 138, m. 501"),
    }
    return Party(**(facts | changed))


def shop(locale: str = "zh", **changed: Any) -> Party:
    """Return the shop that sends."""
    facts: dict[str, Any] = {
        "name": either(locale, "素然生活旗舰店", "Plainly Home"),
        "phone": "0571-88990011",
        "province": either(locale, "浙江省", "Zhejiang"),
        "city": either(locale, "嘉兴市", "Jiaxing"),
        "district": either(locale, "南湖区", "Nanhu"),
        "detail": either(locale, "东栅街道云海路88号B2仓", "88 Yunhai Road, hall B2"),
        "is_business": True,
    }
    return Party(**(facts | changed))


_GOODS = (
    ("纯棉圆领T恤 男", "Cotton T-shirt, men", "黑色 / M", "black / M", "TEE-BK-M", 2),
    ("加厚珊瑚绒毛巾", "Coral fleece towel", "米白", "off-white", "TOW-WH", 1),
    ("北欧陶瓷马克杯 350ml", "Stoneware mug 350 ml", "雾蓝", "mist blue", "MUG-01-BL", 4),
)


def items(locale: str = "zh") -> tuple[Item, ...]:
    """Return what one parcel holds: three lines, seven pieces."""
    return tuple(
        Item(
            name=either(locale, zh, en),
            properties=either(locale, zh_variant, en_variant),
            code=code,
            pieces=pieces,
        )
        for zh, en, zh_variant, en_variant, code, pieces in _GOODS
    )


def carrier(locale: str = "zh") -> Carrier:
    """Return a courier."""
    return Carrier(code="YTO", name=either(locale, "圆通速递", "YTO Express"), hotline="95554")


def station(locale: str = "zh") -> str:
    """Return where the sample was printed."""
    return either(locale, "打包台 2", "Bench 2")

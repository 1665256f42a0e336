"""What the example desk pages show, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

PLACES = {
    "zh": ("首页", "订单", "波次", "库存", "打印", "报表"),
    "en": ("Home", "Orders", "Waves", "Stock", "Printing", "Reports"),
}
CHIPS = {
    "zh": ("待审核", "挂起", "待补货", "可发", "作业中", "将超时"),
    "en": ("to audit", "held", "waiting for stock", "ready", "in work", "late"),
}
WHY = {
    "zh": (("有留言待阅", "attention", "已阅"), ("缺货 1 件", "attention", "去补货"),
           ("退款中", "stop", None), ("可发", "ok", None), ("拣货中", "waiting", None)),
    "en": (("memo to read", "attention", "Read"), ("1 piece short", "attention", "To stock"),
           ("refund asked", "stop", None), ("ready", "ok", None), ("picking", "waiting", None)),
}  # fmt: skip
EVENTS = {
    "zh": (("挂起：有留言待阅", None, "attention"), ("审核通过", "李娜", "ok"),
           ("导入 订单报表 11-21", None, None)),
    "en": (("Held: memo to read", None, "attention"), ("Released", "李娜", "ok"),
           ("Imported", None, None)),
}  # fmt: skip


def desk_words(locale: str) -> dict[str, Any]:
    """Everything the example desk pages print."""
    is_zh = locale == "zh"
    whys = WHY[locale]
    at = datetime(2026, 11, 21, 10, 4, tzinfo=UTC)
    return {
        "nav": [
            {"href": "#", "label": label, "current": i == 1}
            for i, label in enumerate(PLACES[locale])
        ],
        "chips": [
            {"href": "#", "label": label, "count": count, "current": i == 1, "tone": tone}
            for i, (label, count, tone) in enumerate(
                zip(CHIPS[locale], (42, 17, 6, 230, 118, 3), (None,) * 5 + ("stop",), strict=True)
            )
        ],
        "orders": [
            {
                "number": f"21000317700{17 + i}",
                "buyer": ("tb测试01", "小王爱买", "t***8", "aaron_w")[i % 4],
                "pieces": 1 + i % 4,
                "why": whys[i % 5][0],
                "tone": whys[i % 5][1],
                "act": whys[i % 5][2],
                "promise": "18:00 (还剩 2 小时)" if is_zh else "18:00 (2 h left)",
                "age": f"{2 + i} {'小时' if is_zh else 'h'}",
            }
            for i in range(12)
        ],
        "held": whys[0][0],
        "events": [
            {"at": at, "text": text, "who": who, "where": None, "tone": tone}
            for text, who, tone in EVENTS[locale]
        ],
        "facts": [
            ("收件人" if is_zh else "Name", "王*"),
            ("电话" if is_zh else "Phone", "138****0000"),
            ("地址" if is_zh else "Address", "江苏省 苏州市 张家港市 杨舍镇 ****"),
            ("快递" if is_zh else "Courier", "顺丰"),
        ],
    }

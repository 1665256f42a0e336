"""What is asked of a supplier."""

from __future__ import annotations

from typing import Any

from printing.documents import PurchaseLine, PurchaseOrder
from printing.samples.parts import either, items

_PRICES_FEN = (1_850, 620, 1_240)


def purchase_order(locale: str = "zh", **changed: Any) -> PurchaseOrder:
    """Return an order of three lines on its way."""
    lines = tuple(
        PurchaseLine(
            sku_code=item.code,
            name=item.name,
            properties=item.properties,
            pieces=item.pieces * 60,
            price=_yuan(fen),
            worth=_yuan(fen * item.pieces * 60),
            expected_on="2026-12-05" if item.pieces > 1 else "",
        )
        for item, fen in zip(items(locale), _PRICES_FEN, strict=True)
    )
    total = sum(f * i.pieces * 60 for i, f in zip(items(locale), _PRICES_FEN, strict=True))
    facts: dict[str, Any] = {
        "locale": locale,
        "order_no": "PO20261121-004",
        "supplier": either(locale, "桐乡悦织针织厂", "Yuezhi Knitwear"),
        "supplier_code": "YZ",
        "contact": either(locale, "沈洁 0573-88120044", "Jie Shen, 0573-88120044"),
        "buyer": either(locale, "素然生活 · 嘉兴仓", "Plainly Home, Jiaxing"),
        "address": either(locale, "浙江省嘉兴市南湖区云海路88号B2仓", "88 Yunhai Road, hall B2"),
        "phone": "0571-88990011",
        "ordered_on": "2026-11-21",
        "expected_on": "2026-12-01",
        "terms": either(locale, "月结30天，送货上门。", "30 days net, delivered."),
        "total": _yuan(total),
        "lines": lines,
        "note": either(locale, "请按颜色分箱。", "Please pack each colour apart."),
        "printed_at": "2026-11-21 16:10",
    }
    return PurchaseOrder(**(facts | changed))


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"

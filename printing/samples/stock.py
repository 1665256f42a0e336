"""Papers about goods in the house, and the day's report."""

from __future__ import annotations

from typing import Any

from printing.documents import (
    CountedLine,
    CountLine,
    CountReport,
    CountSheet,
    DailyReport,
    ExchangeLine,
    ExchangeOut,
    Figure,
    GoodsReceipt,
    ReceiptLine,
    Section,
)
from printing.samples.parts import either, items


def goods_receipt(locale: str = "zh", **changed: Any) -> GoodsReceipt:
    """Return the receipt of a delivery with a few pieces rejected."""
    facts: dict[str, Any] = {
        "locale": locale,
        "receipt_no": "GR20261121-003",
        "supplier": either(locale, "桐乡悦织针织厂", "Yuezhi Knitwear"),
        "supplier_paper_no": "YZ-88231",
        "received_at": "2026-11-21 09:40",
        "received_by": either(locale, "赵磊", "Lei Zhao"),
        "lines": tuple(
            ReceiptLine(
                sku_code=item.code, name=item.name, properties=item.properties,
                announced=item.pieces * 50, accepted=item.pieces * 50 - place,
                rejected=place, place=f"A-0{place + 1}-1-02",
            )
            for place, item in enumerate(items(locale))
        ),
        "note": either(locale, "一箱外包装破损，已拍照。", "One carton arrived torn; see photos."),
        "printed_at": "2026-11-21 10:05",
        "station": either(locale, "收货口", "Dock"),
    }  # fmt: skip
    return GoodsReceipt(**(facts | changed))


def receipt_correction(locale: str = "zh", **changed: Any) -> GoodsReceipt:
    """Return what corrects that receipt: pieces too many, too few, and one that is faulty."""
    first, second, third = items(locale)
    lot = {"lot": "L2026-0911", "best_before": "2028-09-10"}
    changes: tuple[tuple[Any, int, dict[str, Any]], ...] = (
        (first, 50, {"accepted": 2}),
        (second, 120, {"accepted": -3, **lot}),
        (second, 80, {"accepted": 3, **lot, "lot": "L2026-0912"}),
        (third, 48, {"accepted": -1, "serials": "−SN-20260911-0007"}),
        (third, 2, {"accepted": 0, "rejected": 1, "is_rejected": True,
                    "serials": "+SN-20260911-0007"}),
    )  # fmt: skip
    facts: dict[str, Any] = {
        "receipt_no": "GR20261121-007",
        "corrects_no": "GR20261121-003",
        "received_at": "2026-11-21 15:20",
        "reason": either(locale, "复点：第三箱漏点两件。", "Counted anew: carton 3 has two more."),
        "note": "",
        "lines": tuple(
            ReceiptLine(
                sku_code=item.code, name=item.name, properties=item.properties, booked=booked,
                place="A-01-1-02", **change,
            )
            for item, booked, change in changes
        ),
        "printed_at": "2026-11-21 15:21",
    }  # fmt: skip
    return goods_receipt(locale, **(facts | changed))


def exchange_out(locale: str = "zh", **changed: Any) -> ExchangeOut:
    """Return the slip of faulty pieces on their way back to the supplier."""
    faults = (("抽丝", "Pulled thread"), ("色差", "Off colour"), ("杯口缺损", "Chipped rim"))
    known: tuple[dict[str, str], ...] = (
        {}, {"lot": "YZ2611-A", "best_before": "2027-11-30"},
        {"serials": " ".join(f"SN202611000{n}" for n in range(17, 21))},
    )  # fmt: skip
    facts: dict[str, Any] = {
        "locale": locale,
        "exchange_no": "EX20261122-001",
        "supplier": either(locale, "桐乡悦织针织厂", "Yuezhi Knitwear"),
        "warehouse": either(locale, "嘉兴一号仓", "Jiaxing 1"),
        "receipt_no": "GR20261121-003",
        "sent_on": "2026-11-22",
        "due_on": "2026-12-06",
        "lines": tuple(
            ExchangeLine(
                sku_code=item.code, name=item.name, properties=item.properties,
                pieces=item.pieces, fault=either(locale, *fault), **kept,
            )
            for item, fault, kept in zip(items(locale), faults, known, strict=True)
        ),
        "printed_at": "2026-11-22 14:30",
        "station": either(locale, "收货口", "Dock"),
    }  # fmt: skip
    return ExchangeOut(**(facts | changed))


BY_LOT, BY_PIECE = range(4, 2_000, 9), range(7, 2_000, 9)  # lines of goods kept like that


def count_sheet(bins: int = 18, locale: str = "zh", **changed: Any) -> CountSheet:
    """Return a blind count of so many bins."""
    goods = items(locale)
    facts: dict[str, Any] = {
        "locale": locale,
        "session_no": "PD261128-01",
        "sheet_no": "PD261128-01-03",
        "zone": either(locale, "A 区", "Zone A"),
        "counter": either(locale, "李强", "Qiang Li"),
        "due_on": "2026-11-28",
        "lines": tuple(
            CountLine(
                bin_code=f"A-{at // 6 + 1:02}-{at % 3 + 1}-{at % 6 + 1:02}",
                sku_code=goods[at % len(goods)].code,
                name=goods[at % len(goods)].name,
                properties=goods[at % len(goods)].properties,
                has_lots=at in BY_LOT,
                has_best_before=at in BY_LOT[::2],
                has_serials=at in BY_PIECE,
            )
            for at in range(bins)
        ),
        "printed_at": "2026-11-28 08:00",
    }
    return CountSheet(**(facts | changed))


def count_report(differences: int = 9, locale: str = "zh", **changed: Any) -> CountReport:
    """Return the result of a monthly count with so many differences."""
    goods = items(locale)
    reasons = (("放错货位", "put into another bin"), ("丢失", "lost"), ("漏记移动", "not booked"))
    facts: dict[str, Any] = {
        "locale": locale,
        "session_no": "PD261128-01",
        "name": either(locale, "11 月月度盘点", "Count of November"),
        "state": either(locale, "已完成", "finished"),
        "begun_at": "2026-11-28 08:00",
        "ended_at": "2026-11-28 17:20",
        "counters": either(locale, "李强、赵磊", "Qiang Li, Lei Zhao"),
        "bins": "412 / 412",
        "agreed": "1,208 / 1,217",
        "by_bin": "98.06 %",
        "by_line": "99.26 %",
        "by_piece": "99.81 %",
        "by_value": "99.74 %",
        "missing": "17",
        "found": "6",
        "net_value": "-¥312.40",
        "lines": tuple(
            CountedLine(
                bin_code=f"A-{at // 6 + 1:02}-{at % 3 + 1}-{at % 6 + 1:02}",
                sku_code=goods[at % len(goods)].code,
                name=goods[at % len(goods)].name,
                properties=goods[at % len(goods)].properties,
                counted=20 - at % 4 * 3,
                book=20 - at % 3,
                value=f"{(at % 3 - at % 4 * 3) * 12.5:+.2f}",
                reason=either(locale, *reasons[at % len(reasons)]),
            )
            for at in range(differences)
        ),
        "printed_at": "2026-11-28 17:25",
    }
    return CountReport(**(facts | changed))


_DAY = (
    (("订单", "Orders"), (
        ("收到订单", "Orders received", "1,284", "1,102", "", ""),
        ("已发货", "Shipped", "1,197", "1,088", "", ""),
        ("逾期未发", "Late", "3", "0", "均为缺货", "all short of stock"),
    )),
    (("作业", "Floor"), (
        ("拣货件数", "Pieces picked", "3,406", "3,011", "", ""),
        ("复核差错", "Mismatches at the check", "7", "9", "0.21%", "0.21 %"),
        ("补打面单", "Labels printed again", "4", "6", "", ""),
    )),
    (("库存", "Stock"), (
        ("低于警戒线的 SKU", "SKUs below their limit", "12", "15", "见补货单", "see the list"),
        ("退货入库", "Returned into stock", "38", "41", "", ""),
    )),
)  # fmt: skip


def daily_report(locale: str = "zh", **changed: Any) -> DailyReport:
    """Return the report of a busy Saturday."""
    facts: dict[str, Any] = {
        "locale": locale,
        "report_no": "D20261121",
        "day": either(locale, "2026年11月21日 星期六", "Saturday, 21 November 2026"),
        "site": either(locale, "嘉兴一号仓", "Jiaxing 1"),
        "sections": tuple(
            Section(
                title=either(locale, *title),
                figures=tuple(
                    Figure(name=either(locale, zh, en), value=value, before=before,
                           note=either(locale, zh_note, en_note))
                    for zh, en, value, before, zh_note, en_note in figures
                ),
            )
            for title, figures in _DAY
        ),
        "printed_at": "2026-11-22 00:05",
    }  # fmt: skip
    return DailyReport(**(facts | changed))

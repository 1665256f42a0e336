"""How many waybills a second: ours as single files, in one run of many, and on to printer dots.

The baseline of the same run is the plain way with the same library and face: reportlab's own Code
128 and QR drawings and one drawString for each of the same lines, one document for each label.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from printing.documents import Carrier, Item, Party, Waybill
from printing.fonts import BOLD, FOLDER, REGULAR
from printing.media import STOCKS, media
from printing.renderers import raster, zpl
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import TextMark

DEFAULT_LABELS = 200
STOCK = "100x150"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="labels", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--labels", type=int, default=DEFAULT_LABELS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures = measure(max(10, options.labels))
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:32} {value}")
    return 0


def measure(count: int = DEFAULT_LABELS) -> dict[str, Any]:
    """Return labels per second each way, the 95th percentile of one label, and the ratio."""
    labels = [_label(number) for number in range(count)]
    stock = media(STOCK)
    lines = [
        [m.text for m in layout(one, stock)[0].marks if isinstance(m, TextMark)] for one in labels
    ]
    for face in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(f"Plain{face}", str(FOLDER / f"{face}.ttf")))
    ways: dict[str, Callable[[int], bytes]] = {
        "baseline": lambda at: _plain(labels[at].waybill_no, lines[at]),
        "single": lambda at: render(labels[at], stock),
        "single_to_zpl": lambda at: zpl.encode(raster.bitmaps(render(labels[at], stock), dpi=203)),
    }
    for way in ways.values():
        way(0)  # fonts are read once in the life of a process, not once a label
    times = {name: _timed(way, count) for name, way in ways.items()}
    started = time.process_time()
    paint([layout(one, stock)[0] for one in labels], "wave")
    batch_s = time.process_time() - started
    rate = {name: count / sum(each) for name, each in times.items()}
    return {
        "name": "labels",
        "labels": count,
        "media": STOCK,
        "baseline_per_s": round(rate["baseline"], 1),
        "single_per_s": round(rate["single"], 1),
        "single_to_zpl_per_s": round(rate["single_to_zpl"], 1),
        "batch_per_s": round(count / batch_s, 1),
        "single_p95_ms": round(statistics.quantiles(times["single"], n=20)[-1] * 1000, 1),
        "ratio_single_to_baseline": round(rate["single"] / rate["baseline"], 2),
    }


def _timed(way: Callable[[int], bytes], count: int) -> list[float]:
    """Return the CPU seconds of each label: other load on the machine does not count."""
    spent: list[float] = []
    for at in range(count):
        started = time.process_time()
        way(at)
        spent.append(time.process_time() - started)
    return spent


def _label(number: int) -> Waybill:
    surnames, given = "张王李赵陈刘杨黄周吴", "敏强芳娜伟静丽军洋勇艳杰涛明超霞平刚桂英"
    who = surnames[number % 10] + given[number % 20] + given[(number * 7 + 3) % 20]
    return Waybill(
        waybill_no=f"YT{1234567890123 + number}",
        carrier=Carrier(code="YTO", name="圆通速递", hotline="95554"),
        receiver=Party(
            name=who, phone=f"138{number:08}", province="浙江省", city="杭州市", district="西湖区",
            detail=f"文三路{number}号东方通信大厦{number % 30}楼501室",
        ),
        sender=Party(name="素然生活旗舰店", phone="0571-88990011", province="浙江省", city="嘉兴市",
                     district="南湖区", detail="云海路88号", is_business=True),
        sortation=f"330-A{number % 90:02}-08 {number % 999:03}",
        consolidation="杭州转运中心",
        order_numbers=(str(2100045566778890000 + number),),
        parcel_no=f"P{number:06}",
        items=(Item(name="纯棉圆领T恤 男", properties="黑色 / M", code="TEE-BK-M", pieces=2),),
        remark="请放前台，易碎品轻拿轻放",
        weight_g=1250,
        printed_at="2026-11-21 18:03",
    )  # fmt: skip


def _plain(number: str, lines: Sequence[str]) -> bytes:
    out = BytesIO()
    stock = STOCKS[STOCK]
    canvas = Canvas(out, pagesize=(stock.width_mm * mm, stock.height_mm * mm))
    for height, y in ((14 * mm, 120 * mm), (9 * mm, 45 * mm)):
        Code128(number, barWidth=0.375 * mm, barHeight=height).drawOn(canvas, 5 * mm, y)
    drawing = Drawing(15 * mm, 15 * mm)
    drawing.add(QrCodeWidget(number, barWidth=15 * mm, barHeight=15 * mm))
    renderPDF.draw(drawing, canvas, 80 * mm, 5 * mm)
    for place, line in enumerate(lines):
        canvas.setFont(f"Plain{BOLD if place % 2 else REGULAR}", 9)
        canvas.drawString(5 * mm, (110 - place * 4) * mm, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())

"""What a waybill costs: in a wave of 500, alone as printer dots, and after 20,000 of them.

The baseline of the same run is the plain way with the same library and face: reportlab's own Code
128 and QR drawings and one drawString for each of the same lines, one document for each label.
Rounds of all ways alternate, so that a busy neighbour slows all of them; all times are CPU. No
label is drawn twice, so that none is found in a memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from printing.documents import Carrier, Document, Item, Party, Waybill
from printing.fonts import BOLD, FOLDER, REGULAR
from printing.media import STOCKS, media
from printing.renderers import raster, zpl
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import TextMark
from printing.samples import Content, sample

ROOT = Path(__file__).resolve().parents[1]
STOCK = "100x150"
FORMS = ("76x130", "100x150", "100x180", "4x6in")
ROUNDS = 5
WAVE = 500
SINGLES = 60
MANY = 20_000
FEW = 2_000
ALONE_EVERY = 10  # of the many, one in ten is drawn alone and sent on as dots as well


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="labels", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--memory", action="store_true", help="only the peak of memory")
    options = parser.parse_args(argv)
    figures = memory() if options.memory else measure()
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:32} {value}")
    return 0


def measure() -> dict[str, Any]:
    """Return CPU milliseconds a label each way, the ratio to the plain way, sizes and memory."""
    for face in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(f"Plain{face}", str(FOLDER / f"{face}.ttf")))
    numbers = count()
    _round(numbers, wave=1, singles=1)  # faces are read once in the life of a process
    rounds = [_round(numbers, wave=WAVE, singles=SINGLES) for _ in range(ROUNDS)]
    plain_ms = statistics.median(one["plain"] for one in rounds)
    wave_ms = statistics.median(one["wave"] for one in rounds)
    alone = sorted(ms for one in rounds for ms in one["alone"])
    return {
        "name": "labels",
        "media": STOCK,
        "plain_ms": plain_ms,
        "wave_ms_per_label": wave_ms,
        "wave_against_plain": plain_ms / wave_ms,
        "pdf_alone_ms": statistics.median(one["pdf"] for one in rounds),
        "alone_to_dots_p50_ms": statistics.median(alone),
        "alone_to_dots_p95_ms": alone[len(alone) * 95 // 100],
        "z64_largest_bytes": max(one["z64"] for one in rounds),
        **_filled(),
        "pdf_alone_bytes": rounds[0]["bytes"],
        **_memory_of_another_process(),
    }


def _round(numbers: count[int], *, wave: int, singles: int) -> dict[str, Any]:
    stock = media(STOCK)
    of_plain, of_wave, of_pdf, of_dots = (
        [_label(next(numbers)) for _ in range(many)] for many in (singles, wave, singles, singles)
    )
    lines = [
        [m.text for m in layout(one, stock)[0].marks if isinstance(m, TextMark)] for one in of_plain
    ]
    plain = _timed(lambda: [_plain(o.waybill_no, t) for o, t in zip(of_plain, lines, strict=True)])
    in_wave = _timed(lambda: paint([layout(one, stock)[0] for one in of_wave], "wave"))
    pdf = _timed(lambda: [render(one, stock) for one in of_pdf])
    maps: list[list[raster.Bitmap]] = []

    def to_dots(one: Waybill) -> None:
        maps.append(raster.bitmaps(render(one, stock), dpi=203))

    alone = [_timed(lambda one=one: to_dots(one)) for one in of_dots]
    return {
        "plain": plain / singles,
        "wave": in_wave / wave,
        "pdf": pdf / singles,
        "alone": alone,
        "z64": max(len(zpl.encode(bitmap)) for bitmap in maps),
        "bytes": len(render(of_pdf[0], stock)),
    }


def _filled() -> dict[str, int]:
    """Return the bytes of a ZPL label for each form and how full it is; letters cost nearly all."""
    figures: dict[str, int] = {}
    for name in FORMS:
        figures[f"z64_{name}_everyday"] = max(
            _z64(_label(number), name) for number in range(0, SINGLES, ALONE_EVERY)
        )
        for content in Content:
            document = sample("waybill", content)
            figures[f"z64_{name}_{content}"] = _z64(document, name)
    return figures


def _z64(document: Document, name: str) -> int:
    return len(zpl.encode(raster.bitmaps(render(document, media(name)), dpi=203)))


def memory() -> dict[str, Any]:
    """Return the peak of this process's memory after few and after many labels, in MB."""
    numbers = count()
    after_few = 0.0
    for drawn in range(0, MANY, WAVE):
        if drawn == FEW:
            after_few = _peak_mb()
        labels = [_label(next(numbers)) for _ in range(WAVE)]
        paint([layout(one, media(STOCK))[0] for one in labels], "wave")
        for one in labels[::ALONE_EVERY]:
            zpl.encode(raster.bitmaps(render(one, media(STOCK)), dpi=203))
    return {"peak_mb_after_2000": after_few, "peak_mb_after_20000": _peak_mb()}


def _memory_of_another_process() -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.labels", "--memory", "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds of the work: other load on the machine does not count."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


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

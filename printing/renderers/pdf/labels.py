"""Labels for totes, bins and goods: the code as large as it goes, the symbol under it."""

from __future__ import annotations

from printing.barcodes import code128, item_symbol, qr
from printing.documents import BinLabel, SkuLabel, ToteLabel
from printing.errors import DoesNotFit
from printing.media import Form, Media
from printing.renderers.pdf.sheet import WHITE, Box, Sheet
from printing.renderers.pdf.words import word

MARGIN = 2.0
MIN_MODULE_DOTS = {203: 2, 300: 3}
ARROWS = {"up": "▲", "down": "▼"}


def draw_tote(label: ToteLabel, media: Media) -> list[Sheet]:
    """Return the label of a tote: a bar with its kind, its name, a linear and a square symbol."""
    sheet = _sheet(media)
    box = sheet.box.inset(MARGIN)
    head, name, symbol, foot = box.rows(box.h * 0.16, box.h * 0.34, box.h * 0.38)
    sheet.fill(head, is_panel=True)
    title = word(label.locale, "Tote")
    sheet.write(
        head.inset(1.5, 0.4), title, head.h * 1.9, floor_pt=5, bold=True, level=WHITE,
        valign="middle", max_lines=1,
    )  # fmt: skip
    if label.note:
        sheet.write(
            Box(head.x + head.w * 0.35, head.y, head.w * 0.65 - 1.5, head.h), label.note,
            head.h * 1.6, floor_pt=5, level=WHITE, align="right", valign="middle", max_lines=1,
        )  # fmt: skip
    square = symbol.h * 1.0
    sheet.write(name, label.tote, name.h * 2.4, floor_pt=9, bold=True, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    left, right = symbol.columns(symbol.w - square)
    bars = code128(label.content)
    mark = sheet.bars(left, bars, at_least=MIN_MODULE_DOTS[media.dpi], at_most=5)
    sheet.matrix(right, qr(label.content), at_least=2, at_most=6)
    under = Box(mark.box.x, foot.y, mark.box.w, foot.h)
    sheet.write(
        under, label.content, foot.h * 2.2, floor_pt=5, align="center", valign="middle", max_lines=1
    )
    return [sheet]


def draw_bin(label: BinLabel, media: Media) -> list[Sheet]:
    """Return the label of a bin: its code readable from three metres, an arrow where asked for."""
    sheet = _sheet(media)
    box = sheet.box.inset(MARGIN)
    name, symbol, foot = box.rows(box.h * 0.5, box.h * 0.37)
    if label.arrow:
        arrow, name = name.columns(name.h * 0.55 + 1)
        arrow = arrow.narrowed(1)
        sheet.write(arrow, ARROWS[label.arrow], arrow.h * 1.5, floor_pt=9, align="center",
                    valign="middle")  # fmt: skip
    sheet.write(name, label.bin_code, name.h * 2.5, floor_pt=9, bold=True, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    sheet.bars(symbol, code128(label.content), at_least=MIN_MODULE_DOTS[media.dpi], at_most=5)
    code_box, zone_box = foot.columns(foot.w * 0.5)
    sheet.write(code_box.narrowed(1), label.content, foot.h * 2, floor_pt=5, valign="bottom",
                max_lines=1)  # fmt: skip
    sheet.write(zone_box, label.zone, foot.h * 2, floor_pt=5, align="right", valign="bottom",
                max_lines=1)  # fmt: skip
    return [sheet]


def draw_sku(label: SkuLabel, media: Media) -> list[Sheet]:
    """Return the label of one piece: what it is, which variant, its symbol and code."""
    sheet = _sheet(media)
    box = sheet.box.inset(1.5)
    name, variant, symbol, foot = box.rows(box.h * 0.27, box.h * 0.15, box.h * 0.44)
    sheet.write(name, label.name, name.h * 1.45, floor_pt=5.5, bold=True, max_lines=2)
    if label.pieces > 1:
        variant, pack = variant.columns(variant.w * 0.62)
        sheet.fill(pack, is_panel=True)
        text = word(label.locale, "Pack of {n}", n=label.pieces)
        sheet.write(pack.inset(0.4, 0.1), text, 8.5, floor_pt=5, bold=True, level=WHITE,
                    align="center", valign="middle", max_lines=1)  # fmt: skip
    sheet.write(variant.narrowed(1), label.properties, 9, floor_pt=5, valign="middle", max_lines=1)
    bars = item_symbol(label.content)
    sheet.bars(symbol.inset(0, 0.4), bars, at_least=MIN_MODULE_DOTS[media.dpi], at_most=4)
    same = label.sku_code == label.content
    text = label.content if same else f"{label.content}   {label.sku_code}"
    sheet.write(foot, text, 8.5, floor_pt=5, align="center", valign="middle", max_lines=1)
    return [sheet]


def _sheet(media: Media) -> Sheet:
    if media.form is not Form.LABEL:
        raise DoesNotFit(f"labels are not printed on {media.name}")
    return Sheet(media)

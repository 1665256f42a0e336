"""What a shop says of its own on packing slips: as it comes every day, at its longest, hostile."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from itertools import cycle

from PIL import Image, ImageDraw

from printing.documents.text import clean
from printing.samples.parts import either
from printing.samples.worst import HOSTILE
from printing.templates.slips import LIMITS, SlipWords

LOGO = "5a17e1090f0e0000"


def slip_words(locale: str = "zh") -> SlipWords:
    """Return the words of a shop as it comes every day."""
    return SlipWords(
        logo=LOGO,
        header=either(
            locale, "素然生活 · 棉麻好物，慢慢用很久", "Plainly Home · linen and cotton to keep"
        ),
        thanks=either(locale, "感谢惠顾！", "Thank you for shopping with us."),
        returns=either(
            locale,
            "七天无理由退换：吊牌完好、不影响二次销售。\n"
            "退回地址：浙江省杭州市余杭区良渚街道勾庄路 8 号 退货组\n"
            "请把本单随货放入箱内，写明订单号与原因。",
            "Send back within seven days, unworn and with its tags.\n"
            "Returns, 8 Gouzhuang Road, Yuhang, Hangzhou\n"
            "Put this slip into the box and note the reason on it.",
        ),
        footer=either(
            locale, "客服 400-000-0000 · 每天 9:00–21:00", "Service 400-000-0000, 9 to 21 h"
        ),
    )


def longest_words(locale: str = "zh") -> SlipWords:
    """Return words that fill every field."""
    said = slip_words(locale)
    full = {
        name: clean(" ".join([getattr(said, name).replace("\n", " ")] * most), most)
        for name, (most, _lines) in LIMITS.items()
    }
    return SlipWords(logo=LOGO, **full)


def hostile_words() -> SlipWords:
    """Return words that somebody typed to break the page."""
    texts = cycle(HOSTILE)
    bad = {
        name: "\n".join(
            line for _ in range(lines) if (line := clean(next(texts), most // lines))
        )
        for name, (most, lines) in LIMITS.items()
    }  # fmt: skip
    return SlipWords(logo=LOGO, **bad)


@cache
def logo_png() -> bytes:
    """Return a logo: wide, gray, with thin lines."""
    image = Image.new("L", (600, 200), 255)
    pen = ImageDraw.Draw(image)
    pen.ellipse((10, 10, 190, 190), outline=0, width=12)
    pen.line((60, 140, 100, 50, 140, 140), fill=0, width=14)
    for step in range(6):
        pen.rectangle((230, 30 + step * 26, 590 - step * 40, 42 + step * 26), fill=step * 30)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

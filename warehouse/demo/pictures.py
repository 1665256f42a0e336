"""Small drawings of goods in their colour: enough to tell a mug from a sock at arm's length."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache

from PIL import Image, ImageColor, ImageDraw, ImageFont

SIDE = 160
SCALE = 3  # drawn larger and shrunk, so that edges are smooth
PAPER = (255, 255, 255)
SHADES = 24

Point = tuple[float, float]


class Pencil:
    """Draws on a square from (0, 0) to (100, 100) in one colour, its edge and two shades."""

    def __init__(self, colour: str) -> None:
        self.fill = ImageColor.getrgb(colour)[:3]
        self.edge = _mixed(self.fill, (0, 0, 0), 0.45)
        self.dark = _mixed(self.fill, (0, 0, 0), 0.18)
        self.light = _mixed(self.fill, PAPER, 0.35)
        self.picture = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self.picture)
        self._unit = SIDE * SCALE / 100

    def shape(self, *points: Point, fill: Sequence[int] | None = None) -> None:
        """Fill a polygon and draw its edge."""
        scaled = [(x * self._unit, y * self._unit) for x, y in points]
        self._draw.polygon(scaled, fill=tuple(fill or self.fill))
        self._draw.line([*scaled, scaled[0]], fill=self.edge, width=self._pen, joint="curve")

    def oval(
        self, x: float, y: float, w: float, h: float, fill: Sequence[int] | None = None
    ) -> None:
        """Fill an ellipse and draw its edge."""
        self._draw.ellipse(
            self._box(x, y, w, h), fill=tuple(fill or self.fill), outline=self.edge, width=self._pen
        )

    def block(self, x: float, y: float, w: float, h: float, *, round_by: float = 4,
              fill: Sequence[int] | None = None) -> None:  # fmt: skip
        """Fill a rectangle with round corners and draw its edge."""
        self._draw.rounded_rectangle(
            self._box(x, y, w, h), radius=round_by * self._unit, fill=tuple(fill or self.fill),
            outline=self.edge, width=self._pen,
        )  # fmt: skip

    def ring(self, x: float, y: float, w: float, h: float, start: int = 0, end: int = 360) -> None:
        """Draw a thick arc in the colour, as handles and straps are."""
        box = self._box(x, y, w, h)
        self._draw.arc(box, start, end, fill=self.edge, width=int(7 * self._unit))
        inner = self._box(x + 1.5, y + 1.5, w - 3, h - 3)
        self._draw.arc(inner, start, end, fill=self.fill, width=int(4 * self._unit))

    def line(self, *points: Point, width: float = 1.5) -> None:
        """Draw a line in the colour of the edge."""
        scaled = [(x * self._unit, y * self._unit) for x, y in points]
        self._draw.line(scaled, fill=self.edge, width=int(width * self._unit), joint="curve")

    @property
    def _pen(self) -> int:
        return int(1.6 * self._unit)

    def _box(self, x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        u = self._unit
        return (x * u, y * u, (x + w) * u, (y + h) * u)


def png(picture: str, colour: str, size: str) -> bytes:
    """Return the drawing of that name as PNG, with the size written in a corner."""
    image = _base(picture, colour).copy()
    word = size if size.isascii() else ""
    if word:
        draw = ImageDraw.Draw(image)
        font = _font()
        left, top, right, bottom = draw.textbbox((0, 0), word, font=font)
        x, y = SIDE - (right - left) - 8, SIDE - (bottom - top) - 8
        plate = (x - 6, y - 5, SIDE - 2, SIDE - 2)
        draw.rounded_rectangle(plate, radius=6, fill=PAPER, outline=(150, 150, 156))
        draw.text((x - left, y - top), word, font=font, fill=(40, 40, 46))
    out = io.BytesIO()
    image.quantize(SHADES, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=False)
    return out.getvalue()


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(24)


@cache
def _base(picture: str, colour: str) -> Image.Image:
    pencil = Pencil(colour)
    DRAWINGS[picture](pencil)
    return pencil.picture.reduce(SCALE)


def _mixed(colour: Sequence[int], other: Sequence[int], part: float) -> tuple[int, ...]:
    return tuple(round(a * (1 - part) + b * part) for a, b in zip(colour, other, strict=True))


def _shirt(p: Pencil) -> None:
    p.shape((35, 18), (65, 18), (92, 34), (82, 52), (72, 46), (72, 88), (28, 88), (28, 46),
            (18, 52), (8, 34))  # fmt: skip
    p.oval(38, 10, 24, 16, fill=PAPER)


def _blouse(p: Pencil) -> None:
    p.shape((37, 14), (50, 34), (63, 14), (84, 28), (78, 48), (68, 44), (72, 88), (28, 88),
            (32, 44), (22, 48), (16, 28))  # fmt: skip


def _pyjamas(p: Pencil) -> None:
    p.shape((36, 8), (64, 8), (88, 22), (80, 42), (70, 36), (70, 58), (30, 58), (30, 36),
            (20, 42), (12, 22))  # fmt: skip
    p.shape((32, 62), (68, 62), (72, 96), (54, 96), (50, 76), (46, 96), (28, 96), fill=p.light)
    for y in (20, 32, 44):
        p.oval(48, y, 4, 4, fill=PAPER)


def _hoodie(p: Pencil) -> None:
    p.oval(32, 4, 36, 34, fill=p.dark)
    p.shape((33, 24), (67, 24), (86, 36), (92, 80), (78, 82), (73, 52), (73, 90), (27, 90),
            (27, 52), (22, 82), (8, 80), (14, 36))  # fmt: skip
    p.oval(40, 14, 20, 20, fill=p.edge)
    p.shape((38, 66), (62, 66), (67, 82), (33, 82), fill=p.dark)


def _jeans(p: Pencil) -> None:
    p.shape((28, 10), (72, 10), (78, 92), (56, 92), (50, 42), (44, 92), (22, 92))
    p.block(28, 8, 44, 8, round_by=1, fill=p.dark)
    p.line((50, 16), (50, 42))


def _dress(p: Pencil) -> None:
    p.shape((38, 8), (43, 8), (50, 20), (57, 8), (62, 8), (62, 44), (84, 90), (16, 90), (38, 44))
    p.block(37, 40, 26, 7, round_by=2, fill=p.dark)


def _socks(p: Pencil) -> None:
    for shift in (0, 30):
        p.shape((22 + shift, 12), (44 + shift, 12), (44 + shift, 58), (60 + shift, 74),
                (54 + shift, 88), (38 + shift, 86), (22 + shift, 66))  # fmt: skip
        p.block(20 + shift, 10, 26, 12, round_by=3, fill=p.light)


def _scarf(p: Pencil) -> None:
    p.ring(24, 8, 52, 44)
    p.shape((54, 40), (74, 36), (82, 84), (62, 88), fill=p.fill)
    for x in (63, 68, 73, 78):
        p.line((x, 86), (x + 1, 96))


def _mug(p: Pencil) -> None:
    p.ring(58, 32, 34, 36)
    p.block(16, 20, 54, 64, round_by=8)
    p.oval(16, 14, 54, 14, fill=p.dark)


def _bottle(p: Pencil) -> None:
    p.block(38, 6, 24, 16, round_by=4, fill=p.dark)
    p.block(32, 24, 36, 70, round_by=9)
    p.block(38, 32, 7, 50, round_by=3, fill=p.light)


def _notebook(p: Pencil) -> None:
    p.block(22, 10, 58, 80, round_by=3)
    p.block(22, 10, 12, 80, round_by=2, fill=p.dark)
    p.block(42, 24, 30, 16, round_by=2, fill=PAPER)


def _pen(p: Pencil) -> None:
    p.shape((70, 10), (84, 24), (36, 72), (22, 58))
    p.shape((22, 58), (36, 72), (14, 82), fill=PAPER)
    p.shape((70, 10), (78, 6), (90, 18), (84, 24), fill=p.dark)


def _case(p: Pencil) -> None:
    p.block(28, 6, 46, 88, round_by=9)
    p.block(34, 12, 20, 24, round_by=6, fill=p.dark)
    p.oval(37, 15, 9, 9, fill=p.light)
    p.oval(42, 24, 9, 9, fill=p.light)


def _candle(p: Pencil) -> None:
    p.block(24, 36, 52, 54, round_by=5)
    p.oval(24, 30, 52, 14, fill=p.light)
    p.line((50, 36), (50, 24))
    p.oval(45, 8, 10, 18, fill=(240, 170, 40))


def _plate(p: Pencil) -> None:
    p.oval(6, 22, 88, 60)
    p.oval(24, 34, 52, 34, fill=p.light)


def _towel(p: Pencil) -> None:
    p.block(16, 14, 68, 30, round_by=8, fill=p.light)
    p.block(16, 36, 68, 26, round_by=8)
    p.block(16, 58, 68, 28, round_by=8, fill=p.dark)


def _clip(p: Pencil) -> None:
    p.shape((10, 56), (30, 26), (70, 26), (90, 56), (80, 60), (64, 40), (36, 40), (20, 60))
    for x in (22, 36, 50, 64, 78):
        p.shape((x - 4, 48), (x + 4, 48), (x, 80), fill=p.dark)


def _bag(p: Pencil) -> None:
    p.ring(30, 6, 40, 56, 180, 360)
    p.block(14, 34, 72, 58, round_by=4)
    p.line((14, 46), (86, 46))


def _backpack(p: Pencil) -> None:
    p.ring(40, 2, 20, 20)
    p.block(20, 14, 60, 78, round_by=16)
    p.block(28, 54, 44, 30, round_by=6, fill=p.dark)
    p.line((24, 44), (76, 44))


def _umbrella(p: Pencil) -> None:
    p.line((50, 10), (50, 84), width=3)
    p.ring(50, 74, 18, 20, 0, 180)
    p.shape((6, 52), (14, 30), (32, 15), (50, 11), (68, 15), (86, 30), (94, 52), (79, 46),
            (64, 52), (50, 46), (36, 52), (21, 46))  # fmt: skip


def _cap(p: Pencil) -> None:
    p.shape((54, 60), (74, 56), (97, 66), (92, 74), (52, 70), fill=p.dark)
    p.shape((12, 62), (14, 42), (26, 26), (44, 22), (60, 28), (70, 44), (72, 62))
    p.oval(40, 18, 7, 7, fill=p.dark)


def _slipper(p: Pencil) -> None:
    for shift in (0, 38):
        p.oval(14 + shift, 14, 34, 76, fill=p.light)
        p.shape((12 + shift, 46), (50 + shift, 46), (47 + shift, 24), (15 + shift, 24))


def _shoe(p: Pencil) -> None:
    p.shape((8, 34), (30, 28), (40, 42), (60, 52), (88, 58), (94, 70), (8, 70))
    p.block(6, 68, 90, 12, round_by=5, fill=PAPER)
    for x in (40, 49, 58):
        p.line((x, 50), (x + 8, 42))


def _cushion(p: Pencil) -> None:
    p.shape((12, 12), (50, 20), (88, 12), (80, 50), (88, 88), (50, 80), (12, 88), (20, 50))
    p.line((30, 30), (70, 70))
    p.line((70, 30), (30, 70))


def _mat(p: Pencil) -> None:
    p.block(10, 40, 74, 28, round_by=3)
    p.oval(68, 38, 28, 32, fill=p.light)
    p.oval(76, 47, 12, 14, fill=p.dark)


DRAWINGS: dict[str, Callable[[Pencil], None]] = {
    "shirt": _shirt,
    "blouse": _blouse,
    "pyjamas": _pyjamas,
    "hoodie": _hoodie,
    "jeans": _jeans,
    "dress": _dress,
    "socks": _socks,
    "scarf": _scarf,
    "mug": _mug,
    "bottle": _bottle,
    "notebook": _notebook,
    "pen": _pen,
    "case": _case,
    "candle": _candle,
    "plate": _plate,
    "towel": _towel,
    "clip": _clip,
    "bag": _bag,
    "backpack": _backpack,
    "umbrella": _umbrella,
    "cap": _cap,
    "slipper": _slipper,
    "shoe": _shoe,
    "cushion": _cushion,
    "mat": _mat,
}

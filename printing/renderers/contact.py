"""Contact sheets: many papers small on one picture, each with its name, to be looked over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice

from PIL import Image, ImageDraw, ImageFont

from printing.fonts import FOLDER, REGULAR

COLUMNS = 6
ROWS = 4
CELL = (300, 340)
NAME_PX = 22
GAP_PX = 8
PAPER = 255
GROUND = 214
FONT = FOLDER / f"{REGULAR}.ttf"


def contact_sheets(named: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield PNGs of 24 papers each from their names and pictures, in their order."""
    face = ImageFont.truetype(str(FONT), 13)
    papers = iter(named)
    while page := list(islice(papers, COLUMNS * ROWS)):
        yield _sheet(page, face)


def beside(pictures: Sequence[bytes]) -> bytes:
    """Return the pages of one paper as one PNG, from left to right."""
    if len(pictures) == 1:
        return pictures[0]
    pages = [Image.open(BytesIO(png)).convert("L") for png in pictures]
    width = sum(page.width for page in pages) + GAP_PX * (len(pages) - 1)
    whole = Image.new("L", (width, max(page.height for page in pages)), GROUND)
    x = 0
    for page in pages:
        whole.paste(page, (x, 0))
        x += page.width + GAP_PX
    return _png(whole)


def _sheet(page: Sequence[tuple[str, bytes]], face: ImageFont.FreeTypeFont) -> bytes:
    width, height = CELL
    rows = -(-len(page) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * width, rows * height), GROUND)
    pen = ImageDraw.Draw(sheet)
    for place, (name, png) in enumerate(page):
        x, y = place % COLUMNS * width, place // COLUMNS * height
        pen.text((x + GAP_PX, y + 2), name, font=face, fill=0)
        with Image.open(BytesIO(png)) as paper:
            small = paper.convert("L")
        small.thumbnail((width - 2 * GAP_PX, height - NAME_PX - GAP_PX), Image.Resampling.BOX)
        sheet.paste(small, (x + (width - small.width) // 2, y + NAME_PX))
    return _png(sheet)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

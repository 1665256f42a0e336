"""Where a shop's logo and own words stand on its packing slips."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from PIL import Image

from printing.geometry import Box
from printing.renderers.pdf.flow import Flow
from printing.renderers.pdf.sheet import Sheet
from printing.templates.slips import SlipWords

BAND_MM = 15.0
BELOW_BAND_MM = 2.5
LOGO_MM = 52.0
LOGO_SHARE = 0.4  # of the paper's width
GAP_MM = 4.0
FOOT_MM = 6.0
RETURNS_MM = 20.0  # so much of the conditions stands together at least
ROLL_LOGO = (46.0, 16.0)
ENDLESS = 99


def letterhead(sheet: Sheet, box: Box, words: SlipWords, pictures: Mapping[str, bytes]) -> float:
    """Draw logo and header across the top of a page; return the height they take."""
    if not words.logo and not words.header:
        return 0.0
    beside = box.x
    if words.logo:
        png = pictures[words.logo]
        width = min(LOGO_MM, box.w * LOGO_SHARE, BAND_MM * _ratio(png))
        sheet.picture(Box(box.x, box.y, width, BAND_MM), png)
        beside += width + GAP_MM
    text = Box(beside, box.y, box.right - beside, BAND_MM)
    sheet.write(text, words.header, 11, floor_pt=6, valign="middle", max_lines=5)
    return BAND_MM + BELOW_BAND_MM


def roll_logo(sheet: Sheet, box: Box, words: SlipWords, pictures: Mapping[str, bytes]) -> float:
    """Draw the logo in the middle of a roll; return the height it takes."""
    if not words.logo:
        return 0.0
    width, height = ROLL_LOGO
    sheet.picture(Box(box.x + (box.w - width) / 2, box.y, width, height), pictures[words.logo])
    return height + 1.5


def close(flow: Flow, words: SlipWords, *, size_pt: float) -> None:
    """Write thanks and the conditions of returns below what lies in the parcel."""
    if words.thanks:
        flow.y += 1.5
        flow.text(words.thanks, size_pt + 2, bold=True, max_lines=ENDLESS, gap=1.5)
    if not words.returns:
        return
    flow.keep_together(RETURNS_MM)
    box = flow.block(2)
    flow.sheet.rule(box.x, box.y + 0.8, box.w, dots=1)
    for paragraph in words.returns.split("\n"):
        flow.text(paragraph, size_pt, max_lines=ENDLESS)


def foot(sheet: Sheet, box: Box, words: SlipWords) -> Box:
    """Write the shop's line at the bottom of a page; return what is left below it."""
    if not words.footer:
        return box
    upper, lower = box.rows(FOOT_MM)
    sheet.write(upper, words.footer, 8, floor_pt=5, align="center", valign="middle", max_lines=2)
    return lower


def foot_mm(words: SlipWords) -> float:
    """Return the height `foot` takes of every page."""
    return FOOT_MM if words.footer else 0.0


def _ratio(png: bytes) -> float:
    with Image.open(BytesIO(png)) as image:
        return image.width / image.height

"""The mark across a page that is only looked at: outlined letters, so that what is below is read.

Each letter has a white rim. A head's dots know no gray, and black letters would hide the paper.
"""

from __future__ import annotations

import math
from functools import lru_cache
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from printing import fonts

WORDS = "预览 PREVIEW"
SLOPE = 0.45  # rise over run of the rows; a page has a row in each of its parts
SHARE = 0.86  # of the width, along the row
LEAST_PT, MOST_PT = 7.0, 64.0
ROWS_APART = 3.0  # letters high
# Whole sheets are lists to be read: fewer rows tell as well what they are.
SHEET_PT, SHEET_ROWS_APART = 500.0, 5.5
RIM, LINE = 0.075, 0.022  # of the letters' size


@lru_cache(maxsize=32)
def stamp(width_pt: float, height_pt: float) -> bytes:
    """Return a PDF of one page of this size with nothing but the mark, from edge to edge."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(width_pt, height_pt), invariant=1, pageCompression=1)
    turn = math.atan(SLOPE)
    size = _size(width_pt / math.cos(turn) * SHARE)
    width = fonts.width_mm(WORDS, size, bold=True) / fonts.MM_PER_POINT
    apart = ROWS_APART if width_pt < SHEET_PT else SHEET_ROWS_APART
    rows = max(1, round(height_pt / (size * apart)))
    for row in range(rows):
        canvas.saveState()
        canvas.translate(width_pt / 2, height_pt * (row + 0.5) / rows)
        canvas.rotate(math.degrees(turn))
        canvas.translate(-width / 2, -size * 0.35)
        _outlined(canvas, size)
        canvas.restoreState()
    canvas.save()
    return out.getvalue()


def _size(room_pt: float) -> float:
    one_pt = fonts.width_mm(WORDS, 1, bold=True) / fonts.MM_PER_POINT
    return min(MOST_PT, max(LEAST_PT, room_pt / one_pt))


def _outlined(canvas: Canvas, size: float) -> None:
    shown = " ".join(
        f"{part.font} {size:g} Tf <{part.codes.hex()}> Tj"
        for part in fonts.coded(WORDS, canvas, bold=True)
    )
    canvas.addLiteral(f"1 j 1 G {size * RIM:.3f} w BT 1 Tr 0 0 Td {shown} ET")
    canvas.addLiteral(f"0 G {size * LINE:.3f} w BT 1 Tr 0 0 Td {shown} ET")

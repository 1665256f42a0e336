"""Bitmaps to TSPL: one BITMAP command for each label; in it 0 is black."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from printing.renderers.raster import Bitmap

GAP = "2 mm,0 mm"
MAX_DENSITY = 15
MAX_DARKNESS = 30


def encode(pages: Sequence[Bitmap], *, dots_per_mm: int, darkness: int = 0) -> bytes:
    """Return the bytes that print each page once.

    Darkness 1 to 30 becomes the language's DENSITY 1 to 15, 0 leaves it alone.
    """
    density = -(-darkness * MAX_DENSITY // MAX_DARKNESS)
    tone = f"DENSITY {density}\r\n" if density else ""
    return b"".join(_label(page, dots_per_mm, tone) for page in pages)


def _label(page: Bitmap, dots_per_mm: int, tone: str) -> bytes:
    width, height = page.width / dots_per_mm, page.height / dots_per_mm
    head = (
        f"SIZE {width:g} mm,{height:g} mm\r\nGAP {GAP}\r\nDIRECTION 0\r\n{tone}CLS\r\n"
        f"BITMAP 0,0,{page.bytes_per_row},{page.height},0,"
    )
    return head.encode("ascii") + np.invert(page.rows).tobytes() + b"\r\nPRINT 1,1\r\n"

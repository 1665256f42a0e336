"""Bitmaps to ESC/POS: pictures in short strips, then a cut. Text commands are not used at all.

Printers guess code pages, each in its own way; a picture has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from escpos.constants import ESC, GS

from printing.renderers.raster import Bitmap

INITIALISE = ESC + b"@"
RASTER = GS + b"v0\x00"
FEED_AND_CUT = GS + b"VB\x00"
MAX_STRIP_ROWS = 256  # cheap printers garble longer pictures


def encode(pages: Sequence[Bitmap], *, width_dots: int) -> bytes:
    """Return the bytes that print the pages one after the other, each cut off.

    Raises:
        ValueError: a page is wider than the head; it is never scaled.
    """
    out = bytearray(INITIALISE)
    for page in pages:
        if page.width > width_dots:
            raise ValueError(f"the page is {page.width} dots wide, the head {width_dots}")
        for start in range(0, page.height, MAX_STRIP_ROWS):
            strip = page.rows[start : start + MAX_STRIP_ROWS]
            out += RASTER + _word(page.bytes_per_row) + _word(len(strip)) + strip.tobytes()
        out += FEED_AND_CUT
    return bytes(out)


def _word(number: int) -> bytes:
    return number.to_bytes(2, "little")

"""Bitmaps to ZPL: one graphic field for each label, so that no text of ours is ever a command."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

from printing.renderers.raster import Bitmap

# No larger than the best, and in less than half its time. Fields of the inked parts are larger
# together than one of the whole: white costs nothing, and what is alike is written but once.
LEVEL = 8
# A carrier's own label before ours may have left the printer turned, mirrored, in other units or at
# half its dots.
SET_BACK = "^MUD^JMA^PON^PMN^LRN^MCY^LH0,0"


def encode(pages: Sequence[Bitmap], *, darkness: int = 0) -> bytes:
    """Return the bytes that print each page once. Darkness 1 to 30 is set, 0 leaves it alone."""
    tone = f"~SD{darkness:02}\n" if darkness else ""
    return "".join(tone + _label(page) for page in pages).encode("ascii")


def _label(page: Bitmap) -> str:
    size = page.bytes_per_row * page.height
    packed = base64.b64encode(zlib.compress(page.rows.tobytes(), LEVEL)).decode("ascii")
    check = binascii.crc_hqx(packed.encode("ascii"), 0)
    field = f"^GFA,{size},{size},{page.bytes_per_row},:Z64:{packed}:{check:04X}"
    width = page.width
    return f"^XA\n{SET_BACK}\n^PW{width}\n^LL{page.height}\n^FO0,0{field}^FS\n^PQ1\n^XZ\n"

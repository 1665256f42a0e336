"""Logos for templates: any picture people have becomes a small gray PNG, once."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from printing.errors import DocumentInvalid

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4_000_000
LONGEST_SIDE = 1200  # 100 mm at 300 dpi
KEY_CHARS = 16
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_NO_PICTURE = (
    UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, Warning,
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A gray PNG; `key` is the head of its SHA-256."""

    key: str
    png: bytes
    width: int
    height: int


def prepared(content: bytes) -> Picture:
    """Return the picture as it is kept: gray on white, at most 1200 dots long, nothing else in it.

    Raises:
        DocumentInvalid: it is too large, or no picture we know.
    """
    if not 0 < len(content) <= MOST_BYTES:
        raise DocumentInvalid("picture", "needs 1 byte to 2 MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            gray = _read(content)
    except _NO_PICTURE as error:
        raise DocumentInvalid("picture", "is no PNG, JPEG, GIF, BMP or WEBP") from error
    gray.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    gray.save(out, "PNG", optimize=True)
    png = out.getvalue()
    key = hashlib.sha256(png).hexdigest()[:KEY_CHARS]
    return Picture(key, png, gray.width, gray.height)


def _read(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise DocumentInvalid("picture", "has more than 4 million dots")
        return _on_white(image)


def _on_white(image: Image.Image) -> Image.Image:
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("L")

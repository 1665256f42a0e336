"""PDF to dots: one bitmap for every printer that takes pictures, and for previews.

The page is rendered with its exact scale as a matrix. Asking for a size instead stretches the page
to whole pixels, which moves bars by a dot.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image

from printing.media import DEFAULT_DPI, DOTS_PER_MM, POINTS_PER_MM, Form, Media

THRESHOLD = 128
WHITE = 0xFFFFFFFF
IN_GRAYS = pdfium.FPDF_ANNOT
# A head knows no gray: letters become dots at once, by the rules made to keep thin strokes whole.
IN_DOTS = pdfium.FPDF_ANNOT | pdfium.FPDF_RENDER_NO_SMOOTHTEXT
# How the library tells a hyphen that ends a line, as if it divided a word.
HYPHEN_AT_THE_END = "\x02"
# The library keeps global state and is not made for threads.
ONE_AT_A_TIME = threading.Lock()
ALL_PAGES = range(sys.maxsize)

T = TypeVar("T")


@dataclass(frozen=True)
class Bitmap:
    """A picture of one page in printer dots: 1 is black, rows padded with white to whole bytes."""

    width: int
    rows: NDArray[np.uint8]  # packed, most significant bit is the leftmost dot

    @property
    def height(self) -> int:
        return int(self.rows.shape[0])

    @property
    def bytes_per_row(self) -> int:
        return int(self.rows.shape[1])

    def dots(self) -> NDArray[np.bool_]:
        """Return the picture as one boolean for each dot, True where black."""
        unpacked = np.unpackbits(self.rows, axis=1)[:, : self.width]
        return unpacked.astype(np.bool_)

    def moved(self, x: int, y: int) -> Bitmap:
        """Return the picture moved right and down by so many dots, on the same paper."""
        if not x and not y:
            return self
        source = self.dots()
        target = np.zeros_like(source)
        height, width = source.shape
        target[max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)] = source[
            max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)
        ]
        return _packed(target)

    def on(self, width: int, height: int) -> Bitmap:
        """Return the picture at the top left of a page of this size; what is beyond is cut off."""
        if (width, height) == (self.width, self.height):
            return self
        source = self.dots()[:height, :width]
        target = np.zeros((height, width), np.bool_)
        target[: source.shape[0], : source.shape[1]] = source
        return _packed(target)


def bitmap_of(black: NDArray[np.bool_]) -> Bitmap:
    """Return a picture given as one boolean for each dot, True where black."""
    return _packed(black)


def bitmaps(pdf: bytes, *, dpi: int) -> list[Bitmap]:
    """Return the pages in dots of a head of `dpi` (203 or 300: 8 or 12 dots to the millimetre)."""
    return _pages(pdf, DOTS_PER_MM[dpi], IN_DOTS, _in_dots)


def png(pdf: bytes, *, dpi: int, page: int = 0) -> bytes:
    """Return one page as the printer would print it, as PNG for a screen."""
    (only,) = _pages(pdf, DOTS_PER_MM[dpi], IN_DOTS, _in_dots, range(page, page + 1))
    return png_of(only)


def shown(pdf: bytes, stock: Media, wanted: range = ALL_PAGES) -> list[bytes]:
    """Return the pages as PNGs for a screen: labels and rolls dot by dot, sheets in gray.

    Of `wanted`, counted from 0, those that are there.
    """
    if stock.form is not Form.SHEET:
        how = IN_DOTS, lambda gray: png_of(_in_dots(gray))
        return _pages(pdf, stock.dots_per_mm, *how, wanted)
    how = IN_GRAYS, lambda gray: _png(Image.fromarray(gray))
    return _pages(pdf, DOTS_PER_MM[DEFAULT_DPI], *how, wanted)


def page_count(pdf: bytes) -> int:
    """Return how many pages the PDF has."""
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def png_of(bitmap: Bitmap) -> bytes:
    """Return a bitmap as a black and white PNG."""
    return _png(Image.fromarray(~bitmap.dots()))


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def small(picture: bytes, width: int) -> bytes:
    """Return a PNG made smaller, in grays, for a page that shows many."""
    with Image.open(BytesIO(picture)) as image:
        height = max(1, round(image.height * width / image.width))
        shrunk = image.convert("L").resize((width, height), Image.Resampling.BOX)
    out = BytesIO()
    shrunk.save(out, "PNG")
    return out.getvalue()


def blank(width: int, height: int) -> Bitmap:
    """Return a page nothing is printed on."""
    return _packed(np.zeros((height, width), np.bool_))


def texts(pdf: bytes) -> list[str]:
    """Return the text of each page as it is read from the PDF, to hold against what was meant."""
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        pages = [document[number].get_textpage() for number in range(len(document))]
        return [page.get_text_bounded().replace(HYPHEN_AT_THE_END, "-") for page in pages]


def stacked(pages: Sequence[Bitmap]) -> Bitmap:
    """Return pages of one width under one another, for a roll."""
    return Bitmap(pages[0].width, np.concatenate([page.rows for page in pages]))


def _packed(black: NDArray[np.bool_]) -> Bitmap:
    return Bitmap(int(black.shape[1]), np.packbits(black, axis=1))


def _in_dots(gray: NDArray[np.uint8]) -> Bitmap:
    return _packed(gray < THRESHOLD)


def _pages(
    pdf: bytes,
    dots_per_mm: int,
    how: int,
    made: Callable[[NDArray[np.uint8]], T],
    wanted: range = ALL_PAGES,
) -> list[T]:
    """Return what is made of each page: of one at a time, as a sheet in grays takes megabytes."""
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        there = range(max(0, wanted.start), min(wanted.stop, len(document)))
        return [made(_rendered(document[number], dots_per_mm, how)) for number in there]


def _rendered(page: Any, dots_per_mm: int, how: int) -> NDArray[np.uint8]:
    width_pt, height_pt = page.get_size()
    scale = dots_per_mm / POINTS_PER_MM
    width, height = round(width_pt * scale), round(height_pt * scale)
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_Gray)
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
    matrix = pdfium.FS_MATRIX(scale, 0, 0, scale, 0, height - height_pt * scale)
    clip = pdfium.FS_RECTF(0, 0, width, height)
    pdfium.FPDF_RenderPageBitmapWithMatrix(
        bitmap, page, ctypes.byref(matrix), ctypes.byref(clip), how
    )
    gray: NDArray[np.uint8] = bitmap.to_numpy().reshape(height, -1)[:, :width].copy()
    bitmap.close()
    page.close()
    return gray

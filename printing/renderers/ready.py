"""A carrier's own label: checked when it comes, placed as it is when it is printed.

Nothing is scaled and nothing is written upon it. A PDF has one page no larger than the stock, a PNG
is exactly the stock's dots; ZPL and a platform's document are handed through letter by letter.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image, UnidentifiedImageError

from printing.documents.parcels import MOST_READY_BYTES, ReadyFormat, ReadyLabel
from printing.errors import DocumentInvalid
from printing.geometry import Box
from printing.media import DOTS_PER_MM, POINTS_PER_MM, Media
from printing.renderers import carrier_zpl, platform, raster
from printing.renderers.pdf import render
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import PictureMark, Sheet

HANDED_THROUGH = frozenset({ReadyFormat.ZPL, ReadyFormat.COMPONENT})
TOLERANCE_MM = 0.5  # between inches and millimetres, and what cutters leave
PDF_HEAD = b"%PDF-"
OTHER_UNITS = b"/UserUnit"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_BEGIN = b"^XA"


def checked(content: bytes, stock: Media) -> ReadyFormat:
    """Return what a carrier's label is, if it can be printed on this stock as it is.

    Raises:
        DocumentInvalid: too large, of no known format, not one label, or not of this size.
            Whether ZPL and a platform's document are of this size nobody here can see.
    """
    if not 0 < len(content) <= MOST_READY_BYTES:
        raise DocumentInvalid("content", f"needs 1 to {MOST_READY_BYTES} bytes")
    if content.startswith(PDF_HEAD):
        _check_pdf(content, stock)
        return ReadyFormat.PDF
    if content.startswith(PNG_HEAD):
        _dpi_of(content, stock)
        return ReadyFormat.PNG
    if content.strip()[:3].upper() == _BEGIN:
        carrier_zpl.check(content)
        return ReadyFormat.ZPL
    if content.lstrip().startswith(platform.HEAD):
        platform.check(content)
        return ReadyFormat.COMPONENT
    raise DocumentInvalid("content", "is neither PDF, PNG, ZPL nor a platform's document")


def placed(label: ReadyLabel, content: bytes, stock: Media) -> bytes:
    """Return what is printed as PDF: the label on its stock, behind its mark if it is a copy.

    What is handed through has no picture here: its PDF is the page that names it.
    """
    name = render(label, stock)
    if label.format in HANDED_THROUGH:
        return name
    page = _from_png(label, content, stock) if label.format is ReadyFormat.PNG else content
    if label.format is ReadyFormat.PDF and not _is_whole(content, stock):
        page = _on_stock(content, stock)
    return _joined(name, page) if label.copy_no > 1 else page


def pages(label: ReadyLabel, content: bytes, pdf: bytes, stock: Media) -> list[raster.Bitmap]:
    """Return the dots of what `placed` gave for this head; those of a PNG are its own.

    Raises:
        DocumentInvalid: the PNG is made for a head of another resolution.
    """
    found = raster.bitmaps(pdf, dpi=stock.dpi)
    if label.format is ReadyFormat.PNG:
        dpi = _dpi_of(content, stock)
        if dpi != stock.dpi:
            raise DocumentInvalid("content", f"is made for {dpi} dpi, not for {stock.dpi}")
        found[-1] = raster.bitmap_of(_dark(content))
    return [page.on(stock.width_dots, stock.height_dots) for page in found]


def _check_pdf(content: bytes, stock: Media) -> None:
    if OTHER_UNITS in content:  # printers heed it, the library that shows the page to us does not
        raise DocumentInvalid("content", "is measured in units of its own")
    width, height = _size_mm(content)
    if width > stock.width_mm + TOLERANCE_MM or height > stock.height_mm + TOLERANCE_MM:
        raise DocumentInvalid(
            "content", f"is {width:.1f} x {height:.1f} mm, larger than {stock.name}"
        )


def _size_mm(content: bytes) -> tuple[float, float]:
    try:
        with raster.ONE_AT_A_TIME, pypdfium2.PdfDocument(content) as document:
            if len(document) != 1:
                raise DocumentInvalid("content", f"has {len(document)} pages, not one")
            page = document[0]
            if page.get_rotation():
                raise DocumentInvalid("content", "is turned: ask the carrier for an upright one")
            width, height = page.get_size()
    except pypdfium2.PdfiumError as error:
        raise DocumentInvalid("content", "is no PDF that can be read") from error
    return width / POINTS_PER_MM, height / POINTS_PER_MM


def _is_whole(content: bytes, stock: Media) -> bool:
    """Tell whether the page is the stock's: seen whole, not a part cut out of a larger sheet.

    Some printers print the sheet around it.
    """
    width, height = _size_mm(content)
    with raster.ONE_AT_A_TIME, pypdfium2.PdfDocument(content) as document:
        page = document[0]
        edges = zip(page.get_mediabox(), page.get_cropbox(), strict=True)
        is_cut = any(abs(sheet - seen) > TOLERANCE_MM * POINTS_PER_MM for sheet, seen in edges)
    return (
        not is_cut
        and abs(width - stock.width_mm) <= TOLERANCE_MM
        and abs(height - stock.height_mm) <= TOLERANCE_MM
    )


def _on_stock(content: bytes, stock: Media) -> bytes:
    """Return a smaller page at the top left of the stock: its box grows, its marks stay."""
    with raster.ONE_AT_A_TIME, pypdfium2.PdfDocument(content) as document:
        page = document[0]
        left, bottom, right, top = page.get_cropbox()
        del bottom, right
        width, height = stock.width_mm * POINTS_PER_MM, stock.height_mm * POINTS_PER_MM
        for set_box in (page.set_mediabox, page.set_cropbox):
            set_box(left, top - height, left + width, top)
        return _saved(document)


def _joined(*parts: bytes) -> bytes:
    with raster.ONE_AT_A_TIME, pypdfium2.PdfDocument.new() as whole:
        for part in parts:
            with pypdfium2.PdfDocument(part) as document:
                whole.import_pages(document)
        return _saved(whole)


def _saved(document: pypdfium2.PdfDocument) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _dpi_of(content: bytes, stock: Media) -> int:
    """Return the resolution at which the PNG is exactly the stock's dots.

    Raises:
        DocumentInvalid: there is none, or it is no PNG.
    """
    try:
        with Image.open(BytesIO(content), formats=("PNG",)) as image:
            size = image.size
            for dpi in DOTS_PER_MM:
                media = stock.at(dpi)
                if size == (media.width_dots, media.height_dots):
                    image.load()
                    return dpi
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DocumentInvalid("content", "is no PNG that can be read") from error
    raise DocumentInvalid("content", f"is {size[0]} x {size[1]} dots, not those of {stock.name}")


def _dark(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    with Image.open(BytesIO(content), formats=("PNG",)) as image:
        white = Image.new("RGBA", image.size, "white")
        whole = Image.alpha_composite(white, image.convert("RGBA")).convert("L")
    return np.asarray(whole) < raster.THRESHOLD


def _from_png(label: ReadyLabel, content: bytes, stock: Media) -> bytes:
    dots = raster.png_of(raster.bitmap_of(_dark(content)))
    sheet = Sheet(stock.at(_dpi_of(content, stock)))
    whole = Box(0, 0, stock.width_mm, stock.height_mm)
    sheet.marks.append(PictureMark(box=whole, png=dots))
    return paint([sheet], label.file_stem)

"""A PDF laid straight: its pages' marks moved over their paper, never scaled."""

from __future__ import annotations

import ctypes
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from printing.media import POINTS_PER_MM
from printing.renderers.raster import ONE_AT_A_TIME


def moved(pdf: bytes, x_mm: float, y_mm: float) -> bytes:
    """Return the PDF with everything moved right and down, on the same paper; itself for nothing.

    What leaves the paper is cut off by its edge.
    """
    if not x_mm and not y_mm:
        return pdf
    matrix = pdfium.FS_MATRIX(1, 0, 0, 1, x_mm * POINTS_PER_MM, -y_mm * POINTS_PER_MM)
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        for number in range(len(document)):
            page = document[number]
            pdfium.FPDFPage_TransFormWithClip(page, ctypes.byref(matrix), None)
            page.close()
        out = BytesIO()
        document.save(out)
    return out.getvalue()

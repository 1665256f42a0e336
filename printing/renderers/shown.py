"""A paper to be looked at: its pages as they are, each with a mark across, so that it is no paper.

What a printer gets never comes through here.
"""

from __future__ import annotations

import sys
from io import BytesIO

import pypdfium2

from printing.renderers.pdf.stamp import stamp
from printing.renderers.raster import ONE_AT_A_TIME


def marked(pdf: bytes, most: int = sys.maxsize) -> bytes:
    """Return the PDF with 预览 PREVIEW across every page; what stands below stays readable.

    Of a long one whose first pages alone are shown, `most` pages get it.
    """
    marks: dict[tuple[float, float], pypdfium2.PdfXObject] = {}
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        for number in range(min(most, len(document))):
            page = document[number]
            left, bottom, _right, _top = page.get_cropbox()
            size = page.get_size()
            if size not in marks:
                with pypdfium2.PdfDocument(stamp(*size)) as over:
                    marks[size] = over.page_as_xobject(0, document)
            mark = marks[size].as_pageobject()
            mark.transform(pypdfium2.PdfMatrix().translate(left, bottom))
            page.insert_obj(mark)
            page.gen_content()
            page.close()
        out = BytesIO()
        document.save(out)
    return out.getvalue()

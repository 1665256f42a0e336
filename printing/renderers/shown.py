"""A paper to be looked at: its pages as they are, each with a mark across, so that it is no paper.

What a printer gets never comes through here.
"""

from __future__ import annotations

from io import BytesIO

import pypdfium2

from printing.renderers.pdf.stamp import stamp
from printing.renderers.raster import ONE_AT_A_TIME


def marked(pdf: bytes) -> bytes:
    """Return the PDF with 预览 PREVIEW across every page; what stands below stays readable."""
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        for number in range(len(document)):
            page = document[number]
            left, bottom, _right, _top = page.get_cropbox()
            with pypdfium2.PdfDocument(stamp(*page.get_size())) as over:
                mark = over.page_as_xobject(0, document).as_pageobject()
            mark.transform(pypdfium2.PdfMatrix().translate(left, bottom))
            page.insert_obj(mark)
            page.gen_content()
            page.close()
        out = BytesIO()
        document.save(out)
    return out.getvalue()

"""What papers on sheets share: a titled head with its symbol, lines of facts, a foot."""

from __future__ import annotations

from collections.abc import Sequence

from printing.barcodes import code128
from printing.documents import Document
from printing.geometry import Box
from printing.renderers.pdf.sheet import WHITE, Sheet
from printing.words import word

MARGIN = 10.0
FOOT_MM = 6.0
HEAD_MM = 21.0
MIN_MODULE_DOTS = 3


def title(sheet: Sheet, box: Box, document: Document, name: str, number: str, owner: str) -> None:
    """Write the head: what this is and whose on the left, its number as a symbol on the right."""
    left, right = box.columns(box.w * 0.5)
    top, below = left.rows(11)
    sheet.write(top, word(document.locale, name), 22, floor_pt=12, bold=True, max_lines=1)
    sheet.write(below.narrowed(2), owner, 11, floor_pt=7, max_lines=2)
    bars, text = right.rows(11.4)
    mark = sheet.bars(bars, code128(number), at_least=2, at_most=4, align="right")
    under = Box(mark.box.x, text.y + 0.6, mark.box.w, text.h - 0.6)
    sheet.write(under, number, 11, floor_pt=5, bold=True, align="center", max_lines=1)
    if document.copy_no > 1:
        copy = word(document.locale, "COPY {n}", n=document.copy_no) + f"  {document.copied_at}"
        panel = Box(right.x, box.y + 17, right.w, 4)
        sheet.fill(Box(panel.right - 44, panel.y, 44, panel.h), is_panel=True)
        sheet.write(
            Box(panel.right - 43, panel.y, 42, panel.h), copy, 8, bold=True, level=WHITE,
            align="center", valign="middle", max_lines=1,
        )  # fmt: skip


def facts(
    sheet: Sheet, box: Box, document: Document, pairs: Sequence[tuple[str, str]], columns: int
) -> None:
    """Write label and value pairs in so many columns; pairs without a value are left out."""
    shown = [(name, value) for name, value in pairs if value]
    cells = [column for row in box.rows(*[5.4] * _rows(shown, columns))[: _rows(shown, columns)]
             for column in row.columns(*[box.w / columns] * columns)[:columns]]  # fmt: skip
    for (name, value), cell in zip(shown, cells, strict=False):
        label, text = cell.columns(17 if document.locale == "zh" else 21)
        sheet.write(label.narrowed(1), word(document.locale, name), 8, floor_pt=5.5, level=0.35,
                    valign="middle", max_lines=1)  # fmt: skip
        sheet.write(text.narrowed(2), value, 9.5, floor_pt=6, valign="middle", max_lines=1)


def facts_mm(pairs: Sequence[tuple[str, str]], columns: int) -> float:
    """Return the height `facts` will take."""
    return _rows([pair for pair in pairs if pair[1]], columns) * 5.4


def foot(sheet: Sheet, box: Box, document: Document, page: int, pages: int, left: str = "") -> None:
    """Write what stands at the bottom of a page: who printed when, and which page of how many."""
    stamp = "  ".join(part for part in (left, document.printed_at, document.station) if part)
    sheet.write(box.columns(box.w * 0.7)[0], stamp, 7.5, floor_pt=5, valign="bottom", level=0.35,
                max_lines=1)  # fmt: skip
    number = word(document.locale, "Page {i} of {n}", i=page, n=pages)
    sheet.write(box.columns(box.w * 0.7)[1], number, 7.5, align="right", valign="bottom",
                level=0.35, max_lines=1)  # fmt: skip


def _rows(shown: Sequence[tuple[str, str]], columns: int) -> int:
    return -(-len(shown) // columns)

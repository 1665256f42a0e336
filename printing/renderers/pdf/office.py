"""What papers on sheets share: a titled head with its symbol, lines of facts, a foot."""

from __future__ import annotations

from collections.abc import Sequence

from printing.barcodes import code128
from printing.documents import Document
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf.flow import Flow
from printing.renderers.pdf.sheet import WHITE, Sheet
from printing.words import labelled, word

MARGIN = 10.0
FOOT_MM = 6.0
HEAD_MM = 21.0
SIGN_MM = 24.0
WIDE_MM = 180


def begin(document: Document, media: Media, name: str, number: str, owner: str) -> Flow:
    """Return the pages of a paper for the office, the head drawn on each.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    if media.form is not Form.SHEET:
        raise DoesNotFit(f"a {document.kind} is not printed on {media.name}")

    def head(sheet: Sheet, box: Box) -> float:
        title(sheet, Box(box.x, box.y, box.w, HEAD_MM), document, name, number, owner)
        return HEAD_MM + 2

    return Flow(media, margin=MARGIN, foot_mm=FOOT_MM, head=head)


def put_facts(flow: Flow, document: Document, pairs: Sequence[tuple[str, str]]) -> None:
    """Write label and value pairs below the head, in as many columns as the paper has room for."""
    columns = 3 if flow.width > WIDE_MM else 2
    facts(flow.sheet, flow.block(facts_mm(pairs, columns)), document, pairs, columns)
    flow.y += 2


def finish(flow: Flow, document: Document) -> list[Sheet]:
    """Draw the foot of every page and return the pages."""
    return flow.finish(lambda sheet, box, page, pages: foot(sheet, box, document, page, pages))


def signatures(flow: Flow, document: Document, names: Sequence[str]) -> None:
    """Write a line to sign on for each of these, side by side, with one for the time."""
    flow.y += 2
    box = flow.block(SIGN_MM)
    for name, cell in zip(names, box.columns(*[box.w / len(names)] * len(names)), strict=False):
        upper, lower = cell.narrowed(8).rows(SIGN_MM / 2)
        for label, row in ((name, upper), ("Time", lower)):
            flow.sheet.write(row.columns(27)[0], word(document.locale, label), 9.5, floor_pt=5,
                             valign="bottom", max_lines=1)  # fmt: skip
            flow.sheet.rule(row.x + 28, row.bottom - 0.2, row.w - 28, dots=2)


def lot_of(document: Document, lot: str, best_before: str) -> str:
    """Return a lot and its last day with their names, nothing of goods without."""
    told = (("Lot", lot), ("Best before", best_before))
    return "  ".join(labelled(document.locale, name, value) for name, value in told if value)


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


def roll_copy(flow: Flow, document: Document) -> None:
    """Write the mark of a copy across a roll."""
    if document.copy_no == 1:
        return
    box = flow.block(6)
    flow.sheet.fill(box, is_panel=True)
    mark = word(document.locale, "COPY {n}", n=document.copy_no) + f"  {document.copied_at}"
    flow.sheet.write(box, mark, 10, bold=True, level=WHITE, align="center", valign="middle",
                     max_lines=1)  # fmt: skip
    flow.y += 1


def roll_foot(sheet: Sheet, box: Box, document: Document) -> None:
    """Write at the end of a roll who printed it when."""
    stamp = "  ".join(part for part in (document.printed_at, document.station) if part)
    sheet.write(box, stamp, 8, floor_pt=6, align="center", valign="middle", max_lines=1)


def _rows(shown: Sequence[tuple[str, str]], columns: int) -> int:
    return -(-len(shown) // columns)

"""What pages show of papers: PDFs, pictures and faults, as work for a drawing room.

Whoever asks gathers what is needed (`Paper`) while the database is open, and hands one of the
functions below to `DrawingRoom.do` when it is not. Libraries that draw are loaded by these alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from printing import documents
from printing.documents import Document, ReadyFormat, ReadyLabel, Waybill
from printing.errors import DoesNotFit, PaperCleared
from printing.media import DEFAULT_DPI, SUITABLE, Media, media
from printing.models import Printer, PrintFile, PrintJob
from printing.queue.drawing import STANDARD, Drawing, drawing_of
from printing.queue.ready import ready_bytes
from printing.templates import AnyTemplate, ElementKind, SlipWords, Template
from printing.templates.fields import read

if TYPE_CHECKING:
    from printing.renderers.pdf.sheet import Sheet
    from printing.templates.pictures import Picture as Logo

LONG_NUMBER = "YT1234567890123456"  # couriers' numbers have 10 to 18 characters
UNDRAWABLE, NO_BARCODE, NO_COPY_MARK = "undrawable", "no_barcode", "no_copy_mark"


@dataclass(frozen=True)
class Kept:
    """A paper that was drawn: its PDF."""

    content: bytes


@dataclass(frozen=True, kw_only=True)
class Undrawn:
    """A paper not drawn yet: its facts, its stock, and what draws them.

    `content` is a carrier's own label.
    """

    document: Document
    stock: Media
    drawing: Drawing = STANDARD
    content: bytes = b""


Paper = Kept | Undrawn


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What is wrong with a template: `kinds` once each, `marked` the characters no face has.

    A kind is a word of `printing.inspection.FaultKind`, UNDRAWABLE, NO_BARCODE or NO_COPY_MARK.
    """

    kinds: Sequence[str] = ()
    marked: str = ""


NO_FAULTS = Faults()


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a design looks: a PNG, how many pages, which elements show nothing, what is wrong."""

    png: bytes
    pages: int = 1
    absent: Sequence[int] = ()
    faults: Faults = NO_FAULTS


def paper_of(session: Session, job_id: int) -> Paper:
    """Return the paper of a job: the stored bytes, or, before any are, what it would be drawn from.

    Raises:
        PaperCleared: its content was removed. PrintingError: what draws it is not there.
    """
    job = session.get_one(PrintJob, job_id)
    if job.cleared_at is not None:
        raise PaperCleared(job_id)
    kept = session.get(PrintFile, job_id)
    if kept is not None:
        return Kept(kept.content)
    return draft_of(session, documents.read(job.document_kind, job.facts), job.printer_id)


def draft_of(session: Session, document: Document, printer_id: int | None) -> Undrawn:
    """Return a paper on the stock this printer holds, else on the best for its kind.

    Raises:
        PrintingError: what draws it is not there.
    """
    if isinstance(document, ReadyLabel):
        content = ready_bytes(session, document)
        return Undrawn(document=document, stock=media(document.media), content=content)
    printer = session.get(Printer, printer_id) if printer_id else None
    suitable = SUITABLE[document.kind]
    stock = media(printer.media if printer and printer.media in suitable else suitable[0])
    drawing = drawing_of(session, document, stock)
    drawing = replace(drawing, pictures=dict(drawing.pictures))
    return Undrawn(document=document, stock=stock, drawing=drawing)


def pdf(paper: Paper, *, is_marked: bool = False) -> bytes:
    """Return the paper as PDF, with a mark across if it is only to be looked at.

    Raises:
        PrintingError: the facts make no paper at all.
    """
    return _pdf(paper, is_marked=is_marked)


def _pdf(paper: Paper, *, is_marked: bool, most_marked: int = sys.maxsize) -> bytes:
    made = paper.content if isinstance(paper, Kept) else _drawn(paper)
    if not is_marked:
        return made
    from printing.renderers.shown import marked

    return marked(made, most_marked)


def picture(paper: Paper, *, is_marked: bool = False, dpi: int = DEFAULT_DPI) -> bytes:
    """Return the first page as a head of `dpi` prints it, as PNG.

    Raises:
        PrintingError: as `pdf`.
    """
    from printing.renderers import raster

    return raster.png(_pdf(paper, is_marked=is_marked, most_marked=1), dpi=dpi)


def small_picture(paper: Paper, width: int) -> bytes:
    """Return the first page as a PNG of `width` dots, for a page that shows many.

    Raises:
        PrintingError: as `pdf`.
    """
    from printing.renderers import raster

    return raster.small(picture(paper), width)


def page(paper: Undrawn, number: int) -> bytes | None:
    """Return page `number` (from 1) as it looks on paper, as PNG; None if there is no such page.

    Raises:
        PrintingError: as `pdf`.
    """
    from printing.renderers import raster

    found = raster.shown(pdf(paper), paper.stock, range(number - 1, number))
    return found[0] if found else None


def extent(paper: Undrawn) -> tuple[int, str]:
    """Return how many pages the paper has, and the characters on it no face has.

    Raises:
        PrintingError: as `pdf`.
    """
    from printing.inspection import unprintable
    from printing.renderers.pdf import layout

    drawing = paper.drawing
    sheets = layout(paper.document, paper.stock, drawing.template, drawing.pictures)
    return len(sheets), unprintable(sheets)


def label_look(paper: Undrawn, *, is_marked: bool) -> Look:
    """Return how a label looks that is being designed.

    Raises:
        PrintingError: it cannot be drawn.
    """
    from printing.inspection import faults
    from printing.renderers.pdf import layout
    from printing.renderers.pdf.form import stands

    document, template = paper.document, paper.drawing.template
    elements = template.elements if isinstance(template, Template) else ()
    found = faults(layout(document, paper.stock, template, paper.drawing.pictures))
    return Look(
        png=picture(paper, is_marked=is_marked),
        absent=tuple(
            at
            for at, element in enumerate(elements)
            if not stands(document, element)
            or (element.kind is ElementKind.FIELD and not read(document, element.value))
        ),
        faults=Faults(kinds=tuple(sorted({fault.kind.value for fault in found}))),
    )


def slip_look(paper: Undrawn, *, is_marked: bool, most: int) -> Look:
    """Return how a packing slip looks: its first `most` pages side by side.

    Raises:
        PrintingError: it cannot be drawn.
    """
    from printing.renderers import raster
    from printing.renderers.contact import beside

    made = _pdf(paper, is_marked=is_marked, most_marked=most)
    pages = raster.shown(made, paper.stock, range(most))
    faults = Faults(marked=unprintable_words(paper.drawing.template))
    return Look(png=beside(pages), pages=raster.page_count(made), faults=faults)


def unprintable_words(template: AnyTemplate | None) -> str:
    """Return which characters of a shop's own words no face has; each slip would show them."""
    from printing.fonts import missing_glyphs

    if not isinstance(template, SlipWords):
        return ""
    texts = (template.header, template.thanks, template.returns.replace("\n", " "), template.footer)
    return missing_glyphs(" ".join(texts))


def faults_of(template: AnyTemplate, pictures: Mapping[str, bytes]) -> Faults:
    """Return what is wrong with a template when it is drawn.

    Drawn are the samples, a copy, and a number as long as couriers' numbers get.
    """
    from printing.inspection import faults
    from printing.renderers.pdf import layout

    found: list[str] = []
    try:
        for document in _drawn_with(template.document_kind):
            for stock in (template.media,) if template.media else SUITABLE[document.kind]:
                sheets = layout(document, media(stock), template, pictures)
                found += [fault.kind.value for fault in faults(sheets)]
                found += _missing_from(document, sheets)
    except DoesNotFit:
        found.append(UNDRAWABLE)
    return Faults(kinds=tuple(dict.fromkeys(found)), marked=unprintable_words(template))


def ready_format(content: bytes, stock: Media) -> ReadyFormat:
    """Return what a carrier's label is, if it can be printed on this stock as it is.

    Raises:
        DocumentInvalid: it is no label for it.
    """
    from printing.renderers import ready

    return ready.checked(content, stock)


def logo(content: bytes) -> Logo:
    """Return a picture as templates keep it.

    Raises:
        DocumentInvalid: it is none, or too large.
    """
    from printing.templates.pictures import prepared

    return prepared(content)


def _drawn(paper: Undrawn) -> bytes:
    if isinstance(paper.document, ReadyLabel) and paper.content:  # a sample is the page it names
        from printing.renderers.ready import placed

        return placed(paper.document, paper.content, paper.stock)
    from printing.renderers.pdf import render

    drawing = paper.drawing
    return render(paper.document, paper.stock, drawing.template, drawing.pictures)


def _drawn_with(kind: str) -> Iterator[Document]:
    from printing.samples import Content, sample

    for content in Content:
        yield sample(kind, content)
    first = sample(kind, Content.SHORT)
    if isinstance(first, Waybill):
        yield replace(first, waybill_no=LONG_NUMBER).copy(2, "2026-12-31 23:59")


def _missing_from(document: Document, sheets: Sequence[Sheet]) -> list[str]:
    """Return what a waybill may not go without: its number in bars, and the mark of a copy."""
    from printing.renderers.pdf.sheet import BarsMark, TextMark

    if not isinstance(document, Waybill) or document.waybill_no != LONG_NUMBER:
        return []
    marks = [mark for sheet in sheets for mark in sheet.marks]
    codes = {mark.bars.content for mark in marks if isinstance(mark, BarsMark)}
    if document.waybill_no not in codes:
        return [NO_BARCODE]
    said = "".join(mark.text for mark in marks if isinstance(mark, TextMark))
    return [] if read(document, "copy_mark") in said else [NO_COPY_MARK]

"""A claimed job's paper as bytes: drawn or kept from before, then in its printer's language."""

from __future__ import annotations

from dataclasses import dataclass

from printing import documents
from printing.documents import Document, ReadyLabel
from printing.inspection import unprintable
from printing.media import Media
from printing.queue.claiming import Claimed
from printing.queue.delivery import media_for, payload_for, ready_payload
from printing.queue.drawing import STANDARD, drawing_of
from printing.queue.ready import ready_bytes
from printing.renderers import ready
from printing.renderers.pdf import layout
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet
from warehouse.db import Database


@dataclass(frozen=True, kw_only=True)
class Made:
    """A paper as bytes: `pdf` is kept and shown, `payload` goes to the printer."""

    stock: Media
    stem: str
    pdf: bytes
    payload: bytes
    marked: str  # characters no face has


def make(database: Database, claimed: Claimed) -> Made:
    """Return the bytes of a paper for its printer: those kept, where they are for this stock.

    Raises:
        PrintingError: the facts make no paper, or none this printer can print.
    """
    document = documents.read(claimed.kind, claimed.facts)
    stock = media_for(document, claimed.printer)
    # Bytes made for another stock are of no use: somebody changed the roll in between.
    pdf = claimed.pdf if claimed.media == stock_name(stock) else None
    if isinstance(document, ReadyLabel):
        return _ready(database, claimed, document, stock, pdf)
    marked = ""
    if not pdf:
        sheets = _drawn(database, document, stock)
        pdf, marked = paint(sheets, document.file_stem), unprintable(sheets)
    payload = payload_for(pdf, claimed.printer)
    return Made(stock=stock, stem=document.file_stem, pdf=pdf, payload=payload, marked=marked)


def _ready(
    database: Database, claimed: Claimed, label: ReadyLabel, stock: Media, kept: bytes | None
) -> Made:
    """Return a carrier's own label as it is sent: nobody draws it, it only gets its place."""
    with database.reading() as session:
        content = ready_bytes(session, label)
    pdf = kept or ready.placed(label, content, stock)
    payload = ready_payload(label, content, pdf, stock, claimed.printer)
    return Made(stock=stock, stem=label.file_stem, pdf=pdf, payload=payload, marked="")


def _drawn(database: Database, document: Document, stock: Media) -> list[Sheet]:
    drawing = STANDARD
    if document.templates:
        with database.reading() as session:
            drawing = drawing_of(session, document, stock)
    return layout(document, stock, drawing.template, drawing.pictures)


def stock_name(stock: Media) -> str:
    """Return the name bytes are kept under: another resolution is another stock."""
    return f"{stock.name}@{stock.dpi}"

"""A claimed job's paper as bytes: drawn or kept from before, then in its printer's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from printing import documents
from printing.documents import Document, ReadyLabel
from printing.inspection import unprintable
from printing.media import Media
from printing.models import Printer
from printing.queue.claiming import Claimed
from printing.queue.delivery import media_for, payload_for, ready_payload
from printing.queue.drawing import STANDARD, Drawing, drawing_of
from printing.queue.patience import Clock, patiently
from printing.queue.ready import ready_bytes
from printing.renderers import ready
from printing.renderers.pdf import layout
from printing.renderers.pdf.paint import paint
from warehouse.db import Database


@dataclass(frozen=True, kw_only=True)
class Made:
    """A paper as bytes: `pdf` is kept and shown, `payload` goes to the printer."""

    stock: Media
    stem: str
    pdf: bytes
    payload: bytes
    marked: str  # characters no face has
    is_kept: bool  # the PDF is the one of an earlier try


@dataclass(frozen=True, kw_only=True)
class Given:
    """All a paper is made of: facts, stock, printer, and what the database keeps for it.

    `kept` is the PDF of an earlier try, `content` the carrier's own label.
    """

    document: Document
    stock: Media
    printer: Printer
    part: int = 1
    kept: bytes | None
    drawing: Drawing = STANDARD
    content: bytes = b""


# Makes the bytes of a paper here, or has them made in another process.
Draw = Callable[[Given], Made]


def make(database: Database, claimed: Claimed, draw: Draw, clock: Clock) -> Made:
    """Return the bytes of a paper for its printer: those kept, where they are for this stock.

    Raises:
        PrintingError: the facts make no paper, or none this printer can print.
    """
    document = documents.read(claimed.kind, claimed.facts)
    stock = media_for(document, claimed.printer)
    given = Given(
        document=document,
        stock=stock,
        printer=claimed.printer,
        part=claimed.part,
        # Bytes made for another stock are of no use: somebody changed the roll in between.
        kept=claimed.pdf if claimed.media == stock_name(stock) else None,
    )
    return draw(_with_kept_things(database, given, until=claimed.until, clock=clock))


def made_of(given: Given) -> Made:
    """Return the bytes of a paper, made from nothing but what is given.

    Raises:
        PrintingError: the facts make no paper, or none this printer can print.
    """
    document, printer = given.document, given.printer
    if isinstance(document, ReadyLabel):
        return _ready(document, given)
    pdf, marked = given.kept, ""
    if not pdf:
        drawing = given.drawing
        sheets = layout(document, given.stock, drawing.template, drawing.pictures)
        pdf, marked = paint(sheets, document.file_stem), unprintable(sheets)
    return _made(given, pdf, payload_for(pdf, printer), marked)


def _with_kept_things(database: Database, given: Given, *, until: datetime, clock: Clock) -> Given:
    """Add the carrier's own label, or the template with its pictures."""
    document = given.document

    def read(session: Session) -> Given:
        if isinstance(document, ReadyLabel):
            return replace(given, content=ready_bytes(session, document))
        drawing = drawing_of(session, document, given.stock)
        return replace(given, drawing=replace(drawing, pictures=dict(drawing.pictures)))

    if not isinstance(document, ReadyLabel) and (given.kept or not document.templates):
        return given
    return patiently(database.reading, read, until=until, clock=clock)


def _ready(label: ReadyLabel, given: Given) -> Made:
    """Return a carrier's own label as it is sent: nobody draws it, it only gets its place."""
    content = given.content
    pdf = given.kept or ready.placed(label, content, given.stock)
    payload = ready_payload(label, content, pdf, given.stock, given.printer)
    return _made(given, pdf, payload)


def _made(given: Given, pdf: bytes, payload: bytes, marked: str = "") -> Made:
    return Made(
        stock=given.stock,
        # One name for each sheet: a folder keeps one file of a name.
        stem=given.document.stem_of(given.part),
        pdf=pdf,
        payload=payload,
        marked=marked,
        is_kept=bool(given.kept),
    )


def stock_name(stock: Media) -> str:
    """Return the name bytes are kept under: another resolution is another stock."""
    return f"{stock.name}@{stock.dpi}"

"""From a document and a printer to bytes and their way: which stock, which language, where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from printing.addresses import Allowed
from printing.documents import Document, ReadyFormat, ReadyLabel
from printing.errors import DoesNotFit
from printing.media import SUITABLE, Form, Media, media
from printing.models import Printer, PrinterKind
from printing.queue.ways import way_to
from printing.transports import Transport

if TYPE_CHECKING:
    from printing.renderers.raster import Bitmap

# Makes the way to a printer; tests and simulations pass their own.
Transports = Callable[[Printer, Media], Transport]
ANY = "76x130"  # stands in where a printer takes every stock
PICTURE_KINDS = frozenset({PrinterKind.ESCPOS, PrinterKind.ZPL, PrinterKind.TSPL})


def media_for(document: Document, printer: Printer) -> Media:
    """Return the stock this document goes on in this printer, never scaled to it.

    Raises:
        DoesNotFit: the printer holds another stock, or its head is narrower.
    """
    return _loaded(document.kind, stocks_of(document), printer)


def stock_for(kind: str, printer: Printer) -> Media:
    """Return the stock documents of this kind go on in this printer.

    Raises:
        DoesNotFit: the printer holds another stock, or its head is narrower.
    """
    return _loaded(kind, SUITABLE[kind], printer)


def _loaded(kind: str, suitable: Sequence[str], printer: Printer) -> Media:
    name = printer.media or suitable[0]
    if name not in suitable:
        raise DoesNotFit(f"{printer.name} holds {name}; a {kind} goes on {', '.join(suitable)}")
    return _stock_in(printer, name)


def stock_of(kind: str, facts: Mapping[str, Any], printer: Printer) -> Media:
    """Return the stock the paper with these facts goes on in this printer.

    Raises:
        DoesNotFit: the printer holds another stock, or does not speak the label's language.
    """
    if kind != ReadyLabel.kind:
        return stock_for(kind, printer)
    label = ReadyLabel.from_json(facts)
    if label.format is ReadyFormat.ZPL and printer.kind is not PrinterKind.ZPL:
        raise DoesNotFit(f"{printer.name} does not speak ZPL, which this label is written in")
    return media_for(label, printer)


def stocks_of(document: Document) -> Sequence[str]:
    """Return the stocks this document may be printed on, best first."""
    return (document.media,) if isinstance(document, ReadyLabel) else SUITABLE[document.kind]


def _stock_in(printer: Printer, name: str) -> Media:
    stock = media(name)
    if stock.form is Form.SHEET:
        if printer.kind in PICTURE_KINDS:
            raise DoesNotFit(f"{printer.name} prints labels or receipts, not {name}")
        return stock
    stock = stock.at(printer.dpi)
    if printer.kind in PICTURE_KINDS and stock.width_dots > printer.width_dots:
        raise DoesNotFit(
            f"{name} is {stock.width_dots} dots wide, {printer.name} {printer.width_dots}"
        )
    return stock


def payload_for(pdf: bytes, printer: Printer) -> bytes:
    """Return the bytes in the printer's language: the PDF itself or its picture."""
    if printer.kind not in PICTURE_KINDS:
        return pdf
    from printing.renderers import raster  # heavy: only who prints pays

    return _encoded(raster.bitmaps(pdf, dpi=printer.dpi), printer)


def ready_payload(
    label: ReadyLabel, content: bytes, pdf: bytes, stock: Media, printer: Printer
) -> bytes:
    """Return the bytes of a carrier's own label; ZPL is handed through, a copy behind its mark.

    Raises:
        DoesNotFit: ZPL for a printer that speaks something else.
        DocumentInvalid: a PNG for a head of another resolution.
    """
    if label.format is ReadyFormat.ZPL:
        if printer.kind is not PrinterKind.ZPL:
            raise DoesNotFit(f"{printer.name} does not speak ZPL, which this label is written in")
        return (payload_for(pdf, printer) if label.copy_no > 1 else b"") + content
    if printer.kind not in PICTURE_KINDS:
        return pdf
    from printing.renderers import ready

    return _encoded(ready.pages(label, content, pdf, stock), printer)


def _encoded(pages: Sequence[Bitmap], printer: Printer) -> bytes:
    from printing.renderers import escpos, tspl, zpl

    pages = [page.moved(printer.offset_x, printer.offset_y) for page in pages]
    if printer.kind is PrinterKind.ESCPOS:
        return escpos.encode(pages, width_dots=printer.width_dots)
    if printer.kind is PrinterKind.ZPL:
        return zpl.encode(pages, darkness=printer.darkness)
    dots_per_mm = media(ANY, dpi=printer.dpi).dots_per_mm
    return tspl.encode(pages, dots_per_mm=dots_per_mm, darkness=printer.darkness)


def transports_within(allowed: Allowed) -> Transports:
    """Return the maker of ways to printers that stays inside what the site allows."""

    def make(printer: Printer, stock: Media) -> Transport:
        return transport_for(printer, stock, allowed)

    return make


def check_printer(printer: Printer, allowed: Allowed) -> None:
    """Refuse a printer that could never print: for the page where printers are entered.

    Raises:
        AddressRefused: the address is malformed or outside what the site allows.
        DoesNotFit: the stock is unknown, wider than the head, or not for this kind of printer.
    """
    stock = _stock_in(printer, printer.media) if printer.media else media(ANY)
    transport_for(printer, stock, allowed)


def transport_for(printer: Printer, stock: Media, allowed: Allowed) -> Transport:
    """Return the way to this printer, its address resolved and checked now.

    Raises:
        AddressRefused: malformed, or outside what the site allows.
    """
    return way_to(printer, stock, allowed)

"""From a document and a printer to bytes and their way: which stock, which language, where."""

from __future__ import annotations

from collections.abc import Callable

from printing.addresses import Allowed
from printing.documents import Document
from printing.errors import DoesNotFit
from printing.media import SUITABLE, Form, Media, media
from printing.models import Printer, PrinterKind
from printing.queue.ways import way_to
from printing.transports import Transport

# Makes the way to a printer; tests and simulations pass their own.
Transports = Callable[[Printer, Media], Transport]
ANY = "76x130"  # stands in where a printer takes every stock
PICTURE_KINDS = frozenset({PrinterKind.ESCPOS, PrinterKind.ZPL, PrinterKind.TSPL})


def media_for(document: Document, printer: Printer) -> Media:
    """Return the stock this document goes on in this printer, never scaled to it.

    Raises:
        DoesNotFit: the printer holds another stock, or its head is narrower.
    """
    suitable = SUITABLE[document.kind]
    name = printer.media or suitable[0]
    if name not in suitable:
        raise DoesNotFit(
            f"{printer.name} holds {name}; a {document.kind} goes on {', '.join(suitable)}"
        )
    return _stock_in(printer, name)


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
    from printing.renderers import escpos, raster, tspl, zpl  # heavy: only who prints pays

    pages = raster.bitmaps(pdf, dpi=printer.dpi)
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

"""From a document and a printer to bytes and their way: which stock, which language, where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from printing.addresses import Allowed
from printing.documents import Document, ReadyFormat, ReadyLabel
from printing.errors import DoesNotFit, NoMark, NotSpoken
from printing.media import DOTS_PER_MM, SUITABLE, Form, Media, media
from printing.models import Printer, PrinterKind
from printing.queue.ways import way_to
from printing.transports import Transport

if TYPE_CHECKING:
    from printing.renderers.raster import Bitmap

# Makes the way to a printer; tests and simulations pass their own.
Transports = Callable[[Printer, Media], Transport]
ANY = "76x130"  # stands in where a printer takes every stock
PICTURE_KINDS = frozenset({PrinterKind.ESCPOS, PrinterKind.ZPL, PrinterKind.TSPL})
# Whose paper can be laid straight from here.
STRAIGHTENED = PICTURE_KINDS | {PrinterKind.IPP, PrinterKind.CUPS}
# Labels nobody here can draw, and the one kind of printer that can.
SPOKEN_BY = {
    ReadyFormat.ZPL: PrinterKind.ZPL,
    ReadyFormat.COMPONENT: PrinterKind.COMPONENT,
}


def media_for(document: Document, printer: Printer) -> Media:
    """Return the stock this document goes on in this printer, never scaled to it.

    Raises:
        DoesNotFit: the printer holds another stock, or its head is narrower.
        NotSpoken: it takes papers in another form only.
    """
    if isinstance(document, ReadyLabel):
        _require_spoken(document.format, printer)
    return _loaded(document.kind, stocks_of(document), printer)


def stock_for(kind: str, printer: Printer) -> Media:
    """Return the stock documents of this kind go on in this printer.

    Raises:
        DoesNotFit: the printer holds another stock, or its head is narrower.
        NotSpoken: it takes papers in another form only.
    """
    return _loaded(kind, SUITABLE[kind], printer)


def _require_spoken(form: ReadyFormat, printer: Printer) -> None:
    speaker = SPOKEN_BY.get(form)
    if speaker is not None and printer.kind is not speaker:
        raise NotSpoken(f"{printer.name} does not take labels in the form {form}, as this one is")
    if speaker is None and printer.kind is PrinterKind.COMPONENT:
        raise _nothing_of_ours(printer)


def _nothing_of_ours(printer: Printer) -> NotSpoken:
    return NotSpoken(
        f"{printer.name} is a print component: it draws its platform's own labels and nothing else"
    )


def _loaded(kind: str, suitable: Sequence[str], printer: Printer) -> Media:
    if printer.kind is PrinterKind.COMPONENT and kind != ReadyLabel.kind:
        raise _nothing_of_ours(printer)
    name = printer.media or suitable[0]
    if name not in suitable:
        raise DoesNotFit(f"{printer.name} holds {name}; a {kind} goes on {', '.join(suitable)}")
    return _stock_in(printer, name)


def stock_of(kind: str, facts: Mapping[str, Any], printer: Printer) -> Media:
    """Return the stock the paper with these facts goes on in this printer.

    Raises:
        DoesNotFit: the printer holds another stock. NotSpoken: it takes another form only.
    """
    if kind != ReadyLabel.kind:
        return stock_for(kind, printer)
    return media_for(ReadyLabel.from_json(facts), printer)


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
        return _straight(pdf, printer)
    from printing.renderers import raster  # heavy: only who prints pays

    return _encoded(raster.bitmaps(pdf, dpi=printer.dpi), printer)


def ready_payload(
    label: ReadyLabel, content: bytes, pdf: bytes, stock: Media, printer: Printer
) -> bytes:
    """Return the bytes of a carrier's own label; ZPL is handed through, a copy behind its mark.

    A platform's document is handed through alone.

    Raises:
        NotSpoken: for a printer that does not take it.
        NoMark: a copy of a platform's document, whose component prints no mark of ours.
        DocumentInvalid: a PNG for a head of another resolution.
    """
    _require_spoken(label.format, printer)
    if label.format is ReadyFormat.COMPONENT:
        if label.copy_no > 1:
            raise NoMark(f"{printer.name} prints no mark of a copy")
        from printing.renderers import platform

        return platform.document(content, label.file_stem)
    if label.format is ReadyFormat.ZPL:
        return (payload_for(pdf, printer) if label.copy_no > 1 else b"") + content
    if printer.kind not in PICTURE_KINDS:
        return _straight(pdf, printer)
    from printing.renderers import ready

    return _encoded(ready.pages(label, content, pdf, stock), printer)


def _straight(pdf: bytes, printer: Printer) -> bytes:
    """Return the PDF moved as the printer's pictures are; a file that is kept or fetched is not."""
    if printer.kind not in STRAIGHTENED or not (printer.offset_x or printer.offset_y):
        return pdf
    from printing.renderers.moving import moved

    dots = DOTS_PER_MM[printer.dpi]
    return moved(pdf, printer.offset_x / dots, printer.offset_y / dots)


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

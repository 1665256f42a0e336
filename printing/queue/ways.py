"""From a printer's address to the way there, checked against what the site allows.

folder     a path below a folder the site allows
escpos, zpl, tspl
           HOST or HOST:PORT; /dev/usb/lp0; /dev/ttyUSB0@9600, with @9600,rtscts or
           @9600,xonxoff for a handshake
ipp        HOST or ipp://HOST[:PORT]/PATH
cups       HOST/QUEUE or ipp://HOST[:PORT]/printers/QUEUE
component  HOST/PRINTER or ws://HOST[:PORT]/PRINTER, wss:// where it has a certificate; without a
           name the component's default printer
download   nothing: the paper is fetched in a browser
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from printing.addresses import (
    COMPONENT_PORT,
    COMPONENT_SECURE_PORT,
    IPP_PORT,
    RAW_PORT,
    Allowed,
    split,
)
from printing.errors import AddressRefused
from printing.media import Media
from printing.models import Printer, PrinterKind
from printing.transports import Transport
from printing.transports.component import ComponentTransport
from printing.transports.download import DownloadTransport
from printing.transports.ipp import IppTransport
from printing.transports.languages import Language
from printing.transports.lines import BAUDS, Device, Endpoint, Handshake, Way
from printing.transports.raw import RawTransport
from printing.transports.spool import SpoolTransport

DEVICE = re.compile(r"(?P<path>/[^@\s]+)(?:@(?P<baud>\d{1,6})(?:,(?P<handshake>rtscts|xonxoff))?)?")
SERIAL = re.compile(r"/dev/(?:tty|serial/)")
QUEUES = "/printers/"


def way_to(printer: Printer, stock: Media, allowed: Allowed) -> Transport:
    """Return the way to this printer, its address resolved and checked now.

    Raises:
        AddressRefused: malformed, or outside what the site allows.
    """
    match printer.kind:
        case PrinterKind.FOLDER:
            return SpoolTransport(folder=allowed.folder(printer.address))
        case PrinterKind.DOWNLOAD:
            return DownloadTransport()
        case PrinterKind.IPP | PrinterKind.CUPS:
            return _ipp(printer, stock, allowed)
        case PrinterKind.COMPONENT:
            return _component(printer.address.strip(), allowed)
        case PrinterKind.ESCPOS | PrinterKind.ZPL | PrinterKind.TSPL:
            return RawTransport(
                way=_line(printer.address.strip(), Language(printer.kind.value), allowed),
                language=Language(printer.kind.value),
                is_mute=bool(printer.is_mute),
            )


def _line(address: str, language: Language, allowed: Allowed) -> Way:
    if not address.startswith("/"):
        return Endpoint(address=allowed.endpoint(*split(address, RAW_PORT)))
    match = DEVICE.fullmatch(address)
    if match is None:
        raise _refused(address, "is not /dev/usb/lp0 or /dev/ttyUSB0@9600")
    baud = int(match["baud"] or 0)
    if (baud or SERIAL.match(match["path"])) and baud not in BAUDS:
        raise _refused(address, f"needs a speed: {', '.join(f'@{rate}' for rate in BAUDS)}")
    handshake = Handshake(match["handshake"]) if match["handshake"] else None
    if handshake is Handshake.XONXOFF and language is Language.TSPL:
        raise _refused(address, "takes bytes away that TSPL printers answer with: use rtscts")
    return Device(path=allowed.device(match["path"]), baud=baud, handshake=handshake)


def _ipp(printer: Printer, stock: Media, allowed: Allowed) -> IppTransport:
    address = printer.address.strip()
    parts = urlsplit(address if "://" in address else f"ipp://{address}")
    try:
        port = parts.port or IPP_PORT
    except ValueError as error:
        raise _refused(address, "has no sound port") from error
    if parts.scheme != "ipp" or parts.username or parts.query or not parts.hostname:
        raise _refused(address, "is not ipp://HOST[:PORT]/PATH")
    path = str(PurePosixPath("/") / (parts.path.lstrip("/") or "ipp/print"))
    if printer.kind is PrinterKind.CUPS:
        path = _queue(address, parts.path)
    if not path.isprintable() or not path.isascii() or " " in path:
        raise _refused(address, "has an unsound path")
    return IppTransport(
        address=allowed.endpoint(parts.hostname, port),
        uri=f"ipp://{parts.hostname}:{port}{path}",
        path=path,
        media=stock,
    )


def _component(address: str, allowed: Allowed) -> ComponentTransport:
    scheme, mark, rest = address.rpartition("://")
    if mark and scheme not in ("ws", "wss"):
        raise _refused(address, "is not ws://HOST[:PORT]/PRINTER")
    where, _, name = rest.partition("/")
    host, port = split(where, COMPONENT_SECURE_PORT if scheme == "wss" else COMPONENT_PORT)
    if not name.isprintable():
        raise _refused(address, "has an unsound name of a printer")
    return ComponentTransport(
        address=allowed.endpoint(host, port),
        host=host,
        printer=name.strip(),
        is_secure=scheme == "wss",
    )


def _queue(address: str, path: str) -> str:
    """Return the path of a queue at a print server: /printers/NAME."""
    name = path.removeprefix(QUEUES).strip("/")
    if not name or "/" in name:
        raise _refused(address, "is not HOST/QUEUE")
    return f"{QUEUES}{name}"


def _refused(address: str, why: str) -> AddressRefused:
    return AddressRefused(f"{address[:80]!r} {why}", named=address[:80])

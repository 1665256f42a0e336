"""Printers that answered on the network, as what a site could add: kind, address, name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from printing.addresses import IPP_PORT, RAW_PORT, Allowed
from printing.documents.text import clean
from printing.errors import AddressRefused
from printing.transports.mdns import Service

NAME_CHARS = 60
IPP, RAW = "_ipp._tcp.local", "_pdl-datastream._tcp.local"
CUPS_PATH = "printers/"
# What makers say of their printers, in what they call them and what they take; the first that fits.
LANGUAGES = (
    ("tspl", ("tspl", "tsc ", "xprinter", "gprinter", "hprt", "deli ", "munbyn", "rongta")),
    ("zpl", ("zpl", "zebra", "ztc ", "zdesigner", "honeywell", "godex", "sato")),
    ("escpos", ("esc/pos", "escpos", "epson tm", "tm-t", "tm-m", "star ", "bixolon", "receipt")),
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A printer that answered; `kind` is empty where nobody can tell what it understands."""

    name: str
    kind: str
    address: str
    make: str = ""
    place: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def printers_in(services: Iterable[Service], allowed: Allowed) -> list[Found]:
    """Return the printers behind these services that the site may use, by name.

    A printer is listed once for each way that can be used: raw, or by IPP. Line printer daemons
    are not spoken to.
    """
    found = {
        (entry.kind == "", entry.address): entry
        for service in services
        if service.kind in (IPP, RAW)
        for address in service.addresses
        if (entry := _printer(service, address)) and _is_allowed(address, service.port, allowed)
    }
    return sorted(found.values(), key=lambda entry: (entry.name, entry.address))


def _printer(service: Service, address: str) -> Found:
    texts = service.texts
    make = clean(texts.get("ty", "") or texts.get("product", "").strip("()"), NAME_CHARS)
    name = clean(service.name, NAME_CHARS)
    place = clean(texts.get("note", ""), NAME_CHARS)
    if service.kind == RAW:
        where = address if service.port == RAW_PORT else f"{address}:{service.port}"
        kind = _language(f"{name} {make} {texts.get('pdl', '')} {texts.get('usb_cmd', '')}")
        return Found(name=name, kind=kind, address=where, make=make, place=place)
    path = texts.get("rp", "ipp/print").strip("/")
    port = "" if service.port == IPP_PORT else f":{service.port}"
    kind = "cups" if path.startswith(CUPS_PATH) else "ipp"
    where = clean(f"ipp://{address}{port}/{path}", 200)
    return Found(name=name, kind=kind, address=where, make=make, place=place)


def _language(said: str) -> str:
    low = f"{said.lower()} "
    return next((kind for kind, signs in LANGUAGES if any(sign in low for sign in signs)), "")


def _is_allowed(address: str, port: int, allowed: Allowed) -> bool:
    try:
        allowed.endpoint(address, port)
    except AddressRefused:
        return False
    return True

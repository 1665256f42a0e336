"""Where printers may be: an address is resolved once, checked, and only then connected to.

A page where printers are entered must not become a way to reach the rest of the network. Names are
resolved exactly once and the connection goes to the checked address, so a name cannot change
between the check and the use.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path, PurePosixPath

from printing.errors import AddressFault, AddressRefused

RAW_PORT = 9100
IPP_PORT = 631
LPD_PORT = 515
COMPONENT_PORT = 13528
COMPONENT_SECURE_PORT = 13529
USUAL_PORTS = frozenset({RAW_PORT, IPP_PORT, LPD_PORT, COMPONENT_PORT, COMPONENT_SECURE_PORT})
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
USB_PRINTERS = "/dev/usb/lp*"
DEVICES = Path("/dev")
LOOPBACK = IPv4Network("127.0.0.0/8")
MAX_PORT = 65_535
# A name is letters, digits, dashes and dots; what ends in a number must be a plain IPv4 address.
HOST_NAME = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*", re.I | re.A)
HEXADECIMAL = re.compile(r"0x[0-9a-f]*", re.IGNORECASE)
Resolve = Callable[[str], Sequence[str]]


def _resolve(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """The networks, ports, folders and devices a site lets printers have; set on the server only.

    Loopback is refused unless it is named among the networks. Folders are roots below which folder
    printers may write; none means none. Devices are patterns as `/dev/usb/lp*`.
    """

    networks: tuple[IPv4Network, ...] = tuple(IPv4Network(text) for text in PRIVATE)
    ports: frozenset[int] = USUAL_PORTS
    folders: tuple[Path, ...] = ()
    devices: tuple[str, ...] = (USB_PRINTERS,)
    resolve: Resolve = field(default=_resolve, compare=False)

    @classmethod
    def of(
        cls,
        networks: Iterable[str] = PRIVATE,
        ports: Iterable[int] = (),
        folders: Iterable[Path] = (),
        devices: Iterable[str] = (USB_PRINTERS,),
    ) -> Allowed:
        """Return what the texts of a configuration mean; no ports means the usual ones.

        Raises:
            ValueError: a network is malformed.
        """
        return cls(
            networks=tuple(IPv4Network(text) for text in networks),
            ports=frozenset(ports) or USUAL_PORTS,
            folders=tuple(folder.resolve() for folder in folders),
            devices=tuple(devices),
        )

    def endpoint(self, host: str, port: int) -> tuple[str, int]:
        """Return the address to connect to, resolved and checked.

        Raises:
            AddressRefused: malformed, unknown, or outside the networks and ports allowed.
        """
        if port not in self.ports:
            why = f"port {port} is not one of {sorted(self.ports)}"
            raise AddressRefused(why, fault=AddressFault.PORT, named=str(port))
        addresses = [str(_plain(host))] if _is_numeric(host) else self._resolved(host)
        for text in addresses:
            if not self._holds(_plain(text)):
                why = f"{host} lies outside the networks printers may be in"
                raise AddressRefused(why, fault=AddressFault.NETWORK, named=host)
        return addresses[0], port

    def folder(self, path: str) -> Path:
        """Return the folder to write to, links followed.

        Raises:
            AddressRefused: relative, or not below a folder the site allows.
        """
        if "\x00" in path or not Path(path).is_absolute():
            why = "a folder printer needs an absolute path"
            raise AddressRefused(why, fault=AddressFault.RELATIVE, named=path[:80])
        target = Path(path).resolve()
        if not any(target == root or root in target.parents for root in self.folders):
            why = f"{path} is not below a folder printers may write to"
            raise AddressRefused(why, fault=AddressFault.FOLDER, named=path)
        return target

    def device(self, path: str) -> str:
        """Return the device file to open, links followed.

        Raises:
            AddressRefused: it is none of those the site allows, or leads out of /dev.
        """
        why = f"{path} is no device printers may be at"
        refused = AddressRefused(why, fault=AddressFault.DEVICE, named=path[:80])
        # A pattern's star never reaches over a slash; what climbs with ".." is not looked at.
        if "\x00" in path or ".." in path:
            raise refused
        target = Path(path).resolve()
        if DEVICES not in target.parents or not any(map(PurePosixPath(path).match, self.devices)):
            raise refused
        return str(target)

    def _holds(self, address: IPv4Address) -> bool:
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            return False
        homes = [network for network in self.networks if address in network]
        if address in LOOPBACK:
            # A wide network does not mean the server itself: loopback must be named as such.
            return any(network.subnet_of(LOOPBACK) for network in homes)
        return bool(homes)

    def _resolved(self, host: str) -> Sequence[str]:
        if not HOST_NAME.fullmatch(host):
            raise AddressRefused(f"{host[:80]!r} is no host name", named=host[:80])
        try:
            found = self.resolve(host)
        except (OSError, UnicodeError) as error:
            why = f"{host} is not known here: {error}"
            raise AddressRefused(why, fault=AddressFault.UNKNOWN, named=host) from error
        if not found:
            why = f"{host} has no IPv4 address"
            raise AddressRefused(why, fault=AddressFault.UNKNOWN, named=host)
        return found


def split(address: str, default_port: int) -> tuple[str, int]:
    """Return host and port of HOST or HOST:PORT.

    Raises:
        AddressRefused: anything else.
    """
    host, colon, port = address.strip().partition(":")
    if not colon:
        return host, default_port
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= MAX_PORT):
        raise AddressRefused(f"{address[:80]!r} is not HOST or HOST:PORT", named=address[:80])
    return host, int(port)


def _is_numeric(host: str) -> bool:
    """Tell whether the system's resolver might read this as a number in one of its old spellings.

    0177.0.0.1, 2130706433, 127.1 and 0x7f.1 all mean loopback to it; none is accepted here.
    """
    last = host.rsplit(".", 1)[-1]
    return host.isascii() and (last.isdigit() or HEXADECIMAL.fullmatch(last) is not None)


def _plain(text: str) -> IPv4Address:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise AddressRefused(f"{text[:80]!r} is no plain IPv4 address", named=text[:80]) from error
    if not isinstance(address, IPv4Address):
        raise AddressRefused(f"{text[:80]!r}: printers are reached by IPv4", named=text[:80])
    return address

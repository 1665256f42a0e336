"""Asking the network for printers: one question by multicast DNS, and what the answers mean.

Only what the answers themselves say is read; nothing they name is connected to (RFC 6762, 6763).
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

GROUP, PORT = "224.0.0.251", 5353
SERVICES = ("_ipp._tcp.local", "_pdl-datastream._tcp.local", "_printer._tcp.local")
A, PTR, TXT, SRV = 1, 12, 16, 33
INTERNET, ANSWER_TO_ME = 1, 0x8000
MAX_PACKET = 9000
MAX_JUMPS = 32
POINTER = 0xC0
ASK_AGAIN_S = (0.0, 1.0, 2.5)  # a question lost once is asked again


@dataclass(frozen=True, kw_only=True)
class Service:
    """One way into one printer: `texts` is what it says of itself, keys in small letters."""

    kind: str
    name: str
    host: str
    port: int
    addresses: tuple[str, ...]
    texts: Mapping[str, str]


@dataclass
class Heard:
    """The records of all answers so far."""

    pointers: dict[str, set[str]] = field(default_factory=dict)
    services: dict[str, tuple[str, int]] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    addresses: dict[str, set[str]] = field(default_factory=dict)

    def take_in(self, packet: bytes) -> None:
        """Read one answer; one that is cut off or makes no sense is left out from there on."""
        try:
            for name, kind, at, data in _records(packet):
                self._take(packet, name, kind, at, data)
        except (IndexError, struct.error, UnicodeError):
            return

    def _take(self, packet: bytes, name: str, kind: int, at: int, data: bytes) -> None:
        if kind == PTR and name.lower() in SERVICES:
            self.pointers.setdefault(name.lower(), set()).add(_name(packet, at)[0])
        elif kind == SRV:
            (port,) = struct.unpack_from(">H", data, 4)
            self.services[name] = (_name(packet, at + 6)[0], port)
        elif kind == TXT:
            self.texts[name] = dict(_texts(data))
        elif kind == A and len(data) == 4:  # noqa: PLR2004  an IPv4 address
            self.addresses.setdefault(name.lower(), set()).add(socket.inet_ntoa(data))

    def found(self) -> list[Service]:
        """Return what is known whole by now: where it is and what it says."""
        return [
            Service(
                kind=kind,
                name=instance.removesuffix(f".{kind}"),
                host=host,
                port=port,
                addresses=tuple(sorted(self.addresses[host.lower()])),
                texts=self.texts.get(instance, {}),
            )
            for kind, instances in sorted(self.pointers.items())
            for instance in sorted(instances)
            if instance in self.services
            for host, port in [self.services[instance]]
            if host.lower() in self.addresses
        ]


def question() -> bytes:
    """Return the question for all services, to be answered to the asker alone."""
    out = struct.pack(">6H", 0, 0, len(SERVICES), 0, 0, 0)
    for service in SERVICES:
        labels = b"".join(bytes([len(part)]) + part.encode() for part in service.split("."))
        out += labels + b"\0" + struct.pack(">HH", PTR, INTERNET | ANSWER_TO_ME)
    return out


def browse(
    seconds: float,
    *,
    group: tuple[str, int] = (GROUP, PORT),
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Service]:
    """Ask and listen for so many seconds; return what answered.

    Raises:
        OSError: this machine has no network to ask.
    """
    heard, began, asked = Heard(), monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        while (left := began + seconds - monotonic()) > 0:
            if asked < len(ASK_AGAIN_S) and monotonic() - began >= ASK_AGAIN_S[asked]:
                line.sendto(question(), group)
                asked += 1
            line.settimeout(min(left, 0.25))
            try:
                heard.take_in(line.recv(MAX_PACKET))
            except TimeoutError:
                continue
    return heard.found()


def _records(packet: bytes) -> Iterator[tuple[str, int, int, bytes]]:
    """Yield name, type, where its data begins, and the data of every record."""
    _, _, questions, *counts = struct.unpack_from(">6H", packet)
    at = 12
    for _ in range(questions):
        at = _name(packet, at)[1] + 4
    for _ in range(sum(counts)):
        name, at = _name(packet, at)
        kind, _, _, size = struct.unpack_from(">HHIH", packet, at)
        at += 10
        if at + size > len(packet):
            raise IndexError("cut off")
        yield name, kind, at, packet[at : at + size]
        at += size


def _name(packet: bytes, at: int) -> tuple[str, int]:
    """Return a name and where reading goes on; pointers are followed, but not round and round."""
    labels: list[str] = []
    end, jumps = 0, 0
    while length := packet[at]:
        if length & POINTER == POINTER:
            end = end or at + 2
            jumps += 1
            if jumps > MAX_JUMPS:
                raise IndexError("names go round")
            at = (length & ~POINTER) << 8 | packet[at + 1]
            continue
        labels.append(packet[at + 1 : at + 1 + length].decode("utf-8"))
        at += 1 + length
    return ".".join(labels), end or at + 1


def _texts(data: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(data):
        key, _, value = data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace").partition("=")
        yield key.lower(), value
        at += 1 + data[at]

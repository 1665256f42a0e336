"""Printers made of sockets: they answer, stay silent, run out of paper, hang up, or never read."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self

from printing.transports.ipp_wire import Operation

LOOPBACK = "127.0.0.1"
FINE, OFFLINE = 0x12, 0x1A
COVER_OPEN, PAPER_STOP, PAPER_OUT = 0x16, 0x32, 0x7E


@dataclass
class RawPrinter:
    """A printer on a port of its own. Each connection is served by `behave`."""

    behave: Callable[[RawPrinter, socket.socket], None]
    received: bytearray = field(default_factory=bytearray)
    papers: int = 0
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server((LOOPBACK, 0))
        self.address = self._listener.getsockname()
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stopping.set()
        # Waking the accept with a connection is the portable way to end it.
        with socket.create_connection(self.address, 1):
            pass
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self.stopping.is_set():
                    return
                self.connections += 1
                try:
                    self.behave(self, connection)
                except OSError:
                    continue


@dataclass(kw_only=True)
class Escpos:
    """How an ESC/POS printer is and what it does: call it with a connection to be served."""

    paper: bool = True
    cover: bool = False
    broken: bool = False
    answers: bool = True
    fence: bool = True
    junk: bytes = b""
    late_status: bool = False
    hang_up: bool = False

    def __call__(self, printer: RawPrinter, connection: socket.socket) -> None:
        buffer = b""
        while chunk := connection.recv(65_536):
            printer.received += chunk
            buffer += chunk
            while size := _complete(buffer):
                if not self._obey(printer, connection, buffer[:size]):
                    return
                buffer = buffer[size:]

    def _obey(self, printer: RawPrinter, connection: socket.socket, command: bytes) -> bool:
        if command.startswith(b"\x10\x04"):
            if self.answers:
                connection.sendall(self.junk or bytes([self._status(command[2])]))
        elif command == b"\x1dr\x01":
            if self.late_status:
                connection.sendall(bytes([FINE]))
            if self.hang_up:
                return False
            if self.fence:
                connection.sendall(b"\x00")
        elif command.startswith(b"\x1dVB"):
            printer.papers += 1
        return True

    def _status(self, question: int) -> int:
        causes = {1: FINE, 2: FINE, 4: FINE}
        if self.cover or self.broken or not self.paper:
            causes[1] = OFFLINE
        if self.cover:
            causes[2] = COVER_OPEN
        if not self.paper:
            causes |= {2: PAPER_STOP, 4: PAPER_OUT}
        return causes[question]


def _complete(buffer: bytes) -> int:
    """Return the length of the command at the front, 0 while it is not all there."""
    size = 0
    for start, length in ((b"\x10\x04", 3), (b"\x1dr\x01", 3), (b"\x1dVB", 4), (b"\x1b@", 2)):
        if buffer.startswith(start):
            size = length
    if buffer.startswith(b"\x1dv0\x00") and len(buffer) >= 8:
        wide, high = int.from_bytes(buffer[4:6], "little"), int.from_bytes(buffer[6:8], "little")
        size = 8 + wide * high
    return size if size <= len(buffer) else 0


def takes_all(printer: RawPrinter, connection: socket.socket) -> None:
    """Read to the end and close: a healthy raw printer."""
    while chunk := connection.recv(65_536):
        printer.received += chunk


def never_reads(printer: RawPrinter, connection: socket.socket) -> None:
    printer.stopping.wait(30)


def resets_after(count: int) -> Callable[[RawPrinter, socket.socket], None]:
    def behave(printer: RawPrinter, connection: socket.socket) -> None:
        while len(printer.received) < count:
            printer.received += connection.recv(min(4096, count - len(printer.received)))
        # Closing with data unread and no linger sends a reset, as a crash would.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def hangs_up(printer: RawPrinter, connection: socket.socket) -> None:
    """Accept and close at once."""


def hangs_up_when_asked(printer: RawPrinter, connection: socket.socket) -> None:
    printer.received += connection.recv(4096)


def talks_without_end(printer: RawPrinter, connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass
    while True:
        connection.sendall(b"x" * 1024)


def closed_port() -> tuple[str, int]:
    """An address nobody listens at."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return listener.getsockname()


@dataclass
class IppPrinter:
    """An IPP printer: answers by operation; job states are given one for each question."""

    printer_state: int = 3
    reasons: tuple[str, ...] = ("none",)
    accepting: bool = True
    scaling: bool = True
    media: tuple[str, ...] = ("om_76x130mm_76x130mm", "iso_a4_210x297mm")
    status: dict[int, int] = field(default_factory=dict)
    http_status: dict[int, int] = field(default_factory=dict)
    job_states: list[int] = field(default_factory=lambda: [5, 9])
    gives_number: bool = True
    breaks_on: int | None = None
    garbles: int | None = None
    documents: list[bytes] = field(default_factory=list)
    requests: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                operation = struct.unpack_from(">H", body, 2)[0]
                attributes, end = parsed(body)
                fake.requests.append((operation, attributes))
                if fake.breaks_on == operation:
                    self.connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    self.connection.close()
                    return
                if operation == Operation.PRINT_JOB and not fake.status.get(operation):
                    fake.documents.append(body[end:])
                answer = b"\x02" if fake.garbles == operation else fake.answer(operation)
                self.send_response(fake.http_status.get(operation, 200))
                self.send_header("Content-Type", "application/ipp")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: Any) -> None:
                """Stay quiet."""

        self._server = HTTPServer((LOOPBACK, 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.address = self._server.server_address
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def answer(self, operation: int) -> bytes:
        out = struct.pack(">BBHI", 2, 0, self.status.get(operation, 0), 1)
        out += b"\x01" + attribute(0x47, "attributes-charset", b"utf-8")
        if operation == Operation.GET_PRINTER_ATTRIBUTES:
            out += b"\x04" + attribute(0x23, "printer-state", struct.pack(">i", self.printer_state))
            out += listed(0x44, "printer-state-reasons", self.reasons)
            out += attribute(0x22, "printer-is-accepting-jobs", bytes([self.accepting]))
            # A collection in between must be stepped over.
            out += attribute(0x34, "media-col-default", b"") + attribute(0x4A, "", b"media-size")
            out += attribute(0x34, "", b"") + attribute(0x4A, "", b"x-dimension")
            out += attribute(0x21, "", struct.pack(">i", 7600))
            out += attribute(0x37, "", b"") + attribute(0x37, "", b"")
            out += attribute(0x32, "printer-resolution-default", b"\x00" * 9)
            out += listed(0x44, "media-supported", self.media) if self.media else b""
            if self.scaling:
                out += listed(0x44, "print-scaling-supported", ("auto", "none"))
        if operation == Operation.PRINT_JOB and self.gives_number:
            out += b"\x02" + attribute(0x21, "job-id", struct.pack(">i", 17))
        if operation == Operation.GET_JOB_ATTRIBUTES:
            state = self.job_states.pop(0) if len(self.job_states) > 1 else self.job_states[0]
            out += b"\x02" + attribute(0x23, "job-state", struct.pack(">i", state))
        return out + b"\x03"


def attribute(tag: int, name: str, value: bytes) -> bytes:
    text = name.encode()
    return struct.pack(">BH", tag, len(text)) + text + struct.pack(">H", len(value)) + value


def listed(tag: int, name: str, values: tuple[str, ...]) -> bytes:
    first, *rest = values
    return attribute(tag, name, first.encode()) + b"".join(
        attribute(tag, "", value.encode()) for value in rest
    )


def parsed(body: bytes) -> tuple[dict[str, Any], int]:
    """Attributes of a request in their order, and where its document begins."""
    found: dict[str, Any] = {}
    at = 8
    while body[at] != 3:
        if body[at] < 0x10:
            at += 1
            continue
        tag = body[at]
        size = struct.unpack_from(">H", body, at + 1)[0]
        name = body[at + 3 : at + 3 + size].decode()
        at += 3 + size
        size = struct.unpack_from(">H", body, at)[0]
        value = body[at + 2 : at + 2 + size]
        found[name] = struct.unpack(">i", value)[0] if tag in (0x21, 0x23) else value.decode()
        at += 2 + size
    return found, at + 1

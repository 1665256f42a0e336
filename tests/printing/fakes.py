"""Printers made of sockets: they answer, stay silent, run out of paper, hang up, or never read."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self

from printing.transports.ipp_wire import Operation
from printing.transports.lines import Endpoint, Line
from tests.waiting import until

LOOPBACK = "127.0.0.1"
FINE, OFFLINE = 0x12, 0x1A
COVER_OPEN, PAPER_STOP, PAPER_OUT, PAPER_LOW = 0x16, 0x32, 0x7E, 0x1E


@dataclass
class RawPrinter:
    """A printer on a port of its own. Each connection is served by `behave`."""

    behave: Callable[[RawPrinter, socket.socket], None]
    received: bytearray = field(default_factory=bytearray)
    papers: int = 0
    connections: int = 0
    has_hung_up: bool = False
    done: int = 0  # bytes worked through: what there is to say to them has been said
    kept: list[socket.socket] = field(default_factory=list)

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
        with socket.create_connection(self.address, 60):
            pass
        self._thread.join(60)
        for connection in (self._listener, *self.kept):
            connection.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self.stopping.is_set():
                    return
                self.connections += 1
                self.has_hung_up = False
                try:
                    self.behave(self, connection)
                except OSError:
                    continue
                finally:
                    self.has_hung_up = True


@dataclass(frozen=True, kw_only=True)
class Heeding:
    """The way to a printer on which silence is not a matter of time.

    Nothing more comes when it has worked through all it got, however long it took for that.
    """

    address: tuple[str, int]
    printer: RawPrinter

    def open(self, timeout_s: float) -> HeedingLine:
        return HeedingLine(Endpoint(address=self.address).open(timeout_s), self.printer)


class HeedingLine:
    """A line that hears as `Heeding` says; all else is the line's own."""

    def __init__(self, line: Line, printer: RawPrinter) -> None:
        self._line, self._printer = line, printer
        self._due = printer.done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def send(self, data: bytes, timeout_s: float) -> int:
        sent = self._line.send(data, timeout_s)
        self._due += sent
        return sent

    def receive(self, timeout_s: float) -> bytes:
        assert until(lambda: self._printer.done >= self._due or self._printer.has_hung_up)
        return self._line.receive(0.02)


@dataclass(kw_only=True)
class Escpos:
    """How an ESC/POS printer is and what it does: call it with a connection to be served."""

    paper: bool = True
    is_low: bool = False
    cover: bool = False
    broken: bool = False
    error: int = 0x12
    out_while_printing: int = 0
    answers: bool = True
    fence: bool = True
    junk: bytes = b""
    late_status: bool = False
    hang_up: bool = False
    flow: bytes = b""  # what it says of its buffer while it works

    def __call__(self, printer: RawPrinter, connection: socket.socket) -> None:
        buffer = b""
        while chunk := connection.recv(65_536):
            printer.received += chunk
            buffer += chunk
            while size := _complete(buffer):
                if not self._obey(printer, connection, buffer[:size]):
                    return
                buffer = buffer[size:]
            printer.done += len(chunk)

    def _obey(self, printer: RawPrinter, connection: socket.socket, command: bytes) -> bool:
        if command.startswith(b"\x10\x04"):
            if self.answers:
                connection.sendall(self.junk or bytes([self._status(command[2])]))
            if self.out_while_printing and printer.papers:
                # After so many questions somebody puts a roll in, and the paper comes out.
                self.out_while_printing -= 1
                self.paper = not self.out_while_printing
                if self.paper:
                    connection.sendall(b"\x00")
        elif command == b"\x1dr\x01":
            connection.sendall(bytes([FINE]) * self.late_status + self.flow)
            if self.hang_up:
                return False
            if self.fence and not self.out_while_printing:
                connection.sendall(b"\x00")
        elif command.startswith(b"\x1dVB"):
            printer.papers += 1
            self.paper = self.paper and not self.out_while_printing
        return True

    def _status(self, question: int) -> int:
        causes = {1: FINE, 2: FINE, 3: self.error, 4: PAPER_LOW if self.is_low else FINE}
        if self.cover or self.broken or self.error != FINE or not self.paper:
            causes[1] = OFFLINE
        if self.cover:
            causes[2] |= COVER_OPEN
        if not self.paper:
            causes |= {2: causes[2] | PAPER_STOP, 4: PAPER_OUT}
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


ZPL_ORDER = re.compile(rb"(?:~SD\d\d\n)?\^XA\n.*?\^XZ\n", re.DOTALL)
TSPL_HEAD = re.compile(rb"SIZE [^\0]*?BITMAP 0,0,(\d+),(\d+),0,")
TSPL_TAIL = b"\r\nPRINT 1,1\r\n"
TSPL_BITS = {
    "": 0x00, "cover_open": 0x01, "jam": 0x02, "paper_out": 0x04, "ribbon_out": 0x08,
    "paused": 0x10, "busy": 0x20, "fault": 0x80,
}  # fmt: skip


@dataclass(kw_only=True)
class LabelPrinter:
    """A label printer of either language: call it with a connection to be served.

    `trouble` is there before the paper comes, `later` begins when it has come; either ends after
    `mended_after` answers, if that is given. A label is printing for `printing` answers.
    """

    language: str
    trouble: str = ""
    later: str = ""
    mended_after: int = 0
    printing: int = 1
    answers: bool = True
    late_s: float = 0
    garbles: bool = False
    closes: bool = False
    dies_after_accepting: bool = False
    labels: list[bytes] = field(default_factory=list)
    asked: int = 0

    def __call__(self, printer: RawPrinter, connection: socket.socket) -> None:
        buffer = b""
        while chunk := connection.recv(65_536):
            printer.received += chunk
            buffer += chunk
            while order := self._next(buffer):
                buffer = buffer[len(order) :]
                if not self._obey(order, connection):
                    return
            printer.done += len(chunk)
        if not self.closes:
            # Never closed by this side; the next client is served all the same.
            printer.kept.append(connection.dup())

    def _next(self, buffer: bytes) -> bytes:
        question = {"zpl": b"~HS", "tspl": b"\x1b!?\r\n"}[self.language]
        if buffer.startswith(question):
            return question
        if self.language == "zpl":
            match = ZPL_ORDER.match(buffer)
            return match[0] if match else b""
        head = TSPL_HEAD.match(buffer)
        if not head:
            return b""
        size = head.end() + int(head[1]) * int(head[2]) + len(TSPL_TAIL)
        return buffer[:size] if len(buffer) >= size else b""

    def _obey(self, order: bytes, connection: socket.socket) -> bool:
        if len(order) > 8:
            self.labels.append(order)
            self.trouble, self.later = self.later, ""
            self.left = self.printing
            return not self.dies_after_accepting
        self.asked += 1
        if self.answers:
            time.sleep(self.late_s)
            connection.sendall(b"\xff?" if self.garbles else self._status())
        return True

    left: int = 0

    def _status(self) -> bytes:
        word = self.trouble
        if word and self.mended_after:
            self.mended_after -= 1
            self.trouble = word if self.mended_after else ""
        elif not word and self.left:
            self.left -= 1
            word = "busy"
        return bytes([TSPL_BITS[word]]) if self.language == "tspl" else host_status(word)


def host_status(word: str = "") -> bytes:
    """What a ZPL printer answers to ~HS."""

    def flag(name: str) -> int:
        return int(word == name)

    first = (
        f"030,{flag('paper_out')},{flag('paused')},1218,000,{flag('fault')},0,0,000,0,0,0",
        f"000,0,{flag('cover_open')},{flag('ribbon_out')},1,2,6,0,{flag('busy'):08},1,000",
        "1234,0",
    )
    return b"".join(b"\x02" + text.encode() + b"\x03\r\n" for text in first)


def takes_all(printer: RawPrinter, connection: socket.socket) -> None:
    """Read to the end and close: a healthy raw printer."""
    while chunk := connection.recv(65_536):
        printer.received += chunk


def never_reads(printer: RawPrinter, connection: socket.socket) -> None:
    printer.stopping.wait()


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
    message: str = ""
    reasons_while_printing: tuple[str, ...] = ()
    never_begins: bool = False
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
        self._thread.join(60)
        self._server.server_close()

    def answer(self, operation: int) -> bytes:
        out = struct.pack(">BBHI", 2, 0, self.status.get(operation, 0), 1)
        out += b"\x01" + attribute(0x47, "attributes-charset", b"utf-8")
        if operation == Operation.GET_PRINTER_ATTRIBUTES:
            out += b"\x04" + attribute(0x23, "printer-state", struct.pack(">i", self.printer_state))
            reasons = self.reasons_while_printing if self.documents else ()
            out += listed(0x44, "printer-state-reasons", reasons or self.reasons)
            if self.message:
                out += attribute(0x41, "printer-state-message", self.message.encode())
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
            began = (0x13, b"") if self.never_begins else (0x21, struct.pack(">i", 7))
            out += attribute(began[0], "time-at-processing", began[1])
        if operation == Operation.CANCEL_JOB:
            self.job_states = [7]
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

"""The line to a printer: a connection or a device file, every step of it bounded in time."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import stat
import struct
import termios
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from printing.errors import TransportError
from printing.transports import READY, Condition, Reason

MAX_READ = 4096
MAX_WRITE = 65_536
# A device takes small pieces: while one is under way the printer can still be asked.
MAX_DEVICE_WRITE = 4096
PORT_STATUS = 0x060B  # LPGETSTATUS of the kernel's printer driver: the port's own three lines
PORT_PAPER_OUT, PORT_NO_ERROR = 0x20, 0x08
BAUDS = {
    rate: getattr(termios, f"B{rate}") for rate in (9600, 19_200, 38_400, 57_600, 115_200)
}  # fmt: skip
# Places in what tcgetattr returns.
IFLAG, OFLAG, CFLAG, LFLAG, ISPEED, OSPEED = range(6)


class Line(Protocol):
    """An open line. `receive` returns nothing once the other side has hung up."""

    def send(self, data: bytes, timeout_s: float) -> int: ...

    def receive(self, timeout_s: float) -> bytes: ...

    def unsent(self) -> int:
        """Return how many bytes the other side's machine has not taken yet."""

    def end(self) -> bool:
        """Say that no more will come; False where a line cannot say that."""

    def told(self) -> Condition | None:
        """Return what the port itself tells about the printer, None if it tells nothing."""

    def close(self) -> None: ...


class Way(Protocol):
    """Where a line leads. `name` is for messages."""

    @property
    def name(self) -> str: ...

    def open(self, timeout_s: float) -> Line:
        """Open a fresh line.

        Raises:
            TransportError: nothing was sent.
        """


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A port in the network; `address` is checked already (see `printing.addresses`)."""

    address: tuple[str, int]

    @property
    def name(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    def open(self, timeout_s: float) -> Line:
        try:
            return _SocketLine(socket.create_connection(self.address, timeout_s))
        except OSError as error:
            raise TransportError(f"{self.name} {error}", before_first_byte=True) from error


class Handshake(StrEnum):
    """How a printer at a serial line says that it cannot take more just now."""

    RTSCTS = "rtscts"  # by a wire
    XONXOFF = "xonxoff"  # by two bytes, which it must not need for its answers


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device file of a printer at this machine; a baud rate makes it a serial line."""

    path: str
    baud: int = 0
    handshake: Handshake | None = None

    @property
    def name(self) -> str:
        return self.path

    def open(self, timeout_s: float) -> Line:
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise TransportError(
                f"{self.path} {error.strerror}",
                before_first_byte=True,
                reason=_why_not(error.errno),
            ) from error
        try:
            self._prepare(handle)
        except (OSError, termios.error) as error:
            os.close(handle)
            raise TransportError(
                f"{self.path} {error}", before_first_byte=True, reason=Reason.CONFIGURATION
            ) from error
        return _DeviceLine(handle)

    def _prepare(self, handle: int) -> None:
        if not stat.S_ISCHR(os.fstat(handle).st_mode):
            raise OSError("is no device")
        if self.baud:
            _make_serial(handle, self.baud, self.handshake)


class _SocketLine:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: bytes, timeout_s: float) -> int:
        self._connection.settimeout(timeout_s)
        return self._connection.send(data[:MAX_WRITE])

    def receive(self, timeout_s: float) -> bytes:
        self._connection.settimeout(timeout_s)
        return self._connection.recv(MAX_READ)

    def unsent(self) -> int:
        return _queued(self._connection.fileno())

    def end(self) -> bool:
        self._connection.shutdown(socket.SHUT_WR)
        return True

    def told(self) -> Condition | None:
        return None

    def close(self) -> None:
        self._connection.close()


class _DeviceLine:
    def __init__(self, handle: int) -> None:
        self._handle = handle

    def send(self, data: bytes, timeout_s: float) -> int:
        while True:
            self._wait(select.POLLOUT, timeout_s)
            try:
                return os.write(self._handle, data[:MAX_DEVICE_WRITE])
            except BlockingIOError:
                continue

    def receive(self, timeout_s: float) -> bytes:
        self._wait(select.POLLIN, timeout_s)
        return os.read(self._handle, MAX_READ)

    def unsent(self) -> int:
        try:
            return _queued(self._handle)
        except OSError:
            # The printer driver counts nothing, but takes no more while it still writes.
            return 0 if self._is_ready(select.POLLOUT, 0) else 1

    def end(self) -> bool:
        return False

    def told(self) -> Condition | None:
        try:
            answer = fcntl.ioctl(self._handle, PORT_STATUS, struct.pack("i", 0))
        except OSError:
            return None
        (lines,) = struct.unpack("i", answer)
        if lines & PORT_PAPER_OUT:
            return Condition(reason=Reason.PAPER_OUT, detail="paper out")
        if not lines & PORT_NO_ERROR:
            return Condition(reason=Reason.FAULT, detail="the port reports an error")
        return READY

    def close(self) -> None:
        os.close(self._handle)

    def _wait(self, event: int, timeout_s: float) -> None:
        if not self._is_ready(event, timeout_s):
            raise TimeoutError("time is over")

    def _is_ready(self, event: int, timeout_s: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, event)
        return bool(poll.poll(timeout_s * 1000))


def _queued(handle: int) -> int:
    """Return the bytes the kernel still holds for a line: those the other machine took are gone."""
    (held,) = struct.unpack("i", fcntl.ioctl(handle, termios.TIOCOUTQ, struct.pack("i", 0)))
    return int(held)


def _why_not(number: int | None) -> Reason:
    if number == errno.EBUSY:
        return Reason.BUSY
    return Reason.CONFIGURATION if number in (errno.EACCES, errno.EPERM) else Reason.OFFLINE


def _make_serial(handle: int, baud: int, handshake: Handshake | None) -> None:
    """Set eight bits, no parity, nothing translated; old answers are thrown away."""
    flags = termios.tcgetattr(handle)
    flags[IFLAG] = flags[OFLAG] = flags[LFLAG] = 0
    flags[CFLAG] = termios.CS8 | termios.CREAD | termios.CLOCAL
    if handshake is Handshake.RTSCTS:
        flags[CFLAG] |= termios.CRTSCTS
    if handshake is Handshake.XONXOFF:
        flags[IFLAG] |= termios.IXON
    flags[ISPEED] = flags[OSPEED] = BAUDS[baud]
    termios.tcsetattr(handle, termios.TCSANOW, flags)
    termios.tcflush(handle, termios.TCIFLUSH)

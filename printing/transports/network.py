"""A printer on port 9100: asked first, fenced after where its language allows, never trusted.

A send that returns proves nothing: the system takes megabytes for a printer that never reads. So an
ESC/POS printer must answer a question that stands behind the picture in the same stream, which it
does only when it has worked through it; any other must have taken all and closed its side.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from printing.errors import TransportError
from printing.transports import Reason

MAX_ANSWER = 4096
STATUS_PRINTER = b"\x10\x04\x01"
STATUS_OFFLINE_CAUSE = b"\x10\x04\x02"
STATUS_PAPER = b"\x10\x04\x04"
FENCE = b"\x1dr\x01"  # answered in turn, after all before it is printed
# Bits of the answers to DLE EOT 1, 2 and 4.
OFFLINE_BIT = 0x08
COVER_BIT = 0x04
PAPER_STOP_BIT = 0x20
PAPER_OUT_BITS = 0x60
FIXED_MASK, FIXED_BITS = 0x93, 0x12  # every DLE EOT answer has these, so junk is told apart


@dataclass(frozen=True, kw_only=True)
class NetworkTransport:
    """Sends to one endpoint, a fresh connection for each job: such printers take one client.

    `address` is checked already (see `printing.addresses`). `is_escpos` turns on the questions
    before and after. `timeout_s` bounds each step, `deadline_s` the whole.
    """

    address: tuple[str, int]
    is_escpos: bool
    timeout_s: float = 5.0
    deadline_s: float = 60.0
    monotonic: Callable[[], float] = time.monotonic

    def send(self, payload: bytes, name: str) -> None:
        try:
            connection = socket.create_connection(self.address, self.timeout_s)
        except OSError as error:
            raise TransportError(
                f"{name}: {self.address[0]}:{self.address[1]} {error}", before_first_byte=True
            ) from error
        with connection:
            _Exchange(connection, self, self.monotonic() + self.deadline_s).run(payload)


class _Exchange:
    def __init__(
        self, connection: socket.socket, transport: NetworkTransport, deadline: float
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._deadline = deadline

    def run(self, payload: bytes) -> None:
        if self._transport.is_escpos:
            self._preflight()
        self._deliver(payload)
        if self._transport.is_escpos:
            self._fence()
        else:
            self._wait_for_close()

    def _preflight(self) -> None:
        printer = self._ask(STATUS_PRINTER)
        if printer is None:
            return  # many clones never answer; the fence decides then
        if not printer & OFFLINE_BIT:
            return
        cause = self._ask(STATUS_OFFLINE_CAUSE) or 0
        paper = self._ask(STATUS_PAPER) or 0
        if cause & PAPER_STOP_BIT or paper & PAPER_OUT_BITS == PAPER_OUT_BITS:
            raise TransportError("paper out", before_first_byte=True, reason=Reason.PAPER_OUT)
        if cause & COVER_BIT:
            raise TransportError("cover open", before_first_byte=True, reason=Reason.COVER_OPEN)
        raise TransportError("printer offline", before_first_byte=True, reason=Reason.FAULT)

    def _ask(self, question: bytes) -> int | None:
        """Return the answer to a real-time question, None where the printer stays silent.

        A status question is no paper: whatever fails here failed before the first byte.
        """
        try:
            self._arm()
            self._connection.sendall(question)
            answer = self._connection.recv(1)
        except TimeoutError:
            return None
        except OSError as error:
            raise TransportError(f"asking: {error}", before_first_byte=True) from error
        if not answer:
            raise TransportError("closed while asked", before_first_byte=True)
        return answer[0] if answer[0] & FIXED_MASK == FIXED_BITS else None

    def _deliver(self, payload: bytes) -> None:
        sent = 0
        try:
            while sent < len(payload):
                self._arm()
                sent += self._connection.send(payload[sent : sent + 65_536])
        except OSError as error:
            raise TransportError(
                f"{sent} of {len(payload)} bytes had left: {error}",
                before_first_byte=sent == 0,
                reason=Reason.CUT_OFF,
            ) from error

    def _fence(self) -> None:
        try:
            self._arm()
            self._connection.sendall(FENCE)
            while True:
                self._arm(step=False)
                answer = self._connection.recv(1)
                # A late answer to an earlier question looks different from the fence's.
                if answer and answer[0] & FIXED_MASK == FIXED_BITS:
                    continue
                break
        except OSError as error:
            raise TransportError(
                f"all sent, no word that it was printed: {error}",
                before_first_byte=False,
                reason=Reason.NO_ANSWER,
            ) from error
        if not answer:
            raise TransportError(
                "all sent, then the printer hung up",
                before_first_byte=False,
                reason=Reason.NO_ANSWER,
            )

    def _wait_for_close(self) -> None:
        taken = 0
        try:
            self._connection.shutdown(socket.SHUT_WR)
            while taken < MAX_ANSWER:
                self._arm()
                heard = self._connection.recv(1024)
                if not heard:
                    return
                taken += len(heard)
        except OSError as error:
            raise TransportError(
                f"all sent, not known whether taken: {error}",
                before_first_byte=False,
                reason=Reason.NO_ANSWER,
            ) from error
        raise TransportError(
            "the printer talks without end", before_first_byte=False, reason=Reason.NO_ANSWER
        )

    def _arm(self, *, step: bool = True) -> None:
        left = self._deadline - self._transport.monotonic()
        if left <= 0:
            raise TimeoutError("time is over")
        self._connection.settimeout(min(left, self._transport.timeout_s) if step else left)

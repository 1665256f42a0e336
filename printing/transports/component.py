"""A platform's print component, reached by WebSocket: it draws the paper, we hand over its data.

What counts as printed: the component says so of our task and its one document. That it failed is
final: no paper came out, and only a person tries again. All else after the print command has left,
silence and a line that breaks among it, leaves nobody knowing, and a person is asked.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from printing.errors import TransportError
from printing.transports import HARMLESS, Condition, Notice, Reason, unheard
from printing.transports.component_said import (
    Cmd,
    Task,
    Word,
    condition_of,
    is_answer,
    print_request,
    read,
    request,
    word_on,
)

MOST_HEARD = 1_000_000
CLOSE_S = 1.0


@dataclass(frozen=True, kw_only=True)
class ComponentTransport:
    """Hands one document to the component; `address` is checked already, `host` as it was named.

    `printer` is one of those the component lists, '' its default. The payload is a JSON object: one
    document of the platform's, with its `documentID`.
    """

    address: tuple[str, int]
    host: str
    printer: str = ""
    is_secure: bool = False
    timeout_s: float = 5.0
    deadline_s: float = 90.0
    monotonic: Callable[[], float] = time.monotonic

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        document = payload.decode("utf-8")
        with _Talk(self) as talk:
            found = talk.condition()
            if found.reason not in HARMLESS:
                raise TransportError(found.detail, before_first_byte=True, reason=found.reason)
            task = Task(
                request_id=_fresh(),
                # A try of its own: what is still said of an earlier one is not about this paper.
                task_id=f"{name}.{_fresh()}",
                document_id=str(read(document).get("documentID")),
                printer=talk.printer,
            )
            talk.order(print_request(task, f"[{document}]"))
            talk.wait_for(task)

    def look(self) -> Condition:
        try:
            with _Talk(self) as talk:
                return talk.condition()
        except TransportError as error:
            return Condition(reason=error.reason, detail=str(error))

    def open(self) -> ClientConnection:
        """Return a line to the component.

        Raises:
            TransportError: nobody is there, or somebody else.
        """
        uri = f"{'wss' if self.is_secure else 'ws'}://{self.host}:{self.address[1]}/"
        try:
            line = socket.create_connection(self.address, self.timeout_s)
        except OSError as error:
            raise _before(f"{uri} {error}", Reason.OFFLINE) from error
        # Who never reads must not hold us for ever.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(self.timeout_s))
        try:
            return connect(
                uri, sock=line, proxy=None, compression=None, open_timeout=self.timeout_s,
                close_timeout=CLOSE_S, ping_interval=None, max_size=MOST_HEARD, legacy=True,
            )  # fmt: skip
        except (OSError, EOFError, ValueError, WebSocketException) as error:
            line.close()
            raise _before(f"{uri} {error}", Reason.OFFLINE) from error


class _Talk:
    """One line for one paper or one look; `printer` is its name, once the list has been seen."""

    def __init__(self, transport: ComponentTransport) -> None:
        self._transport = transport
        self._line = transport.open()
        self.printer = transport.printer

    def __enter__(self) -> _Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def condition(self) -> Condition:
        """Return how the component says our printer is: this makes no paper."""
        said = self._asked(Cmd.PRINTERS)
        self.printer = self.printer or str(said.get("defaultPrinter") or "")
        return condition_of(said, self.printer)

    def order(self, message: str) -> None:
        try:
            self._line.send(message)
        except (OSError, WebSocketException) as error:
            raise _unknown(f"sending: {error}", Reason.CUT_OFF) from error

    def wait_for(self, task: Task) -> None:
        """Return when the component says that the task's paper is printed."""
        until = self._transport.monotonic() + self._transport.deadline_s
        while True:
            try:
                said = self._heard(until)
            except TimeoutError as error:
                raise _unknown("it took the paper and says nothing more") from error
            except (OSError, EOFError, WebSocketException) as error:
                raise _unknown(f"it took the paper, then: {error}", Reason.CUT_OFF) from error
            word, why = word_on(said, task)
            if word is Word.PRINTED:
                return
            if word is Word.FAILED:
                raise TransportError(
                    f"the print component says: {why}", before_first_byte=True,
                    reason=Reason.REFUSED, is_final=True,
                )  # fmt: skip

    def _asked(self, cmd: Cmd) -> Mapping[str, Any]:
        asked = _fresh()
        until = self._transport.monotonic() + self._transport.timeout_s
        try:
            self._line.send(request(cmd, asked))
            while True:
                said = self._heard(until)
                if is_answer(said, cmd, asked):
                    return said
        except TimeoutError as error:
            raise _before("it does not answer", Reason.NO_ANSWER) from error
        except ConnectionClosed as error:
            raise _before(f"it hung up: {error}", Reason.OFFLINE) from error
        except (OSError, EOFError, WebSocketException) as error:
            raise _before(f"asking: {error}", Reason.OFFLINE) from error

    def _heard(self, until: float) -> Mapping[str, Any]:
        left = until - self._transport.monotonic()
        if left <= 0:
            raise TimeoutError
        return read(self._line.recv(timeout=left))


def _fresh() -> str:
    return uuid4().hex


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))


def _before(why: str, reason: str) -> TransportError:
    return TransportError(why, before_first_byte=True, reason=reason)


def _unknown(why: str, reason: str = Reason.NO_ANSWER) -> TransportError:
    return TransportError(why, before_first_byte=False, reason=reason)

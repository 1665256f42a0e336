"""A printer or print server that speaks IPP: asked what it takes, watched until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count

from printing.errors import TransportError
from printing.media import Media
from printing.transports import Reason
from printing.transports.ipp_wire import (
    INTEGER,
    KEYWORD,
    MIME,
    NAME,
    URI,
    Answer,
    Attribute,
    Malformed,
    Operation,
    answer,
    request,
)

MAX_ANSWER = 1_000_000
HTTP_OK = 200
FIRST_ERROR = 0x0400
BUSY = 0x0507
PRINTER_STOPPED = 5
JOB_CANCELED, JOB_ABORTED, JOB_COMPLETED = 7, 8, 9
POLL_S = (0.2, 0.5, 1.0, 2.0)
SUFFIXES = ("-error", "-warning", "-report")
# Printer-state reasons that mean a hand is needed; all others are shown as a fault.
REASONS = {
    "media-empty": Reason.PAPER_OUT,
    "media-needed": Reason.PAPER_OUT,
    "media-jam": Reason.JAM,
    "cover-open": Reason.COVER_OPEN,
    "door-open": Reason.COVER_OPEN,
    "paused": Reason.PAUSED,
    "offline": Reason.OFFLINE,
    "connecting-to-device": Reason.OFFLINE,
    "shutdown": Reason.OFFLINE,
}


@dataclass(frozen=True, kw_only=True)
class IppTransport:
    """Sends PDF to one queue. `address` is checked already; `uri` is its name for itself."""

    address: tuple[str, int]
    uri: str
    path: str
    media: Media
    user: str = "fahuo"
    timeout_s: float = 10.0
    deadline_s: float = 90.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def send(self, payload: bytes, name: str) -> None:
        deadline = self.monotonic() + self.deadline_s
        session = _Session(self)
        printer = session.ask(Operation.GET_PRINTER_ATTRIBUTES)
        _require_ready(printer)
        job = self._job(name, printer)
        session.ask(Operation.VALIDATE_JOB, *job)
        accepted = session.print_job(job, payload)
        number = accepted.number("job-id")
        if number is None:
            raise _unknown("the printer took the job but gave it no number")
        self._watch(session, number, deadline)

    def _job(self, name: str, printer: Answer) -> tuple[list[Attribute], list[Attribute]]:
        operation: list[Attribute] = [
            (NAME, "job-name", name),
            (MIME, "document-format", "application/pdf"),
        ]
        keyword = media_keyword(self.media, printer.words("media-supported"))
        scaling = printer.words("print-scaling-supported")
        job: list[Attribute] = [(KEYWORD, "media", keyword)] if keyword else []
        if "none" in scaling:
            job.append((KEYWORD, "print-scaling", "none"))
        return operation, job

    def _watch(self, session: _Session, number: int, deadline: float) -> None:
        for step in count():  # pragma: no branch
            state = session.job_state(number)
            if state == JOB_COMPLETED:
                return
            if state in (JOB_CANCELED, JOB_ABORTED):
                raise _unknown("the printer gave the job up", Reason.FAULT)
            if self.monotonic() >= deadline:
                raise _unknown("the printer has the job and has not finished it")
            self.sleep(POLL_S[min(step, len(POLL_S) - 1)])


def media_keyword(media: Media, supported: list[str]) -> str:
    """Return the printer's own word for this size; '' where it lists none at all.

    Raises:
        TransportError: it lists sizes and this is not among them; it would print on another.
    """
    if not supported:
        return ""
    size = f"_{media.width_mm}x{media.height_mm}mm"
    for keyword in supported:
        if keyword.endswith(size):
            return keyword
    if any(keyword.startswith("custom_max") for keyword in supported):
        return f"custom_label{size}"
    raise TransportError(
        f"the printer knows no paper of {media.width_mm}×{media.height_mm} mm",
        before_first_byte=True,
        reason=Reason.CONFIGURATION,
    )


class _Session:
    """The questions of one job, each on a connection of its own."""

    def __init__(self, transport: IppTransport) -> None:
        self._transport = transport
        self._ids = count(1)

    def ask(
        self,
        operation: Operation,
        attributes: list[Attribute] | None = None,
        job: list[Attribute] | None = None,
    ) -> Answer:
        """Ask what makes no paper: every failure is before the first byte."""
        try:
            return self._accepted(self._post(self._request(operation, attributes, job), b""))
        except (OSError, HTTPException, Malformed) as error:
            raise TransportError(f"{operation.name}: {error}", before_first_byte=True) from error

    def print_job(
        self, job: tuple[list[Attribute], list[Attribute]], payload: bytes
    ) -> Answer:  # fmt: skip
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:
            raise TransportError(f"connecting: {error}", before_first_byte=True) from error
        try:
            head = self._request(Operation.PRINT_JOB, *job)
            answered = self._post(head, payload, connection)
        except (OSError, HTTPException, Malformed) as error:
            raise _unknown(f"sending: {error}", Reason.CUT_OFF) from error
        return self._accepted(answered)

    def job_state(self, number: int) -> int | None:
        """Return the job's state; None while the printer cannot be asked."""
        attributes: list[Attribute] = [(INTEGER, "job-id", number)]
        try:
            answered = self._post(
                self._request(Operation.GET_JOB_ATTRIBUTES, attributes, None), b""
            )
        except (OSError, HTTPException, Malformed, TransportError):
            return None
        return answered.number("job-state")

    def _request(
        self,
        operation: Operation,
        attributes: list[Attribute] | None,
        job: list[Attribute] | None,
    ) -> bytes:
        target: list[Attribute] = [
            (URI, "printer-uri", self._transport.uri),
            (NAME, "requesting-user-name", self._transport.user),
        ]
        # A job's number belongs right behind the printer it is at.
        first = [a for a in attributes or [] if a[1] == "job-id"]
        rest = [a for a in attributes or [] if a[1] != "job-id"]
        whole = [target[0], *first, target[1], *rest]
        return request(operation, next(self._ids), whole, job or ())

    def _connection(self) -> HTTPConnection:
        host, port = self._transport.address
        return HTTPConnection(host, port, timeout=self._transport.timeout_s)

    def _post(
        self, head: bytes, payload: bytes, connection: HTTPConnection | None = None
    ) -> Answer:
        live = connection or self._connection()
        try:
            headers = {"Content-Type": "application/ipp"}
            live.request("POST", self._transport.path, head + payload, headers)
            response = live.getresponse()
            data = response.read(MAX_ANSWER)
        finally:
            live.close()
        if response.status != HTTP_OK:
            # Said by the web server in front of the printer: no job was made.
            raise TransportError(
                f"HTTP status {response.status}", before_first_byte=True, reason=Reason.REFUSED
            )
        return answer(data)

    @staticmethod
    def _accepted(answered: Answer) -> Answer:
        if answered.status == BUSY:
            raise TransportError(
                "the printer is busy with another job", before_first_byte=True, reason=Reason.BUSY
            )
        if answered.status >= FIRST_ERROR:
            raise TransportError(
                f"the printer refuses: status 0x{answered.status:04x}",
                before_first_byte=True,
                reason=Reason.REFUSED,
            )
        return answered


def _require_ready(printer: Answer) -> None:
    accepts = printer.attributes.get("printer-is-accepting-jobs", (True,))
    if printer.number("printer-state") != PRINTER_STOPPED and accepts[0] is not False:
        return
    words = [_bare(word) for word in printer.words("printer-state-reasons")]
    known = [REASONS[word] for word in words if word in REASONS]
    raise TransportError(
        f"printer stopped: {', '.join(words) or 'no reason given'}",
        before_first_byte=True,
        reason=known[0] if known else Reason.FAULT,
    )


def _bare(word: str) -> str:
    for suffix in SUFFIXES:
        word = word.removesuffix(suffix)
    return word


def _unknown(why: str, reason: Reason = Reason.NO_ANSWER) -> TransportError:
    return TransportError(why, before_first_byte=False, reason=reason)

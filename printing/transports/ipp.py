"""A printer or print server that speaks IPP: asked what it takes, watched until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count

from printing.errors import TransportError
from printing.media import Media
from printing.transports import (
    HARMLESS,
    Condition,
    Notice,
    Reason,
    unheard,
)
from printing.transports.ipp_said import condition_of, media_keyword
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
from printing.transports.patience import Patience

MAX_ANSWER = 1_000_000
HTTP_OK = 200
FIRST_SERVER_FAULT = 500
FIRST_ERROR = 0x0400
BUSY = 0x0507
# Internal fault and device fault: said of a job it has begun, too (RFC 8011, B.1.5).
WHILE_PRINTING = frozenset({0x0500, 0x0504})
JOB_PENDING, JOB_HELD, JOB_CANCELED, JOB_ABORTED, JOB_COMPLETED = 3, 4, 7, 8, 9
POLL_S = (0.2, 0.5, 1.0, 2.0)
SLOW_POLL = 3  # from this one on the printer is asked too what keeps it


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
    patience_s: float = 150.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        patience = Patience(
            monotonic=self.monotonic, deadline_s=self.deadline_s, patience_s=self.patience_s,
            notice=notice,
        )  # fmt: skip
        session = _Session(self)
        printer = session.ask(Operation.GET_PRINTER_ATTRIBUTES)
        _require_ready(printer)
        job = self._job(name, printer)
        session.ask(Operation.VALIDATE_JOB, *job)
        accepted = session.print_job(job, payload)
        number = accepted.number("job-id")
        if number is None:
            raise _unknown("the printer took the job but gave it no number")
        self._watch(session, number, patience)

    def look(self) -> Condition:
        try:
            return condition_of(_Session(self).ask(Operation.GET_PRINTER_ATTRIBUTES))
        except TransportError as error:
            return Condition(reason=error.reason, detail=str(error))

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

    def _watch(self, session: _Session, number: int, patience: Patience) -> None:
        has_begun = False
        for step in count():  # pragma: no branch
            state = session.job(number).number("job-state")
            if state == JOB_COMPLETED:
                return
            if state in (JOB_CANCELED, JOB_ABORTED):
                raise _unknown("the printer gave the job up", Reason.FAULT)
            has_begun = has_begun or state not in (None, JOB_PENDING, JOB_HELD)
            if step >= SLOW_POLL:
                patience.hear(session.what_keeps_it())
            if patience.is_over:
                raise session.taken_back(number, patience.last, has_begun=has_begun)
            self.sleep(POLL_S[min(step, len(POLL_S) - 1)])


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
        if answered.status in WHILE_PRINTING:
            raise _unknown(f"the printer broke off: status 0x{answered.status:04x}", Reason.FAULT)
        return self._accepted(answered)

    def job(self, number: int) -> Answer:
        """Return what the printer says of the job; nothing while it cannot be asked."""
        try:
            return self._about(Operation.GET_JOB_ATTRIBUTES, number)
        except (OSError, HTTPException, Malformed, TransportError):
            return Answer(status=FIRST_ERROR)

    def what_keeps_it(self) -> Condition:
        """Return what the printer says while it should be printing."""
        try:
            return condition_of(self.ask(Operation.GET_PRINTER_ATTRIBUTES), is_due=True)
        except TransportError as error:
            return Condition(reason=error.reason, detail=str(error))

    def taken_back(self, number: int, last: Condition, *, has_begun: bool) -> TransportError:
        """Cancel a job that is not getting done: or it would print later, beside its copy.

        One that the printer never began, by our watch and by its own clock, made no paper.
        """
        try:
            cancelled = self._about(Operation.CANCEL_JOB, number).status < FIRST_ERROR
        except (OSError, HTTPException, Malformed, TransportError):
            cancelled = False
        after = self.job(number)
        why = last.detail or "the printer has the job and has not finished it"
        never = after.attributes.get("time-at-processing") == [b""]
        if cancelled and never and not has_begun and after.number("job-state") == JOB_CANCELED:
            return TransportError(why, before_first_byte=True, reason=last.reason or Reason.BUSY)
        return _unknown(why, last.reason or Reason.NO_ANSWER)

    def _about(self, operation: Operation, number: int) -> Answer:
        attributes: list[Attribute] = [(INTEGER, "job-id", number)]
        return self._post(self._request(operation, attributes, None), b"")

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
        if payload and response.status >= FIRST_SERVER_FAULT:
            # The web server in front of the printer fails: what is behind it may have the paper.
            raise _unknown(f"HTTP status {response.status}")
        if response.status != HTTP_OK:
            # Refused by the web server in front of the printer: no job was made.
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
    found = condition_of(printer)
    # A printer at work queues the next paper itself, or says that it cannot.
    if found.reason in HARMLESS or found.reason == Reason.BUSY:
        return
    raise TransportError(found.detail, before_first_byte=True, reason=found.reason)


def _unknown(why: str, reason: str = Reason.NO_ANSWER) -> TransportError:
    return TransportError(why, before_first_byte=False, reason=reason)

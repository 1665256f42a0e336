"""A printer that takes its language raw, by network, USB or serial line: asked first, fenced after.

A send that returns proves nothing: the system takes megabytes for a printer that never reads. What
counts as printed, the first that applies:

1. The printer is set up as one that never says a word (`is_mute`): its machine has taken every
   byte and has not broken off. That it printed is what the people who set it up vouch for.
2. ESC/POS: it answers a question that stands behind the picture in the same stream, which it does
   only when it has worked through it.
3. ZPL, TSPL, where the printer answered the question before the paper: it says twice in a row that
   it is ready and has nothing left to print. Asked in the same stream, it has read all by then.
4. Else: it has taken all and closes its side. A line that cannot be closed proves nothing.

In every other case nobody knows, and a person is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from printing.errors import TransportError
from printing.transports import (
    HARMLESS,
    SILENT,
    Condition,
    Notice,
    Reason,
    languages,
    unheard,
)
from printing.transports.languages import Language
from printing.transports.lines import Line, Way
from printing.transports.patience import Patience

MAX_HEARD = 4096
CALM_ANSWERS = 2


@dataclass(frozen=True, kw_only=True)
class RawTransport:
    """Sends by one way, a fresh line for each job: such printers take one client.

    `answer_s` is waited for a status, `timeout_s` bounds each step, `deadline_s` the whole;
    while a hand is needed at the printer the paper is waited for until `patience_s`.
    """

    way: Way
    language: Language
    is_mute: bool = False
    answer_s: float = 1.5
    timeout_s: float = 5.0
    deadline_s: float = 60.0
    patience_s: float = 150.0
    pause_s: float = 0.3
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        line = self.way.open(self.timeout_s)
        try:
            _Talk(line, self, notice).run(payload)
        finally:
            line.close()

    def look(self) -> Condition:
        try:
            line = self.way.open(self.timeout_s)
        except TransportError as error:
            return Condition(reason=error.reason, detail=str(error))
        try:
            return _Talk(line, self, unheard).condition() or SILENT
        except TransportError as error:
            return Condition(reason=error.reason, detail=str(error))
        finally:
            line.close()


class _Talk:
    """One job on one line: what fails before `sent` grows has made no paper."""

    def __init__(self, line: Line, transport: RawTransport, notice: Notice) -> None:
        self._line = line
        self._transport = transport
        self._began = transport.monotonic()
        self._patience = Patience(
            monotonic=transport.monotonic, deadline_s=transport.deadline_s,
            patience_s=transport.patience_s, notice=notice,
        )  # fmt: skip
        self._sent = 0
        self._is_fenced = self._is_through = False

    def run(self, payload: bytes) -> None:
        before = self.condition()
        if before and before.reason not in HARMLESS:
            raise TransportError(before.detail, before_first_byte=True, reason=before.reason)
        self._deliver(payload)
        if self._transport.is_mute:
            self._wait_until_taken()
        elif self._transport.language is Language.ESCPOS:
            self._fence()
        elif before and before.is_told:
            self._wait_until_calm()
        else:
            self._wait_for_close()

    def condition(self) -> Condition | None:
        """Return what the printer says, else what its port says, None if neither says anything."""
        if self._transport.is_mute:
            return self._port()
        return languages.condition(self._transport.language, self._ask) or self._port()

    def _port(self) -> Condition | None:
        told = self._line.told()
        # A port that finds nothing wrong does not know what the printer is doing.
        return told if told is None or told.reason else SILENT

    def _ask(self, question: bytes, is_whole: Callable[[bytes], bool]) -> bytes:
        """Return the answer, nothing where the printer stays silent."""
        until = self._transport.monotonic() + self._transport.answer_s
        heard = b""
        try:
            self._say(question)
            while not is_whole(heard) and len(heard) < MAX_HEARD:
                more = self._receive(max(0.01, until - self._transport.monotonic()))
                if not more:
                    raise self._broken("closed while asked")
                heard += more
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._broken(f"asking: {error}") from error
        return heard

    def _say(self, data: bytes) -> None:
        while data:
            data = data[self._line.send(data, self._step()) :]

    def _deliver(self, payload: bytes) -> None:
        try:
            while self._sent < len(payload):
                rest = payload[self._sent : self._sent + MAX_HEARD * 16]
                self._sent += self._line.send(rest, self._step())
        except OSError as error:
            raise TransportError(
                f"{self._sent} of {len(payload)} bytes had left: {error}",
                before_first_byte=self._sent == 0,
                reason=Reason.CUT_OFF,
            ) from error

    def _wait_until_taken(self) -> None:
        try:
            while self._line.unsent():
                self._step()
                self._rest()
            self._listen_for_break()
        except OSError as error:
            raise self._unknown(f"not all was taken: {error}") from error

    def _listen_for_break(self) -> None:
        try:
            self._line.receive(self._transport.pause_s)
        except TimeoutError:
            return

    def _fence(self) -> None:
        try:
            self._say(languages.ESCPOS_FENCE)
            self._is_fenced = True
            while not self._is_through:
                self._listen()
                # A printer that waits for paper answers this at once, and the fence only later.
                if not self._is_through and (found := self.condition()):
                    self._patience.hear(found)
                if not self._is_through and self._patience.is_over:
                    last = self._patience.last
                    why = last.detail or "no word that it was printed"
                    raise self._unknown(f"all sent, then: {why}", last.reason)
        except OSError as error:
            raise self._unknown(f"all sent, no word that it was printed: {error}") from error

    def _listen(self) -> None:
        try:
            if not self._receive(self._transport.answer_s):
                raise self._unknown("all sent, then the printer hung up")
        except TimeoutError:
            return

    def _receive(self, timeout_s: float) -> bytes:
        heard = self._line.receive(timeout_s)
        # A late answer to an earlier question looks different from the fence's.
        if self._is_fenced and any(map(languages.is_fence, heard)):
            self._is_through = True
        return heard

    def _wait_until_calm(self) -> None:
        calm = 0
        while calm < CALM_ANSWERS:
            self._rest()
            found = self.condition()
            calm = calm + 1 if found and found.is_told and found.reason in HARMLESS else 0
            if found:
                self._patience.hear(found)
            if self._patience.is_over:
                last = self._patience.last
                raise self._unknown(f"all sent, then: {last.detail or 'no answer'}", last.reason)

    def _wait_for_close(self) -> None:
        taken = 0
        try:
            if not self._line.end():
                raise self._unknown("all sent on a line that cannot be closed, without an answer")
            while taken < MAX_HEARD:
                heard = self._line.receive(self._step())
                if not heard:
                    return
                taken += len(heard)
        except OSError as error:
            raise self._unknown(f"all sent, not known whether taken: {error}") from error
        raise self._unknown("the printer talks without end")

    def _rest(self) -> None:
        self._transport.sleep(self._transport.pause_s)

    def _left(self) -> float:
        left = self._began + self._transport.deadline_s - self._transport.monotonic()
        if left <= 0:
            raise TimeoutError("time is over")
        return left

    def _step(self) -> float:
        return min(self._left(), self._transport.timeout_s)

    def _broken(self, why: str) -> TransportError:
        reason = Reason.NO_ANSWER if self._sent else Reason.OFFLINE
        return TransportError(why, before_first_byte=self._sent == 0, reason=reason)

    @staticmethod
    def _unknown(why: str, reason: str = Reason.NO_ANSWER) -> TransportError:
        return TransportError(why, before_first_byte=False, reason=reason or Reason.NO_ANSWER)

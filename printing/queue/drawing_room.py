"""Processes that draw, so that a drawing which hangs or crashes costs its own paper and no other.

A drawing runs C code that nothing inside its process can stop. Each process draws one paper at a
time and sets its alarm clock first: the kernel ends the drawing when that rings. A few processes
serve all lanes, as a drawing takes milliseconds; for each that is slow there is one more.
"""

from __future__ import annotations

import logging
import math
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from printing.errors import DrawingBroken, DrawingStopped, PrintingError
from printing.queue.draughtsman import MAX_READ, READY, SIZE_BYTES
from printing.queue.making import Given, Made

log = logging.getLogger(__name__)

DRAWING_S = 30.0
START_S = 60.0
GRACE_S = 10.0  # for a process that not even its alarm clock ends
AT_ONCE = 2  # as a process takes a second to start, a lane rather waits for one
SLOW_S = 3.0
TRIES = 2  # it may have been ended from outside: what fails twice is the paper's own fault
ROOT = Path(__file__).parents[2]
SECRETS = ("FAHUO_", "DATABASE_URL")


class DrawingRoom:
    """Draws papers in processes of its own, for any number of lanes at once."""

    def __init__(self, longest_s: float = DRAWING_S) -> None:
        self._longest_s = longest_s
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._changed = threading.Condition()
        self._is_closed = False

    def draw(self, given: Given) -> Made:
        """Return the bytes of a paper.

        Raises:
            PrintingError: the facts make no paper, or none this printer can print; drawing it
                took too long, or broke off twice.
        """
        for _ in range(TRIES):
            found = self._drawn(given)
            if isinstance(found, PrintingError):
                raise found
            if isinstance(found, Made):
                return found
            if found == signal.SIGALRM:
                raise DrawingStopped(
                    f"drawing took longer than {self._longest_s:g} s and was ended"
                )
            last = signal.Signals(found).name
            log.warning("a drawing was ended by %s", last)
        raise DrawingBroken(f"drawing broke off {TRIES} times, the last time by {last}")

    def prepare(self) -> None:
        """Have a process ready before the first paper comes; it loads while others work."""
        self._leave(self._take(), is_well=True)

    def close(self) -> None:
        """End the processes; those that still draw end with their paper."""
        with self._changed:
            self._is_closed, idle, self._idle = True, self._idle, []
        for process in idle:
            process.end()

    def _drawn(self, given: Given) -> Made | PrintingError | int:
        process, is_well = self._take(), False
        try:
            found = process.draw(given)
            is_well = True
        except _Gone as gone:
            return gone.signal
        finally:
            self._leave(process, is_well=is_well)
        return found

    def _take(self) -> _Process:
        with self._changed:
            while not self._idle:
                if sum(not process.is_slow for process in self._busy) < AT_ONCE:
                    self._idle.append(_Process(self._longest_s))
                    break
                self._changed.wait(SLOW_S / 2)
            process = self._idle.pop()
            self._busy.add(process)
        return process

    def _leave(self, process: _Process, *, is_well: bool) -> None:
        with self._changed:
            self._busy.remove(process)
            is_kept = is_well and not self._is_closed and len(self._idle) < AT_ONCE
            if is_kept:
                self._idle.append(process)
            self._changed.notify()
        if not is_kept:
            process.end()


class _Gone(Exception):
    """The process answers no more: `signal` says why as far as it is known."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class _Process:
    """One process and the two pipes to it."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(SECRETS)}
        self._popen = popen = subprocess.Popen(  # noqa: S603  our own program, nothing typed
            [sys.executable, "-m", "printing.queue.draughtsman", str(longest_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**kept, "PYTHONPATH": path},
            start_new_session=True,  # who ends the worker by Ctrl-C still has the paper in hand
        )
        if popen.stdin is None or popen.stdout is None:
            raise RuntimeError("started without its pipes")
        self._questions, self._answers = popen.stdin, popen.stdout
        self._is_ready, self._began = False, math.inf

    def draw(self, given: Given) -> Made | PrintingError | int:
        """Return what was made, the refusal, or the signal that ended the drawing."""
        question = pickle.dumps(given)
        try:
            if not self._is_ready:
                self._is_ready = self._answer(START_S) == READY
            self._began = time.monotonic()
            self._questions.write(len(question).to_bytes(SIZE_BYTES) + question)
            self._questions.flush()
            return self._answer(self._longest_s + GRACE_S)
        except BrokenPipeError as error:
            raise _Gone(signal.SIGPIPE) from error
        finally:
            self._began = math.inf

    @property
    def is_slow(self) -> bool:
        return time.monotonic() - self._began > SLOW_S

    def _answer(self, within_s: float) -> Made | PrintingError | int:
        until = time.monotonic() + within_s
        size = int.from_bytes(self._read(SIZE_BYTES, until))
        answer = pickle.loads(self._read(size, until))  # noqa: S301  from our own process
        if not isinstance(answer, Made | PrintingError | int):
            raise TypeError(type(answer))
        return answer

    def _read(self, size: int, until: float) -> bytes:
        read = bytearray()
        while len(read) < size:
            left = max(0.0, until - time.monotonic())
            if not select.select([self._answers], [], [], left)[0]:
                raise _Gone(signal.SIGALRM)
            more = os.read(self._answers.fileno(), min(MAX_READ, size - len(read)))
            if not more:
                raise _Gone(signal.SIGPIPE)
            read += more
        return bytes(read)

    def end(self) -> None:
        """End it whatever it does; one that is idle ends by itself when its pipe closes."""
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)  # its own session: its child, too
        for pipe in (self._questions, self._answers):
            with suppress(OSError):
                pipe.close()
        self._popen.wait(GRACE_S)

"""Processes that draw, so that a drawing which hangs or crashes costs its own paper and no other.

A drawing runs C code that nothing inside its process can stop. Each process draws one paper at a
time and sets its alarm clock first: the kernel ends the drawing when that rings. A few processes
serve whoever asks, as a drawing takes milliseconds; for each that is slow there is one more.
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
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from printing.errors import DrawingBroken, DrawingDelayed, DrawingStopped, PrintingError
from printing.queue.pipe import MAX_READ, READY, SIZE_BYTES, Answer, Done, Ended, Limits, framed

log = logging.getLogger(__name__)

START_S = 60.0
GRACE_S = 10.0  # for a process that not even its alarm clock ends
LOOK_S = 1.0
TRIES = 2  # it may have been ended from outside: what fails twice is the paper's own fault
ROOT = Path(__file__).parents[2]
SECRETS = ("FAHUO_", "DATABASE_URL")
# The limits of a lane: nobody stands before it, and what is drawn is wanted.
LANE = Limits()

P = ParamSpec("P")
T = TypeVar("T")


class DrawingRoom:
    """Draws papers in processes of its own, for any number of threads at once.

    The first paper starts the first process; a copy of us (fork) begins with none.
    """

    def __init__(self, limits: Limits = LANE) -> None:
        self._limits = limits
        self._owner = os.getpid()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._changed = threading.Condition()
        self._is_closed = False

    def do(self, act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Return what `act` makes of what is given: a function of a module, alone with that.

        Raises:
            PrintingError: what `act` refuses; drawing took too long or too much memory, broke off
                twice, or cannot be begun now (`DrawingDelayed`).
        """
        question, last = framed((act, given, named)), 0
        for _attempt in range(TRIES):
            found = self._answered(question)
            if isinstance(found, PrintingError):
                raise found
            if isinstance(found, Done):
                result: T = found.result
                return result
            last = found.signal
            if last == signal.SIGALRM:
                seconds = self._limits.longest_s
                raise DrawingStopped(f"drawing took longer than {seconds:g} s and was ended")
            log.warning("a drawing was ended by %s", signal.Signals(last).name)
        name = signal.Signals(last).name
        if last == signal.SIGKILL:
            # Nobody but the kernel and people end a process so: no paper does that by itself.
            raise DrawingDelayed("drawing was ended from outside: memory may be short")
        raise DrawingBroken(f"drawing broke off {TRIES} times, the last time by {name}")

    def prepare(self) -> None:
        """Have a process ready before the first paper comes; it loads while others work."""
        with suppress(DrawingDelayed):  # the first paper says so
            self._leave(self._take(), is_well=True)

    def close(self) -> None:
        """End the processes; those that still draw end with their paper."""
        with self._changed:
            self._is_closed, idle, self._idle = True, self._idle, []
        for process in idle:
            process.end()

    def _answered(self, question: bytes) -> Done | PrintingError | Ended:
        process, is_well = self._take(), False
        try:
            found = process.answer(question)
            is_well = True
        except _Gone as gone:
            return Ended(gone.signal)
        finally:
            self._leave(process, is_well=is_well)
        return found

    def _take(self) -> _Process:
        limits, until = self._limits, time.monotonic() + self._limits.wait_s
        with self._changed:
            if self._owner != os.getpid():
                # What the process we are a copy of has started answers it, not us.
                self._owner, self._idle, self._busy = os.getpid(), [], set()
            self._idle = [process for process in self._idle if process.is_alive]
            while not self._idle:
                if self._has_place():
                    self._idle.append(_Process(limits))
                    break
                if time.monotonic() > until or self._is_stuck():
                    raise DrawingDelayed("all that draw are at work")
                self._changed.wait(LOOK_S / 2)
            process = self._idle.pop()
            self._busy.add(process)
        return process

    def _has_place(self) -> bool:
        quick = sum(not process.is_slow for process in self._busy)
        return quick < self._limits.at_once and len(self._busy) < self._limits.most

    def _is_stuck(self) -> bool:
        """Whether nobody who comes now is served soon: he is told at once and holds no thread."""
        return len(self._busy) >= self._limits.most and all(one.is_slow for one in self._busy)

    def _leave(self, process: _Process, *, is_well: bool) -> None:
        with self._changed:
            self._busy.discard(process)
            is_kept = is_well and not self._is_closed and len(self._idle) < self._limits.at_once
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

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(SECRETS)}
        try:
            popen = subprocess.Popen(  # noqa: S603  our own program, nothing typed
                [sys.executable, "-m", "printing.queue.draughtsman", limits.to_word()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**kept, "PYTHONPATH": path},
                start_new_session=True,  # who ends us by Ctrl-C still has the paper in hand
            )
        except OSError as error:  # no memory, no more processes, no more files
            raise DrawingDelayed(f"no process to draw could be started: {error}") from error
        if popen.stdin is None or popen.stdout is None:
            raise RuntimeError("started without its pipes")
        self._popen, self._questions, self._answers = popen, popen.stdin, popen.stdout
        self._is_ready, self._began = False, math.inf

    def answer(self, question: bytes) -> Done | PrintingError | Ended:
        """Return what was made, the refusal, or the signal that ended the drawing."""
        if not self._is_ready:
            self._begin()
        try:
            self._began = time.monotonic()
            self._questions.write(question)
            self._questions.flush()
            return self._said(self._limits.longest_s + GRACE_S)
        except BrokenPipeError as error:
            raise _Gone(signal.SIGPIPE) from error
        finally:
            self._began = math.inf

    def _begin(self) -> None:
        """Wait until it is ready; if it never is, that is no fault of the paper."""
        try:
            self._is_ready = self._said(START_S) == READY
        except _Gone as gone:
            why = "in time" if gone.signal == signal.SIGALRM else "at all"
            raise DrawingDelayed(f"the process that draws did not start {why}") from gone
        if not self._is_ready:
            raise DrawingDelayed("the process that draws was ended while it started")

    @property
    def is_slow(self) -> bool:
        return time.monotonic() - self._began > self._limits.slow_s

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; the pipes of one that ended are closed here."""
        if self._popen.poll() is None:
            return True
        self.end()
        return False

    def _said(self, within_s: float) -> Answer:
        until = time.monotonic() + within_s
        size = int.from_bytes(self._read(SIZE_BYTES, until))
        answer: Any = pickle.loads(self._read(size, until))  # noqa: S301  from our own process
        if not isinstance(answer, Answer):
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

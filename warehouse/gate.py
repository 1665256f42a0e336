"""The writer's gate of a SQLite file: one at a time, in order of arrival, and a wait that ends."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GATE_TIMEOUT_S = 5.0


class DatabaseBusy(Exception):
    """The writer's gate stayed shut too long; nothing was written, try again."""


class Gate:
    """One writer at a time per SQLite file, over threads and processes, in order of arrival.

    SQLite's own waiting sleeps and guesses; a file lock is fair and twice as fast under load.
    The kernel frees the lock when its holder dies; a holder that hangs is waited for so long and
    no longer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.Lock()
        self._descriptor = -1
        self._pid = 0

    @contextmanager
    def __call__(self, wait_s: float = GATE_TIMEOUT_S) -> Iterator[None]:
        """Hold the gate.

        Raises:
            DatabaseBusy: it was not free in this time; nothing is held.
        """
        until = time.monotonic() + wait_s
        if not self._thread.acquire(timeout=wait_s):
            raise DatabaseBusy("the database is busy")
        try:
            self._take_file(until)
            try:
                yield
            finally:
                fcntl.flock(self._open(), fcntl.LOCK_UN)
        finally:
            self._thread.release()

    def _take_file(self, until: float) -> None:
        """Lock the file, or give up at `until` (of the monotonic clock)."""
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # The kernel wakes who waits, which asking again and again cannot match, but it knows
            # no time limit: so a thread waits in our place.
            self._descriptor = -1  # the thread's, until it has the lock
            if not _Waiting(descriptor).is_over(until - time.monotonic()):
                raise DatabaseBusy("another process holds the database") from None
            self._descriptor = descriptor

    def close(self) -> None:
        """Give the lock file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()

    def _open(self) -> int:
        if self._descriptor < 0 or self._pid != os.getpid():
            self.close()  # a forked child must not share its parent's lock
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._descriptor


class _Waiting:
    """A thread that waits for a file lock; given up, it closes the file as soon as it has it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._has_it = threading.Event()
        self._is_given_up = False
        threading.Thread(target=self._wait, name="gate", daemon=True).start()

    def is_over(self, timeout_s: float) -> bool:
        """Tell whether the lock is ours; if not in this time, it never will be."""
        try:
            self._has_it.wait(timeout_s)
        finally:
            with self._lock:
                self._is_given_up = not self._has_it.is_set()
        return not self._is_given_up

    def _wait(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._lock:
            if self._is_given_up:
                os.close(self._descriptor)
            else:
                self._has_it.set()


@contextmanager
def open_gate(wait_s: float = GATE_TIMEOUT_S) -> Iterator[None]:  # noqa: ARG001  (as the gate)
    """Let everybody in: PostgreSQL sees to its writers itself."""
    yield

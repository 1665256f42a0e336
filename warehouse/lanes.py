"""A thread for each lane of the worker that has something to do: none waits for another's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from warehouse.gate import DatabaseBusy

log = logging.getLogger(__name__)


@dataclass
class Turn:
    """What one lane does now, from the last paper on."""

    monotonic: Callable[[], float]
    began: float = field(init=False)
    is_given_up: bool = False

    def __post_init__(self) -> None:
        self.began = self.monotonic()

    def goes_on(self) -> bool:
        """Note that the lane takes up its next piece of work; False if it must not any more."""
        self.began = self.monotonic()
        return not self.is_given_up


Work = Callable[[Turn], None]


class Lanes:
    """Who works on which lane. Used by one thread, the worker's own."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._running: dict[int, tuple[threading.Thread, Turn]] = {}
        self._given_up = 0

    def start(self, lane: int, work: Work, *, longest_s: float | None = None) -> bool:
        """Begin this unless the lane is at work; tell whether it was begun.

        One that has been at the same piece for `longest_s` is given up: it may never come back,
        and nothing it still writes may count.
        """
        thread, turn = self._running.get(lane, (None, None))
        if thread is not None and turn is not None and thread.is_alive():
            if longest_s is None or self._monotonic() - turn.began < longest_s:
                return False
            turn.is_given_up = True
            self._given_up += 1
            log.error("lane %d hangs and is given up; %d since the start", lane, self._given_up)
        turn = Turn(self._monotonic)
        # A daemon: one that hangs for ever must not keep the worker from ending.
        thread = threading.Thread(
            target=_guarded, args=(work, turn), name=f"lane {lane}", daemon=True
        )
        self._running[lane] = thread, turn
        thread.start()
        return True

    def end(self, within_s: float) -> None:
        """Wait until what is in hand is done, but not for ever."""
        until = self._monotonic() + within_s
        for lane, (thread, _) in self._running.items():
            thread.join(max(0.0, until - self._monotonic()))
            if thread.is_alive():
                log.error("lane %d did not come to an end", lane)


def _guarded(work: Work, turn: Turn) -> None:
    try:
        work(turn)
    except DatabaseBusy:
        log.warning("database busy")
    except Exception:
        log.exception("unexpected in a lane")

"""What goes through the pipes between a drawing room and its processes: its size, then itself."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import asdict, dataclass
from typing import Any

from printing.errors import PrintingError

SIZE_BYTES = 8
MAX_READ = 1 << 20


@dataclass(frozen=True)
class Done:
    """What was asked for."""

    result: Any


@dataclass(frozen=True)
class Ended:
    """The signal that ended who was drawing."""

    signal: int


Answer = Done | Ended | PrintingError
READY = Done(None)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one drawing may take, and how many processes there may be.

    longest_s  the drawing is ended
    memory_mb  what it may take beside the fonts and libraries that are loaded
    at_once    so many draw before any is slow; for each that is, there may be one more
    slow_s     from so long on it counts as slow
    most       processes at most, whatever they do
    wait_s     so long one waits for a process; not at all once all there may be are slow
    idle_s     a process nobody asked anything for so long ends; 0: never
    """

    longest_s: float = 30.0
    memory_mb: int = 256
    at_once: int = 2  # as a process takes a second to start, a lane rather waits for one
    slow_s: float = 3.0
    most: int = 1_000
    wait_s: float = math.inf
    idle_s: float = 0.0

    def to_word(self) -> str:
        """Return the limits as one word of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_word(cls, word: str) -> Limits:
        """Return the limits a word of a command line says."""
        return cls(**json.loads(word))


def framed(thing: object) -> bytes:
    """Return a thing as it goes through a pipe."""
    data = pickle.dumps(thing)
    return len(data).to_bytes(SIZE_BYTES) + data

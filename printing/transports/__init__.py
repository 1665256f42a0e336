"""Bytes to printers. Every transport can send and can look; both have one promise.

`send(payload, name)` returns when the printer has taken all of it, as far as that printer can tell;
otherwise it raises TransportError, whose `before_first_byte` says whether paper can have come out.
`look()` asks the printer how it is, makes no paper, and never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why a printer does not print: a stable word for the page and its translation."""

    OFFLINE = "offline"
    PAPER_OUT = "paper_out"
    PAPER_LOW = "paper_low"
    COVER_OPEN = "cover_open"
    JAM = "jam"
    RIBBON_OUT = "ribbon_out"
    PAUSED = "paused"
    FAULT = "fault"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CUT_OFF = "cut_off"
    DISK = "disk"
    REFUSED = "refused"
    CONFIGURATION = "configuration"
    DOWNLOAD = "download"


# A printer that says so still prints.
HARMLESS = frozenset({"", Reason.PAPER_LOW})
# What a hand at the printer mends; the paper it holds then comes out by itself.
HAND_NEEDED = frozenset(
    {Reason.PAPER_OUT, Reason.COVER_OPEN, Reason.JAM, Reason.RIBBON_OUT, Reason.PAUSED}
)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """How a printer is: ready if `reason` is empty; not `is_told` if it answers but never says."""

    reason: str = ""
    detail: str = ""
    is_told: bool = True


READY = Condition()
SILENT = Condition(is_told=False)
# Hears what a printer says while it works on a paper, so that a page can show it meanwhile.
Notice = Callable[[Condition], None]


def unheard(condition: Condition) -> None:
    """Take no notice."""


class Transport(Protocol):
    """One way to one printer."""

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        """Deliver the bytes under this name (kind, number, copy; no ending).

        Raises:
            TransportError: not delivered, or nobody knows.
        """

    def look(self) -> Condition:
        """Return how the printer is now, within seconds."""


__all__ = ["READY", "SILENT", "Condition", "Notice", "Reason", "Transport", "unheard"]

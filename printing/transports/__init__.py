"""Bytes to printers. Every transport has one method and one promise.

`send(payload, name)` returns when the printer has taken all of it, as far as that printer can tell;
otherwise it raises TransportError, whose `before_first_byte` says whether paper can have come out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why a printer does not print: a stable word for the page and its translation."""

    OFFLINE = "offline"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    JAM = "jam"
    PAUSED = "paused"
    FAULT = "fault"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CUT_OFF = "cut_off"
    DISK = "disk"
    REFUSED = "refused"
    CONFIGURATION = "configuration"


class Transport(Protocol):
    """One way to one printer."""

    def send(self, payload: bytes, name: str) -> None:
        """Deliver the bytes under this name (kind, number, copy; no ending).

        Raises:
            TransportError: not delivered, or nobody knows.
        """


__all__ = ["Reason", "Transport"]

"""Waiting for what another thread or process does: the machine may be busy with others."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 90.0  # only what is broken takes as long


def until(condition: Callable[[], bool]) -> bool:
    """Wait until this holds; tell whether it ever did."""
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()

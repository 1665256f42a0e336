"""Loading modules without the garbage collector, which would look for what cannot be there yet."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_AFTER = 10_000  # new objects; Python's own 700 are a third of one portion of a long list


@contextmanager
def loading() -> Iterator[None]:
    """Let the collector rest while modules load, and never look at what they left afterwards.

    Saves a tenth of a start, and pages that forked processes would otherwise copy. From then on it
    looks less often: rows that come and go by the thousand make no circles, and looking for them
    among these took a sixth of a long import.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        gc.enable()

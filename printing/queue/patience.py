"""Short sessions of a worker with a paper in hand: a busy database costs time, not the paper."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from warehouse.db import DatabaseBusy

# The gate stayed shut; or a lock, a deadlock, a server that is just starting again.
BUSY = (DatabaseBusy, OperationalError)
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0

T = TypeVar("T")
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def patiently(
    opened: Callable[[], AbstractContextManager[Session]],
    act: Callable[[Session], T],
    *,
    until: datetime,
    clock: Clock,
) -> T:
    """Act in a short session, again and again while the database is busy and the lease good.

    It is tried at least once, and may have been committed although it failed: it must ask for the
    lease's token itself.

    Raises:
        DatabaseBusy, OperationalError: the database was busy to the end of the lease.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            with opened() as session:
                return act(session)
        except BUSY as error:
            if clock() + timedelta(seconds=pause) >= until:
                raise
            log.warning("the database is busy, a paper waits: %s", error)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

"""Removing names and addresses from papers on time, in lots that let a scan pass in between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from printing.queue.keeping import LOT, clear
from warehouse.db import Database
from warehouse.settings import load_settings

log = logging.getLogger("fahuo.papers")


def clear_old_papers(
    database: Database,
    *,
    at: datetime,
    should_stop: Callable[[], bool] = lambda: False,
    lot: int = LOT,
) -> int:
    """Clear what is older than the site keeps papers; return how many, lot by lot."""
    with database.reading() as session:
        before = at - timedelta(days=load_settings(session).papers_kept_days)
    total = 0
    while not should_stop():
        with database.transaction() as session:
            cleared = clear(session, before=before, at=at, most=lot)
        total += cleared
        if cleared < lot:
            break
    if total:
        log.info("names and addresses removed from %d papers", total)
    return total

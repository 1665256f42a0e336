"""Who holds a lease: the process that took it, so that nobody waits out the lease of a dead one.

A token names the kernel's boot and process space, the process in it, and when that one began: a
number is given again, a number with its beginning is not. Of a process elsewhere nothing is said,
but that one of another boot is no more where all are on one machine, as with SQLite.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from printing.models import BLOCKING, PrintJob, in_states
from warehouse.db import Database, table_of

PROC = Path("/proc")
BOOT_ID = PROC / "sys/kernel/random/boot_id"
BOOT_CHARS = SPACE_CHARS = 6
NONCE_BYTES = 3
BEGAN_FIELD = 19  # of what follows the name in /proc/PID/stat

_job = table_of(PrintJob)


def new_token() -> str:
    """Return a token for a lease of this process, of at most 36 characters."""
    began = None
    with suppress(OSError):  # then nobody says of us that we are no more
        began = _began(os.getpid())
    nonce = secrets.token_hex(NONCE_BYTES)
    return f"{nonce}.{_place()}.{os.getpid():x}.{began or 0:x}"


def release_the_dead(database: Database, at: datetime) -> int:
    """End the leases of processes of this machine that are no more; return how many.

    What they had in hand is resolved as after any lease: `claiming.claim`. They write nothing any
    more, and what they were about to write no longer finds its lease.
    """
    held = sa.select(_job.c.lease_token).where(in_states(BLOCKING), _job.c.lease_token.is_not(None))
    # Only processes of one kernel share the memory of a WAL database.
    is_one_machine = database.is_sqlite
    with database.reading() as session:
        tokens = session.scalars(held).all()
    dead = [token for token in tokens if is_dead(token, is_one_machine=is_one_machine)]
    if not dead:
        return 0
    ended = sa.update(_job).where(_job.c.lease_token.in_(dead)).values(lease_until=at)
    with database.transaction() as session:
        return len(session.execute(ended.returning(_job.c.id)).all())


def is_dead(token: str, *, is_one_machine: bool = False) -> bool:
    """Tell whether the process that holds this token is known to be no more.

    `is_one_machine`: all holders are processes of the machine we are on.
    """
    _, _, holder = token.partition(".")
    place, _, process = holder.partition(".")
    pid, _, began = process.partition(".")
    here = _place()
    if not here or len(place) != len(here) or not began.strip("0"):
        return False  # nobody can say
    if place[:BOOT_CHARS] != here[:BOOT_CHARS]:
        return is_one_machine
    if place != here:
        return False  # in another container
    try:
        return _began(int(pid, 16)) != int(began, 16)
    except OSError:  # as when we may open no more files
        return False


@lru_cache(maxsize=1)
def _place() -> str:
    """Return words for this boot of this machine and our space of process numbers, "" if unknown.

    A container is a space of its own, whatever its name.
    """
    try:
        boot = BOOT_ID.read_text(encoding="ascii").strip()
        space = (PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return ""
    return _word(boot, BOOT_CHARS) + _word(f"{boot} {space}", SPACE_CHARS)


def _word(text: str, size: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:size]


def _began(pid: int) -> int | None:
    """Return when a process began, in ticks since the boot; None if there is none.

    Raises:
        OSError: nobody can tell.
    """
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # its name may hold anything
    return None if fields[0] in "ZX" else int(fields[BEGAN_FIELD])

"""Things put down pile by pile on disk and taken up in order, so that memory stays flat."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Generic, TypeVar

CACHE_KIB = 4_096

K = TypeVar("K", int, str)
T = TypeVar("T")


def scratch(cache_kib: int = CACHE_KIB) -> sqlite3.Connection:
    """Return a database of this process alone, gone when it is closed or the process ends."""
    # The empty name makes SQLite keep a file of its own that vanishes with the connection, also
    # when the process is killed.
    database = sqlite3.connect("", isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{cache_kib}"):
        database.execute(f"PRAGMA {pragma}")
    return database


class Piles(Generic[K, T]):
    """Things on piles with keys. Use it in a `with` block; it holds a temporary file.

    Walked, as often as one likes, it yields portions: whole piles in the order of their keys, the
    things of each as they were put down. A portion is of size `most`, unless one pile is larger.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._db = scratch()
        self._db.execute(
            "CREATE TABLE thing (pile, number INTEGER, size INTEGER, content BLOB,"
            " PRIMARY KEY (pile, number)) WITHOUT ROWID"
        )
        self._db.execute("BEGIN")

    def __enter__(self) -> Piles[K, T]:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._db.close()

    def __len__(self) -> int:
        """Return how many things there are."""
        return self._count

    def put(self, pile: K, thing: T, *, size: int = 1) -> None:
        """Put a thing onto a pile, where it fills so much of a portion."""
        self._count += 1
        # Read back by this process alone, from a file nobody else can open.
        content = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        self._db.execute(
            "INSERT INTO thing VALUES (?, ?, ?, ?)", (pile, self._count, size, content)
        )

    def __iter__(self) -> Iterator[list[T]]:
        portion: list[T] = []
        filled = 0
        rows = self._db.execute("SELECT pile, size, content FROM thing ORDER BY pile, number")
        for _, found in groupby(rows, key=itemgetter(0)):
            pile = [(size, pickle.loads(content)) for _, size, content in found]  # noqa: S301  (see put)
            height = sum(size for size, _ in pile)
            if portion and filled + height > self._most:
                yield portion
                portion, filled = [], 0
            portion += [thing for _, thing in pile]
            filled += height
        if portion:
            yield portion

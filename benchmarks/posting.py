"""Posting one move, with its balances and its history, against the bare drivers.

One command moves one piece from shelf to shelf through `execute`. The bare driver writes the very
same rows (command, move, both balances, answer) with the statements it takes, in a transaction of
the same durability; nothing is checked and nothing is refused. Batches of both alternate.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

from _postgres import postgres
from sqlalchemy.orm import Session

from warehouse import migrations
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Actor, Command, Outcome, execute, new_id
from warehouse.db import Database, utcnow
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.proof import differences
from warehouse.text import say

PLACES = 200
ROUNDS = 40
MOVES = 50
ACTOR = Actor(person_id=1)
OUTCOME = Outcome(screen="stock", message=say("{pieces} pieces moved.", pieces=1))
ANSWER = json.dumps(OUTCOME.to_json(), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class MovePiece(Command):
    """Move one piece from bin to bin."""

    sku_id: int
    from_bin_id: int
    to_bin_id: int


def move_piece(session: Session, command: MovePiece) -> Outcome:
    posting = ledger.Posting(
        sku_id=command.sku_id,
        from_bin_id=command.from_bin_id,
        to_bin_id=command.to_bin_id,
        pieces=1,
        reason=MoveReason.TRANSFER,
    )
    ledger.post(session, command, [posting])
    return OUTCOME


Key = tuple[int, int, int]  # SKU, from, to


def measure(moves: int = MOVES, rounds: int = ROUNDS) -> dict[str, Any]:
    """Return the median milliseconds of one move, ours and bare, and their ratio, by database."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _on_sqlite(Path(folder) / "bench.db", moves, rounds)
    with postgres() as url:
        if url is None:
            return {**figures, "postgresql": "no server: see benchmarks/_postgres.py"}
        return figures | _on_postgres(url, moves, rounds)


def _on_sqlite(path: Path, moves: int, rounds: int) -> dict[str, Any]:
    import pysqlite3.dbapi2 as sqlite

    with filled(Database(f"sqlite:///{path}")) as (database, keys):
        bare = sqlite.connect(str(path), isolation_level=None)
        for pragma in (
            *("foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY"),
            *("busy_timeout=5000", "cache_size=-16000"),
        ):
            bare.execute(f"PRAGMA {pragma}")
        driver = _Bare(bare.execute, "?", "BEGIN IMMEDIATE")
        figures = _compare(database, keys, driver, moves, rounds)
        bare.close()
    return {f"sqlite_{name}": value for name, value in figures.items()}


def _on_postgres(url: Any, moves: int, rounds: int) -> dict[str, Any]:
    import psycopg

    with filled(Database(url)) as (database, keys):
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as bare:
            cursor = bare.cursor()
            driver = _Bare(lambda s, v: cursor.execute(s, v or None), "%s", "BEGIN")
            figures = _compare(database, keys, driver, moves, rounds)
    return {f"postgresql_{name}": value for name, value in figures.items()}


@contextmanager
def filled(database: Database) -> Iterator[tuple[Database, list[Key]]]:
    """Make shelves with so many pieces that they never run dry; afterwards prove the ledger."""
    migrations.upgrade(database)
    with database.transaction() as session:
        skus = [Sku(code=f"SKU-{n:04d}", name="x") for n in range(PLACES)]
        bins = [Bin(code=f"A-{n:04d}", kind=BinKind.SHELF) for n in range(PLACES)]
        session.add_all([*skus, *bins])
        opening = session.scalars(sa.select(Bin.id).where(Bin.kind == BinKind.OPENING)).one()
    keys = [
        (sku.id, here.id, there.id)
        for sku, here, there in zip(skus, bins, [*bins[1:], bins[0]], strict=True)
    ]

    def fill(session: Session, command: MovePiece) -> Outcome:
        rows = [(sku, opening, here, 1_000_000) for sku, here, _ in keys]
        rows += [(sku, opening, there, 1) for sku, _, there in keys]
        postings = [
            ledger.Posting(sku_id=s, from_bin_id=f, to_bin_id=t, pieces=n,
                           reason=MoveReason.OPENING)
            for s, f, t, n in rows
        ]  # fmt: skip
        ledger.post(session, command, postings)
        return OUTCOME

    execute(database, fill, command_of(keys[0]))
    try:
        yield database, keys
        with database.reading() as session:
            assert differences(session) == []
    finally:
        database.dispose()


def command_of(key: Key) -> MovePiece:
    sku, here, there = key
    return MovePiece(
        id=new_id(), actor=ACTOR, at=utcnow(), sku_id=sku, from_bin_id=here, to_bin_id=there
    )


class _Bare:
    """The same rows by hand, with what each driver keeps prepared by itself."""

    def __init__(self, run: Callable[[str, Sequence[Any]], Any], place: str, begin: str) -> None:
        self._run = run
        self._begin = begin
        self._is_text = place == "?"
        self._statements = [text.replace("?", place) for text in _STATEMENTS]

    def move(self, key: Key) -> None:
        sku, here, there = key
        run, command_id, now = self._run, new_id(), utcnow()
        at: Any = now.isoformat(timespec="microseconds") if self._is_text else now
        claim, post, take, put, keep = self._statements
        run(self._begin, ())
        name = hashlib.sha256(command_id.encode()).hexdigest()
        run(claim, (command_id, "MovePiece", name, ACTOR.person_id, at))
        run(post, (command_id, 0, at, sku, here, there, 1, "transfer", ""))
        run(take, (here, sku))
        run(put, (sku, 1, there))
        run(keep, (ANSWER, command_id))
        run("COMMIT", ())


_STATEMENTS = (
    "INSERT INTO command (id, name, fingerprint, person_id, at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO move (command_id, line_no, at, sku_id, from_bin_id, to_bin_id, pieces, reason,"
    " reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "UPDATE stock_balance SET on_hand = on_hand - 1, changes = changes + 1"
    " WHERE bin_id = ? AND sku_id = ? AND on_hand - 1 >= reserved",
    "INSERT INTO stock_balance AS b"
    " (bin_id, sku_id, on_hand, reserved, is_virtual, changes, is_in_work)"
    " SELECT id, ?, ?, 0, false, 1, false FROM bin WHERE id = ? ON CONFLICT (bin_id, sku_id)"
    " DO UPDATE SET on_hand = b.on_hand + excluded.on_hand, changes = b.changes + 1",
    "UPDATE command SET outcome = ? WHERE id = ?",
)


def _compare(
    database: Database, keys: Sequence[Key], driver: _Bare, moves: int, rounds: int
) -> dict[str, Any]:
    """Let batches of both alternate; the ratio is the median of the pairs' ratios."""
    pairs: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        batch = [keys[(number * moves + n) % len(keys)] for n in range(moves)]
        ours = _timed(batch, lambda key: execute(database, move_piece, command_of(key)))
        bare = _timed(batch, driver.move)
        pairs.append((statistics.median(ours), statistics.median(bare)))
    pairs = pairs[1:]  # the first round compiles and prepares
    return {
        "move_p50_ms": statistics.median(a for a, _ in pairs),
        "bare_driver_p50_ms": statistics.median(b for _, b in pairs),
        "over_bare": statistics.median(a / b for a, b in pairs),
    }


def _timed(keys: Sequence[Key], move: Callable[[Key], Any]) -> list[float]:
    times = []
    for key in keys:
        started = time.perf_counter()
        move(key)
        times.append((time.perf_counter() - started) * 1000)
    return times


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="posting", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--moves", type=int, default=MOVES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures = measure(max(1, options.moves), max(1, options.rounds))
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:34} {value:,.3f}" if isinstance(value, float) else f"{name:34} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Booking opening stock of many bin lines from a CSV file, against bare `executemany`.

The import reads the file, finds bins and SKUs, claims each line once for ever and posts it through
the ledger; the baseline writes the finished rows (command, move, balance) with the driver alone in
the same portions. `grown_mb` is what the process grew by over the second half of the lines.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.loading import loading

with loading():  # as every start of the application does
    import sqlalchemy as sa

    from warehouse import migrations
    from warehouse.catalog.models import Bin, BinKind, Sku
    from warehouse.commands import Actor, CommandRow
    from warehouse.db import Database, table_of, utcnow
    from warehouse.inventory.models import Move, StockBalance
    from warehouse.inventory.opening import CHUNK_ROWS, import_opening_list
    from warehouse.inventory.proof import differences

DEFAULT_LINES = 50_000
SKUS_EACH = 5
KNOWN_SKUS = 4_000


def measure(lines: int = DEFAULT_LINES) -> dict[str, Any]:
    """Return the seconds of the import, of the same file again, of the baseline, and memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = _database(folder / "opening.db", lines)
        file = _write(folder / "opening.csv", lines)
        figures = _import(database, file, lines)
        figures |= _again(database, file)
        with database.reading() as session:
            assert differences(session) == []
        figures |= _baseline(database, _database(folder / "bare.db", lines))
        database.dispose()
    figures["ratio_to_executemany"] = figures["import_s"] / figures["executemany_s"]
    return figures


def _database(path: Path, lines: int) -> Database:
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    with database.transaction() as session:
        session.add_all(Sku(code=f"SKU-{n:05d}", name=f"货品 {n}") for n in range(KNOWN_SKUS))
        bins = -(-lines // SKUS_EACH)
        session.add_all(Bin(code=f"A-{n:05d}", kind=BinKind.SHELF) for n in range(bins))
    return database


def _write(path: Path, lines: int) -> Path:
    rows = (
        f"A-{n // SKUS_EACH:05d},SKU-{(n * 7 + n // SKUS_EACH) % KNOWN_SKUS:05d},{n % 90 + 1}\n"
        for n in range(lines)
    )
    with path.open("w", encoding="utf-8") as file:
        file.write("货位,商家编码,数量\n")
        file.writelines(rows)
    return path


def _import(database: Database, file: Path, lines: int) -> dict[str, Any]:
    grown: list[float] = []

    def on_rows(done: int) -> None:
        if done >= lines // 2:
            grown.append(_peak_mb())

    started, started_cpu = time.perf_counter(), time.process_time()
    report = import_opening_list(
        database, file, actor=Actor(person_id=1), at=utcnow(), on_rows=on_rows
    )
    seconds = time.perf_counter() - started
    assert (report.new, report.rejected) == (lines, ())
    return {
        "lines": lines,
        "import_s": seconds,
        "import_cpu_s": time.process_time() - started_cpu,
        "lines_per_s": lines / seconds,
        "grown_mb": grown[-1] - grown[0],
        "peak_rss_mb": grown[-1],
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _again(database: Database, file: Path) -> dict[str, Any]:
    started = time.perf_counter()
    report = import_opening_list(database, file, actor=Actor(person_id=1), at=utcnow())
    assert report.new == 0
    return {"same_file_again_s": time.perf_counter() - started}


def _baseline(done: Database, bare: Database) -> dict[str, Any]:
    tables = [table_of(model) for model in (CommandRow, Move, StockBalance)]
    with done.engine.connect() as connection:
        cursor = connection.connection.cursor()
        rows = [cursor.execute(f"SELECT * FROM {t.name}").fetchall() for t in tables]
        width = [len(cursor.execute(f"PRAGMA table_info({t.name})").fetchall()) for t in tables]
    with bare.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        # The commands of the import itself are not copied; nothing else is looked up either way.
        raw.execute("PRAGMA foreign_keys=OFF")
        started = time.perf_counter()
        for start in range(0, max(map(len, rows)), CHUNK_ROWS):
            raw.execute("BEGIN IMMEDIATE")
            for table, found, columns in zip(tables, rows, width, strict=True):
                places = ", ".join("?" * columns)
                raw.executemany(
                    f"INSERT OR IGNORE INTO {table.name} VALUES ({places})",
                    [tuple(row) for row in found[start : start + CHUNK_ROWS]],
                )
            raw.execute("COMMIT")
        seconds = time.perf_counter() - started
    with bare.reading() as session:
        moves = session.scalar(sa.select(sa.func.count()).select_from(Move))
    assert moves == len(rows[1])
    bare.dispose()
    return {"executemany_s": seconds}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="opening", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lines", type=int, default=DEFAULT_LINES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures = measure(max(100, options.lines))
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:24} {value:,.3f}" if isinstance(value, float) else f"{name:24} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Taking in a file of 20,000 counted lines with all its differences, against bare `executemany`.

The import reads the file, finds bins and goods, holds every line against the book of the moment
and writes lines, looks and passes; "shown" is the first page of differences with the accuracy of
the whole. The baseline writes the same finished rows with the driver alone. `peak_mb` is what the
import needs at its highest over what the process had before; `peak_to_tenth` holds it against the
highest of ten files of a tenth of the lines each: 1 where memory does not grow with the file.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from warehouse import migrations
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Actor, execute, new_id
from warehouse.counting import desk
from warehouse.counting.commands.sessions import OpenCount, open_count
from warehouse.counting.importing import import_count_file
from warehouse.counting.models import (
    CountBin,
    CountEntry,
    CountLine,
    CountScope,
    CountTake,
)
from warehouse.counting.scoping import Scope
from warehouse.db import Database, table_of, utcnow
from warehouse.inventory.opening import import_opening_list

DEFAULT_LINES = 20_000
SKUS_EACH = 5
KNOWN_SKUS = 4_000
OFF_BY_ONE_IN = 50
ZONE = ZoneInfo("Asia/Shanghai")
SYSTEM = Actor(person_id=1)


def measure(lines: int = DEFAULT_LINES) -> dict[str, Any]:
    """Return the seconds of import and first page, of the baseline, and memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database, session_id = _site(folder / "counts.db", folder, lines)
        file = _write(folder / "counted.csv", range(lines), is_counted=True)
        figures = _import(database, file, session_id, lines)
        figures |= _shown(database, session_id)
        figures |= _again(database, file, session_id)
        figures |= _baseline(database)
        database.dispose()
        for files, key in ((10, "tenth_peak_mb"), (1, "peak_mb")):
            figures[key] = _peak_mb(folder / f"memory-{files}.db", folder, lines, files)
    figures["peak_to_tenth"] = figures["peak_mb"] / figures["tenth_peak_mb"]
    figures["checked_and_shown_s"] = figures["import_s"] + figures["shown_s"]
    figures["ratio_to_executemany"] = figures["import_s"] / figures["executemany_s"]
    return figures


def _site(path: Path, folder: Path, lines: int) -> tuple[Database, int]:
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    with database.transaction() as session:
        session.add_all(Sku(code=f"SKU-{n:05d}", name=f"货品 {n}") for n in range(KNOWN_SKUS))
        bins = -(-lines // SKUS_EACH)
        session.add_all(
            Bin(code=f"A-{n:05d}", kind=BinKind.SHELF, walk_order=n) for n in range(bins)
        )
    stock = _write(folder / "stock.csv", range(lines), is_counted=False)
    import_opening_list(database, stock, actor=SYSTEM, at=utcnow())
    command = OpenCount(id=new_id(), actor=SYSTEM, at=utcnow(),
                        scope=Scope(kind=CountScope.ZONES), starts=True)  # fmt: skip
    outcome = execute(database, open_count, command)
    assert outcome.subject_id is not None
    return database, outcome.subject_id


def _write(path: Path, lines: Iterable[int], *, is_counted: bool) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("货位,商家编码,数量\n")
        for n in lines:
            off = is_counted and n % OFF_BY_ONE_IN == 0
            sku = (n * 7 + n // SKUS_EACH) % KNOWN_SKUS
            file.write(f"A-{n // SKUS_EACH:05d},SKU-{sku:05d},{n % 90 + 1 + off}\n")
    return path


def _import(database: Database, file: Path, session_id: int, lines: int) -> dict[str, Any]:
    started, started_cpu = time.perf_counter(), time.process_time()
    report = import_count_file(
        database, file, session_id=session_id, actor=SYSTEM, at=utcnow(), zone=ZONE
    )
    seconds = time.perf_counter() - started
    # Bins filled a moment ago hold goods that may still be in a hand: all of them asked again.
    assert report.rejected == ()
    assert report.agreed + report.different + report.again == lines
    return {
        "lines": lines,
        "import_s": seconds,
        "import_cpu_s": time.process_time() - started_cpu,
        "lines_per_s": lines / seconds,
    }


def _shown(database: Database, session_id: int) -> dict[str, Any]:
    started = time.perf_counter()
    with database.reading() as session:
        query = desk.line_list(session_id).where(desk.OFF > 0)
        first = session.execute(query.order_by(CountBin.sequence, CountLine.id).limit(51)).all()
        exact = desk.accuracy_of(session, session_id)
        desk.states_of(session, session_id)
    assert len(first) == 51
    assert exact.lines_right < exact.lines
    return {"shown_s": time.perf_counter() - started}


def _again(database: Database, file: Path, session_id: int) -> dict[str, Any]:
    started = time.perf_counter()
    report = import_count_file(
        database, file, session_id=session_id, actor=SYSTEM, at=utcnow(), zone=ZONE
    )
    assert report.is_known
    return {"same_file_again_s": time.perf_counter() - started}


def _baseline(database: Database) -> dict[str, Any]:
    """Write the rows that the import wrote once more, with the driver alone."""
    tables = [table_of(model) for model in (CountTake, CountLine, CountEntry)]
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        kept = [raw.execute(f"SELECT * FROM {table.name}").fetchall() for table in tables]
        for table in reversed(tables):
            raw.execute(f"DELETE FROM {table.name}")
        started = time.perf_counter()
        raw.execute("BEGIN IMMEDIATE")
        for table, rows in zip(tables, kept, strict=True):
            marks = ", ".join("?" * len(rows[0]))
            raw.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
        raw.execute("COMMIT")
        seconds = time.perf_counter() - started
    return {"executemany_s": seconds}


def _peak_mb(path: Path, folder: Path, lines: int, files: int) -> float:
    database, session_id = _site(path, folder, lines)
    bins, peaks = -(-lines // SKUS_EACH), []
    for n in range(files):
        first, last = (bins * at // files * SKUS_EACH for at in (n, n + 1))
        file = _write(folder / "counted.csv", range(first, min(last, lines)), is_counted=True)
        tracemalloc.start()
        import_count_file(
            database, file, session_id=session_id, actor=SYSTEM, at=utcnow(), zone=ZONE
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    database.dispose()
    return max(peaks) / 1_000_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures, by name or as JSON."""
    parser = argparse.ArgumentParser(prog="counts", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lines", type=int, default=DEFAULT_LINES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    figures = measure(given.lines)
    print(json.dumps(figures) if given.json else figures)


if __name__ == "__main__":
    main()

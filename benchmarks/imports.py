"""Importing a pair of Taobao reports, against bare `executemany` of the very same rows.

The import reads GB18030 text of 71 and 22 columns, joins orders with lines, finds the SKUs and
writes in transactions of 500 orders; the baseline writes the finished rows with the driver alone,
into the same tables in the same transactions. The audit that follows is measured apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from warehouse import migrations
from warehouse.catalog.models import Sku
from warehouse.commands import Actor
from warehouse.config import Config
from warehouse.db import Database, table_of
from warehouse.orders.importing import CHUNK_ORDERS, Step, import_files
from warehouse.orders.models import Order, OrderLine, Shop
from warehouse.shops.samples import SampleItem, sample_orders, write_pair

DEFAULT_ORDERS = 100_000
SKUS = 400
UNTIL = datetime(2026, 11, 11, 20)  # noqa: DTZ001  (local time, as a report writes it)


def measure(orders: int = DEFAULT_ORDERS) -> dict[str, Any]:
    """Return rows per second of the import and of the baseline, and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = [
            SampleItem(
                title=f"纯棉T恤 {i // 12} 款",
                properties=f"颜色分类:{'黑白红蓝'[i % 4]}色;尺码:{'SML'[i % 3]}",
                seller_code=f"TS-{i:04d}",
                price_fen=3900 + i,
            )
            for i in range(SKUS)
        ]
        sample = sample_orders(orders, seed=7, items=items, until=UNTIL, are_all_paid=True)
        files = write_pair(folder, sample)
        database = _database(folder / "import.db")
        figures = _import(database, files, folder)
        figures |= _baseline(database, _database(folder / "bare.db"))
        database.dispose()
    figures["ratio_to_executemany"] = figures["import_s"] / figures["executemany_s"]
    figures["ratio_of_cpu"] = figures["import_cpu_s"] / figures["executemany_cpu_s"]
    return figures


def _database(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    with database.transaction() as session:
        session.add_all(Sku(code=f"TS-{i:04d}", name=f"货品 {i}") for i in range(SKUS))
    return database


def _import(database: Database, files: Sequence[Path], folder: Path) -> dict[str, Any]:
    written: list[tuple[float, float]] = []

    def on_step(step: Step) -> None:
        if step.stage == "writing" and step.done == step.total:
            written.append((time.perf_counter(), time.process_time()))

    config = Config(database_url=str(database.url), data_dir=folder, secret_key="bench")
    start, start_cpu = time.perf_counter(), time.process_time()
    summary = import_files(database, files, config, actor=Actor(person_id=1), on_step=on_step)
    end = time.perf_counter()
    [(done, done_cpu)] = written
    seconds = done - start
    return {
        "orders": summary.orders_new,
        "lines": summary.lines_new,
        "file_mb": sum(file.stat().st_size for file in files) / 1e6,
        "import_s": seconds,
        "import_cpu_s": done_cpu - start_cpu,
        "rows_per_s": (summary.orders_new + summary.lines_new) / seconds,
        "audit_s": end - done,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _baseline(done: Database, bare: Database) -> dict[str, Any]:
    order, line = table_of(Order), table_of(OrderLine)
    with done.reading() as session, bare.transaction() as fresh:
        for shop in session.scalars(sa.select(Shop)):
            fresh.add(Shop(id=shop.id, code=shop.code, name=shop.name, platform=shop.platform))
    chunks = list(_chunks(done, order, line))
    statements = [_insert(order), _insert(line)]
    with bare.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        start, start_cpu = time.perf_counter(), time.process_time()
        for orders, lines in chunks:
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(statements[0], orders)
            raw.executemany(statements[1], lines)
            raw.execute("COMMIT")
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    bare.dispose()
    rows = sum(len(orders) + len(lines) for orders, lines in chunks)
    return {
        "executemany_s": seconds,
        "executemany_cpu_s": cpu,
        "executemany_rows_per_s": rows / seconds,
    }


Rows = list[tuple[Any, ...]]


def _chunks(database: Database, order: sa.Table, line: sa.Table) -> Iterator[tuple[Rows, Rows]]:
    """Yield the rows as the driver takes them, in the import's portions."""
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        stream = cursor.execute(f"SELECT {_names(order)} FROM shop_order ORDER BY id")
        orders = iter(stream.fetchall())
        lines_of: dict[int, Rows] = {}
        at = list(line.c.keys()).index("order_id")
        for row in cursor.execute(f"SELECT {_names(line)} FROM order_line ORDER BY id").fetchall():
            lines_of.setdefault(row[at], []).append(tuple(row))
    while chunk := [tuple(row) for row in islice(orders, CHUNK_ORDERS)]:
        yield chunk, [row for one in chunk for row in lines_of.get(one[0], [])]


def _names(table: sa.Table) -> str:
    return ", ".join(f'"{name}"' for name in table.c.keys())  # noqa: SIM118  (columns, not a dict)


def _insert(table: sa.Table) -> str:
    places = ", ".join("?" * len(table.c))
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({places})"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="imports", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures = measure(max(100, options.orders))
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:28} {value:,.3f}" if isinstance(value, float) else f"{name:28} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

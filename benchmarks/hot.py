"""Processes moving pieces of one hot SKU: as fast as they can, and as fast as tablets do.

Everybody writes the same two balances. SQLite has one writer at a time, so the best it can do is to
keep with eight processes what one alone does (`kept`) and to let nobody wait long; PostgreSQL's
waiters queue at the row. At the pace of tablets eight processes move a hundred pieces a second
between them, at random times; milliseconds count from the time a move was due, and
`over_one` is their median over that of one process alone. `busy` counts who was told so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from _postgres import postgres
from posting import Key, command_of, filled, move_piece

from warehouse.commands import execute
from warehouse.db import Database
from warehouse.gate import DatabaseBusy

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = (1, 2, 4, 8)
SECONDS = 4.0
PER_S = 100.0


def measure(seconds: float = SECONDS) -> dict[str, Any]:
    """Return commands a second and milliseconds a command, by database and processes."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _on(f"sqlite:///{Path(folder) / 'hot.db'}", "sqlite", seconds)
    with postgres() as url:
        if url is None:
            return {**figures, "postgresql": "no server: see benchmarks/_postgres.py"}
        return figures | _on(url.render_as_string(hide_password=False), "postgresql", seconds)


def _on(url: str, name: str, seconds: float) -> dict[str, Any]:
    most = max(PROCESSES)
    with filled(Database(url)) as (_, keys):
        figures: dict[str, Any] = {}
        for count in PROCESSES:
            told = _told(_all_at_once(url, keys[0], count, seconds, 0), seconds)
            figures |= {f"{name}_{count}_{key}": value for key, value in told.items()}
        paced = _told(_all_at_once(url, keys[0], most, seconds, PER_S), seconds)
        figures |= {f"{name}_tablets_{key}": value for key, value in paced.items()}
    figures[f"{name}_kept"] = figures[f"{name}_{most}_per_s"] / figures[f"{name}_1_per_s"]
    figures[f"{name}_tablets_over_one"] = paced["p50_ms"] / figures[f"{name}_1_p50_ms"]
    return figures


def _told(done: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    times = sorted(ms for one in done for ms in one["ms"])
    return {
        "per_s": len(times) / seconds,
        "p50_ms": statistics.median(times),
        "p99_ms": times[int(len(times) * 0.99)],
        "most_ms": times[-1],
        "busy": sum(one["busy"] for one in done),
    }


def _all_at_once(
    url: str, key: Key, count: int, seconds: float, per_s: float
) -> list[dict[str, Any]]:
    """Let so many processes begin together; return what each tells of its moves."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, __file__, "--url", url, "--key", json.dumps(key)]
    words += ["--seconds", str(seconds), "--per-s", str(per_s / count)]
    workers = [
        subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return [json.loads(worker.communicate(timeout=seconds + 60)[0]) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()


def _work(url: str, key: Key, seconds: float, per_s: float) -> dict[str, Any]:
    """Move pieces until the time is over, beginning when told to; without a pace, at once again."""
    database = Database(url)
    execute(database, move_piece, command_of(key))  # compiles and connects
    print("ready", flush=True)
    sys.stdin.readline()
    times: list[float] = []
    busy = 0
    due = time.perf_counter()
    until = due + seconds
    while (due := due + random.expovariate(per_s) if per_s else time.perf_counter()) < until:
        if per_s:
            time.sleep(max(0.0, due - time.perf_counter()))
        try:
            execute(database, move_piece, command_of(key))
        except DatabaseBusy:
            busy += 1
        times.append((time.perf_counter() - due) * 1000)
    database.dispose()
    return {"ms": times, "busy": busy}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="hot", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--per-s", type=float, default=0.0, help=argparse.SUPPRESS)
    parser.add_argument("--key", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.url:
        print(json.dumps(_work(options.url, tuple(options.key), options.seconds, options.per_s)))
        return 0
    figures = measure(options.seconds)
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:34} {value:,.3f}" if isinstance(value, float) else f"{name:34} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

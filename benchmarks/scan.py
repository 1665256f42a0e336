"""A pick scan: its handler against the bare driver writing the same rows, and through HTTP.

The bare driver runs the very statements the handler's rows need, prepared by sqlite3's own cache,
in the same file with the same durability. Rounds of both alternate, so that a busy neighbour slows
both. HTTP is open loop: latencies count from the time a scan was due, not from when it was sent.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))

from _floor import Floor, Task, make_floor

from warehouse.commands import execute, new_id
from warehouse.db import utcnow
from warehouse.picking.commands.confirm import ConfirmPick, confirm_pick

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 12
SCANS = 250
RATE = 100
SECONDS = 15
TABLETS = 40


def measure() -> dict[str, Any]:
    """Return times in milliseconds, the ratio, and the HTTP percentiles."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        floor = make_floor(path)
        figures = _handler_against_driver(floor, path)
        figures.update(_through_http(floor, path))
        floor.database.dispose()
    return figures


def _handler_against_driver(floor: Floor, path: Path) -> dict[str, Any]:
    handler: list[float] = []
    bare: list[float] = []
    driver = _Driver(path, floor.actor.person_id)
    for number in range(ROUNDS):
        tasks = [floor.tasks[(number * SCANS + i) % len(floor.tasks)] for i in range(SCANS)]
        handler += _timed(tasks, lambda t: _scan(floor, t))
        bare += _timed(tasks, driver.scan)
    driver.close()
    a, b = statistics.median(handler), statistics.median(bare)
    return {
        "handler_p50_ms": a,
        "handler_p99_ms": _percentile(handler, 99),
        "bare_driver_p50_ms": b,
        "handler_over_bare": a / b,
    }


def _scan(floor: Floor, task: Task) -> None:
    command = ConfirmPick(
        id=new_id(), actor=floor.actor, at=utcnow(), task_id=task.task_id, barcode=task.barcode
    )
    execute(floor.database, confirm_pick, command)


class _Driver:
    """The same rows by hand: no checks, no messages, only SQL."""

    def __init__(self, path: Path, person_id: int) -> None:
        import pysqlite3.dbapi2 as sqlite

        self._db = sqlite.connect(str(path), isolation_level=None)
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY"):
            self._db.execute(f"PRAGMA {pragma}")
        self._person_id = person_id

    def close(self) -> None:
        self._db.close()

    def scan(self, task: Task) -> None:
        run = self._db.execute
        now = utcnow().isoformat(timespec="microseconds")
        command_id = new_id()
        run("BEGIN IMMEDIATE")
        run(
            "INSERT INTO command (id, name, fingerprint, person_id, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (command_id, "ConfirmPick", "x" * 64, self._person_id, now),
        )
        row = run(_LOAD, (task.barcode, task.task_id)).fetchone()
        line_id, allocation_id, bin_id, sku_id, tote_id = row[:5]
        run("UPDATE allocation SET picked = picked + 1 WHERE id = ?", (allocation_id,))
        run(
            "INSERT INTO move (command_id, line_no, at, sku_id, from_bin_id, to_bin_id, pieces,"
            " reason, consignment_line_id, allocation_id, reference)"
            " VALUES (?, 0, ?, ?, ?, ?, 1, 'pick', ?, ?, '')",
            (command_id, now, sku_id, bin_id, tote_id, line_id, allocation_id),
        )
        run(
            "UPDATE stock_balance SET on_hand = on_hand - 1, reserved = reserved - 1"
            " WHERE bin_id = ? AND sku_id = ? AND on_hand - 1 >= reserved - 1",
            (bin_id, sku_id),
        )
        run(
            "INSERT INTO stock_balance (bin_id, sku_id, on_hand, reserved, is_virtual)"
            " VALUES (?, ?, 1, 0, 0) ON CONFLICT (bin_id, sku_id)"
            " DO UPDATE SET on_hand = on_hand + 1",
            (tote_id, sku_id),
        )
        run("UPDATE pick_task SET picked = picked + 1 WHERE id = ?", (task.task_id,))
        run("UPDATE consignment_line SET picked = picked + 1 WHERE id = ?", (line_id,))
        run("UPDATE command SET outcome = ? WHERE id = ?", ('{"screen":"item"}' * 6, command_id))
        run("COMMIT")


_LOAD = """
SELECT t.consignment_line_id, t.allocation_id, t.bin_id, t.sku_id, s.tote_bin_id, t.wanted,
       t.picked, t.state, t.bin_confirmed_at, b.code, k.code, k.name, c.sku_id, c.pieces,
       (SELECT h.id FROM order_hold h JOIN shop_order o ON o.id = h.order_id
         WHERE o.consignment_id = s.consignment_id AND h.released_at IS NULL
         ORDER BY h.id LIMIT 1),
       EXISTS (SELECT 1 FROM pick_task x
                WHERE x.slot_id = t.slot_id AND x.state = 'open' AND x.id <> t.id)
  FROM pick_task t JOIN wave_slot s ON s.id = t.slot_id JOIN bin b ON b.id = t.bin_id
  JOIN sku k ON k.id = t.sku_id LEFT JOIN barcode c ON c.code = ?
 WHERE t.id = ?
"""


def _timed(tasks: list[Task], scan: Any) -> list[float]:
    times = []
    for task in tasks:
        started = time.perf_counter()
        scan(task)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _through_http(floor: Floor, path: Path) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{path}",
        "FAHUO_DATA_DIR": str(path.parent),
    }
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"),
            *("--workers", "2", "--worker-class", "gthread", "--threads", "8"),
            *("--keep-alive", "30", "--log-level", "error"),
        ],
        cwd=ROOT,
        env=environ,
    )
    try:
        _wait(port)
        return _load(floor, port)
    finally:
        server.terminate()
        server.wait(15)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


class _Tablet:
    """One tablet: logs in by badge, keeps its connection, posts scans."""

    def __init__(self, port: int, badge: str) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=20)
        self._cookies: dict[str, str] = {}
        page = self._request("GET", "/login")
        token = page.split('name="csrf-token" content="', 1)[1].split('"', 1)[0]
        form = {"badge": badge, "pin": "", "next": "/", "csrf_token": token}
        self._request("POST", "/login", form)
        page = self._request("GET", "/pick")
        self._token = page.split('name="csrf-token" content="', 1)[1].split('"', 1)[0]

    def scan(self, task: Task) -> int:
        form = {
            "command_id": new_id(),
            "barcode": task.barcode,
            "screen": "item",
            "subject": str(task.task_id),
        }
        self._request("POST", f"/pick/{task.wave_id}/scans", form)
        return self.status

    def _request(self, method: str, url: str, form: dict[str, str] | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = getattr(self, "_token", "")
        self._http.request(method, url, urlencode(form) if form else None, headers)
        answer = self._http.getresponse()
        text = answer.read().decode()
        self.status = answer.status
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        return text


def _load(floor: Floor, port: int) -> dict[str, Any]:
    tablets = [_Tablet(port, floor.badge) for _ in range(TABLETS)]
    for tablet in tablets:  # warm: every process compiles its statements once
        for task in floor.tasks[:3]:
            tablet.scan(task)
    latencies: list[float] = []
    refused: list[int] = []
    lock = threading.Lock()
    started = time.perf_counter() + 0.5
    interval = TABLETS / RATE

    def work(number: int) -> None:
        tablet = tablets[number]
        for turn in range(int(SECONDS / interval)):
            due = started + turn * interval + number * interval / TABLETS
            time.sleep(max(0.0, due - time.perf_counter()))
            task = floor.tasks[(number * 97 + turn) % len(floor.tasks)]
            status = tablet.scan(task)
            with lock:
                latencies.append((time.perf_counter() - due) * 1000)
                if status != 200:
                    refused.append(status)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(TABLETS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "http_scans": len(latencies),
        "http_rate_per_s": RATE,
        "http_p50_ms": statistics.median(latencies),
        "http_p99_ms": _percentile(latencies, 99),
        "http_max_ms": max(latencies),
        "http_not_200": len(refused),
    }


if __name__ == "__main__":
    for key, value in measure().items():
        print(f"{key:<24} {value}")

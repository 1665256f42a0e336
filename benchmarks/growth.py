"""What a scan and the stock pages cost in a grown warehouse, against a young one in the same run.

Two copies of one floor: one with fifty thousand moves behind it, one with five million, spread
over all goods and bins, each in a command of its own as on the floor. Batches on both alternate.
The moves go there and back, so that both copies hold the same stock and the ledger is true.
On PostgreSQL the second copy is a second database of the same server.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import sqlalchemy as sa
from _floor import Floor, Task, make_floor
from _history import add_history
from _postgres import copied, postgres
from flask.testing import FlaskClient
from sqlalchemy.engine import URL

from warehouse.app import create_app
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import execute, new_id
from warehouse.config import from_environment
from warehouse.db import Database, utcnow
from warehouse.people.auth import open_session
from warehouse.people.models import Key, Person, PersonRole, Role
from warehouse.picking.commands.confirm import ConfirmPick, confirm_pick
from warehouse.web.access import COOKIE

SKUS = 500  # so that even a young one has a full page of moves for each
YOUNG = 50_000
GROWN = 5_000_000
ROUNDS = 15
SCANS = 40
PAGES = 4


def measure(moves: int = GROWN, young: int = YOUNG, rounds: int = ROUNDS) -> dict[str, Any]:
    """Return median milliseconds of each act on both copies, and the medians' ratio."""
    figures: dict[str, Any] = {"moves": moves}
    with tempfile.TemporaryDirectory() as folder:
        figures |= _on_sqlite(Path(folder), (young, moves), rounds)
    with postgres() as url:
        if url is None:
            return {**figures, "postgresql": "no server: see benchmarks/_postgres.py"}
        return figures | _on_postgres(url, (young, moves), rounds)


def _on_sqlite(folder: Path, moves: tuple[int, int], rounds: int) -> dict[str, Any]:
    floor = make_floor(folder / "young.db", skus=SKUS, tasks=SKUS)
    _admit(floor.database)
    with floor.database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("VACUUM INTO ?", (str(folder / "grown.db"),))
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    floor.database.dispose()
    databases = [Database(f"sqlite:///{folder / name}") for name in ("young.db", "grown.db")]
    figures = _measured(floor, databases, moves, rounds, folder)
    figures["grown_mb"] = (folder / "grown.db").stat().st_size / 1e6
    return {f"sqlite_{name}": value for name, value in figures.items()}


def _on_postgres(url: URL, moves: tuple[int, int], rounds: int) -> dict[str, Any]:
    floor = make_floor(url, skus=SKUS, tasks=SKUS)
    _admit(floor.database)
    floor.database.dispose()
    with copied(url) as copy, tempfile.TemporaryDirectory() as folder:
        databases = [Database(url), Database(copy)]
        figures = _measured(floor, databases, moves, rounds, Path(folder))
        size = sa.select(sa.func.pg_database_size(sa.func.current_database()))
        with databases[1].reading() as session:
            figures["grown_mb"] = session.scalars(size).one() / 1e6
        databases[1].dispose()
    return {f"postgresql_{name}": value for name, value in figures.items()}


def _measured(
    floor: Floor, databases: Sequence[Database], moves: Sequence[int], rounds: int, folder: Path
) -> dict[str, Any]:
    started = time.perf_counter()
    copies = []
    for database, count in zip(databases, moves, strict=True):
        add_history(database, count)
        copies.append(_opened(floor, database, folder))
    figures: dict[str, Any] = {"filled_s": time.perf_counter() - started}
    for act, what in _acts(copies[0]).items():
        figures |= _compare(act, what, copies, rounds)
    for copy in copies:
        copy.floor.database.dispose()
    return figures


@dataclass(frozen=True)
class Copy:
    """One of the two databases, with a browser that is logged in at its desk."""

    floor: Floor
    desk: FlaskClient


def _admit(database: Database) -> None:
    with database.transaction() as session:
        person = Person(name="desk", login="desk", roles=[PersonRole(role=Role.SUPERVISOR)])
        session.add(person)


def _opened(floor: Floor, database: Database, folder: Path) -> Copy:
    environment = {
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "FAHUO_DATA_DIR": str(folder),
        "FAHUO_SECRET_KEY": "bench" * 8,
    }
    desk = create_app(from_environment(environment), database).test_client()
    with database.transaction() as session:
        person = session.scalars(sa.select(Person).where(Person.login == "desk")).one()
        desk.set_cookie(COOKIE, open_session(session, person, None, utcnow(), by=Key.PASSWORD))
    copy = Floor(database=database, actor=floor.actor, tasks=floor.tasks, badge=floor.badge)
    return Copy(floor=copy, desk=desk)


Act = Callable[[Copy, int], Any]


def _acts(young: Copy) -> dict[str, tuple[Act, int]]:
    tasks = young.floor.tasks
    with young.floor.database.reading() as session:
        skus = session.scalars(sa.select(Sku.id).order_by(Sku.id)).all()
        bins = session.scalars(
            sa.select(Bin.id).where(Bin.kind == BinKind.SHELF).order_by(Bin.id)
        ).all()
    return {
        "scan": (lambda copy, n: _scan(copy.floor, tasks[n % len(tasks)]), SCANS),
        "stock_list": (lambda copy, _: _get(copy.desk, "/stock"), PAGES),
        "sku_page": (lambda copy, n: _get(copy.desk, f"/stock/sku/{skus[n % 500]}"), PAGES),
        "bin_page": (lambda copy, n: _get(copy.desk, f"/stock/bins/{bins[n % 500]}"), PAGES),
    }


def _scan(floor: Floor, task: Task) -> None:
    command = ConfirmPick(
        id=new_id(), actor=floor.actor, at=utcnow(), task_id=task.task_id, barcode=task.barcode
    )
    execute(floor.database, confirm_pick, command)


def _get(desk: FlaskClient, url: str) -> None:
    answer = desk.get(url)
    assert answer.status_code == 200, (url, answer.status_code)


def _compare(
    name: str, what: tuple[Act, int], copies: Sequence[Copy], rounds: int
) -> dict[str, Any]:
    act, count = what
    times: list[list[float]] = [[], []]
    for number in range(rounds + 1):
        for which, copy in enumerate(copies):
            batch = [_timed(act, copy, number * count + n) for n in range(count)]
            if number:  # the first round compiles and warms
                times[which] += batch
    young, grown = (statistics.median(t) for t in times)
    return {
        f"{name}_young_ms": young,
        f"{name}_grown_ms": grown,
        f"{name}_ratio": grown / young,
    }


def _timed(act: Act, copy: Copy, n: int) -> float:
    started = time.perf_counter()
    act(copy, n)
    return (time.perf_counter() - started) * 1000


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the figures (one JSON object with --json), return the exit status."""
    parser = argparse.ArgumentParser(prog="growth", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--moves", type=int, default=GROWN)
    parser.add_argument("--young", type=int, default=YOUNG)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    figures = measure(options.moves, options.young, max(1, options.rounds))
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name:34} {value:,.3f}" if isinstance(value, float) else f"{name:34} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

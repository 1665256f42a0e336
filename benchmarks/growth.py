"""What a scan and the stock pages cost in a grown warehouse, against a young one in the same run.

Two copies of one floor: one with fifty thousand moves behind it, one with five million, spread
over all goods and bins, each in a command of its own as on the floor. Batches on both alternate.
The moves go there and back, so that both copies hold the same stock and the ledger is true.
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
from flask.testing import FlaskClient

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
PORTION = 250_000
ROUNDS = 15
SCANS = 40
PAGES = 4


def measure(moves: int = GROWN, young: int = YOUNG, rounds: int = ROUNDS) -> dict[str, Any]:
    """Return median milliseconds of each act on both copies, and the medians' ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        floor = make_floor(folder / "young.db", skus=SKUS, tasks=SKUS)
        _admit(floor.database)
        with floor.database.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("VACUUM INTO ?", (str(folder / "grown.db"),))
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        floor.database.dispose()
        started = time.perf_counter()
        copies = [
            _grown(floor, folder / "young.db", young),
            _grown(floor, folder / "grown.db", moves),
        ]
        figures: dict[str, Any] = {
            "moves": moves,
            "filled_s": time.perf_counter() - started,
            "grown_mb": (folder / "grown.db").stat().st_size / 1e6,
        }
        for act, count in _acts(copies[0]).items():
            figures |= _compare(act, count, copies, rounds)
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


def _grown(floor: Floor, path: Path, moves: int) -> Copy:
    database = Database(f"sqlite:///{path}")
    _fill(database, moves)
    environment = {
        "DATABASE_URL": f"sqlite:///{path}",
        "FAHUO_DATA_DIR": str(path.parent),
        "FAHUO_SECRET_KEY": "bench" * 8,
    }
    desk = create_app(from_environment(environment), database).test_client()
    with database.transaction() as session:
        person = session.scalars(sa.select(Person).where(Person.login == "desk")).one()
        desk.set_cookie(COOKIE, open_session(session, person, None, utcnow(), by=Key.PASSWORD))
    copy = Floor(database=database, actor=floor.actor, tasks=floor.tasks, badge=floor.badge)
    return Copy(floor=copy, desk=desk)


def _fill(database: Database, moves: int) -> None:
    """Write that many moves, there and back, without the indexes, which are made again after."""
    with database.reading() as session:
        skus, bins = (
            session.scalar(sa.select(sa.func.count()).select_from(Sku)),
            session.scalar(sa.select(sa.func.count()).where(Bin.kind == BinKind.SHELF)),
        )
        first_sku = session.scalar(sa.select(sa.func.min(Sku.id)))
        first_bin = session.scalar(sa.select(sa.func.min(Bin.id)).where(Bin.kind == BinKind.SHELF))
    sizes = {"skus": skus, "bins": bins, "first_sku": first_sku, "first_bin": first_bin}
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        # A copy made by VACUUM does not keep the way of its journal.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=OFF",
            "foreign_keys=OFF",
            "cache_size=-400000",
        ):
            raw.execute(f"PRAGMA {pragma}")
        indexes = raw.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND tbl_name = 'move' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            raw.execute(f"DROP INDEX {name}")
        for start in range(0, moves, PORTION):
            raw.execute("BEGIN IMMEDIATE")
            values = {**sizes, "start": start, "end": min(start + PORTION, moves)}
            for statement in _FILLING:
                raw.execute(statement, values)
            raw.execute("COMMIT")
        for _, sql in indexes:
            raw.execute(sql)
        raw.execute("ANALYZE")
    database.dispose()


_NUMBERS = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)
"""
_AT = "strftime('%Y-%m-%dT%H:%M:%f', '2024-01-01', '+' || (i * 12) || ' seconds') || '000+00:00'"
_SHELF = ":first_bin + ((i / 2) * 7919) % :bins"
_OTHER = ":first_bin + (((i / 2) * 7919) + 1 + (i / 2) % 31) % :bins"
_FILLING = (
    # Ids of tablets are random: so are these, in the order they come.
    "INSERT INTO command (id, name, fingerprint, person_id, at, outcome)"
    f"{_NUMBERS} SELECT printf('%08x-%07d', (i * 2654435761) % 4294967296, i), 'MoveGoods',"
    f" printf('%064x', i), 1, {_AT}, '{{}}' FROM n",
    "INSERT INTO move (command_id, line_no, at, sku_id, from_bin_id, to_bin_id, pieces, reason,"
    f" reference) {_NUMBERS}"
    f" SELECT printf('%08x-%07d', (i * 2654435761) % 4294967296, i), 0, {_AT},"
    " :first_sku + ((i / 2) * 7919) % :skus,"
    f" CASE i % 2 WHEN 0 THEN {_SHELF} ELSE {_OTHER} END,"
    f" CASE i % 2 WHEN 0 THEN {_OTHER} ELSE {_SHELF} END, 1, 'transfer', '' FROM n",
)


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
        print(f"{name:24} {value:,.3f}" if isinstance(value, float) else f"{name:24} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

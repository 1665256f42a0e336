"""Statements sent past SQLAlchemy: the same rows, the same faults, and a lost line is no loss."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.builders import World
from tests.stocking import PutStock, put_stock
from warehouse.catalog.models import Bin
from warehouse.commands import execute
from warehouse.db import Database, connection_of, table_of
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.prepared import IS_FIRST_DONE, Prepared, send_after, send_all
from warehouse.settings import SettingChange

_bin = table_of(Bin)
_ROW = {
    "kind": "shelf", "walk_order": 1, "is_active": True, "storage_class": "",
    "is_one_sku": False, "is_put_closed": False, "is_pick_closed": False,
}  # fmt: skip
_NAMES = ("code", *_ROW)
_insert = Prepared(sa.insert(_bin).inline(), _NAMES)
_renaming = (
    sa.update(_bin).where(_bin.c.code == sa.bindparam("old")).values(code=sa.bindparam("new"))
)
_rename = Prepared(_renaming, ("old", "new"), hanging=_renaming.where(IS_FIRST_DONE))
_find = Prepared(sa.select(_bin.c.code).where(_bin.c.code == sa.bindparam("x")), ("x",))


def _row(code: str) -> dict[str, object]:
    return {"code": code, **_ROW}


def _listen(database: Database) -> None:
    sa.event.listen(database.writer, "before_cursor_execute", lambda *_: None)


@pytest.mark.parametrize("is_watched", [False, True], ids=["alone", "watched"])
def test_every_sending_says_how_many_rows_it_touched(database: Database, is_watched: bool):
    here = Database(database.url)
    if is_watched:
        _listen(here)
    with here.transaction() as session:
        connection = connection_of(session)
        _insert.send_many(connection, [_row(f"P-{n}") for n in range(3)])
        turns = [("P-0", "P-9"), ("P-0", "P-8"), ("P-1", "P-7"), ("P-2", "P-6"), ("P-3", "P-5")]
        sendings = [(_rename, {"old": old, "new": new}) for old, new in turns]
        assert send_all(connection, sendings) == [1, 0, 1, 1, 0]
        assert [tuple(row) for row in _find.rows(connection, {"x": "P-7"})] == [("P-7",)]
    here.dispose()


@pytest.mark.parametrize("is_watched", [False, True], ids=["alone", "watched"])
@pytest.mark.parametrize(("old", "touched"), [("P-0", [1, 1, 0]), ("P-8", [0, 0, 0])])
def test_what_hangs_on_the_first_change_is_sent_only_if_that_found_its_row(
    database: Database, is_watched: bool, old: str, touched: list[int]
):
    here = Database(database.url)
    if is_watched:
        _listen(here)
    with here.transaction() as session:
        connection = connection_of(session)
        _insert.send_many(connection, [_row("P-0"), _row("P-1")])
        rest = [(_rename, {"old": "P-1", "new": "P-6"}), (_rename, {"old": "P-9", "new": "P-5"})]
        assert send_after(connection, (_rename, {"old": old, "new": "P-7"}), rest) == touched
        codes = session.scalars(sa.select(Bin.code).where(Bin.code.like("P-%")).order_by(Bin.code))
        assert codes.all() == (["P-6", "P-7"] if touched[0] else ["P-0", "P-1"])
    here.dispose()


@pytest.mark.parametrize("is_watched", [False, True], ids=["alone", "watched"])
def test_of_many_rows_each_gets_its_own_values_and_all_the_constant(
    database: Database, is_watched: bool
):
    here = Database(database.url)
    if is_watched:
        _listen(here)
    table = table_of(SettingChange)
    names = ("value", "person_id", "at")
    note = Prepared(sa.insert(table).values(name="carton").inline(), names)
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 1)]
    values = [{"a": [1, "二"]}, 0, {"a": []}]
    rows = [dict(zip(names, (v, 1, d), strict=True)) for v, d in zip(values, days, strict=True)]
    with here.transaction() as session:
        note.send_many(connection_of(session), [])
        note.send_many(connection_of(session), rows)
        query = sa.select(SettingChange.name, SettingChange.value, SettingChange.at)
        kept = session.execute(query.where(SettingChange.name == "carton").order_by("id")).all()
    assert kept == [("carton", v, d) for v, d in zip(values, days, strict=True)]
    here.dispose()


@pytest.mark.parametrize("is_watched", [False, True], ids=["alone", "watched"])
def test_a_fault_of_the_driver_comes_as_sqlalchemys(database: Database, is_watched: bool):
    here = Database(database.url)
    if is_watched:
        _listen(here)
    for rows in ([_row("P-0")] * 2, [_row("P-1")] * 5):
        with pytest.raises(sa.exc.IntegrityError), here.transaction() as session:
            send_all(connection_of(session), [(_insert, row) for row in rows])
    with pytest.raises(sa.exc.IntegrityError), here.transaction() as session:
        _insert.send_many(connection_of(session), [_row("P-2")] * 2)
    with here.reading() as session:
        assert session.scalars(sa.select(Bin.code).where(Bin.code.like("P-%"))).all() == []
    here.dispose()


@pytest.mark.parametrize("idle_s", [0, 60], ids=["just used", "idle"])
def test_a_command_survives_the_end_of_its_line(
    empty_postgres: Database, idle_s: float, monkeypatch: pytest.MonkeyPatch
):
    world = World(empty_postgres)
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    posting = ledger.Posting(
        sku_id=tee.id, from_bin_id=world.one(Bin, code="A-01").id, to_bin_id=world.bin("B-01"),
        pieces=1, reason=MoveReason.TRANSFER,
    )  # fmt: skip
    if idle_s:
        monkeypatch.setattr("warehouse.db.IDLE_S", 0.0)
    _end_all_lines(empty_postgres)
    execute(empty_postgres, put_stock, world.command(PutStock, postings=(posting,)))
    assert world.balance("B-01", tee) == (1, 0, 1)


def _end_all_lines(database: Database) -> None:
    other = Database(database.url)
    with other.transaction() as session:
        session.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()

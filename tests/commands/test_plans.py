"""How the database goes about a scan, a move and the stock pages: never through all moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.builders import Stage, World
from tests.stocking import PutStock, put_stock
from tests.web.desk_site import Desk
from warehouse.api.shapes.moves import list_moves
from warehouse.catalog.models import Bin
from warehouse.db import Database
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import UndoPick, undo_pick

Sent = list[tuple[str, Any]]
GROWING = ("move", "command", "allocation", "allocation_release")


@contextmanager
def _sent(database: Database) -> Iterator[Sent]:
    """Collect the statements with their parameters."""
    sent: Sent = []

    def note(_connection, _cursor, statement: str, parameters: Any, *_rest) -> None:
        sent.append((statement, parameters))

    engines = {database.engine, database.writer}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


def _plan(database: Database, statement: str, parameters: Any, *, crowd: int = 0) -> list[str]:
    """Return the steps the database would take, in its own words; with `crowd` more moves.

    SQLite plans by its indexes alone, PostgreSQL by what it has counted.
    """
    with database.engine.connect() as connection:
        if database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [str(row[3]) for row in rows]
        if crowd:
            _crowd(connection, crowd)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return [str(row[0]).strip() for row in rows]


def _crowd(connection: sa.Connection, count: int) -> None:
    """Put moves between other bins beside those that are there, until the connection ends."""
    table = sa.inspect(Move).local_table
    own = {"id", "line_no", "from_bin_id", "to_bin_id"}
    plain = [column for column in table.columns if column.name not in own]
    many = sa.func.generate_series(1, count).table_valued("n").render_derived()
    ends = [
        sa.select(Bin.id).where(Bin.code == code).scalar_subquery() for code in ("SCRAP", "KITTING")
    ]
    rows = (
        sa.select(1000 + many.c.n, *ends, *plain)
        .join_from(table, many, sa.true())
        .where(table.c.id == sa.select(sa.func.min(table.c.id)).scalar_subquery())
    )
    names = ["line_no", "from_bin_id", "to_bin_id", *(column.name for column in plain)]
    connection.execute(sa.insert(table).from_select(names, rows))
    connection.execute(sa.text("ANALYZE move"))


def _faults(database: Database, sent: Sent) -> list[str]:
    """Return what must not be on a hot path: an offset, a sum of moves, a walk through them all."""
    found = []
    for statement, parameters in sent:
        words = statement.casefold()
        if not words.startswith(("select", "with", "update", "insert", "delete")):
            continue
        if not database.is_sqlite and "offset" in words:
            found.append(f"OFFSET: {statement}")
        if "sum(move." in words:
            found.append(f"SUM: {statement}")
        # One of many rows is planned like the others.
        one = parameters[0] if isinstance(parameters, list) else parameters
        for step in _plan(database, statement, one):
            bare = step.replace("->", "").strip()
            walks = [f"SCAN {table}" for table in GROWING]
            walks += [f"Seq Scan on {table}" for table in GROWING]
            if any(bare == walk or bare.startswith(f"{walk} ") for walk in walks):
                found.append(f"{step}: {statement}")
    return found


def test_a_pick_and_its_undoing_read_no_history(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    place = {"TEE": "A-01", "MUG": "A-02"}
    code = next(c for c, g in work.goods.items() if g.id == task.sku_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=place[code])
    with _sent(world.database) as sent:
        barcode = work.goods[code].barcode
        world.do(confirm_pick, ConfirmPick, by="picker", task_id=task.id, barcode=barcode)
        world.do(undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    assert any("INSERT INTO move" in statement for statement, _ in sent)
    assert _faults(world.database, sent) == []


def test_a_move_of_many_goods_reads_no_history(world: World):
    goods = [world.sku(code) for code in ("TEE", "MUG", "CAP")]
    for one in goods:
        world.stock(one, "A-01", 5)
    frm, to = world.one(Bin, code="A-01").id, world.bin("B-01")
    postings = tuple(
        ledger.Posting(
            sku_id=one.id, from_bin_id=frm, to_bin_id=to, pieces=2, reason=MoveReason.TRANSFER
        )
        for one in goods
    )
    with _sent(world.database) as sent:
        world.do(put_stock, PutStock, postings=postings)
        world.do(put_stock, PutStock, postings=postings[:1])
    assert len(sent) <= 24
    assert _faults(world.database, sent) == []


def test_the_stock_pages_read_a_page_of_history(world: World, tmp_path: Path):
    desk = Desk(world, tmp_path / "data")
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    # All that ever came passed through the last two: millions of moves on both sides of them.
    bins = [world.one(Bin, code=code).id for code in ("A-01", "DOCK", "OPENING")]
    desk.get("/stock")
    with _sent(world.database) as sent:
        for url in (
            *("/stock", "/orders", f"/stock/sku/{tee.id}"),
            *(f"/stock/bins/{bin_id}" for bin_id in bins),
            *(f"/stock/bins/{bin_id}?reason=pick" for bin_id in bins),
            *(f"/stock/{what}&export=csv" for what in ("moves?bin=OPENING",)),
            *(f"/stock/{what}?export=xlsx" for what in (f"bins/{bins[2]}", f"sku/{tee.id}")),
        ):
            assert desk.get(url).status_code == 200
    assert any("FROM move" in statement for statement, _ in sent)
    assert _faults(world.database, sent) == []
    exports = [(text, given) for text, given in sent if "move_note" in text or "MOVE_NOTE" in text]
    assert exports
    for text, given in exports:
        steps = _plan(world.database, text, given, crowd=2000)
        assert not any("MULTI-INDEX OR" in step or "BitmapOr" in step for step in steps), steps


def test_the_moves_of_a_bin_are_two_ranges_of_an_index_for_machines_too(world: World):
    tee = world.sku("TEE")
    for _ in range(3):
        world.stock(tee, "A-01", 5)
    with world.database.reading() as session, _sent(world.database) as sent:
        first = list_moves(session, bin="OPENING", sku="TEE", limit=2)
        second = list_moves(session, bin="OPENING", reason="opening", limit=2, after=first["next"])
    assert [len(page["moves"]) for page in (first, second)] == [2, 1]
    ids = [move["id"] for page in (first, second) for move in page["moves"]]
    assert ids == sorted(ids, reverse=True)
    assert _faults(world.database, sent) == []
    plans = [
        step
        for statement, given in sent
        for step in _plan(world.database, statement, given, crowd=2000)
    ]
    for side in ("from", "to"):
        assert any(f"ix_move_{side}_bin_id_id" in step for step in plans), plans
    assert not any("MULTI-INDEX OR" in step or "BitmapOr" in step for step in plans)

"""The migrations make what the models say, keep rows, and can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError, IntegrityError

from printing.templates import standard
from tests.builders import Stage, World
from warehouse import migrations, schema
from warehouse.db import Database
from warehouse.printers.templates.versions import SaveTemplate, save_template

HISTORY = (
    "move",
    "move_serial",
    "allocation_release",
    "command",
    "trail",
    "setting_change",
    "paper_template_version",
)
BESIDE = {"alembic_version"}


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names()) - BESIDE


def constraints(database: Database) -> dict[str, set[str]]:
    """Return table → names of its CHECK, UNIQUE, index and foreign key rules."""
    inspector = sa.inspect(database.engine)
    return {
        table: {
            str(found["name"])
            for kind in ("check_constraints", "unique_constraints", "indexes", "foreign_keys")
            for found in getattr(inspector, f"get_{kind}")(table)
        }
        for table in tables(database)
    }


def columns(database: Database) -> dict[str, list[tuple[str, str, bool]]]:
    inspector = sa.inspect(database.engine)
    return {
        table: [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)]
        for table in tables(database)
    }


def made_by_models(database: Database) -> None:
    schema.metadata.create_all(database.engine)


def test_every_migration_has_a_number_of_its_own_and_follows_the_one_before():
    folder = Path(migrations.__file__).parent / "versions"
    numbers = [path.name[:4] for path in sorted(folder.glob("[0-9]*.py"))]
    assert sorted(set(numbers)) == numbers
    chain = ScriptDirectory(str(folder.parent)).walk_revisions()
    assert [one.revision for one in chain] == numbers[::-1]


def test_upgrading_from_nothing_makes_the_models_tables(bare: Database):
    migrations.upgrade(bare)
    assert tables(bare) == {t.name for t in schema.metadata.sorted_tables}
    with bare.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_columns_and_every_rule_are_those_of_the_models(bare: Database):
    made_by_models(bare)
    wanted = columns(bare), constraints(bare)
    schema.metadata.drop_all(bare.engine)
    migrations.upgrade(bare)
    assert columns(bare) == wanted[0]
    assert constraints(bare) == wanted[1]


def test_sqlite_tables_refuse_other_types(bare: Database):
    if not bare.is_sqlite:
        pytest.skip("STRICT is SQLite's")
    migrations.upgrade(bare)
    with bare.engine.connect() as connection:
        rows = connection.execute(sa.text("PRAGMA table_list")).all()
    strict = {row.name: row.strict for row in rows if row.name in tables(bare)}
    assert set(strict.values()) == {1}


def test_the_schema_can_be_taken_back_and_made_again(bare: Database):
    migrations.upgrade(bare)
    migrations.downgrade(bare, "base")
    assert tables(bare) == set()
    migrations.upgrade(bare)
    assert migrations.is_current(bare)
    assert tables(bare) == {t.name for t in schema.metadata.sorted_tables}


def test_upgrading_again_changes_nothing(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    world.bring(Stage.DISPATCHED)
    before = world.rows()
    migrations.upgrade(bare)
    assert world.rows() == before
    assert world.differences() == []


def test_a_database_of_a_later_program_is_left_alone(bare: Database):
    migrations.upgrade(bare)
    with bare.engine.connect() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(migrations.NewerDatabase, match="9999"):
        migrations.upgrade(bare)
    assert migrations.current_revision(bare) == "9999"


def test_an_empty_database_is_not_current(bare: Database):
    assert migrations.current_revision(bare) is None
    assert migrations.is_current(bare) is False


def test_a_new_database_has_its_first_person_and_the_bins_of_the_outside(bare: Database):
    migrations.upgrade(bare)
    with bare.engine.connect() as connection:
        people = connection.execute(sa.text("SELECT name FROM person")).scalars().all()
        bins = connection.execute(sa.text("SELECT code FROM bin ORDER BY code")).scalars().all()
    assert people == ["Fahuo"]
    assert bins == [
        "COUNT-DIFFERENCE", "DOCK", "KITTING", "OPENING", "QUARANTINE", "SCRAP", "SET-ASIDE",
        "SUPPLIER",
    ]  # fmt: skip


@pytest.mark.parametrize("table", HISTORY)
def test_history_can_be_neither_changed_nor_deleted(database: Database, table: str):
    world = World(database)
    work = world.bring(Stage.TOTE_BOUND)
    world.pick(world.open_tasks(work.wave_id)[0])
    world.stop(work)
    from warehouse.stopping.commands import SetAside, set_aside

    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, **given)
    world.known_piece("S1")
    world.do(
        save_template, SaveTemplate, name="own", definition=standard("waybill", "76x130").to_json()
    )
    before = world.rows()
    assert before[table]
    change = {"setting_change": "name = 'x'", "move_serial": "move_id = 1"}.get(table, "at = at")
    for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
        with (
            pytest.raises((DatabaseError, IntegrityError), match=f"{table} is history"),
            database.transaction() as session,
        ):
            session.execute(sa.text(statement))
    assert world.rows() == before


def test_two_processes_may_migrate_at_once(bare: Database):
    import threading

    others = [Database(bare.url) for _ in range(3)]
    failed: list[Exception] = []

    def run(database: Database) -> None:
        try:
            migrations.upgrade(database)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(o,)) for o in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for other in others:
        other.dispose()
    assert failed == []
    assert migrations.is_current(bare)

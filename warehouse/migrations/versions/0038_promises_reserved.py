"""The database itself lets no promise stand that is not reserved, of a SKU or of a lot.

A promise is checked when more of it becomes open, a balance when less of it is reserved: so pieces
are reserved before they are promised, and a promise is closed before its pieces are let go.
"""

from __future__ import annotations

from textwrap import dedent

import sqlalchemy as sa
from alembic import op

from warehouse.migrations import UnsoundData
from warehouse.text import say

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_KEYS = {"stock_balance": "sku_id", "lot_balance": "lot_id"}
_OPEN = "pieces > picked + released"
_RULE = "promises_reserved"
_WORDS = "more is promised than reserved"
_MOST_NAMED = 5

_GROWS = (
    "NEW.pieces - NEW.picked - NEW.released > OLD.pieces - OLD.picked - OLD.released"
    " OR NEW.bin_id <> OLD.bin_id OR NEW.sku_id <> OLD.sku_id"
    " OR NEW.lot_id IS DISTINCT FROM OLD.lot_id"
)
_CHANGED = "UPDATE OF pieces, picked, released, bin_id, sku_id, lot_id ON allocation"


def upgrade() -> None:
    _refuse_unsound()
    _reserve_what_is_promised()
    # Nobody asks for promises of a bin but for open ones; the others are a bin's whole past.
    op.drop_index("ix_allocation_bin_id_sku_id", "allocation")
    op.create_index(
        "ix_allocation_open",
        "allocation",
        ["bin_id", "sku_id", "lot_id", "pieces", "picked", "released"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    if _is_sqlite():
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def downgrade() -> None:
    triggers = ["allocation_made", "allocation_changed"]
    for table in _KEYS:
        triggers += [f"{table}_{event}" for event in ("let_go", "moved", "gone")]
    for name in triggers:
        table = next(t for t in ("allocation", *_KEYS) if name.startswith(t))
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
    if not _is_sqlite():
        for table in ("allocation", *_KEYS):
            op.execute(f"DROP FUNCTION {table}_promises_reserved()")
    op.drop_index("ix_allocation_open", "allocation")
    op.create_index("ix_allocation_bin_id_sku_id", "allocation", ["bin_id", "sku_id"])


def _refuse_unsound() -> None:
    """Stop where a bin has fewer pieces than are promised: which orders go short, people say."""
    found = [row for query in map(_unsound, _KEYS) for row in op.get_bind().execute(query)]
    if found:
        named = ", ".join(f"{r.bin} {r.sku} ({r.n}/{r.on_hand})" for r in found[:_MOST_NAMED])
        raise UnsoundData(
            say(
                "More pieces are promised to orders than the book has there: {named}. Go back to"
                " the copy of the database made before, adjust the stock of these bins with the"
                " program it was used with, and migrate again.",
                named=named + (" …" if len(found) > _MOST_NAMED else ""),
            )
        )


def _unsound(table: str) -> sa.TextClause:
    key = _KEYS[table]
    return sa.text(
        "SELECT bin.code AS bin, sku.code AS sku, p.n, coalesce(b.on_hand, 0) AS on_hand"
        f" FROM (SELECT bin_id, {key} AS what, min(sku_id) AS sku_id,"
        f" sum(pieces - picked - released) AS n FROM allocation WHERE {_OPEN} AND {key} IS NOT NULL"
        f" GROUP BY bin_id, {key}) p JOIN bin ON bin.id = p.bin_id JOIN sku ON sku.id = p.sku_id"
        f" LEFT JOIN {table} b ON b.bin_id = p.bin_id AND b.{key} = p.what"
        " WHERE p.n > coalesce(b.on_hand, 0) ORDER BY bin.code, sku.code"
    )


def _reserve_what_is_promised() -> None:
    """Bring what is reserved up to the promises, which are what explains it."""
    for table, key in _KEYS.items():
        promised = _promised(table, key)
        op.execute(f"UPDATE {table} SET reserved = {promised} WHERE reserved < {promised}")


def _promised(row: str, key: str) -> str:
    return (
        "(SELECT coalesce(sum(pieces - picked - released), 0) FROM allocation"
        f" WHERE bin_id = {row}.bin_id AND {key} = {row}.{key} AND {_OPEN})"
    )


def _guard_on_sqlite() -> None:
    def refuse_where(*wrong: str) -> str:
        told = f"SELECT RAISE(ABORT, '{_RULE}: {_WORDS}') WHERE"
        return "BEGIN " + "".join(f"{told} {one}; " for one in wrong) + "END"

    unreserved = [
        f"NEW.{key} IS NOT NULL AND {_promised('NEW', key)} > coalesce("
        f"(SELECT reserved FROM {table} WHERE bin_id = NEW.bin_id AND {key} = NEW.{key}), 0)"
        for table, key in _KEYS.items()
    ]
    on_rise = refuse_where(*unreserved)
    op.execute(
        "CREATE TRIGGER allocation_made AFTER INSERT ON allocation"
        f" WHEN NEW.pieces > NEW.picked + NEW.released {on_rise}"
    )
    op.execute(f"CREATE TRIGGER allocation_changed AFTER {_CHANGED} WHEN {_GROWS} {on_rise}")
    for table, key in _KEYS.items():
        op.execute(
            f"CREATE TRIGGER {table}_let_go AFTER UPDATE OF reserved ON {table}"
            " WHEN NEW.reserved < OLD.reserved "
            + refuse_where(f"{_promised('NEW', key)} > NEW.reserved")
        )
        left = refuse_where(f"{_promised('OLD', key)} > 0")
        op.execute(
            f"CREATE TRIGGER {table}_moved AFTER UPDATE OF bin_id, {key} ON {table}"
            f" WHEN NEW.bin_id <> OLD.bin_id OR NEW.{key} <> OLD.{key} {left}"
        )
        op.execute(f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} {left}")


def _guard_on_postgresql() -> None:
    def made(table: str, declared: str, body: str) -> None:
        op.execute(
            f"CREATE FUNCTION {table}_promises_reserved() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" {declared} BEGIN {body} RETURN NULL; END $$"
        )

    def refuse(table: str) -> str:
        return (
            f"RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'check_violation',"
            f" CONSTRAINT = '{_RULE}', TABLE = '{table}';"
        )

    # The balance is held before the promises are added up: of two who promise what is left, the
    # second sees what the first one took.
    body = "".join(
        f"""
        IF NEW.{key} IS NOT NULL THEN
          kept := (SELECT reserved FROM {table}
                   WHERE bin_id = NEW.bin_id AND {key} = NEW.{key} FOR NO KEY UPDATE);
          IF {_promised("NEW", key)} > coalesce(kept, 0) THEN {refuse("allocation")} END IF;
        END IF;
        """
        for table, key in _KEYS.items()
    )
    made("allocation", "DECLARE kept integer;", dedent(body))
    run = "FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {table}_promises_reserved()"
    is_open = run.format(when="NEW.pieces > NEW.picked + NEW.released", table="allocation")
    op.execute(f"CREATE TRIGGER allocation_made AFTER INSERT ON allocation {is_open}")
    op.execute(
        f"CREATE TRIGGER allocation_changed AFTER {_CHANGED}"
        f" {run.format(when=_GROWS, table='allocation')}"
    )
    for table, key in _KEYS.items():
        is_there = f"TG_OP = 'UPDATE' AND NEW.bin_id = OLD.bin_id AND NEW.{key} = OLD.{key}"
        kept = f"(CASE WHEN {is_there} THEN NEW.reserved ELSE 0 END)"
        made(table, "", f"IF {_promised('OLD', key)} > {kept} THEN {refuse(table)} END IF;")
        for event, when in (
            (f"let_go AFTER UPDATE OF reserved ON {table}", "NEW.reserved < OLD.reserved"),
            (
                f"moved AFTER UPDATE OF bin_id, {key} ON {table}",
                f"NEW.bin_id <> OLD.bin_id OR NEW.{key} <> OLD.{key}",
            ),
            (f"gone AFTER DELETE ON {table}", "true"),
        ):
            op.execute(f"CREATE TRIGGER {table}_{event} {run.format(when=when, table=table)}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

"""The database itself lets no balance go below zero as if its bin stood for the outside.

What is virtual may; so a row may be that where its bin is, and a bin may become another kind only
while no balance says otherwise. Ordinary postings must not pay for it. A row that is not virtual
where its bin is goes below zero nowhere, and the proof finds it. On SQLite rows that are put in are
left to the proof as well: with any trigger on INSERT it keeps the rows of every INSERT ... SELECT in
a table of their own first, a twentieth of a posting.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from warehouse.migrations import UnsoundData
from warehouse.text import say

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_KEYS = {"stock_balance": "sku_id", "lot_balance": "lot_id"}
_OUTSIDE = "IN ('courier', 'supplier', 'count_difference', 'opening', 'scrap', 'kitting')"
_RULE = "outside_as_its_bin"
_WORDS = "a balance is virtual where its bin is not"
_MOST_NAMED = 5
_MOVED = "NEW.bin_id <> OLD.bin_id OR NEW.is_virtual <> OLD.is_virtual"
_TURNED = f"(NEW.kind {_OUTSIDE}) <> (OLD.kind {_OUTSIDE})"


def upgrade() -> None:
    _refuse_unsound()
    for table in _KEYS:
        is_outside = f"(SELECT kind {_OUTSIDE} FROM bin WHERE bin.id = {table}.bin_id)"
        op.execute(f"UPDATE {table} SET is_virtual = {is_outside} WHERE is_virtual <> {is_outside}")
    for table in _KEYS:
        if not _is_sqlite():
            _guard(table, f"made AFTER INSERT ON {table}", "NEW.is_virtual")
        _guard(table, f"turned AFTER UPDATE OF bin_id, is_virtual ON {table}", _MOVED)
    _guard("bin", "turned AFTER UPDATE OF kind ON bin", _TURNED)


def downgrade() -> None:
    for table in (*_KEYS, "bin"):
        if _is_sqlite():
            op.execute(f"DROP TRIGGER {table}_turned")
        else:
            op.execute(f"DROP FUNCTION {table}_{_RULE}() CASCADE")  # and its triggers


def _refuse_unsound() -> None:
    """Stop where the house has fewer than no pieces, or the outside reserved ones."""
    found = [row for query in map(_unsound, _KEYS) for row in op.get_bind().execute(query)]
    if found:
        named = ", ".join(f"{row.bin} {row.sku} ({row.on_hand})" for row in found[:_MOST_NAMED])
        raise UnsoundData(
            say(
                "The book has bins below zero that may not be: {named}. Go back to the copy of the"
                " database made before, adjust the stock of these bins with the program it was used"
                " with, and migrate again.",
                named=named + (" …" if len(found) > _MOST_NAMED else ""),
            )
        )


def _unsound(table: str) -> sa.TextClause:
    lot = "JOIN lot ON lot.id = b.lot_id" if table == "lot_balance" else ""
    sku_id = "lot.sku_id" if lot else "b.sku_id"
    return sa.text(
        f"SELECT bin.code AS bin, sku.code AS sku, b.on_hand FROM {table} b"
        f" JOIN bin ON bin.id = b.bin_id {lot} JOIN sku ON sku.id = {sku_id}"
        f" WHERE CASE WHEN bin.kind {_OUTSIDE} THEN b.reserved > 0 ELSE b.on_hand < b.reserved END"
        " ORDER BY bin.code, sku.code"
    )


def _guard(table: str, event: str, when: str) -> None:
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_{event} WHEN {when} BEGIN"
            f" SELECT RAISE(ABORT, '{_RULE}: {_WORDS}') WHERE {_wrong(table)}; END"
        )
        return
    # The bin is held until both are written: of two who change bin and balance at once the second
    # sees what the first one did.
    hold = "" if table == "bin" else "PERFORM FROM bin WHERE id = NEW.bin_id FOR SHARE;"
    op.execute(
        f"CREATE OR REPLACE FUNCTION {table}_{_RULE}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {hold} IF {_wrong(table)} THEN RAISE EXCEPTION '{_WORDS}' USING ERRCODE ="
        f" 'check_violation', CONSTRAINT = '{_RULE}', TABLE = '{table}'; END IF;"
        " RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{event} FOR EACH ROW WHEN ({when})"
        f" EXECUTE FUNCTION {table}_{_RULE}()"
    )


def _wrong(table: str) -> str:
    if table != "bin":
        return f"NEW.is_virtual <> (SELECT kind {_OUTSIDE} FROM bin WHERE id = NEW.bin_id)"
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {balance} b WHERE b.bin_id = NEW.id"
        f" AND b.is_virtual <> (NEW.kind {_OUTSIDE}))"
        for balance in _KEYS
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

"""Goods missing at the check are a cause of their own to count a bin, not a short pick.

Counts opened for them until now keep the word they have: nothing says which of the two it was.
"""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TABLES = ("count_bin", "count_doubt")
_BEFORE = "event IN ('short_pick', 'not_empty', 'negative', 'asked')"
_NOW = "event IN ('short_pick', 'missing_at_check', 'not_empty', 'negative', 'asked')"


def upgrade() -> None:
    _known(_NOW)


def downgrade() -> None:
    """What was missing at the check is called a short pick again."""
    for table in _TABLES:
        op.execute(f"UPDATE {table} SET event = 'short_pick' WHERE event = 'missing_at_check'")
    _known(_BEFORE)


def _known(words: str) -> None:
    for table in _TABLES:
        name = op.f(f"ck_{table}_event_known")
        with op.batch_alter_table(table, table_kwargs={"sqlite_strict": True}) as rows:
            rows.drop_constraint(name, type_="check")
            rows.create_check_constraint(name, words)

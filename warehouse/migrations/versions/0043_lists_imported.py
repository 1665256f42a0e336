"""Lists of SKUs, bins and opening stock are imported like orders: kept, run, counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('orders', 'skus', 'bins', 'opening')"
_COUNTS = ("rows_new", "rows_changed", "rows_unchanged")


def upgrade() -> None:
    with op.batch_alter_table("import_run", table_kwargs={"sqlite_strict": True}) as runs:
        runs.add_column(
            sa.Column("kind", warehouse.db.text_of(24), nullable=False, server_default="orders")
        )
        for name in _COUNTS:
            runs.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        runs.create_check_constraint(op.f("ck_import_run_kind_known"), _KINDS)


def downgrade() -> None:
    """Forget the imports of lists; what they made stays."""
    of_lists = "SELECT id FROM import_run WHERE kind <> 'orders'"
    op.execute(f"DELETE FROM import_reject WHERE run_id IN ({of_lists})")
    op.execute("DELETE FROM import_run WHERE kind <> 'orders'")
    with op.batch_alter_table("import_run", table_kwargs={"sqlite_strict": True}) as runs:
        runs.drop_constraint(op.f("ck_import_run_kind_known"), type_="check")
        for name in ("kind", *_COUNTS):
            runs.drop_column(name)

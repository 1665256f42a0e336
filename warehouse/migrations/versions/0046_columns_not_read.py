"""The import of a list remembers which columns of it nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_run", sa.Column("not_read", warehouse.db.JsonType(), nullable=True))


def downgrade() -> None:
    """Forget them; the rows that were taken stay."""
    with op.batch_alter_table("import_run", table_kwargs={"sqlite_strict": True}) as runs:
        runs.drop_column("not_read")

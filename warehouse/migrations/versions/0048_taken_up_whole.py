"""A hand that took up all of a bin keeps what that was: what comes there later stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave it open for hands of before: they take what stands there when they put down."""
    op.add_column("handling", sa.Column("content", warehouse.db.JsonType(), nullable=True))


def downgrade() -> None:
    """Forget it; the hands stay."""
    with op.batch_alter_table("handling", table_kwargs={"sqlite_strict": True}) as hands:
        hands.drop_column("content")

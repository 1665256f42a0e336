"""A pass over a bin keeps what people had in hand of it as it began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of passes made before nobody knows; an open one then doubts whatever is in hand at its end.
    op.add_column(
        "count_take",
        sa.Column("hands", warehouse.db.JsonType(), nullable=False, server_default="{}"),
    )


def downgrade() -> None:
    op.drop_column("count_take", "hands")

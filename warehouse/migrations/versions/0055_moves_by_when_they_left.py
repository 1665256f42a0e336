"""Pieces that left are found by when: what a shop sold in a period reads no other moves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_LEFT = sa.text("reason = 'dispatch'")


def upgrade() -> None:
    op.create_index(
        "ix_move_dispatched_at", "move", ["at"], sqlite_where=_LEFT, postgresql_where=_LEFT
    )


def downgrade() -> None:
    op.drop_index("ix_move_dispatched_at", "move")

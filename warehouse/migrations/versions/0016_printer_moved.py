"""When a paper last went through a printer, so that a lane that stands still can be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody noted it before: the first paper from now on tells.
    op.add_column("printer", sa.Column("moved_at", warehouse.db.InstantType(), nullable=True))


def downgrade() -> None:
    op.drop_column("printer", "moved_at")

"""A pick bin found full is kept as such, so that nobody is sent there in vain once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from warehouse.db import InstantType

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has said of any bin that it is full."""
    op.add_column("face_level", sa.Column("full_at", InstantType(), nullable=True))


def downgrade() -> None:
    """Forget which were full."""
    op.drop_column("face_level", "full_at")

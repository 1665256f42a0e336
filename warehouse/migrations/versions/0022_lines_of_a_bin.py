"""The lines of one counted bin are found without reading all lines."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_count_line_count_bin_id", "count_line", ["count_bin_id"])


def downgrade() -> None:
    op.drop_index("ix_count_line_count_bin_id", "count_line")

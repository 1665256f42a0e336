"""Moves are found by the paper they refer to, papers by their number: by an index of each.

Most moves refer to none (picks, what is brought and put away); these are not in it and cost nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_REFERS = sa.text("reference <> ''")


def upgrade() -> None:
    op.create_index(
        "ix_move_reference",
        "move",
        ["reference"],
        postgresql_ops={"reference": "varchar_pattern_ops"},
        sqlite_where=_REFERS,
        postgresql_where=_REFERS,
    )
    op.create_index(
        "ix_print_job_number",
        "print_job",
        ["number"],
        postgresql_ops={"number": "varchar_pattern_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_print_job_number", "print_job")
    op.drop_index("ix_move_reference", "move")

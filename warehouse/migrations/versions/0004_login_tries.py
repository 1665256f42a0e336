"""Count tries at the door by login and place, so that the answer does not tell which logins exist."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_try",
        sa.Column("login_hash", warehouse.db.text_of(64), nullable=False),
        sa.Column("place", warehouse.db.text_of(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", warehouse.db.InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("login_hash", "place", name=op.f("pk_login_try")),
        sqlite_strict=True,
    )
    op.create_index("ix_login_try_last_at", "login_try", ["last_at"])
    op.drop_column("person", "failed_logins")
    op.drop_column("person", "locked_until")


def downgrade() -> None:
    # Who was shut out is let try again: the tries of one person at several places are no one count.
    op.add_column(
        "person", sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("person", sa.Column("locked_until", warehouse.db.InstantType(), nullable=True))
    op.drop_table("login_try")

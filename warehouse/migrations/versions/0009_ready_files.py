"""Keep labels that carriers have drawn, byte by byte as they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ready_file",
        sa.Column("sha256", warehouse.db.text_of(64), nullable=False),
        sa.Column("format", warehouse.db.text_of(24), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", warehouse.db.InstantType(), nullable=False),
        sa.CheckConstraint(
            "format IN ('pdf', 'zpl', 'png')", name=op.f("ck_ready_file_format_known")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_ready_file")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    # Jobs that name a label which is gone cannot be printed again; they say so.
    op.drop_table("ready_file")

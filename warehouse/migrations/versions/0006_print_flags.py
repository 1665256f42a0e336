"""Flag papers that show marks for characters no face has, until somebody looked at them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_OPEN = sa.text("looked_at IS NULL")


def upgrade() -> None:
    # Papers of before are not looked through: they are on their parcels.
    op.create_table(
        "print_flag",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("characters", warehouse.db.text_of(200), nullable=False),
        sa.Column("looked_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("person_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["print_job.id"], name=op.f("fk_print_flag_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_print_flag")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_print_flag_open", "print_flag", ["job_id"],
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("print_flag")

"""A supplier's paper may be withdrawn; its number is free again then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_STANDS = sa.text("withdrawn_at IS NULL")
_UNIQUE = "uq_supplier_paper_supplier_id_number"


def upgrade() -> None:
    with op.batch_alter_table("supplier_paper", table_kwargs={"sqlite_strict": True}) as paper:
        paper.add_column(sa.Column("withdrawn_at", warehouse.db.InstantType(), nullable=True))
        paper.drop_constraint(op.f(_UNIQUE), type_="unique")
    op.create_index(
        "uq_supplier_paper_standing",
        "supplier_paper",
        ["supplier_id", "number"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )


def downgrade() -> None:
    # What was withdrawn did not exist before; nothing is paid for it any more.
    op.execute(
        "DELETE FROM supplier_payment WHERE paper_id IN"
        " (SELECT id FROM supplier_paper WHERE withdrawn_at IS NOT NULL)"
    )
    op.execute("DELETE FROM supplier_paper WHERE withdrawn_at IS NOT NULL")
    op.drop_index("uq_supplier_paper_standing", "supplier_paper")
    with op.batch_alter_table("supplier_paper", table_kwargs={"sqlite_strict": True}) as paper:
        paper.drop_column("withdrawn_at")
        paper.create_unique_constraint(op.f(_UNIQUE), ["supplier_id", "number"])

"""Balances know whether they are of a tote or parcel, so that the others are found without these.

Every parcel is a bin of its own: after a year most balances of a SKU are zeros of parcels.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "stock_balance",
        sa.Column("is_in_work", warehouse.db.Flag(), nullable=False, server_default=sa.false()),
    )
    is_true = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    op.execute(
        f"UPDATE stock_balance SET is_in_work = {is_true}"
        " WHERE bin_id IN (SELECT id FROM bin WHERE kind IN ('tote', 'parcel'))"
    )
    op.create_index(
        "ix_stock_balance_standing",
        "stock_balance",
        ["sku_id", "bin_id"],
        sqlite_where=sa.text("is_in_work = 0"),
        postgresql_where=sa.text("NOT is_in_work"),
    )


def downgrade() -> None:
    op.drop_index("ix_stock_balance_standing", "stock_balance")
    op.drop_column("stock_balance", "is_in_work")

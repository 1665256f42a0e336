"""Goods of a receipt may be counted anew by somebody else before it is booked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_REFS = {"receipt_id": "receipt", "sku_id": "sku", "asked_by": "person"}


def upgrade() -> None:
    op.create_table(
        "receipt_recount",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("receipt_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("sound", sa.Integer(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("asked_by", _BIG, nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("reason", warehouse.db.text_of(200), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_receipt_recount_{column}")
            )
            for column, table in _REFS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_recount")),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt_recount_receipt_id", "receipt_recount", ["receipt_id"])


def downgrade() -> None:
    op.drop_table("receipt_recount")

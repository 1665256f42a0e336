"""Pieces not found in reserve are not booked off any more: the bin waits for its count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unfound",
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_unfound_pieces_positive")),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_unfound_bin_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_unfound_sku_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unfound_person_id")),
        sa.PrimaryKeyConstraint("bin_id", "sku_id", name=op.f("pk_unfound")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("unfound")

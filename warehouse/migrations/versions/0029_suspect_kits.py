"""Kits with pieces of a blocked lot inside are kept: who blocks a lot stops these as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_REFS = {
    "lot_id": "lot", "move_id": "move", "sku_id": "sku", "kit_lot_id": "lot", "ended_by": "person",
}  # fmt: skip
_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    at = warehouse.db.InstantType()
    op.create_table(
        "suspect_kits",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=False),
        sa.Column("move_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("kit_lot_id", _BIG, nullable=True),
        sa.Column("is_blocking", warehouse.db.Flag(), nullable=False),
        sa.Column("began_at", at, nullable=False),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("ended_by", _BIG, nullable=True),
        sa.Column("ended_reason", warehouse.db.text_of(200), nullable=False),
        sa.CheckConstraint(
            "NOT is_blocking OR kit_lot_id IS NOT NULL", name=op.f("ck_suspect_kits_blocks_a_lot")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_suspect_kits_{column}")
            )
            for column, table in _REFS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspect_kits")),
        sqlite_strict=True,
    )
    for name, columns in (
        ("uq_suspect_kits_open", ["lot_id", "move_id"]),
        ("ix_suspect_kits_sku_id", ["sku_id"]),
    ):
        op.create_index(
            name,
            "suspect_kits",
            columns,
            unique=name.startswith("uq_"),
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )


def downgrade() -> None:
    op.drop_table("suspect_kits")

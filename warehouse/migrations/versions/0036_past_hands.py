"""When pieces were last taken into a hand, and what hands had out of bins until they ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_REFS = {"person_id": "person", "bin_id": "bin", "sku_id": "sku"}


def upgrade() -> None:
    for table in ("handling", "replenish_carried"):
        op.add_column(table, sa.Column("changed_at", warehouse.db.InstantType(), nullable=True))
    op.create_table(
        "past_hand",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=True),
        sa.Column("since", warehouse.db.InstantType(), nullable=False),
        sa.Column("changed_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("until", warehouse.db.InstantType(), nullable=False),
        sa.Column("is_back", warehouse.db.Flag(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_past_hand_{column}"))
            for column, table in _REFS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_hand")),
        sqlite_strict=True,
    )
    op.create_index("ix_past_hand_until", "past_hand", ["until"])


def downgrade() -> None:
    op.drop_table("past_hand")
    op.drop_column("replenish_carried", "changed_at")
    op.drop_column("handling", "changed_at")

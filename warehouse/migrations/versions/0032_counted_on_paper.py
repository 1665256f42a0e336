"""What was counted on paper is typed in by another person: both are kept with the pass."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("count_take", table_kwargs={"sqlite_strict": True}) as take:
        take.add_column(sa.Column("entered_by_id", _BIG, nullable=True))
        take.create_foreign_key(
            op.f("fk_count_take_entered_by_id"), "person", ["entered_by_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("count_take", table_kwargs={"sqlite_strict": True}) as take:
        take.drop_constraint(op.f("fk_count_take_entered_by_id"), type_="foreignkey")
        take.drop_column("entered_by_id")

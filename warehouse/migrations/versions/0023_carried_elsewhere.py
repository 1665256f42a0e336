"""Who fills the pick face may be asked why another bin: the bin that waits for the answer is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("replenish_carried", table_kwargs={"sqlite_strict": True}) as carried:
        carried.add_column(sa.Column("other_bin_id", _BIG, nullable=True))
        carried.create_foreign_key(
            op.f("fk_replenish_carried_other_bin_id"), "bin", ["other_bin_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("replenish_carried", table_kwargs={"sqlite_strict": True}) as carried:
        carried.drop_constraint(op.f("fk_replenish_carried_other_bin_id"), type_="foreignkey")
        carried.drop_column("other_bin_id")

"""Pieces kept for a shop are kept since an instant: what the shop sold since is kept no more."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from warehouse.db import InstantType

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count what was kept before from today on: nobody wrote down since when it was."""
    op.add_column("shop_share", sa.Column("kept_at", InstantType(), nullable=True))
    share = sa.table("shop_share", sa.column("kept_at", InstantType()))
    op.execute(share.update().values(kept_at=datetime.now(UTC)))
    with op.batch_alter_table("shop_share", table_kwargs={"sqlite_strict": True}) as shares:
        shares.alter_column("kept_at", existing_type=InstantType(), nullable=False)


def downgrade() -> None:
    """Forget it; as many stay kept as were typed."""
    with op.batch_alter_table("shop_share", table_kwargs={"sqlite_strict": True}) as shares:
        shares.drop_column("kept_at")

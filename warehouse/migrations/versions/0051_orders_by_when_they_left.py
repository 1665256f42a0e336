"""Orders are found by when they left: the figures of a day ask for no others."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_shop_order_dispatched_at", "shop_order", ["dispatched_at"])


def downgrade() -> None:
    op.drop_index("ix_shop_order_dispatched_at", "shop_order")

"""The newest order lines of a SKU are read first, without sorting all of them."""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_order_line_sku_id_id", "order_line", ["sku_id", "id"])
    op.drop_index("ix_order_line_sku_id", "order_line")


def downgrade() -> None:
    op.create_index("ix_order_line_sku_id", "order_line", ["sku_id"])
    op.drop_index("ix_order_line_sku_id_id", "order_line")

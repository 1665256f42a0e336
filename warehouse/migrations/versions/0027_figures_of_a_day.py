"""What came and what was printed on a day is counted without reading all orders and papers."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_shop_order_received_at", "shop_order", ["received_at"])
    op.create_index("ix_print_job_queued_at", "print_job", ["queued_at"])


def downgrade() -> None:
    op.drop_index("ix_print_job_queued_at", "print_job")
    op.drop_index("ix_shop_order_received_at", "shop_order")

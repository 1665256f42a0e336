"""The waybills of a parcel are found by an index, void ones too: only the live one was."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_waybill_parcel_id", "waybill", ["parcel_id"])


def downgrade() -> None:
    op.drop_index("ix_waybill_parcel_id", "waybill")

"""Let a paper be void: what it says holds no more, so no byte of it may leave, nor a copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.String(length=200).with_variant(sa.TEXT(), "sqlite")


def upgrade() -> None:
    # Jobs of before keep the empty default, which says that they may be printed.
    op.add_column("print_job", sa.Column("void_reason", _TEXT, nullable=False, server_default=""))
    # But the label of a parcel put aside before today is as void as one put aside tomorrow.
    op.execute(
        "UPDATE print_job SET void_reason = 'set aside' WHERE document_kind = 'waybill'"
        " AND number IN (SELECT number FROM waybill WHERE state = 'void')"
        " AND subject IN (SELECT 'parcel:' || parcel_id FROM waybill WHERE state = 'void')"
    )


def downgrade() -> None:
    op.drop_column("print_job", "void_reason")

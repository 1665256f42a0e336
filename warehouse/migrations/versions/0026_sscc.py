"""The number of a parcel as a logistic unit: given with its first carton label, kept for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


_SSCC = sa.String(18).with_variant(sa.TEXT(), "sqlite")


def upgrade() -> None:
    # Beside the shortest company prefix serial numbers have ten digits.
    # (SQLite's whole numbers are as large already.)
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("counter", "value", existing_type=sa.Integer(), type_=sa.BigInteger())
    # No parcel packed so far has had a carton label.
    op.add_column("parcel", sa.Column("sscc", _SSCC, nullable=True))
    op.create_index("uq_parcel_sscc", "parcel", ["sscc"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_parcel_sscc", "parcel")
    op.drop_column("parcel", "sscc")
    op.execute("DELETE FROM counter WHERE name LIKE 'sscc-%'")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("counter", "value", existing_type=sa.BigInteger(), type_=sa.Integer())

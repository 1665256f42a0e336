"""Numbers of orders and waybills, and buyers, are found by what they begin with, by their indexes.

SQLite's answer that as they are. PostgreSQL's do so only where the database sorts by bytes; these do
wherever it was made, and find a whole number as before.
"""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_shop_order_order_no": ("shop_order", "order_no"),
    "ix_shop_order_buyer": ("shop_order", "buyer"),
    "ix_waybill_number": ("waybill", "number"),
}


def upgrade() -> None:
    _make_anew("varchar_pattern_ops")


def downgrade() -> None:
    _make_anew("varchar_ops")


def _make_anew(words: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, (table, column) in _INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, [column], postgresql_ops={column: words})

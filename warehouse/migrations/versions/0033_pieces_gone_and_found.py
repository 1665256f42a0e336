"""What a count found gone and found anew is kept apart: one piece taken for another is both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("gone", "found"):
        op.add_column(
            "count_line", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column("count_entry", sa.Column("serials", warehouse.db.JsonType(), nullable=True))
    op.execute("UPDATE count_line SET gone = -variance WHERE variance < 0")
    op.execute("UPDATE count_line SET found = variance WHERE variance > 0")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    length = "json_array_length(serials, '$.{}')" if is_sqlite else (
        "jsonb_array_length(serials -> '{}')"
    )  # fmt: skip
    has = "json_type(serials) = 'object'" if is_sqlite else "jsonb_typeof(serials) = 'object'"
    op.execute(
        f"UPDATE count_line SET gone = {length.format('gone')}, found = {length.format('found')}"
        f" WHERE {has}"
    )
    # Which numbers were seen is known of the last look alone; no other agrees with anything.
    op.execute(
        "UPDATE count_entry SET serials = (SELECT l.serials FROM count_line AS l"
        f" WHERE l.id = count_entry.line_id AND {has.replace('serials', 'l.serials')})"
        " WHERE id IN (SELECT max(e.id) FROM count_entry AS e GROUP BY e.line_id)"
    )


def downgrade() -> None:
    op.drop_column("count_entry", "serials")
    op.drop_column("count_line", "found")
    op.drop_column("count_line", "gone")

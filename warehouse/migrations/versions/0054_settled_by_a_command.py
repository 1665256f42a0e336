"""A settlement names its command, by which the moves that came with it are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from warehouse.db import text_of

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TABLE = "exchange_return"
_KEY = "fk_exchange_return_command_id"


def upgrade() -> None:
    """Settlements of before name none: their moves are those of their instant."""
    with op.batch_alter_table(_TABLE, table_kwargs={"sqlite_strict": True}) as rows:
        rows.add_column(sa.Column("command_id", text_of(64), nullable=True))
        rows.create_foreign_key(op.f(_KEY), "command", ["command_id"], ["id"])


def downgrade() -> None:
    """Forget the commands."""
    with op.batch_alter_table(_TABLE, table_kwargs={"sqlite_strict": True}) as rows:
        rows.drop_constraint(op.f(_KEY), type_="foreignkey")
        rows.drop_column("command_id")

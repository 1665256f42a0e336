"""What was settled wrongly of an exchange is taken back by a row of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_TABLE = "exchange_return"
_POSITIVE = {
    "ck_exchange_return_pieces_positive": "pieces > 0",
    "ck_exchange_return_amount_not_negative": "amount_fen >= 0",
}
_EITHER = "ck_exchange_return_settles_or_takes_back"
_UNIQUE = "uq_exchange_return_takes_back_id"
_KEY = "fk_exchange_return_takes_back_id"


def upgrade() -> None:
    with op.batch_alter_table(_TABLE, table_kwargs={"sqlite_strict": True}) as rows:
        rows.add_column(sa.Column("takes_back_id", _BIG, nullable=True))
        for name in _POSITIVE:
            rows.drop_constraint(op.f(name), type_="check")
        rows.create_check_constraint(
            op.f(_EITHER),
            "(takes_back_id IS NULL AND pieces > 0 AND amount_fen >= 0)"
            " OR (takes_back_id IS NOT NULL AND pieces < 0 AND amount_fen <= 0)",
        )
        rows.create_unique_constraint(op.f(_UNIQUE), ["takes_back_id"])
        rows.create_foreign_key(op.f(_KEY), _TABLE, ["takes_back_id"], ["id"])


def downgrade() -> None:
    """Forget both rows of what was taken back: it is not settled."""
    table = sa.table(_TABLE, sa.column("id", _BIG), sa.column("takes_back_id", _BIG))
    taken = op.get_bind().scalars(
        sa.select(table.c.takes_back_id).where(table.c.takes_back_id.is_not(None))
    )
    ids = list(taken)
    op.execute(table.delete().where(table.c.takes_back_id.is_not(None)))
    op.execute(table.delete().where(table.c.id.in_(ids)))
    with op.batch_alter_table(_TABLE, table_kwargs={"sqlite_strict": True}) as rows:
        rows.drop_constraint(op.f(_KEY), type_="foreignkey")
        rows.drop_constraint(op.f(_UNIQUE), type_="unique")
        rows.drop_constraint(op.f(_EITHER), type_="check")
        rows.drop_column("takes_back_id")
        for name, words in _POSITIVE.items():
            rows.create_check_constraint(op.f(name), words)

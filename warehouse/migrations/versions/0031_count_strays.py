"""Each scan of an unknown code at a count is kept with its pass, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "count_stray",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("take_id", _BIG, nullable=False),
        sa.Column("code", warehouse.db.text_of(64), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("undone_at", warehouse.db.InstantType(), nullable=True),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_count_stray_pieces_counted")),
        sa.ForeignKeyConstraint(
            ["take_id"], ["count_take.id"], name=op.f("fk_count_stray_take_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_stray")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_stray_take_id_id", "count_stray", ["take_id", "id"])
    # What was found so far was kept as one sum: it goes to the pass of its counter at that time.
    op.execute(
        "INSERT INTO count_stray (take_id, code, pieces, at)"
        " SELECT t.id, u.code, u.pieces, u.at FROM count_unknown AS u"
        " JOIN count_take AS t ON t.id = (SELECT max(mine.id) FROM count_take AS mine"
        " WHERE mine.count_bin_id = u.count_bin_id AND mine.person_id = u.person_id"
        " AND mine.opened_at <= u.at)"
        " WHERE u.pieces <> 0 ORDER BY u.id"
    )


def downgrade() -> None:
    op.drop_table("count_stray")

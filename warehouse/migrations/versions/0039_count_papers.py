"""Each printed sheet of a count has a number, and is typed in once for each of its bins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_REFS = {"session_id": "count_session", "person_id": "person", "printed_by_id": "person"}


def upgrade() -> None:
    op.create_table(
        "count_paper",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("number", warehouse.db.text_of(64), nullable=False),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("printed_by_id", _BIG, nullable=False),
        sa.Column("printed_at", warehouse.db.InstantType(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_count_paper_{column}")
            )
            for column, table in _REFS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_paper")),
        sa.UniqueConstraint("number", name=op.f("uq_count_paper_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_paper_session_id", "count_paper", ["session_id"])
    op.create_table(
        "count_paper_bin",
        sa.Column("paper_id", _BIG, nullable=False),
        sa.Column("count_bin_id", _BIG, nullable=False),
        sa.Column("take_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["count_paper.id"], name=op.f("fk_count_paper_bin_paper_id")
        ),
        sa.ForeignKeyConstraint(
            ["count_bin_id"], ["count_bin.id"], name=op.f("fk_count_paper_bin_count_bin_id")
        ),
        sa.ForeignKeyConstraint(
            ["take_id"], ["count_take.id"], name=op.f("fk_count_paper_bin_take_id")
        ),
        sa.PrimaryKeyConstraint("paper_id", "count_bin_id", name=op.f("pk_count_paper_bin")),
        sa.UniqueConstraint("take_id", name=op.f("uq_count_paper_bin_take_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_paper_bin_count_bin_id", "count_paper_bin", ["count_bin_id"])


def downgrade() -> None:
    op.drop_table("count_paper_bin")
    op.drop_table("count_paper")

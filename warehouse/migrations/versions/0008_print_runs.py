"""Stand-ins of printers, runs of labels, turns in a lane, and when a paper's content was removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_IN_LANE = sa.text("state IN ('queued', 'ready', 'rendering', 'leased', 'sending', 'unknown')")
_IN_RUN = sa.text("run_id IS NOT NULL")
_KEPT = sa.text("cleared_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("printer", table_kwargs={"sqlite_strict": True}) as printer:
        printer.add_column(sa.Column("stand_in_id", _BIG, nullable=True))
        printer.create_foreign_key(
            op.f("fk_printer_stand_in_id"), "printer", ["stand_in_id"], ["id"]
        )
    # Papers of before stand alone, in the order they were asked for.
    for column in (
        sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("run_id", warehouse.db.text_of(64), nullable=True),
        sa.Column("run_no", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cleared_at", warehouse.db.InstantType(), nullable=True),
    ):
        op.add_column("print_job", column)
    op.drop_index("ix_print_job_lane", "print_job")
    _index("ix_print_job_lane", ["printer_id", "turn", "id"], _IN_LANE)
    _index("ix_print_job_run", ["run_id", "run_no"], _IN_RUN)
    _index("ix_print_job_kept", ["document_kind", "queued_at"], _KEPT)


def downgrade() -> None:
    for name in ("kept", "run", "lane"):
        op.drop_index(f"ix_print_job_{name}", "print_job")
    for name in ("cleared_at", "run_no", "run_id", "turn"):
        op.drop_column("print_job", name)
    _index("ix_print_job_lane", ["printer_id", "id"], _IN_LANE)
    with op.batch_alter_table("printer", table_kwargs={"sqlite_strict": True}) as printer:
        printer.drop_constraint(op.f("fk_printer_stand_in_id"), type_="foreignkey")
        printer.drop_column("stand_in_id")


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "print_job", columns, sqlite_where=where, postgresql_where=where)

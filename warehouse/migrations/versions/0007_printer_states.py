"""Tell paper out, cover open and busy apart; queues of CUPS, fetched papers, searches for printers.

The states a printer was in are kept: those with a word of their own now are read from its reason.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_KINDS = ("folder", "escpos", "zpl", "tspl", "ipp")
_NEW_KINDS = ("cups", "download")
_STATES = ("unknown", "ready", "attention", "offline")
_ALL_STATES = ("unknown", "ready", "busy", "paper_out", "cover_open", "attention", "offline")


def upgrade() -> None:
    with op.batch_alter_table("printer", table_kwargs={"sqlite_strict": True}) as printer:
        printer.add_column(
            sa.Column("is_mute", warehouse.db.Flag(), nullable=False, server_default=sa.false())
        )
        _check(printer, "kind", (*_KINDS, *_NEW_KINDS))
        _check(printer, "state", _ALL_STATES)
    op.execute(
        "UPDATE printer SET state = state_reason"
        " WHERE state = 'attention' AND state_reason IN ('paper_out', 'cover_open', 'busy')"
    )
    op.create_table(
        "printer_search",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("asked_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("began_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("ended_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("found", warehouse.db.JsonType(), nullable=False),
        sa.Column("detail", warehouse.db.text_of(4000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer_search")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("printer_search")
    # A queue of CUPS is one of IPP; a printer whose papers are fetched becomes a folder nobody has
    # allowed, so that nothing is sent anywhere before somebody looks.
    op.execute(
        "UPDATE printer SET kind = CASE kind WHEN 'cups' THEN 'ipp' WHEN 'download' THEN 'folder'"
        " ELSE kind END, state = CASE WHEN state IN ('paper_out', 'cover_open', 'busy')"
        " THEN 'attention' ELSE state END"
    )
    with op.batch_alter_table("printer", table_kwargs={"sqlite_strict": True}) as printer:
        _check(printer, "kind", _KINDS)
        _check(printer, "state", _STATES)
        printer.drop_column("is_mute")


def _check(table: Any, column: str, words: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{word}'" for word in words)
    name = op.f(f"ck_printer_{column}_known")
    table.drop_constraint(name, type_="check")
    table.create_check_constraint(name, f"{column} IN ({allowed})")

"""Short picks write nothing off any more: what was not found is kept by lot, and doubts wait."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_KEPT = ("bin_id", "sku_id", "pieces", "at", "person_id")


def upgrade() -> None:
    rows = _taken_out()
    op.create_table(
        "unfound",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("is_whole", warehouse.db.Flag(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_unfound_pieces_positive")),
        *_to("unfound", "bin", "sku", "lot", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfound")),
        sa.UniqueConstraint(
            "bin_id", "sku_id", "lot_id", name=op.f("uq_unfound_bin_id_sku_id_lot_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_unfound_of_no_lot",
        "unfound",
        ["bin_id", "sku_id"],
        unique=True,
        sqlite_where=sa.text("lot_id IS NULL"),
        postgresql_where=sa.text("lot_id IS NULL"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _put_in(rows, is_whole="1" if is_sqlite else "true")
    op.create_table(
        "count_doubt",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=True),
        sa.Column("event", warehouse.db.text_of(24), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.CheckConstraint(
            "event IN ('short_pick', 'not_empty', 'negative', 'asked')",
            name=op.f("ck_count_doubt_event_known"),
        ),
        *_to("count_doubt", "bin", "sku"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_doubt")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_doubt_bin_id", "count_doubt", ["bin_id"])


def downgrade() -> None:
    """What was not found of several lots is one row of the bin again; doubts that wait go."""
    op.drop_table("count_doubt")
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in _taken_out():
        whole = found.setdefault((row["bin_id"], row["sku_id"]), {**row, "pieces": 0})
        whole["pieces"] += row["pieces"]
    op.create_table(
        "unfound",
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_unfound_pieces_positive")),
        *_to("unfound", "bin", "sku", "person"),
        sa.PrimaryKeyConstraint("bin_id", "sku_id", name=op.f("pk_unfound")),
        sqlite_strict=True,
    )
    _put_in(list(found.values()))


def _to(table: str, *others: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([f"{x}_id"], [f"{x}.id"], name=op.f(f"fk_{table}_{x}_id"))
        for x in others
    )


def _taken_out() -> list[dict[str, Any]]:
    """Return the rows of the table as they are stored, and drop it."""
    query = sa.text(f"SELECT {', '.join(_KEPT)} FROM unfound ORDER BY bin_id, sku_id")
    rows = [dict(row) for row in op.get_bind().execute(query).mappings()]
    op.drop_table("unfound")
    return rows


def _put_in(rows: list[dict[str, Any]], **more: str) -> None:
    """Insert the rows; `more` are further columns with their values, as SQL."""
    names = ", ".join([*_KEPT, *more])
    values = ", ".join([*(f":{name}" for name in _KEPT), *more.values()])
    if rows:
        op.get_bind().execute(sa.text(f"INSERT INTO unfound ({names}) VALUES ({values})"), rows)

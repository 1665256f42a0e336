"""Enrol the tablets badges and PINs may open, and keep what each login session was opened by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tablet",
        _id("id"),
        sa.Column("name", warehouse.db.text_of(200), nullable=False),
        sa.Column("token_hash", warehouse.db.text_of(64), nullable=False),
        _id("enrolled_by"),
        sa.Column("enrolled_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("seen_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("revoked_at", warehouse.db.InstantType(), nullable=True),
        sa.ForeignKeyConstraint(["enrolled_by"], ["person.id"], name=op.f("fk_tablet_enrolled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablet")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tablet_token_hash")),
        sqlite_strict=True,
    )
    # A session of before does not say what opened it. Rather than guess its rights, everybody logs
    # in once more: the table is made anew.
    op.drop_table("login_session")
    _make_sessions(
        sa.Column("opened_by", warehouse.db.text_of(24), nullable=False),
        _id("tablet_id", nullable=True),
        sa.CheckConstraint(
            "opened_by IN ('badge', 'pin', 'password')",
            name=op.f("ck_login_session_opened_by_known"),
        ),
        sa.ForeignKeyConstraint(
            ["tablet_id"], ["tablet.id"], name=op.f("fk_login_session_tablet_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("login_session")
    _make_sessions(locked_at=sa.Column("locked_at", warehouse.db.InstantType(), nullable=True))
    op.drop_table("tablet")


def _make_sessions(
    *more: sa.Column[Any] | sa.Constraint, locked_at: sa.Column[Any] | None = None
) -> None:
    op.create_table(
        "login_session",
        sa.Column("token_hash", warehouse.db.text_of(64), nullable=False),
        _id("person_id"),
        *more,
        _id("station_id", nullable=True),
        sa.Column("started_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("seen_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("ends_at", warehouse.db.InstantType(), nullable=False),
        *([] if locked_at is None else [locked_at]),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_login_session_station_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
        sqlite_strict=True,
    )
    op.create_index("ix_login_session_person_id", "login_session", ["person_id"])


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
    return sa.Column(name, whole, nullable=nullable)

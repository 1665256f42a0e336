"""Stock counts: sessions, their bins, passes over them and lines; rules that open them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "count_rule",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("kind", warehouse.db.text_of(24), nullable=False),
        sa.Column("zone_id", _BIG, nullable=True),
        sa.Column("abc", warehouse.db.text_of(1), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("is_active", warehouse.db.Flag(), nullable=False),
        sa.CheckConstraint("kind IN ('monthly', 'cycle')", name=op.f("ck_count_rule_kind_known")),
        sa.CheckConstraint("every_days > 0", name=op.f("ck_count_rule_every_days_positive")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_count_rule_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_rule")),
        sqlite_strict=True,
    )
    op.create_table(
        "count_session",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", warehouse.db.text_of(64), nullable=False),
        sa.Column("name", warehouse.db.text_of(200), nullable=False),
        sa.Column("scope", warehouse.db.text_of(24), nullable=False),
        sa.Column("asked", warehouse.db.JsonType(), nullable=False),
        sa.Column("opened_for", warehouse.db.text_of(64), nullable=True),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("is_blind", warehouse.db.Flag(), nullable=False),
        sa.Column("is_by_sku", warehouse.db.Flag(), nullable=False),
        sa.Column("recount_pieces", sa.Integer(), nullable=False),
        sa.Column("recount_percent", sa.Integer(), nullable=False),
        sa.Column("recount_fen", _BIG, nullable=False),
        sa.Column("limit_pieces", sa.Integer(), nullable=False),
        sa.Column("limit_percent", sa.Integer(), nullable=False),
        sa.Column("limit_fen", _BIG, nullable=False),
        sa.Column("grace_s", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", _BIG, nullable=False),
        sa.Column("opened_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("started_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("reviewed_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("ended_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("ended_by_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "scope IN ('zones', 'bins', 'skus', 'class', 'month', 'event')",
            name=op.f("ck_count_session_scope_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'counting', 'review', 'posted', 'cancelled')",
            name=op.f("ck_count_session_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_count_session_ended_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_count_session_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_session")),
        sa.UniqueConstraint("number", name=op.f("uq_count_session_number")),
        sa.UniqueConstraint("opened_for", name=op.f("uq_count_session_opened_for")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_session_state_id", "count_session", ["state", "id"], unique=False)
    op.create_table(
        "count_bin",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("is_live", warehouse.db.Flag(), nullable=False),
        sa.Column("event", warehouse.db.text_of(24), nullable=True),
        sa.Column("taken_by_id", _BIG, nullable=True),
        sa.Column("counted_at", warehouse.db.InstantType(), nullable=True),
        sa.CheckConstraint(
            "event IN ('short_pick', 'not_empty', 'negative', 'asked')",
            name=op.f("ck_count_bin_event_known"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'taken', 'again', 'counted')", name=op.f("ck_count_bin_state_known")
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_count_bin_bin_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["count_session.id"], name=op.f("fk_count_bin_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["person.id"], name=op.f("fk_count_bin_taken_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_bin")),
        sa.UniqueConstraint("session_id", "bin_id", name=op.f("uq_count_bin_session_id_bin_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_bin_bin_id", "count_bin", ["bin_id"], unique=False)
    op.create_index(
        "ix_count_bin_session_id_state_sequence",
        "count_bin",
        ["session_id", "state", "sequence"],
        unique=False,
    )
    op.create_index(
        "uq_count_bin_live",
        "count_bin",
        ["bin_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "count_file",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("sha256", warehouse.db.text_of(64), nullable=False),
        sa.Column("name", warehouse.db.text_of(200), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_count_file_person_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["count_session.id"], name=op.f("fk_count_file_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_file")),
        sa.UniqueConstraint("session_id", "sha256", name=op.f("uq_count_file_session_id_sha256")),
        sqlite_strict=True,
    )
    op.create_table(
        "count_wanted",
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["count_session.id"], name=op.f("fk_count_wanted_session_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_count_wanted_sku_id")),
        sa.PrimaryKeyConstraint("session_id", "sku_id", name=op.f("pk_count_wanted")),
        sqlite_strict=True,
    )
    op.create_table(
        "count_line",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("count_bin_id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("variance", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("counted_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("counted_by_id", _BIG, nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("is_settled", warehouse.db.Flag(), nullable=False),
        sa.Column("price_fen", _BIG, nullable=False),
        sa.Column("serials", warehouse.db.JsonType(), nullable=True),
        sa.Column("reason", warehouse.db.text_of(24), nullable=True),
        sa.Column("note", warehouse.db.text_of(200), nullable=False),
        sa.Column("decided_by_id", _BIG, nullable=True),
        sa.Column("decided_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("posted_at", warehouse.db.InstantType(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('misplaced', 'mispicked', 'received_wrong', 'damaged', 'lost', 'found', 'not_booked', 'mixed_up', 'unknown')",
            name=op.f("ck_count_line_reason_known"),
        ),
        sa.CheckConstraint(
            "state IN ('agreed', 'look', 'recount', 'different', 'approved', 'posted', 'kept')",
            name=op.f("ck_count_line_state_known"),
        ),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_count_line_counted_not_negative")),
        sa.CheckConstraint(
            "variance = counted - book", name=op.f("ck_count_line_variance_adds_up")
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_count_line_bin_id")),
        sa.ForeignKeyConstraint(
            ["count_bin_id"], ["count_bin.id"], name=op.f("fk_count_line_count_bin_id")
        ),
        sa.ForeignKeyConstraint(
            ["counted_by_id"], ["person.id"], name=op.f("fk_count_line_counted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_count_line_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_count_line_lot_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["count_session.id"], name=op.f("fk_count_line_session_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_count_line_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_line")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_count_line_session_id_state_id",
        "count_line",
        ["session_id", "state", "id"],
        unique=False,
    )
    op.create_index("ix_count_line_sku_id", "count_line", ["sku_id"], unique=False)
    op.create_index(
        "uq_count_line_goods",
        "count_line",
        ["count_bin_id", "sku_id"],
        unique=True,
        sqlite_where=sa.text("lot_id IS NULL"),
        postgresql_where=sa.text("lot_id IS NULL"),
    )
    op.create_index(
        "uq_count_line_lot",
        "count_line",
        ["count_bin_id", "lot_id"],
        unique=True,
        sqlite_where=sa.text("lot_id IS NOT NULL"),
        postgresql_where=sa.text("lot_id IS NOT NULL"),
    )
    op.create_table(
        "count_take",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("count_bin_id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("kind", warehouse.db.text_of(24), nullable=False),
        sa.Column("opened_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("closed_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("is_dropped", warehouse.db.Flag(), nullable=False),
        sa.Column("changes", warehouse.db.JsonType(), nullable=False),
        sa.Column("asked", warehouse.db.JsonType(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('first', 'again', 'paper', 'file', 'decided')",
            name=op.f("ck_count_take_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["count_bin_id"], ["count_bin.id"], name=op.f("fk_count_take_count_bin_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_count_take_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_take")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_take_count_bin_id", "count_take", ["count_bin_id"], unique=False)
    op.create_index(
        "uq_count_take_open",
        "count_take",
        ["count_bin_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "count_unknown",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("count_bin_id", _BIG, nullable=False),
        sa.Column("code", warehouse.db.text_of(64), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("sku_id", _BIG, nullable=True),
        sa.Column("resolved_by_id", _BIG, nullable=True),
        sa.Column("resolved_at", warehouse.db.InstantType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["count_bin_id"], ["count_bin.id"], name=op.f("fk_count_unknown_count_bin_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_count_unknown_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["person.id"], name=op.f("fk_count_unknown_resolved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["count_session.id"], name=op.f("fk_count_unknown_session_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_count_unknown_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_unknown")),
        sa.UniqueConstraint(
            "count_bin_id", "code", name=op.f("uq_count_unknown_count_bin_id_code")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_count_unknown_session_id", "count_unknown", ["session_id"], unique=False)
    op.create_table(
        "count_entry",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("take_id", _BIG, nullable=False),
        sa.Column("line_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("is_disturbed", warehouse.db.Flag(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["count_line.id"], name=op.f("fk_count_entry_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["take_id"], ["count_take.id"], name=op.f("fk_count_entry_take_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_entry")),
        sa.UniqueConstraint("take_id", "line_id", name=op.f("uq_count_entry_take_id_line_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_entry_line_id", "count_entry", ["line_id"], unique=False)
    op.create_table(
        "count_scan",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("take_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("serial", warehouse.db.text_of(64), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("undone_at", warehouse.db.InstantType(), nullable=True),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_count_scan_pieces_counted")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_count_scan_lot_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_count_scan_sku_id")),
        sa.ForeignKeyConstraint(["take_id"], ["count_take.id"], name=op.f("fk_count_scan_take_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_scan")),
        sqlite_strict=True,
    )
    op.create_index("ix_count_scan_take_id_id", "count_scan", ["take_id", "id"], unique=False)


def downgrade() -> None:
    # What was counted stays in the ledger as moves; how it was found goes.
    for table in (
        "count_scan",
        "count_entry",
        "count_unknown",
        "count_take",
        "count_line",
        "count_wanted",
        "count_file",
        "count_bin",
        "count_session",
        "count_rule",
    ):
        op.drop_table(table)

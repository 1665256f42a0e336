"""Suppliers, purchase orders, receipts with their papers, and exchanges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    _make_purchases()
    _make_receipts()
    _make_papers()
    _make_exchanges()


def downgrade() -> None:
    # What was received stays in the ledger; its papers go.
    for table in (
        "exchange_return",
        "exchange_line",
        "exchange",
        "supplier_file",
        "supplier_payment",
        "supplier_paper",
        "receipt_focus",
        "receipt_count",
        "receipt_line",
        "receipt",
        "purchase_line",
        "purchase_order",
        "supplier",
    ):
        op.drop_table(table)


def _make_purchases() -> None:
    op.create_table(
        "supplier",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("code", warehouse.db.text_of(64), nullable=False),
        sa.Column("name", warehouse.db.text_of(200), nullable=False),
        sa.Column("contact", warehouse.db.text_of(200), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("terms", warehouse.db.text_of(4000), nullable=False),
        sa.Column("is_active", warehouse.db.Flag(), nullable=False),
        sa.Column("created_at", warehouse.db.InstantType(), nullable=False),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_supplier_lead_days_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "purchase_order",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", warehouse.db.text_of(64), nullable=False),
        sa.Column("supplier_id", _BIG, nullable=False),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("expected_on", warehouse.db.DayType(), nullable=True),
        sa.Column("note", warehouse.db.text_of(4000), nullable=False),
        sa.Column("source_key", warehouse.db.text_of(64), nullable=True),
        sa.Column("created_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("created_by", _BIG, nullable=False),
        sa.Column("ordered_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("closed_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("closed_reason", warehouse.db.text_of(200), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'ordered', 'partly_received', 'received', 'closed')",
            name=op.f("ck_purchase_order_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_purchase_order_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
        sa.UniqueConstraint("source_key", name=op.f("uq_purchase_order_source_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_purchase_order_state", "purchase_order", ["state"], unique=False)
    op.create_index(
        "ix_purchase_order_supplier_id", "purchase_order", ["supplier_id"], unique=False
    )
    op.create_table(
        "purchase_line",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("purchase_order_id", _BIG, nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("price_fen", _BIG, nullable=False),
        sa.Column("expected_on", warehouse.db.DayType(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_purchase_line_pieces_positive")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_purchase_line_price_not_negative")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_purchase_line_received_not_negative")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_order.id"],
            name=op.f("fk_purchase_line_purchase_order_id"),
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_purchase_line_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_line")),
        sa.UniqueConstraint(
            "purchase_order_id", "sku_id", name=op.f("uq_purchase_line_purchase_order_id_sku_id")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_purchase_line_sku_id", "purchase_line", ["sku_id"], unique=False)


def _make_receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", warehouse.db.text_of(64), nullable=False),
        sa.Column("supplier_id", _BIG, nullable=False),
        sa.Column("purchase_order_id", _BIG, nullable=True),
        sa.Column("corrects_id", _BIG, nullable=True),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("expected_on", warehouse.db.DayType(), nullable=True),
        sa.Column("supplier_paper_no", warehouse.db.text_of(64), nullable=False),
        sa.Column("note", warehouse.db.text_of(4000), nullable=False),
        sa.Column("reason", warehouse.db.text_of(200), nullable=False),
        sa.Column("source_key", warehouse.db.text_of(64), nullable=True),
        sa.Column("created_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("created_by", _BIG, nullable=False),
        sa.Column("counted_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("counted_by", _BIG, nullable=True),
        sa.Column("booked_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("booked_by", _BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('expected', 'counting', 'counted', 'booked', 'cancelled')",
            name=op.f("ck_receipt_state_known"),
        ),
        sa.ForeignKeyConstraint(["booked_by"], ["person.id"], name=op.f("fk_receipt_booked_by")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["receipt.id"], name=op.f("fk_receipt_corrects_id")
        ),
        sa.ForeignKeyConstraint(["counted_by"], ["person.id"], name=op.f("fk_receipt_counted_by")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_receipt_created_by")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_order.id"], name=op.f("fk_receipt_purchase_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_receipt_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("number", name=op.f("uq_receipt_number")),
        sa.UniqueConstraint("source_key", name=op.f("uq_receipt_source_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt_corrects_id", "receipt", ["corrects_id"], unique=False)
    op.create_index("ix_receipt_purchase_order_id", "receipt", ["purchase_order_id"], unique=False)
    op.create_index("ix_receipt_state", "receipt", ["state"], unique=False)
    op.create_index(
        "ix_receipt_supplier_id_booked_at", "receipt", ["supplier_id", "booked_at"], unique=False
    )
    op.create_index(
        "uq_receipt_counting",
        "receipt",
        ["purchase_order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'counting'"),
        postgresql_where=sa.text("state = 'counting'"),
    )
    op.create_table(
        "receipt_line",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("receipt_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("announced", sa.Integer(), nullable=True),
        sa.Column("sound", sa.Integer(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("is_correction", warehouse.db.Flag(), nullable=False),
        sa.CheckConstraint("announced > 0", name=op.f("ck_receipt_line_announced_positive")),
        sa.CheckConstraint(
            "is_correction OR (sound >= 0 AND faulty >= 0)",
            name=op.f("ck_receipt_line_counted_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_receipt_line_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.UniqueConstraint("receipt_id", "sku_id", name=op.f("uq_receipt_line_receipt_id_sku_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt_line_sku_id", "receipt_line", ["sku_id"], unique=False)
    op.create_table(
        "receipt_count",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("receipt_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("fault", warehouse.db.text_of(24), nullable=True),
        sa.Column("lot_code", warehouse.db.text_of(64), nullable=False),
        sa.Column("best_before", warehouse.db.DayType(), nullable=True),
        sa.Column("serial", warehouse.db.text_of(64), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("undone_at", warehouse.db.InstantType(), nullable=True),
        sa.CheckConstraint(
            "fault IN ('damaged', 'stained', 'off_colour', 'wrong_size', 'incomplete', 'not_ordered', 'expired', 'other')",
            name=op.f("ck_receipt_count_fault_known"),
        ),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_receipt_count_counts_something")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_receipt_count_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_count_receipt_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_receipt_count_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_count")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_receipt_count_receipt_id_person_id",
        "receipt_count",
        ["receipt_id", "person_id"],
        unique=False,
    )
    op.create_index(
        "uq_receipt_count_serial",
        "receipt_count",
        ["receipt_id", "sku_id", "serial"],
        unique=True,
        sqlite_where=sa.text("serial <> '' AND undone_at IS NULL AND pieces > 0"),
        postgresql_where=sa.text("serial <> '' AND undone_at IS NULL AND pieces > 0"),
    )
    op.create_table(
        "receipt_focus",
        sa.Column("receipt_id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=True),
        sa.Column("lot_code", warehouse.db.text_of(64), nullable=False),
        sa.Column("best_before", warehouse.db.DayType(), nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("fault", warehouse.db.text_of(24), nullable=True),
        sa.Column("unknown_code", warehouse.db.text_of(64), nullable=False),
        sa.CheckConstraint(
            "fault IN ('damaged', 'stained', 'off_colour', 'wrong_size', 'incomplete', 'not_ordered', 'expired', 'other')",
            name=op.f("ck_receipt_focus_fault_known"),
        ),
        sa.CheckConstraint("asks >= 0", name=op.f("ck_receipt_focus_asks_not_negative")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_receipt_focus_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_focus_receipt_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_receipt_focus_sku_id")),
        sa.PrimaryKeyConstraint("receipt_id", "person_id", name=op.f("pk_receipt_focus")),
        sqlite_strict=True,
    )


def _make_papers() -> None:
    op.create_table(
        "supplier_paper",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("supplier_id", _BIG, nullable=False),
        sa.Column("receipt_id", _BIG, nullable=False),
        sa.Column("paper_on", warehouse.db.DayType(), nullable=False),
        sa.Column("number", warehouse.db.text_of(64), nullable=False),
        sa.Column("amount_fen", _BIG, nullable=False),
        sa.Column("freight_fen", _BIG, nullable=False),
        sa.Column("note", warehouse.db.text_of(200), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint(
            "amount_fen >= 0 AND freight_fen >= 0",
            name=op.f("ck_supplier_paper_amounts_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_supplier_paper_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_supplier_paper_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_paper_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_paper")),
        sa.UniqueConstraint(
            "supplier_id", "number", name=op.f("uq_supplier_paper_supplier_id_number")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_supplier_paper_receipt_id", "supplier_paper", ["receipt_id"], unique=False)
    op.create_index(
        "ix_supplier_paper_supplier_id_paper_on",
        "supplier_paper",
        ["supplier_id", "paper_on"],
        unique=False,
    )
    op.create_table(
        "supplier_payment",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("paper_id", _BIG, nullable=False),
        sa.Column("paid_on", warehouse.db.DayType(), nullable=False),
        sa.Column("amount_fen", _BIG, nullable=False),
        sa.Column("note", warehouse.db.text_of(200), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_supplier_payment_pays_something")),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["supplier_paper.id"], name=op.f("fk_supplier_payment_paper_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_supplier_payment_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_payment")),
        sqlite_strict=True,
    )
    op.create_index("ix_supplier_payment_paper_id", "supplier_payment", ["paper_id"], unique=False)
    op.create_table(
        "supplier_file",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("receipt_id", _BIG, nullable=False),
        sa.Column("name", warehouse.db.text_of(200), nullable=False),
        sa.Column("kind", warehouse.db.text_of(24), nullable=False),
        sa.Column("sha256", warehouse.db.text_of(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('pdf', 'png', 'jpeg')", name=op.f("ck_supplier_file_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_supplier_file_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_supplier_file_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_file")),
        sa.UniqueConstraint(
            "receipt_id", "sha256", name=op.f("uq_supplier_file_receipt_id_sha256")
        ),
        sqlite_strict=True,
    )


def _make_exchanges() -> None:
    op.create_table(
        "exchange",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("number", warehouse.db.text_of(64), nullable=False),
        sa.Column("supplier_id", _BIG, nullable=False),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("due_on", warehouse.db.DayType(), nullable=True),
        sa.Column("note", warehouse.db.text_of(4000), nullable=False),
        sa.Column("created_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("created_by", _BIG, nullable=False),
        sa.Column("sent_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("sent_by", _BIG, nullable=True),
        sa.Column("settled_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("reason", warehouse.db.text_of(200), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'out', 'settled', 'cancelled')",
            name=op.f("ck_exchange_state_known"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_exchange_created_by")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_exchange_sent_by")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_exchange_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
        sa.UniqueConstraint("number", name=op.f("uq_exchange_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_exchange_state", "exchange", ["state"], unique=False)
    op.create_index("ix_exchange_supplier_id", "exchange", ["supplier_id"], unique=False)
    op.create_table(
        "exchange_line",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("exchange_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("serials", warehouse.db.text_of(4000), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("fault", warehouse.db.text_of(200), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_exchange_line_pieces_positive")),
        sa.CheckConstraint(
            "settled >= 0 AND settled <= pieces", name=op.f("ck_exchange_line_settled_once")
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_exchange_line_bin_id")),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchange.id"], name=op.f("fk_exchange_line_exchange_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_exchange_line_lot_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_exchange_line_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_line")),
        sqlite_strict=True,
    )
    op.create_index("ix_exchange_line_exchange_id", "exchange_line", ["exchange_id"], unique=False)
    op.create_index("ix_exchange_line_sku_id", "exchange_line", ["sku_id"], unique=False)
    op.create_table(
        "exchange_return",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("line_id", _BIG, nullable=False),
        sa.Column("kind", warehouse.db.text_of(24), nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("amount_fen", _BIG, nullable=False),
        sa.Column("note", warehouse.db.text_of(200), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('replaced', 'credited', 'sent_back', 'refused')",
            name=op.f("ck_exchange_return_kind_known"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_exchange_return_amount_not_negative")),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_exchange_return_pieces_positive")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["exchange_line.id"], name=op.f("fk_exchange_return_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_exchange_return_person_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_exchange_return_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_return")),
        sqlite_strict=True,
    )
    op.create_index("ix_exchange_return_line_id", "exchange_return", ["line_id"], unique=False)

"""Levels of SKUs and pick bins, replenishment, what suppliers ask, shares of shops, daily flows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_TABLES = (
    "flow_mark", "day_flow", "shop_share", "supplier_sku", "stock_level",
    "replenish_carried", "replenish_wait", "replenish_task", "face_level",
)  # fmt: skip


def upgrade() -> None:
    _make_faces()
    _make_tasks()
    _make_levels()
    _make_shares()
    _make_flows()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _make_faces() -> None:
    op.create_table(
        "face_level",
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        _check("face_level", "in_order", "least >= 0 AND most > 0 AND most >= least"),
        _to("face_level", "sku_id", "sku.id"),
        _to("face_level", "bin_id", "bin.id"),
        sa.PrimaryKeyConstraint("sku_id", "bin_id", name=op.f("pk_face_level")),
        sqlite_strict=True,
    )
    op.create_index("ix_face_level_bin_id", "face_level", ["bin_id"])


def _make_tasks() -> None:
    is_open = sa.text("state = 'open'")
    op.create_table(
        "replenish_task",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("from_bin_id", _BIG, nullable=False),
        sa.Column("to_bin_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("is_urgent", warehouse.db.Flag(), nullable=False),
        sa.Column("created_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("created_by", _BIG, nullable=False),
        sa.Column("ended_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("ended_by", _BIG, nullable=True),
        _check(
            "replenish_task",
            "state_known",
            "state IN ('open', 'done', 'needless', 'empty', 'cancelled')",
        ),
        _check("replenish_task", "pieces_positive", "pieces > 0"),
        _check("replenish_task", "moved_not_negative", "moved >= 0"),
        _check("replenish_task", "goes_somewhere", "from_bin_id <> to_bin_id"),
        _to("replenish_task", "sku_id", "sku.id"),
        _to("replenish_task", "from_bin_id", "bin.id"),
        _to("replenish_task", "to_bin_id", "bin.id"),
        _to("replenish_task", "created_by", "person.id"),
        _to("replenish_task", "ended_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replenish_task")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_replenish_task_open", "replenish_task", ["sku_id", "to_bin_id"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
    op.create_index("ix_replenish_task_state_id", "replenish_task", ["state", "id"])
    op.create_table(
        "replenish_wait",
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("consignment_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        _check("replenish_wait", "pieces_positive", "pieces > 0"),
        _to("replenish_wait", "task_id", "replenish_task.id"),
        _to("replenish_wait", "consignment_id", "consignment.id"),
        sa.PrimaryKeyConstraint("task_id", "consignment_id", name=op.f("pk_replenish_wait")),
        sqlite_strict=True,
    )
    op.create_index("ix_replenish_wait_consignment_id", "replenish_wait", ["consignment_id"])
    op.create_table(
        "replenish_carried",
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("from_bin_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("serials", warehouse.db.JsonType(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        _check("replenish_carried", "pieces_not_negative", "pieces >= 0"),
        _to("replenish_carried", "person_id", "person.id"),
        _to("replenish_carried", "task_id", "replenish_task.id"),
        _to("replenish_carried", "from_bin_id", "bin.id"),
        _to("replenish_carried", "lot_id", "lot.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_replenish_carried")),
        sqlite_strict=True,
    )
    op.create_index("ix_replenish_carried_task_id", "replenish_carried", ["task_id"])


def _make_levels() -> None:
    op.create_table(
        "stock_level",
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("safety", sa.Integer(), nullable=False),
        sa.Column("reorder_at", sa.Integer(), nullable=True),
        sa.Column("order_up_to", sa.Integer(), nullable=True),
        sa.Column("source", warehouse.db.text_of(24), nullable=False),
        sa.Column("changed_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("changed_by", _BIG, nullable=False),
        _check("stock_level", "safety_not_negative", "safety >= 0"),
        _check("stock_level", "reorder_covers_safety", "reorder_at >= safety"),
        _check("stock_level", "fills_up", "order_up_to > 0 AND order_up_to >= reorder_at"),
        _check("stock_level", "source_known", "source IN ('typed', 'proposed', 'imported')"),
        _to("stock_level", "sku_id", "sku.id"),
        _to("stock_level", "changed_by", "person.id"),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_stock_level")),
        sqlite_strict=True,
    )
    op.create_table(
        "supplier_sku",
        sa.Column("supplier_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("item_no", warehouse.db.text_of(64), nullable=False),
        sa.Column("price_fen", _BIG, nullable=True),
        sa.Column("pack_pieces", sa.Integer(), nullable=False),
        sa.Column("least_pieces", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("is_main", warehouse.db.Flag(), nullable=False),
        _check("supplier_sku", "price_not_negative", "price_fen >= 0"),
        _check("supplier_sku", "pack_positive", "pack_pieces > 0"),
        _check("supplier_sku", "least_not_negative", "least_pieces >= 0"),
        _check("supplier_sku", "lead_days_not_negative", "lead_days >= 0"),
        _to("supplier_sku", "supplier_id", "supplier.id"),
        _to("supplier_sku", "sku_id", "sku.id"),
        sa.PrimaryKeyConstraint("supplier_id", "sku_id", name=op.f("pk_supplier_sku")),
        sqlite_strict=True,
    )
    op.create_index("ix_supplier_sku_sku_id", "supplier_sku", ["sku_id"])
    is_main = sa.text("is_main")
    op.create_index(
        "uq_supplier_sku_main", "supplier_sku", ["sku_id"], unique=True,
        sqlite_where=is_main, postgresql_where=is_main,
    )  # fmt: skip


def _make_shares() -> None:
    op.create_table(
        "shop_share",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        _check("shop_share", "percent_of_all", "percent >= 0 AND percent <= 100"),
        _check("shop_share", "kept_not_negative", "kept >= 0"),
        _to("shop_share", "shop_id", "shop.id"),
        _to("shop_share", "sku_id", "sku.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_share")),
        sa.UniqueConstraint("shop_id", "sku_id", name=op.f("uq_shop_share_shop_id_sku_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_shop_share_sku_id", "shop_share", ["sku_id"])
    is_all = sa.text("sku_id IS NULL")
    op.create_index(
        "uq_shop_share_all", "shop_share", ["shop_id"], unique=True,
        sqlite_where=is_all, postgresql_where=is_all,
    )  # fmt: skip


def _make_flows() -> None:
    op.create_table(
        "day_flow",
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("day", warehouse.db.DayType(), nullable=False),
        sa.Column("kind", warehouse.db.text_of(24), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        _check(
            "day_flow",
            "kind_known",
            "kind IN ('sold', 'returned', 'received', 'sent_back', 'counted', 'scrapped',"
            " 'kitted', 'opened')",
        ),
        _to("day_flow", "sku_id", "sku.id"),
        sa.PrimaryKeyConstraint("sku_id", "day", "kind", name=op.f("pk_day_flow")),
        sqlite_strict=True,
    )
    op.create_index("ix_day_flow_day", "day_flow", ["day"])
    op.create_table(
        "flow_mark",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("done_to", _BIG, nullable=False),
        sa.Column("seen_to", _BIG, nullable=False),
        sa.Column("seen_xid", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_mark")),
        sqlite_strict=True,
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))

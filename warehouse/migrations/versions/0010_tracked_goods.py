"""Lots and serial numbers, docks, reserve and scrap, and the reasons stock moves for with them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_HAS_LOT = sa.text("lot_id IS NOT NULL")
_REASONS = (
    "opening", "pick", "undo", "pack", "unpack", "dispatch", "set_aside", "missing", "transfer",
    "adjust",
)  # fmt: skip
_NEW_REASONS = (
    "receive", "put_away", "replenish", "quarantine", "exchange_out", "exchange_in",
    "supplier_return", "scrap", "count", "assemble", "take_apart", "customer_return",
)  # fmt: skip
_RELEASES = ("short", "stopped", "cancelled")
_NEW_RELEASES = ("counted", "blocked")
_BINS = (
    "shelf", "tote", "parcel", "set_aside", "quarantine", "courier", "supplier",
    "count_difference", "opening",
)  # fmt: skip
_NEW_BINS = ("reserve", "dock", "scrap", "kitting")
_STATIONS = ("pick", "check", "pack", "weigh", "ship", "desk")
_NEW_STATIONS = ("receive", "stock", "count")
_SEEDED = (("DOCK", "dock"), ("SCRAP", "scrap"), ("KITTING", "kitting"))


def upgrade() -> None:
    _let_go_of_history()
    _words("bin", "kind", (*_BINS, *_NEW_BINS))
    _words("station", "kind", (*_STATIONS, *_NEW_STATIONS))
    _words("allocation_release", "reason", (*_RELEASES, *_NEW_RELEASES))
    for name in ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked"):
        op.add_column(
            "sku",
            sa.Column(name, warehouse.db.Flag(), nullable=False, server_default=sa.false()),
        )
    with op.batch_alter_table("sku", table_kwargs={"sqlite_strict": True}) as sku:
        sku.add_column(
            sa.Column("days_before_expiry", sa.Integer(), nullable=False, server_default="0")
        )
        sku.create_check_constraint(
            op.f("ck_sku_expiry_by_lot"), "is_lot_tracked OR NOT is_expiry_tracked"
        )
        sku.create_check_constraint(
            op.f("ck_sku_days_before_expiry_not_negative"), "days_before_expiry >= 0"
        )
    _make_lots()
    with op.batch_alter_table("allocation", table_kwargs={"sqlite_strict": True}) as allocation:
        _add_lot(allocation, "allocation")
    with op.batch_alter_table("move", table_kwargs={"sqlite_strict": True}) as move:
        _add_lot(move, "move")
        _check(move, "move", "reason", (*_REASONS, *_NEW_REASONS))
    op.create_index(
        "ix_move_lot_id_id", "move", ["lot_id", "id"],
        sqlite_where=_HAS_LOT, postgresql_where=_HAS_LOT,
    )  # fmt: skip
    op.add_column(
        "stock_balance", sa.Column("changes", sa.Integer(), nullable=False, server_default="0")
    )
    _make_serials()
    _protect_history(("move", "allocation_release", "move_serial"))
    for code, kind in _SEEDED:
        # A site may have a place of that name already.
        op.execute(
            "INSERT INTO bin (code, kind, walk_order, is_active)"
            f" SELECT CASE WHEN EXISTS (SELECT 1 FROM bin WHERE code = '{code}')"
            f" THEN 'FAHUO-{code}' ELSE '{code}' END, '{kind}', 1000000, {_true()}"
        )


def downgrade() -> None:
    _let_go_of_history()
    op.execute("DROP TRIGGER move_serial_no_update" + _on("move_serial"))
    op.execute("DROP TRIGGER move_serial_no_delete" + _on("move_serial"))
    op.drop_table("move_serial")
    op.drop_table("serial")
    op.drop_column("stock_balance", "changes")
    op.drop_index("ix_move_lot_id_id", "move")
    op.execute(
        "DELETE FROM bin WHERE kind IN ('dock', 'scrap', 'kitting') AND id NOT IN"
        " (SELECT from_bin_id FROM move UNION SELECT to_bin_id FROM move"
        " UNION SELECT bin_id FROM stock_balance)"
    )
    # What later versions moved stays moved, for the reasons this version knows.
    _rename("move", "reason", _NEW_REASONS, "adjust")
    _rename("allocation_release", "reason", _NEW_RELEASES, "short")
    _rename("bin", "kind", ("reserve", "dock"), "quarantine")
    _rename("bin", "kind", ("scrap", "kitting"), "count_difference")
    _rename("station", "kind", _NEW_STATIONS, "desk")
    with op.batch_alter_table("move", table_kwargs={"sqlite_strict": True}) as move:
        _drop_lot(move, "move")
        _check(move, "move", "reason", _REASONS)
    with op.batch_alter_table("allocation", table_kwargs={"sqlite_strict": True}) as allocation:
        _drop_lot(allocation, "allocation")
    op.drop_table("lot_balance")
    op.drop_table("lot")
    with op.batch_alter_table("sku", table_kwargs={"sqlite_strict": True}) as sku:
        for rule in ("expiry_by_lot", "days_before_expiry_not_negative"):
            sku.drop_constraint(op.f(f"ck_sku_{rule}"), type_="check")
        for name in (
            "days_before_expiry", "is_serial_tracked", "is_expiry_tracked", "is_lot_tracked",
        ):  # fmt: skip
            sku.drop_column(name)
    _words("allocation_release", "reason", _RELEASES)
    _words("station", "kind", _STATIONS)
    _words("bin", "kind", _BINS)
    _protect_history(("move", "allocation_release"))


def _make_lots() -> None:
    op.create_table(
        "lot",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("code", warehouse.db.text_of(64), nullable=False),
        sa.Column("best_before", warehouse.db.DayType(), nullable=True),
        sa.Column("created_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("blocked_at", warehouse.db.InstantType(), nullable=True),
        sa.Column("blocked_reason", warehouse.db.text_of(200), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_lot_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("sku_id", "code", name=op.f("uq_lot_sku_id_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "lot_balance",
        sa.Column("bin_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("is_virtual", warehouse.db.Flag(), nullable=False),
        sa.CheckConstraint(
            "is_virtual OR on_hand >= reserved", name=op.f("ck_lot_balance_covered")
        ),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_lot_balance_reserved_not_negative")),
        sa.CheckConstraint(
            "NOT is_virtual OR reserved = 0", name=op.f("ck_lot_balance_virtual_unreserved")
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_lot_balance_bin_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_balance_lot_id")),
        sa.PrimaryKeyConstraint("bin_id", "lot_id", name=op.f("pk_lot_balance")),
        sqlite_strict=True,
    )
    op.create_index("ix_lot_balance_lot_id", "lot_balance", ["lot_id"])


def _make_serials() -> None:
    op.create_table(
        "serial",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("code", warehouse.db.text_of(64), nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("bin_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_serial_sku_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_serial_lot_id")),
        sa.ForeignKeyConstraint(["bin_id"], ["bin.id"], name=op.f("fk_serial_bin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial")),
        sa.UniqueConstraint("sku_id", "code", name=op.f("uq_serial_sku_id_code")),
        sqlite_strict=True,
    )
    op.create_index("ix_serial_bin_id_sku_id", "serial", ["bin_id", "sku_id"])
    op.create_index("ix_serial_code", "serial", ["code"])
    op.create_table(
        "move_serial",
        sa.Column("move_id", _BIG, nullable=False),
        sa.Column("serial_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["move_id"], ["move.id"], name=op.f("fk_move_serial_move_id")),
        sa.ForeignKeyConstraint(
            ["serial_id"], ["serial.id"], name=op.f("fk_move_serial_serial_id")
        ),
        sa.PrimaryKeyConstraint("move_id", "serial_id", name=op.f("pk_move_serial")),
        sqlite_strict=True,
    )
    op.create_index("ix_move_serial_serial_id_move_id", "move_serial", ["serial_id", "move_id"])


def _add_lot(table: Any, name: str) -> None:
    table.add_column(sa.Column("lot_id", _BIG, nullable=True))
    table.create_foreign_key(op.f(f"fk_{name}_lot_id"), "lot", ["lot_id"], ["id"])


def _drop_lot(table: Any, name: str) -> None:
    table.drop_constraint(op.f(f"fk_{name}_lot_id"), type_="foreignkey")
    table.drop_column("lot_id")


def _words(table: str, column: str, words: tuple[str, ...]) -> None:
    with op.batch_alter_table(table, table_kwargs={"sqlite_strict": True}) as batch:
        _check(batch, table, column, words)


def _check(batch: Any, table: str, column: str, words: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{word}'" for word in words)
    name = op.f(f"ck_{table}_{column}_known")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, f"{column} IN ({allowed})")


def _rename(table: str, column: str, words: tuple[str, ...], known: str) -> None:
    given = ", ".join(f"'{word}'" for word in words)
    op.execute(f"UPDATE {table} SET {column} = '{known}' WHERE {column} IN ({given})")


def _let_go_of_history() -> None:
    for table in ("move", "allocation_release"):
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}" + _on(table))


def _protect_history(tables: tuple[str, ...]) -> None:
    for table in tables:
        for event in ("UPDATE", "DELETE"):
            act = (
                f" BEGIN SELECT RAISE(ABORT, '{table} is history'); END"
                if _is_sqlite()
                else " FOR EACH ROW EXECUTE FUNCTION refuse_history()"
            )
            name = f"{table}_no_{event.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table}{act}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _on(table: str) -> str:
    return "" if _is_sqlite() else f" ON {table}"


def _true() -> str:
    return "1" if _is_sqlite() else "true"

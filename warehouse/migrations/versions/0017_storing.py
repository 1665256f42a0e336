"""What bins hold and zones are for, goods in hand between two bins, reasons of moves, kits."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_WHY = (
    "bin_full", "not_reachable", "too_large", "better_place", "found", "lost", "miscounted",
    "mixed_up", "sample", "own_use", "damaged", "stained", "expired", "recalled", "unsellable",
    "in_doubt", "in_order", "mended", "other",
)  # fmt: skip
_FLAGS = ("is_one_sku", "is_put_closed", "is_pick_closed")
_LIMITS = ("length_mm", "width_mm", "height_mm", "most_weight_g", "most_pieces")
_CHECKS = {
    "inner_size_positive": "length_mm > 0 AND width_mm > 0 AND height_mm > 0",
    "most_weight_positive": "most_weight_g > 0",
    "most_pieces_positive": "most_pieces > 0",
}


def upgrade() -> None:
    for table in ("sku", "zone", "bin"):
        op.add_column(
            table,
            sa.Column("storage_class", warehouse.db.text_of(64), nullable=False, server_default=""),
        )
    for name in _FLAGS:
        op.add_column(
            "bin", sa.Column(name, warehouse.db.Flag(), nullable=False, server_default=sa.false())
        )
    with _batch("sku") as sku:
        sku.add_column(sa.Column("shelf_most", sa.Integer(), nullable=True))
        sku.create_check_constraint(op.f("ck_sku_shelf_most_positive"), "shelf_most > 0")
    with _batch("bin") as places:
        for name in _LIMITS:
            places.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name, rule in _CHECKS.items():
            places.create_check_constraint(op.f(f"ck_bin_{name}"), rule)
    _make_handlings()
    _make_notes()
    op.create_table(
        "kit_part",
        sa.Column("kit_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_kit_part_pieces_positive")),
        sa.CheckConstraint("kit_id <> sku_id", name=op.f("ck_kit_part_not_itself")),
        sa.ForeignKeyConstraint(["kit_id"], ["sku.id"], name=op.f("fk_kit_part_kit_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_kit_part_sku_id")),
        sa.PrimaryKeyConstraint("kit_id", "sku_id", name=op.f("pk_kit_part")),
        sqlite_strict=True,
    )
    op.create_index("ix_kit_part_sku_id", "kit_part", ["sku_id"])


def downgrade() -> None:
    op.drop_table("kit_part")
    op.drop_table("move_note")
    op.drop_table("handling")
    with _batch("bin") as places:
        for name in _CHECKS:
            places.drop_constraint(op.f(f"ck_bin_{name}"), type_="check")
        for name in (*_LIMITS, *_FLAGS, "storage_class"):
            places.drop_column(name)
    with _batch("zone") as zone:
        zone.drop_column("storage_class")
    with _batch("sku") as sku:
        sku.drop_constraint(op.f("ck_sku_shelf_most_positive"), type_="check")
        sku.drop_column("shelf_most")
        sku.drop_column("storage_class")


def _make_handlings() -> None:
    is_open = sa.text("state = 'open'")
    op.create_table(
        "handling",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("kind", warehouse.db.text_of(24), nullable=False),
        sa.Column("state", warehouse.db.text_of(24), nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("from_bin_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=True),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("serials", warehouse.db.JsonType(), nullable=False),
        sa.Column("advised_bin_id", _BIG, nullable=True),
        sa.Column("advised_pieces", sa.Integer(), nullable=False),
        sa.Column("other_bin_id", _BIG, nullable=True),
        sa.Column("opened_at", warehouse.db.InstantType(), nullable=False),
        sa.Column("placed_by", warehouse.db.text_of(64), nullable=True),
        sa.CheckConstraint(
            "kind IN ('put_away', 'move', 'whole_bin')", name=op.f("ck_handling_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'placed', 'put_back')", name=op.f("ck_handling_state_known")
        ),
        sa.CheckConstraint("pieces >= 0", name=op.f("ck_handling_pieces_not_negative")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_handling_{column}"))
            for column, target in (
                ("person_id", "person.id"),
                ("from_bin_id", "bin.id"),
                ("sku_id", "sku.id"),
                ("lot_id", "lot.id"),
                ("advised_bin_id", "bin.id"),
                ("other_bin_id", "bin.id"),
                ("placed_by", "command.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_handling_person_id_open", "handling", ["person_id"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
    op.create_index("ix_handling_person_id_id", "handling", ["person_id", "id"])


def _make_notes() -> None:
    words = ", ".join(f"'{word}'" for word in _WHY)
    op.create_table(
        "move_note",
        sa.Column("command_id", warehouse.db.text_of(64), nullable=False),
        sa.Column("why", warehouse.db.text_of(24), nullable=False),
        sa.Column("note", warehouse.db.text_of(200), nullable=False),
        sa.CheckConstraint(f"why IN ({words})", name=op.f("ck_move_note_why_known")),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name=op.f("fk_move_note_command_id")
        ),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_move_note")),
        sqlite_strict=True,
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    act = (
        " BEGIN SELECT RAISE(ABORT, 'move_note is history'); END"
        if is_sqlite
        else " FOR EACH ROW EXECUTE FUNCTION refuse_history()"
    )
    for event in ("UPDATE", "DELETE"):
        name = f"move_note_no_{event.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON move_note{act}")


def _batch(table: str) -> Any:
    return op.batch_alter_table(table, table_kwargs={"sqlite_strict": True})

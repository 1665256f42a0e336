"""Kits remember what they were made of: versions of each kit, and of which those made are.

What was made before is read off its moves: the parts that went into kitting with the kits that came
out. What a kit is made of now is its last version.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")

Made = dict[str, Any]
Parts = tuple[tuple[int, int], ...]  # SKU id and pieces of one kit, by SKU id


def upgrade() -> None:
    _make_tables()
    bind = op.get_bind()
    at = bind.execute(sa.text("SELECT min(at) AS at FROM command").columns(
        at=warehouse.db.InstantType())).scalar()  # fmt: skip
    now = _now_made_of(bind)
    made = _made(bind)
    kits = sorted({kit for kit, _ in now.items()} | {row["kit_id"] for row in made})
    for kit_id in kits:
        of_kit = [row for row in made if row["kit_id"] == kit_id]
        ways = list(dict.fromkeys(row["parts"] for row in of_kit))
        if kit_id in now:
            # Last, whatever came between: the last version is what the kit is made of.
            ways = [parts for parts in ways if parts != now[kit_id]] + [now[kit_id]]
        for number, parts in enumerate(ways, 1):
            first = next((row["at"] for row in of_kit if row["parts"] == parts), at)
            _keep(bind, kit_id, number, parts, first, [r for r in of_kit if r["parts"] == parts])


def downgrade() -> None:
    for table in ("kit_made", "kit_version_part", "kit_version"):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "kit_version",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("kit_id", _BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("saved_at", warehouse.db.InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["kit_id"], ["sku.id"], name=op.f("fk_kit_version_kit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_version")),
        sa.UniqueConstraint("kit_id", "number", name=op.f("uq_kit_version_kit_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "kit_version_part",
        sa.Column("version_id", _BIG, nullable=False),
        sa.Column("sku_id", _BIG, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_kit_version_part_pieces_positive")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["kit_version.id"], name=op.f("fk_kit_version_part_version_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_kit_version_part_sku_id")),
        sa.PrimaryKeyConstraint("version_id", "sku_id", name=op.f("pk_kit_version_part")),
        sqlite_strict=True,
    )
    op.create_table(
        "kit_made",
        sa.Column("command_id", warehouse.db.text_of(64), nullable=False),
        sa.Column("version_id", _BIG, nullable=False),
        sa.Column("lot_id", _BIG, nullable=True),
        sa.Column("kits", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.CheckConstraint("kits > 0", name=op.f("ck_kit_made_kits_positive")),
        sa.CheckConstraint('"left" >= 0 AND "left" <= kits', name=op.f("ck_kit_made_left_within")),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name=op.f("fk_kit_made_command_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["kit_version.id"], name=op.f("fk_kit_made_version_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_kit_made_lot_id")),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_kit_made")),
        sqlite_strict=True,
    )
    op.create_index("ix_kit_made_version_id", "kit_made", ["version_id"])


def _now_made_of(bind: sa.Connection) -> dict[int, Parts]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in bind.execute(sa.text("SELECT kit_id, sku_id, pieces FROM kit_part ORDER BY sku_id")):
        found[row.kit_id].append((row.sku_id, row.pieces))
    return {kit_id: tuple(parts) for kit_id, parts in found.items()}


def _made(bind: sa.Connection) -> list[Made]:
    """Return what was made, the oldest first, less what was taken apart since."""
    found: list[Made] = []
    for reason, command in _commands(bind):
        outs = [row for row in command if row.is_kit == (reason == "assemble")]
        if not outs or len({row.sku_id for row in outs}) > 1:
            continue
        kits, row = sum(out.pieces for out in outs), outs[0]
        if reason == "take_apart":
            _took(found, row.sku_id, kits)
            continue
        parts: dict[int, int] = defaultdict(int)
        for move in command:
            if not move.is_kit:
                parts[move.sku_id] += move.pieces
        if parts and all(pieces % kits == 0 for pieces in parts.values()):
            found.append({
                "kit_id": row.sku_id, "command_id": row.command_id, "at": row.at, "kits": kits,
                "left": kits, "lot_id": row.lot_id,
                "parts": tuple((sku, pieces // kits) for sku, pieces in sorted(parts.items())),
            })  # fmt: skip
    return found


def _took(made: list[Made], kit_id: int, kits: int) -> None:
    """Count kits as taken apart, the oldest first: they gave back what was valid then."""
    for row in made:
        if row["kit_id"] == kit_id:
            taken = min(row["left"], kits)
            row["left"] -= taken
            kits -= taken


def _commands(bind: sa.Connection) -> list[tuple[str, list[Any]]]:
    """Return the moves of each command that made kits or took them apart, in their order.

    `is_kit`: it came out of kitting, as kits that are made do and parts that are given back.
    """
    rows = bind.execute(
        sa.text(
            "SELECT move.id, move.command_id, move.at, move.sku_id, move.pieces, move.reason,"
            " move.lot_id, CASE WHEN source.kind = 'kitting' THEN 1 ELSE 0 END AS is_kit"
            " FROM move JOIN bin source ON source.id = move.from_bin_id"
            " WHERE move.reason IN ('assemble', 'take_apart') ORDER BY move.id"
        ).columns(at=warehouse.db.InstantType())
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.command_id].append(row)
    return [(command[0].reason, command) for command in found.values()]


def _keep(
    bind: sa.Connection, kit_id: int, number: int, parts: Parts, at: Any, made: list[Made]
) -> None:
    version = sa.table(
        "kit_version", sa.column("id"), sa.column("kit_id"), sa.column("number"),
        sa.column("saved_at", warehouse.db.InstantType()),
    )  # fmt: skip
    version_id = bind.execute(
        sa.insert(version).values(kit_id=kit_id, number=number, saved_at=at).returning(version.c.id)
    ).scalar_one()
    part = sa.table("kit_version_part", *map(sa.column, ("version_id", "sku_id", "pieces")))
    bind.execute(
        sa.insert(part),
        [{"version_id": version_id, "sku_id": sku, "pieces": pieces} for sku, pieces in parts],
    )
    names = ("command_id", "version_id", "lot_id", "kits", "left")
    if made:
        table = sa.table("kit_made", *map(sa.column, names))
        rows = [{"version_id": version_id, **row} for row in made]
        bind.execute(sa.insert(table), [{name: row[name] for name in names} for row in rows])

"""Label templates of the site's own, with their versions, pictures, and whose papers they draw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import warehouse.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(sa.TEXT(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper_template",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("name", _text(200), nullable=False),
        sa.Column("document_kind", _text(64), nullable=False),
        sa.Column("media", _text(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_active", warehouse.db.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
        sa.UniqueConstraint("name", name=op.f("uq_paper_template_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "paper_template_version",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("template_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", warehouse.db.JsonType(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("note", _text(4000), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_paper_template_version_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["paper_template.id"],
            name=op.f("fk_paper_template_version_template_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template_version")),
        sa.UniqueConstraint(
            "template_id", "version", name=op.f("uq_paper_template_version_template_id_version")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "paper_template_use",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("document_kind", _text(64), nullable=False),
        sa.Column("media", _text(40), nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("carrier_id", _BIG, nullable=False),
        sa.Column("template_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["paper_template.id"], name=op.f("fk_paper_template_use_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template_use")),
        sa.UniqueConstraint(
            "document_kind",
            "media",
            "shop_id",
            "carrier_id",
            name=op.f("uq_paper_template_use_document_kind_media_shop_id_carrier_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "paper_picture",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("key", _text(16), nullable=False),
        sa.Column("name", _text(200), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", warehouse.db.InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_picture")),
        sa.UniqueConstraint("key", name=op.f("uq_paper_picture_key")),
        sqlite_strict=True,
    )
    _keep_versions()


def _keep_versions() -> None:
    """Let the database refuse to change or delete a version: papers name it."""
    table = "paper_template_version"
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for event in ("UPDATE", "DELETE"):
        act = (
            f"BEGIN SELECT RAISE(ABORT, '{table} is history'); END"
            if is_sqlite
            else "FOR EACH ROW EXECUTE FUNCTION refuse_history()"
        )
        op.execute(f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} {act}")


def downgrade() -> None:
    for table in ("paper_picture", "paper_template_use", "paper_template_version"):
        op.drop_table(table)
    op.drop_table("paper_template")

"""Know print components of platforms, and the documents only they can draw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = ("folder", "escpos", "zpl", "tspl", "ipp", "cups", "download")
_FORMATS = ("pdf", "zpl", "png")
_NEW = "component"


def upgrade() -> None:
    _allow("printer", "kind", (*_KINDS, _NEW))
    _allow("ready_file", "format", (*_FORMATS, _NEW))


def downgrade() -> None:
    # A component becomes a folder nobody has allowed, so that nothing is sent anywhere before
    # somebody looks. Documents nobody could print any more go; their papers say that they are gone.
    op.execute(sa.text("UPDATE printer SET kind = 'folder' WHERE kind = 'component'"))
    op.execute(sa.text("DELETE FROM ready_file WHERE format = 'component'"))
    _allow("printer", "kind", _KINDS)
    _allow("ready_file", "format", _FORMATS)


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{word}'" for word in words)
    name = op.f(f"ck_{table}_{column}_known")
    with op.batch_alter_table(table, table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({allowed})")

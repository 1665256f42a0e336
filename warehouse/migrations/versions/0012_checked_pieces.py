"""Which lot and which very piece a check counted; promises that went over to another lot."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_RELEASES = ("short", "stopped", "cancelled", "counted", "blocked")
_PIECES = ("lot", "serial")


def upgrade() -> None:
    with op.batch_alter_table("check_scan", table_kwargs={"sqlite_strict": True}) as scan:
        for table in _PIECES:
            scan.add_column(sa.Column(f"{table}_id", _BIG, nullable=True))
            scan.create_foreign_key(
                op.f(f"fk_check_scan_{table}_id"), table, [f"{table}_id"], ["id"]
            )
    op.create_index("ix_lot_code", "lot", ["code"])
    op.create_index("ix_lot_best_before_id", "lot", ["best_before", "id"])
    _let_go_of_history()
    _allow((*_RELEASES, "swapped"))
    _protect_history()


def downgrade() -> None:
    _let_go_of_history()
    # What went over to another lot was short of the first one.
    op.execute("UPDATE allocation_release SET reason = 'short' WHERE reason = 'swapped'")
    _allow(_RELEASES)
    _protect_history()
    op.drop_index("ix_lot_best_before_id", "lot")
    op.drop_index("ix_lot_code", "lot")
    with op.batch_alter_table("check_scan", table_kwargs={"sqlite_strict": True}) as scan:
        for table in _PIECES:
            scan.drop_constraint(op.f(f"fk_check_scan_{table}_id"), type_="foreignkey")
            scan.drop_column(f"{table}_id")


def _allow(words: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{word}'" for word in words)
    name = op.f("ck_allocation_release_reason_known")
    options: Any = {"sqlite_strict": True}
    with op.batch_alter_table("allocation_release", table_kwargs=options) as release:
        release.drop_constraint(name, type_="check")
        release.create_check_constraint(name, f"reason IN ({allowed})")


def _let_go_of_history() -> None:
    on = "" if _is_sqlite() else " ON allocation_release"
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER allocation_release_no_{event}" + on)


def _protect_history() -> None:
    act = (
        " BEGIN SELECT RAISE(ABORT, 'allocation_release is history'); END"
        if _is_sqlite()
        else " FOR EACH ROW EXECUTE FUNCTION refuse_history()"
    )
    for event in ("UPDATE", "DELETE"):
        name = f"allocation_release_no_{event.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON allocation_release{act}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

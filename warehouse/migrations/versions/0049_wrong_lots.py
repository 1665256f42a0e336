"""Stock is adjusted also because a lot was booked wrongly: a known piece then changes its lot."""

from __future__ import annotations

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_BEFORE = (
    "bin_full", "not_reachable", "too_large", "better_place", "found", "lost", "miscounted",
    "mixed_up", "sample", "own_use", "damaged", "stained", "expired", "recalled", "unsellable",
    "in_doubt", "in_order", "mended", "other",
)  # fmt: skip
_EVENTS = ("UPDATE", "DELETE")


def upgrade() -> None:
    _unguard()
    _known((*_BEFORE, "wrong_lot"))
    _guard()


def downgrade() -> None:
    """What was adjusted for a wrong lot was so for another reason; the note says which, if any."""
    _unguard()
    op.execute("UPDATE move_note SET why = 'other' WHERE why = 'wrong_lot'")
    _known(_BEFORE)
    _guard()


def _known(whys: tuple[str, ...]) -> None:
    words = ", ".join(f"'{word}'" for word in whys)
    name = op.f("ck_move_note_why_known")
    with op.batch_alter_table("move_note", table_kwargs={"sqlite_strict": True}) as notes:
        notes.drop_constraint(name, type_="check")
        notes.create_check_constraint(name, f"why IN ({words})")


def _unguard() -> None:
    of = "" if _is_sqlite() else " ON move_note"
    for event in _EVENTS:
        op.execute(f"DROP TRIGGER move_note_no_{event.lower()}{of}")


def _guard() -> None:
    """Notes are history: SQLite lost the triggers with the table that was made anew."""
    act = (
        " BEGIN SELECT RAISE(ABORT, 'move_note is history'); END"
        if _is_sqlite()
        else " FOR EACH ROW EXECUTE FUNCTION refuse_history()"
    )
    for event in _EVENTS:
        name = f"move_note_no_{event.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON move_note{act}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

"""Orders with goods in hand whose lot may not be sold any more are held for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_KINDS = (
    "unpaid", "unknown_status", "refund", "closed_line", "cancelled", "masked_receiver",
    "incomplete_address", "address_changed", "unknown_sku", "no_lines", "remark", "stock_short",
    "merge_candidate", "check_mismatch", "manual",
)  # fmt: skip


def upgrade() -> None:
    place = _KINDS.index("stock_short") + 1
    _allow((*_KINDS[:place], "lot_unfit", *_KINDS[place:]))


def downgrade() -> None:
    # Held for stock, they are looked at again as soon as good pieces are there.
    twice = sa.text(
        "DELETE FROM order_hold WHERE kind = 'lot_unfit' AND released_at IS NULL AND EXISTS"
        " (SELECT 1 FROM order_hold other WHERE other.order_id = order_hold.order_id"
        " AND other.kind = 'stock_short' AND other.released_at IS NULL)"
    )
    op.execute(twice)
    op.execute("UPDATE order_hold SET kind = 'stock_short' WHERE kind = 'lot_unfit'")
    _allow(_KINDS)


def _allow(kinds: tuple[str, ...]) -> None:
    name = op.f("ck_order_hold_kind_known")
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("order_hold", table_kwargs={"sqlite_strict": True}) as hold:
        hold.drop_constraint(name, type_="check")
        hold.create_check_constraint(name, f"kind IN ({allowed})")

"""What the checker's screen shows."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.checking.models import Check, CheckScan, CheckState
from warehouse.orders.goods import GoodsRow, goods_of
from warehouse.orders.models import Consignment, ConsignmentLine, ConsignmentState
from warehouse.orders.queries import orders_of, stop_of


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """An open check as the checker sees it."""

    check_id: int
    consignment_id: int
    is_stopped: bool
    order_numbers: tuple[str, ...]
    rows: tuple[GoodsRow, ...]
    last_sku_id: int | None

    @property
    def done(self) -> int:
        """Pieces counted."""
        return sum(row.done for row in self.rows)

    @property
    def total(self) -> int:
        """Pieces to count."""
        return sum(row.wanted for row in self.rows)


def check_view(session: Session, check_id: int) -> CheckView | None:
    """Return the open check, None if it is closed."""
    check = session.get(Check, check_id)
    if check is None or check.state is not CheckState.OPEN:
        return None
    last = session.scalar(
        sa.select(ConsignmentLine.sku_id)
        .join(CheckScan, CheckScan.consignment_line_id == ConsignmentLine.id)
        .where(CheckScan.check_id == check.id, CheckScan.undone_at.is_(None))
        .order_by(CheckScan.id.desc())
        .limit(1)
    )
    return CheckView(
        check_id=check.id,
        consignment_id=check.consignment_id,
        is_stopped=stop_of(session, check.consignment_id) is not None,
        order_numbers=tuple(o.order_no for o in orders_of(session, check.consignment_id)),
        rows=goods_of(session, check.consignment_id, ConsignmentLine.checked),
        last_sku_id=last,
    )


def waiting(session: Session, *states: ConsignmentState) -> int:
    """Return how many consignments are in one of the states."""
    return (
        session.scalar(
            sa.select(sa.func.count()).select_from(Consignment).where(Consignment.state.in_(states))
        )
        or 0
    )

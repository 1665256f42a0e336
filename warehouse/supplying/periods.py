"""A period of every SKU: opening stock, what came and went, closing stock. From daily flows.

Flows are added up a little behind the moves; the moves not yet among them are read besides, so
that the figures are exact at the instant they are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.inventory.models import IS_DISPATCH, Move, MoveReason, StockBalance
from warehouse.orders.models import ConsignmentLine, Order, OrderLine, Shop
from warehouse.supplying.flows import MARK, flows_between
from warehouse.supplying.models import DayFlow, Flow, FlowMark
from warehouse.supplying.rules import PeriodStock

Flows = dict[int, dict[Flow, int]]  # SKU id → kind → pieces into the house


@dataclass(frozen=True, kw_only=True)
class SkuPeriod:
    """One SKU in a period."""

    sku_id: int
    code: str
    name: str
    properties: str
    stock: PeriodStock
    of_shop: int | None  # how many one shop's orders took, where one was asked for


def periods(
    session: Session, first: date, last: date, zone: tzinfo, *, shop: str = ""
) -> Iterator[SkuPeriod]:
    """Yield the SKUs that stood here or moved in the period (both days in it), by code.

    Pieces in totes and parcels are in the house until their parcel is handed over. With the code
    of a shop, only what its orders took.
    """
    of_shop = _sold_of(session, shop, first, last, zone) if shop else None
    inside, after = _flows(session, first, last, zone)
    now = _in_house(session)
    for row in session.execute(
        sa.select(Sku.id, Sku.code, Sku.name, Sku.properties).order_by(Sku.code)
    ):
        flows = inside.get(row.id, {})
        closing = now.get(row.id, 0) - sum(after.get(row.id, {}).values())
        opening = closing - sum(flows.values())
        if not (opening or closing or any(flows.values())):
            continue
        if of_shop is not None and row.id not in of_shop:
            continue
        yield SkuPeriod(
            sku_id=row.id, code=row.code, name=row.name, properties=row.properties,
            stock=_period(opening, flows),
            of_shop=None if of_shop is None else of_shop[row.id],
        )  # fmt: skip


def _sold_of(session: Session, shop: str, first: date, last: date, zone: tzinfo) -> dict[int, int]:
    """Return SKU id → pieces the shop's orders took in the period, less those that came back.

    Pieces count on the day they left, and are taken off on the day their parcel was taken back from
    the courier, so that all shops together have what was sold.
    """
    begin = datetime.combine(first, time(), tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    back = aliased(Move)
    couriers = sa.select(Bin.id).where(Bin.kind == BinKind.COURIER)
    pieces = sa.func.sum(Move.pieces)
    by = (Move.sku_id, Move.consignment_line_id)
    left = sa.select(*by, pieces.label("pieces")).where(
        IS_DISPATCH, Move.at >= begin, Move.at < end
    )
    undone = (
        sa.select(*by, (-pieces).label("pieces"))
        .join(back, back.reverses_id == Move.id)
        .where(back.from_bin_id.in_(couriers), Move.reason == MoveReason.DISPATCH)
        .where(back.at >= begin, back.at < end)
    )
    found: dict[int, int] = defaultdict(int)
    for query in (left, undone):
        # Grouped before it is joined, so that the database begins with the moves.
        moved = query.group_by(*by).subquery()
        of_it = (
            sa.select(moved.c.sku_id, moved.c.pieces)
            .join(ConsignmentLine, ConsignmentLine.id == moved.c.consignment_line_id)
            .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
            .join(Order, Order.id == OrderLine.order_id)
            .join(Shop, Shop.id == Order.shop_id)
            .where(Shop.code == shop)
        )
        for sku_id, count in session.execute(of_it):
            found[sku_id] += int(count)
    return {sku_id: count for sku_id, count in found.items() if count}


def _period(opening: int, flows: dict[Flow, int]) -> PeriodStock:
    of = {kind: flows.get(kind, 0) for kind in Flow}
    return PeriodStock(
        opening=opening,
        received=of[Flow.RECEIVED] + of[Flow.OPENED],
        sold=-of[Flow.SOLD],
        returned=of[Flow.RETURNED],
        counted=of[Flow.COUNTED],
        other=of[Flow.SENT_BACK] + of[Flow.SCRAPPED] + of[Flow.KITTED],
    )


def _flows(session: Session, first: date, last: date, zone: tzinfo) -> tuple[Flows, Flows]:
    """Return (flows in the period, flows after it)."""
    inside: Flows = defaultdict(lambda: defaultdict(int))
    after: Flows = defaultdict(lambda: defaultdict(int))
    done_to = session.scalar(sa.select(FlowMark.done_to).where(FlowMark.id == MARK)) or 0
    kept = session.execute(
        sa.select(DayFlow.sku_id, DayFlow.day, DayFlow.kind, DayFlow.pieces).where(
            DayFlow.day >= first
        )
    )
    late = flows_between(session, done_to, None, zone)
    rows = [*kept, *((s, d, k, n) for (s, d, k), n in late.items() if d >= first)]
    for sku_id, day, kind, pieces in rows:
        (inside if day <= last else after)[sku_id][kind] += pieces
    return inside, after


def _in_house(session: Session) -> dict[int, int]:
    """Return SKU id → pieces in the house: what the few bins that are the outside lack."""
    rows = session.execute(
        sa.select(StockBalance.sku_id, -sa.func.sum(StockBalance.on_hand))
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(Bin.kind.in_(VIRTUAL_KINDS))
        .group_by(StockBalance.sku_id)
    )
    return {sku_id: int(pieces) for sku_id, pieces in rows}


def steady(session: Session) -> None:
    """Read everything as of one instant from here on; to be asked before anything else is."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})

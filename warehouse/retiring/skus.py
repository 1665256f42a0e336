"""What speaks against taking a SKU out of use, each with where to look."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, Sku
from warehouse.counting.models import CountLine, CountSession
from warehouse.inventory.models import StockBalance, Unfound
from warehouse.kitting.models import KitPart
from warehouse.orders.models import LineState, Order, OrderLine, OrderState
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.receiving.models import (
    PURCHASE_OPEN,
    RECEIPT_OPEN,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptCount,
    ReceiptLine,
)
from warehouse.retiring.bins import UNDECIDED
from warehouse.text import Text, say

_ENDED = (OrderState.DISPATCHED, OrderState.CANCELLED, OrderState.CLOSED)
_WANTED = (LineState.OPEN, LineState.REFUND_ASKED)


def before_sku(session: Session, sku: Sku) -> Iterator[Text]:
    """Yield what must be done before the SKU can be taken out of use; nothing if it can be."""
    yield from _in_the_house(session, sku)
    yield from _orders_of(session, sku)
    yield from _purchases_of(session, sku)
    yield from _receipts_of(session, sku)
    yield from _exchanges_of(session, sku)
    yield from _kits_of(session, sku)
    yield from _counts_of(session, sku)


def _in_the_house(session: Session, sku: Sku) -> Iterator[Text]:
    row = session.execute(
        sa.select(
            sa.func.sum(StockBalance.on_hand).label("pieces"), sa.func.min(Bin.code).label("bin")
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(StockBalance.sku_id == sku.id, ~StockBalance.is_virtual, StockBalance.on_hand != 0)
    ).one()
    if row.pieces:
        yield say("{pieces} pieces of {sku} are in the house, some in {bin}. Its page lists all.",
                  pieces=int(row.pieces), sku=sku.code, bin=row.bin)  # fmt: skip
    lost = session.scalars(
        sa.select(Bin.code)
        .join(Unfound, Unfound.bin_id == Bin.id)
        .where(Unfound.sku_id == sku.id)
        .order_by(Bin.code)
    ).first()
    if lost is not None:
        yield say("{sku} was not found in {bin}. Have the bin counted first.",
                  sku=sku.code, bin=lost)  # fmt: skip


def _orders_of(session: Session, sku: Sku) -> Iterator[Text]:
    number = session.scalars(
        sa.select(Order.order_no)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            OrderLine.sku_id == sku.id,
            OrderLine.state.in_(_WANTED),
            Order.state.not_in(_ENDED),
        )
        .order_by(Order.id)
    ).first()
    if number is not None:
        yield say("Order {number} still wants {sku}. See it through, or take the line out.",
                  number=number, sku=sku.code)  # fmt: skip


def _purchases_of(session: Session, sku: Sku) -> Iterator[Text]:
    number = session.scalars(
        sa.select(PurchaseOrder.number)
        .join(PurchaseLine, PurchaseLine.purchase_order_id == PurchaseOrder.id)
        .where(
            PurchaseLine.sku_id == sku.id,
            PurchaseLine.received < PurchaseLine.pieces,
            PurchaseOrder.state.in_((PurchaseState.DRAFT, *PURCHASE_OPEN)),
        )
        .order_by(PurchaseOrder.id)
    ).first()
    if number is not None:
        yield say("Purchase order {number} has {sku} on it. Receive it, or close the order.",
                  number=number, sku=sku.code)  # fmt: skip


def _receipts_of(session: Session, sku: Sku) -> Iterator[Text]:
    lines = sa.select(ReceiptLine.receipt_id).where(ReceiptLine.sku_id == sku.id)
    counts = sa.select(ReceiptCount.receipt_id).where(
        ReceiptCount.sku_id == sku.id, ReceiptCount.undone_at.is_(None)
    )
    number = session.scalars(
        sa.select(Receipt.number)
        .where(Receipt.state.in_(RECEIPT_OPEN), Receipt.id.in_(sa.union_all(lines, counts)))
        .order_by(Receipt.id)
    ).first()
    if number is not None:
        yield say("Receipt {number} has {sku} on it. Book it, or cancel it.",
                  number=number, sku=sku.code)  # fmt: skip


def _exchanges_of(session: Session, sku: Sku) -> Iterator[Text]:
    number = session.scalars(
        sa.select(Exchange.number)
        .join(ExchangeLine, ExchangeLine.exchange_id == Exchange.id)
        .where(
            ExchangeLine.sku_id == sku.id,
            ExchangeLine.settled < ExchangeLine.pieces,
            Exchange.state.in_((ExchangeState.DRAFT, ExchangeState.OUT)),
        )
        .order_by(Exchange.id)
    ).first()
    if number is not None:
        yield say("Exchange {number} has pieces of {sku} that are not settled.",
                  number=number, sku=sku.code)  # fmt: skip


def _kits_of(session: Session, sku: Sku) -> Iterator[Text]:
    kit = aliased(Sku)
    code = session.scalars(
        sa.select(kit.code)
        .join(KitPart, KitPart.kit_id == kit.id)
        .where(KitPart.sku_id == sku.id, kit.is_active)
        .order_by(kit.code)
    ).first()
    if code is not None:
        yield say("Kit {kit} is made of {sku}. Change the kit, or take it out of use, first.",
                  kit=code, sku=sku.code)  # fmt: skip


def _counts_of(session: Session, sku: Sku) -> Iterator[Text]:
    number = session.scalars(
        sa.select(CountSession.number)
        .join(CountLine, CountLine.session_id == CountSession.id)
        .where(CountLine.sku_id == sku.id, CountLine.state.in_(UNDECIDED))
        .order_by(CountSession.id)
    ).first()
    if number is not None:
        yield say("Count {number} has something of {sku} to decide. Do that first.",
                  number=number, sku=sku.code)  # fmt: skip

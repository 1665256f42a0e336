"""The shop's side of the day: its orders as the shop knows them, told to the warehouse as files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.demo.orders import Draft
from warehouse.orders.models import LineState, Order, ShopState
from warehouse.shops.own import COLUMNS, PLATFORM

ZONE = ZoneInfo("Asia/Shanghai")
RECEIVER = ("name", "phone", "province", "city", "district", "town", "detail")
_REFUNDS = {LineState.REFUND_ASKED: "requested", LineState.REFUNDED: "refunded"}
_LINE_STATES = {LineState.CLOSED: "closed", LineState.SHIPPED: "shipped"}


@dataclass
class ShopLine:
    """One line as the shop has it now."""

    line_id: str
    sku: str
    title: str
    properties: str
    seller_code: str
    pieces: int
    price_fen: int
    state: LineState = LineState.OPEN


@dataclass
class ShopSide:
    """One order as the shop has it now, and why it must not leave the house, if it must not."""

    order_no: str
    receiver: dict[str, str]
    lines: list[ShopLine]
    created_at: datetime
    platform: str = PLATFORM
    shop_code: str = "MAIN"
    shop_name: str = ""
    state: ShopState = ShopState.PAID
    paid_at: datetime | None = None
    promise_at: datetime | None = None
    buyer: str = ""
    buyer_message: str = ""
    seller_memo: str = ""
    seller_flag: int = 0
    carrier_wish: str = ""
    payment_fen: int = 0
    postage_fen: int = 0
    zip: str = ""
    token: str = ""
    token_kind: str = ""
    order_id: int = 0
    stops: set[str] = field(default_factory=set)
    is_partly_gone: bool = False

    @property
    def wanted(self) -> Counter[str]:
        """The pieces by SKU code that the buyer is to get."""
        found: Counter[str] = Counter()
        for line in self.lines:
            if line.state is LineState.OPEN:
                found[line.sku] += line.pieces
        return found


def from_draft(draft: Draft) -> ShopSide:
    """Return the shop's side of an invented order."""
    to = draft.receiver
    lines = [
        ShopLine(
            line_id=f"{place}",
            sku=line.variant.sku.code,
            title=line.variant.product.name,
            properties=line.variant.shop_properties,
            seller_code=line.variant.sku.code,
            pieces=line.pieces,
            price_fen=line.variant.product.price_fen,
            state=line.state,
        )
        for place, line in enumerate(draft.lines, start=1)
        if line.variant is not None
    ]
    return ShopSide(
        order_no=draft.order_no,
        receiver={
            "name": to.name, "phone": to.phone, "province": to.province, "city": to.city,
            "district": to.district, "town": "", "detail": to.detail,
        },
        lines=lines,
        created_at=draft.at,
        shop_code=draft.shop_code,
        state=draft.shop_state,
        paid_at=draft.at if draft.shop_state is not ShopState.UNPAID else None,
        buyer=f"tb_demo{draft.order_no[-6:]}",
        buyer_message=draft.buyer_message,
        seller_memo=draft.seller_memo,
        seller_flag=draft.seller_flag,
        carrier_wish=draft.carrier_wish,
        payment_fen=sum(line.price_fen * line.pieces for line in lines),
        zip=to.zip,
        token=draft.token,
        token_kind="oaid" if draft.token else "",
    )  # fmt: skip


def from_database(session: Session, order_ids: Sequence[int]) -> list[ShopSide]:
    """Return the shop's side of orders that came in from files of somebody else."""
    codes = dict(session.execute(sa.select(Sku.id, Sku.code)).all())
    orders = session.scalars(sa.select(Order).where(Order.id.in_(order_ids)).order_by(Order.id))
    return [_from_order(order, codes) for order in orders]


def _from_order(order: Order, codes: dict[int, str]) -> ShopSide:
    return ShopSide(
        order_no=order.order_no,
        receiver={name: getattr(order, f"receiver_{name}") for name in RECEIVER},
        lines=[
            ShopLine(
                line_id=line.line_key,
                sku=codes.get(line.sku_id or 0, ""),
                title=line.title,
                properties=line.properties,
                seller_code=line.seller_code,
                pieces=line.pieces,
                price_fen=line.price_fen,
                state=line.state if not line.is_service else LineState.SHIPPED,
            )
            for line in order.lines
        ],
        created_at=order.created_at,
        platform=order.shop.platform,
        shop_code=order.shop.code,
        shop_name=order.shop.name,
        state=order.shop_state,
        paid_at=order.paid_at,
        promise_at=order.promise_at,
        buyer=order.buyer,
        buyer_message=order.buyer_message,
        seller_memo=order.seller_memo,
        seller_flag=order.seller_flag,
        carrier_wish=order.carrier_wish,
        payment_fen=order.payment_fen,
        postage_fen=order.postage_fen,
        zip=order.receiver_zip,
        token=order.receiver_token,
        token_kind=order.receiver_token_kind,
        order_id=order.id,
    )


def write_file(path: Path, orders: Iterable[ShopSide]) -> Path:
    """Write the orders in our import layout, as a shop's export would, and return the path."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, [column.fact for column in COLUMNS])
        writer.writerow({column.fact: column.zh for column in COLUMNS})
        for order in orders:
            for line in order.lines:
                writer.writerow(_row(order, line))
    return path


def _row(order: ShopSide, line: ShopLine) -> dict[str, str]:
    to = order.receiver
    return {
        "order_no": order.order_no,
        "line_id": line.line_id,
        "platform": order.platform,
        "shop_code": order.shop_code,
        "shop_name": order.shop_name,
        "state": order.state,
        "created_at": _local(order.created_at),
        "paid_at": _local(order.paid_at),
        "promised_at": _local(order.promise_at),
        "buyer": order.buyer,
        "buyer_message": order.buyer_message,
        "seller_memo": order.seller_memo,
        "seller_flag": str(order.seller_flag or ""),
        "mobile": to["phone"],
        **{name: to[name] for name in RECEIVER if name != "phone"},
        "zip": order.zip,
        "token": order.token,
        "token_kind": order.token_kind,
        "seller_code": line.seller_code,
        "title": line.title,
        "properties": line.properties,
        "pieces": str(line.pieces),
        "price_fen": f"{line.price_fen / 100:.2f}",
        "line_state": _LINE_STATES.get(line.state, ""),
        "refund": _REFUNDS.get(line.state, ""),
        "carrier": order.carrier_wish,
        "postage_fen": f"{order.postage_fen / 100:.2f}",
        "paid_fen": f"{order.payment_fen / 100:.2f}",
    }


def _local(at: datetime | None) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S") if at else ""

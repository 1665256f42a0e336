"""Inventing orders as a shop of this size has them, and writing them as an import would."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.demo.couriers import COURIERS
from warehouse.demo.goods import Variant
from warehouse.demo.receivers import Receiver, invent_receiver
from warehouse.orders.models import LineState, Order, OrderLine, OrderState, Shop, ShopState
from warehouse.orders.rules import receiver_key

SHOPS = (("MAIN", "发货演示旗舰店", "taobao"), ("LIVE", "发货演示直播间", "douyin"))
LINES = (1, 2, 3, 4, 5, 6)
LINES_SHARE = (46, 27, 13, 7, 4, 3)
PIECES = (1, 2, 3, 4, 6)
PIECES_SHARE = (76, 15, 4, 3, 2)
WISH_SHARE = 0.35
PROMISE = timedelta(hours=48)
FIRST_NO = 9_000_000_000_000_000_000


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """Goods ordered: a variant, pieces, and what the shop says of the line."""

    variant: Variant | None  # None: something the warehouse never heard of
    pieces: int
    state: LineState = LineState.OPEN


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One order before it is written down."""

    order_no: str
    receiver: Receiver
    lines: tuple[DraftLine, ...]
    at: datetime
    shop_code: str = "MAIN"
    shop_state: ShopState = ShopState.PAID
    is_masked: bool = False
    token: str = ""
    buyer_message: str = ""
    seller_memo: str = ""
    seller_flag: int = 0
    carrier_wish: str = ""
    is_urgent: bool = False

    def with_(self, **changes: Any) -> Draft:
        """Return the order with some of it changed."""
        return replace(self, **changes)


@dataclass
class Inventor:
    """Makes one order after the other from a seed; popular goods are ordered more often."""

    goods: Sequence[Variant]
    chance: random.Random
    first_no: int = FIRST_NO
    count: int = 0
    _weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Within a product the first colours and middle sizes sell best.
        self._weights = [
            v.product.popularity**2 / (1 + 0.35 * (place % 7)) for place, v in enumerate(self.goods)
        ]

    def draft(self, at: datetime) -> Draft:
        """Return the next order, placed at that time."""
        self.count += 1
        chance = self.chance
        rows = chance.choices(LINES, LINES_SHARE)[0]
        chosen: dict[str, Variant] = {}
        while len(chosen) < rows:
            variant = chance.choices(self.goods, self._weights)[0]
            chosen.setdefault(variant.sku.code, variant)
        wish = chance.choices(COURIERS, [c.share for c in COURIERS])[0]
        alias = chance.choice((wish.name, *wish.aliases))
        return Draft(
            order_no=str(self.first_no + self.count * 1_000_003),
            receiver=invent_receiver(chance),
            lines=tuple(
                DraftLine(variant=v, pieces=chance.choices(PIECES, PIECES_SHARE)[0])
                for v in chosen.values()
            ),
            at=at,
            shop_code=chance.choices(("MAIN", "LIVE"), (4, 1))[0],
            carrier_wish=alias if chance.random() < WISH_SHARE else "",
        )


def open_shops(session: Session) -> dict[str, int]:
    """Make the shops that are not there yet; return shop code → id."""
    known = dict(session.execute(sa.select(Shop.code, Shop.id)).all())
    for code, name, platform in SHOPS:
        if code not in known:
            shop = Shop(code=code, name=name, platform=platform)
            session.add(shop)
            session.flush()
            known[code] = shop.id
    return known


def write(session: Session, drafts: Sequence[Draft]) -> list[int]:
    """Write the orders as received now and return their ids in the order given."""
    shops = open_shops(session)
    codes = {ln.variant.sku.code for d in drafts for ln in d.lines if ln.variant}
    skus = dict(session.execute(sa.select(Sku.code, Sku.id).where(Sku.code.in_(codes))).all())
    orders = [_order(draft, shops[draft.shop_code], skus) for draft in drafts]
    session.add_all(orders)
    session.flush()
    return [order.id for order in orders]


def _order(draft: Draft, shop_id: int, skus: dict[str, int]) -> Order:
    to = draft.receiver
    is_paid = draft.shop_state is not ShopState.UNPAID
    lines = [_line(draft, place, line, skus) for place, line in enumerate(draft.lines, start=1)]
    return Order(
        shop_id=shop_id,
        order_no=draft.order_no,
        state=OrderState.RECEIVED,
        shop_state=draft.shop_state,
        is_urgent=draft.is_urgent,
        buyer=f"tb_demo{draft.order_no[-6:]}",
        buyer_message=draft.buyer_message,
        seller_memo=draft.seller_memo,
        seller_flag=draft.seller_flag,
        receiver_name=to.name,
        receiver_phone=to.phone,
        receiver_province=to.province,
        receiver_city=to.city,
        receiver_district=to.district,
        receiver_detail=to.detail,
        receiver_zip=to.zip,
        receiver_token=draft.token,
        receiver_token_kind="oaid" if draft.token else "",
        is_masked=draft.is_masked,
        receiver_key=_key(draft),
        carrier_wish=draft.carrier_wish,
        payment_fen=sum(line.price_fen * line.pieces for line in lines),
        created_at=draft.at,
        paid_at=draft.at + timedelta(minutes=2) if is_paid else None,
        promise_at=draft.at + PROMISE,
        received_at=draft.at + timedelta(minutes=10),
        lines=lines,
    )


def _line(draft: Draft, place: int, line: DraftLine, skus: dict[str, int]) -> OrderLine:
    variant = line.variant
    return OrderLine(
        line_key=f"{draft.order_no}-{place}",
        title=variant.product.name if variant else "联名限定帆布鞋 预售款",
        properties=variant.shop_properties if variant else "颜色分类:奶油白;尺码:39",
        seller_code=variant.sku.code if variant else "NEW-2027-39",
        sku_id=skus[variant.sku.code] if variant else None,
        pieces=line.pieces,
        price_fen=variant.product.price_fen if variant else 26900,
        state=line.state,
    )


def _key(draft: Draft) -> str:
    to = draft.receiver
    return receiver_key(
        name=to.name,
        phone=to.phone,
        province=to.province,
        city=to.city,
        district=to.district,
        town="",
        detail=to.detail,
        token=draft.token,
        is_masked=draft.is_masked,
    )

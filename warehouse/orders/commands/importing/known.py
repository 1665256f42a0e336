"""What the database knows of a chunk: shops, orders with their lines, SKUs. Few statements each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, Sku
from warehouse.db import insert_or_skip, on_dialect, table_of
from warehouse.orders.commands.importing.facts import ORDER_COLUMNS, match_key
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    Order,
    OrderLine,
    OrderState,
    Shop,
    SkuMapping,
)
from warehouse.shops.own import PLATFORM as OWN
from warehouse.shops.rows import MAX_CODE, LineFacts, ShopOrder

_shop, _order, _line = table_of(Shop), table_of(Order), table_of(OrderLine)
_sku, _barcode, _mapping = table_of(Sku), table_of(Barcode), table_of(SkuMapping)
_consignment = table_of(Consignment)

_add_shop = insert_or_skip(_shop, ("code", "name", "platform"))
_add_mapping = insert_or_skip(
    _mapping, ("shop_id", "match_key", "seller_code", "title", "properties", "first_seen_at")
)
_orders = (
    sa.select(
        _order.c.id,
        _order.c.shop_id,
        _order.c.order_no,
        _order.c.state,
        *(_order.c[column] for column in ORDER_COLUMNS),
        _order.c.consignment_id,
        _shop.c.platform,
    )
    .join(_shop, _shop.c.id == _order.c.shop_id)
    .where(_order.c.order_no.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(_order.c.id)
    .with_for_update(of=_order)
)
# Asked after the orders are locked, and locked themselves: a wave made meanwhile is seen.
_not_begun = (
    sa.select(_consignment.c.id)
    .where(
        _consignment.c.id.in_(sa.bindparam("ids", expanding=True)),
        _consignment.c.state == ConsignmentState.READY,
    )
    .order_by(_consignment.c.id)
    .with_for_update()
)
_lines = (
    sa.select(
        _line.c.id, _line.c.order_id, _line.c.line_key, _line.c.title, _line.c.properties,
        _line.c.seller_code, _line.c.sku_id, _line.c.pieces, _line.c.price_fen, _line.c.state,
        _line.c.is_service,
    )
    .where(_line.c.order_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_line.c.id)
)  # fmt: skip
REMEMBERED = 50_000
_NO_SHOP_CODE = frozenset({"", "0"})


@dataclass
class KnownOrder:
    """One order we have: its row, and its lines by key."""

    row: Mapping[str, Any]
    lines: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    is_begun: bool = True  # its consignment, if it has one

    @property
    def is_in_work(self) -> bool:
        """Whether hands are on it: released, and its consignment no longer just ready."""
        return self.row["state"] is OrderState.RELEASED and self.is_begun

    @property
    def has_ended(self) -> bool:
        return self.row["state"] in (
            OrderState.DISPATCHED,
            OrderState.CANCELLED,
            OrderState.CLOSED,
        )


def shops_of(session: Session, orders: Iterable[ShopOrder], given_code: str) -> dict[int, int]:
    """Return, by position of the order, the id of its shop; shops not seen before are made.

    The file's own code of the shop comes first, then the code given with the import, then the
    shop's name. Orders without facts get no shop.
    """
    wanted: dict[int, tuple[str, str, str]] = {}
    for place, order in enumerate(orders):
        if order.facts:
            wanted[place] = _shop_of(order, given_code)
    codes = {code: (name, platform) for code, name, platform in wanted.values()}
    known = _shop_ids(session, codes)
    missing = [code for code in codes if code not in known]
    if missing:
        session.execute(
            on_dialect(session, _add_shop),
            [
                {"code": code, "name": codes[code][0], "platform": codes[code][1]}
                for code in sorted(missing)
            ],
        )
        known = _shop_ids(session, codes)
    return {place: known[code] for place, (code, _, _) in wanted.items()}


def _shop_of(order: ShopOrder, given_code: str) -> tuple[str, str, str]:
    facts = order.facts
    assert facts is not None  # noqa: S101  (the caller looked)
    own_code = facts.shop_code if order.platform == OWN else ""
    code = own_code or given_code
    if not code:
        is_code = facts.shop_code not in _NO_SHOP_CODE
        code = facts.shop_name or (facts.shop_code if is_code else order.platform)
    return code[:MAX_CODE], facts.shop_name or code, order.platform


def _shop_ids(session: Session, codes: Iterable[str]) -> dict[str, int]:
    rows = session.execute(sa.select(_shop.c.code, _shop.c.id).where(_shop.c.code.in_(codes)))
    return {row.code: row.id for row in rows}


def known_orders(
    session: Session, orders: Sequence[ShopOrder], shops: Mapping[int, int]
) -> dict[int, KnownOrder]:
    """Return, by position, the orders we have already, locked, and with them what is not begun.

    A platform's numbers are its own: such an order is known whatever shop it was put under. In
    our own layout a number belongs to its shop.
    """
    numbers = [order.order_no for order in orders]
    by_number: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in session.execute(_orders, {"numbers": numbers}):
        by_number[row.order_no].append(row._asdict())
    found: dict[int, KnownOrder] = {}
    for place, order in enumerate(orders):
        for known in by_number.get(order.order_no, ()):
            is_own = order.platform == OWN
            shop_fits = place not in shops or known["shop_id"] == shops[place]
            if known["platform"] == order.platform and (not is_own or shop_fits):
                found[place] = KnownOrder(row=known)
                break
    by_id = {order.row["id"]: order for order in found.values()}
    if by_id:
        for line in session.execute(_lines, {"ids": list(by_id)}):
            by_id[line.order_id].lines[line.line_key] = line._asdict()
    ids = {entry.row["consignment_id"] for entry in found.values()} - {None}
    if ids:
        not_begun = set(session.scalars(_not_begun, {"ids": sorted(ids)}))
        for entry in found.values():
            entry.is_begun = entry.row["consignment_id"] not in not_begun
    return found


class Skus:
    """Which SKU a shop's line means: by a person's mapping, by our code, by a barcode.

    What was found once is kept for the rest of the import; what was not is looked up again.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str, str], str] = {}
        self._found: dict[tuple[int, str], int] = {}
        self._by_code: dict[str, int] = {}
        self.unknown: dict[tuple[int, str], LineFacts] = {}

    def look_up(self, session: Session, lines: Iterable[tuple[int, LineFacts]]) -> None:
        """Look up the lines of (shop id, line) pairs and forget what was `unknown`."""
        self.unknown = {}
        if len(self._keys) > REMEMBERED:
            self._keys, self._found, self._by_code = {}, {}, {}
        codes: set[str] = set()
        keys: set[tuple[int, str]] = set()
        for shop_id, line in lines:
            codes.add(line.seller_code)
            codes.add(line.outer_code)
            keys.add((shop_id, self._key(line)))
        _find_codes(session, codes - self._by_code.keys() - {""}, self._by_code)
        _find_mappings(session, keys - self._found.keys(), self._found)

    def of(self, shop_id: int, line: LineFacts) -> int | None:
        """Return the SKU's id; None for one nobody has told us yet, noted in `unknown`."""
        key = (shop_id, self._key(line))
        sku_id = (
            self._found.get(key)
            or self._by_code.get(line.seller_code)
            or self._by_code.get(line.outer_code)
        )
        if sku_id is not None:
            self._found[key] = sku_id
        elif not line.is_service:
            self.unknown.setdefault(key, line)
        return sku_id

    def _key(self, line: LineFacts) -> str:
        content = (line.seller_code, line.title, line.properties_text)
        key = self._keys.get(content)
        if key is None:
            key = self._keys[content] = match_key(line)
        return key


def _find_codes(session: Session, codes: set[str], found: dict[str, int]) -> None:
    if not codes:
        return
    # A barcode may be worth several pieces: such a one is no name of a SKU.
    barcodes = sa.select(_barcode.c.code, _barcode.c.sku_id).where(
        _barcode.c.code.in_(codes), _barcode.c.pieces == 1
    )
    skus = sa.select(_sku.c.code, _sku.c.id).where(_sku.c.code.in_(codes))
    found.update((row.code, row.sku_id) for row in session.execute(barcodes))
    found.update((row.code, row.id) for row in session.execute(skus))


def _find_mappings(
    session: Session, keys: set[tuple[int, str]], found: dict[tuple[int, str], int]
) -> None:
    if not keys:
        return
    rows = session.execute(
        sa.select(_mapping.c.shop_id, _mapping.c.match_key, _mapping.c.sku_id).where(
            _mapping.c.match_key.in_({key for _, key in keys}), _mapping.c.sku_id.is_not(None)
        )
    )
    found.update(((row.shop_id, row.match_key), row.sku_id) for row in rows)


def ask_for_skus(
    session: Session, unknown: Mapping[tuple[int, str], LineFacts], at: datetime
) -> None:
    """Put what nobody has told us yet on the mapping page; what is there already stays."""
    if unknown:
        session.execute(
            on_dialect(session, _add_mapping),
            [
                {
                    "shop_id": shop_id,
                    "match_key": key,
                    "seller_code": line.seller_code,
                    "title": line.title,
                    "properties": line.properties_text,
                    "first_seen_at": at,
                }
                for (shop_id, key), line in sorted(unknown.items(), key=lambda item: item[0])
            ],
        )

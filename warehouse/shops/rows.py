"""What a shop's files say, in one form for every platform: orders, their lines, refused rows.

What comes by the hundred thousand is a named tuple: a frozen dataclass takes ten times as long
to make. Name the fields when making one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from warehouse.text import Text

MAX_CODE = 64
MAX_NAME = 200
MAX_DETAIL = 500
MAX_NOTE = 4000
MAX_STATE = 100
MAX_SHORT = 16


class ShopState(StrEnum):
    """Where the shop says an order or a line stands. UNKNOWN keeps its text beside it."""

    UNPAID = "unpaid"
    PAID = "paid"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    FINISHED = "finished"
    CLOSED = "closed"


class RefundState(StrEnum):
    """How far a refund of a line has come. UNKNOWN keeps its text beside it."""

    NONE = "none"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    REQUESTED = "requested"
    REFUNDED = "refunded"


class Level(StrEnum):
    """What the rows of a file are: orders, lines, or lines that repeat their order's columns."""

    ORDERS = "orders"
    LINES = "lines"
    BOTH = "both"


class Receiver(NamedTuple):
    """To whom a parcel goes. A masked one cannot be printed as a plain address.

    `token` is what the platform's own waybill service needs instead of the hidden parts, and
    `phone_expires_at` is when a privacy number stops ringing through.
    """

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    town: str = ""
    detail: str = ""
    zip: str = ""
    token: str = ""
    token_kind: str = ""
    is_masked: bool = False
    phone_expires_at: datetime | None = None


class OrderFacts(NamedTuple):
    """One order as its shop tells it. Amounts in fen, None where the file is silent.

    `seller_flag` is the number of the flag's colour, 0 for none. `told` are the facts the file
    has columns for: a blank one of these was blank in the shop, any other is not known.
    """

    platform: str
    order_no: str
    state: ShopState
    receiver: Receiver
    file: str
    row: int
    state_text: str = ""
    shop_code: str = ""
    shop_name: str = ""
    buyer: str = ""
    buyer_message: str = ""
    seller_memo: str = ""
    seller_flag: int = 0
    is_address_changed: bool = False
    goods_fen: int | None = None
    postage_fen: int | None = None
    total_fen: int | None = None
    paid_fen: int | None = None
    refund_fen: int | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None
    promised_at: datetime | None = None
    carrier_wish: str = ""
    waybill_no: str = ""
    told: frozenset[str] = frozenset()


class LineFacts(NamedTuple):
    """One line of an order: what was bought, how many pieces, and whether it still stands.

    `line_id` is the platform's own, or one made from the content when the file has none
    (`is_line_id_made`); it stays the same for the same line in a later file. `properties` are
    for reading: remarks in brackets are cut from them, `properties_text` is whole.
    """

    order_no: str
    line_id: str
    pieces: int
    file: str
    row: int
    is_line_id_made: bool = False
    title: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    properties_text: str = ""
    seller_code: str = ""
    outer_code: str = ""
    bundle: str = ""
    price_fen: int | None = None
    state: ShopState | None = None
    state_text: str = ""
    refund: RefundState = RefundState.NONE
    refund_text: str = ""
    refund_fen: int | None = None
    is_service: bool = False


class ShopOrder(NamedTuple):
    """An order with its lines, joined over all files of one import.

    `facts` is None when only lines were in the files, `lines` is empty when only the order was.
    `is_incomplete` tells that at least one row of a line was refused.
    """

    platform: str
    order_no: str
    facts: OrderFacts | None
    lines: tuple[LineFacts, ...] = ()
    is_incomplete: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A row that was not taken: where, what stood there (shortened), and why."""

    file: str
    row: int
    column: str
    value: str
    reason: Text


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file to read: where it is, and what the person who sent it calls it."""

    path: Path
    name: str


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far reading has come, in bytes of the file."""

    file: str
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """What one file, or one sheet of it, was taken for; `level` is None if it was passed over."""

    file: str
    sheet: str
    layout: str
    level: Level | None
    encoding: str = ""
    rows: int = 0
    rejected: int = 0
    unused_columns: tuple[str, ...] = ()

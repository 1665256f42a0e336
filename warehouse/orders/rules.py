"""What holds an order back, decided from its facts alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from warehouse.orders.models import HoldKind, HoldOwner, LineState, OrderState, ShopState

OWNER_OF = {
    HoldKind.UNPAID: HoldOwner.FINANCE,
    HoldKind.UNKNOWN_STATUS: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.REFUND: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.CLOSED_LINE: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.CANCELLED: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.MASKED_RECEIVER: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.INCOMPLETE_ADDRESS: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.ADDRESS_CHANGED: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.UNKNOWN_SKU: HoldOwner.STOCK,
    HoldKind.NO_LINES: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.REMARK: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.STOCK_SHORT: HoldOwner.STOCK,
    HoldKind.LOT_UNFIT: HoldOwner.STOCK,
    HoldKind.MERGE_CANDIDATE: HoldOwner.CUSTOMER_SERVICE,
    HoldKind.CHECK_MISMATCH: HoldOwner.STOCK,
    HoldKind.MANUAL: HoldOwner.CUSTOMER_SERVICE,
}

# These follow the facts: raised while the fact stands, released by itself when it is gone.
FACTUAL = frozenset(
    {
        HoldKind.UNPAID,
        HoldKind.UNKNOWN_STATUS,
        HoldKind.REFUND,
        HoldKind.CLOSED_LINE,
        HoldKind.MASKED_RECEIVER,
        HoldKind.INCOMPLETE_ADDRESS,
        HoldKind.UNKNOWN_SKU,
        HoldKind.NO_LINES,
        HoldKind.REMARK,
        HoldKind.STOCK_SHORT,
        # Gone with the goods: put aside, the order is picked anew from what is good.
        HoldKind.LOT_UNFIT,
        HoldKind.MERGE_CANDIDATE,
    }
)
# What a hold is about that a person raised: no audit lets it go, whatever the shop's facts say.
BY_HAND = "by hand"
# These a person cannot wave through: the goods or their name are not there.
MENDED_ONLY = frozenset(
    {HoldKind.UNKNOWN_SKU, HoldKind.NO_LINES, HoldKind.STOCK_SHORT, HoldKind.LOT_UNFIT}
)
# These end when other goods are there: the order goes on as soon as it has got them.
MENDED_BY_GOODS = frozenset({HoldKind.STOCK_SHORT, HoldKind.LOT_UNFIT})
LINES_TO_SHIP = frozenset({LineState.OPEN})
BEFORE_RELEASE = (OrderState.RECEIVED, OrderState.HELD, OrderState.CLEAN)
ENDED_AT_SHOP = frozenset({ShopState.CLOSED, ShopState.FINISHED, ShopState.SHIPPED})


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """One line as the audit sees it."""

    line_id: int
    sku_id: int | None
    pieces: int
    state: LineState
    is_service: bool = False

    @property
    def is_to_ship(self) -> bool:
        """Whether hands have to move for this line."""
        return self.state in LINES_TO_SHIP and not self.is_service


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """One order as the audit sees it."""

    shop_state: ShopState
    lines: Sequence[LineFacts]
    is_masked: bool = False
    has_token: bool = False
    address: tuple[str, str, str] = ("", "", "")  # province, city, detail
    name: str = ""
    phone: str = ""
    buyer_message: str = ""
    seller_memo: str = ""
    twins: Collection[int] = ()  # other orders of the same receiver, not yet begun


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason to hold. `about` names the fact, so that a settled one is not raised again."""

    kind: HoldKind
    about: str = ""
    note: str = ""


def findings_of(
    facts: OrderFacts,
    available: Mapping[int, int],
    *,
    hold_remarks: bool = True,
    hold_merge_candidates: bool = True,
) -> list[Finding]:
    """Return every reason to hold the order, in the order in which people settle them.

    `available` is SKU id → pieces that this order may still have.
    """
    found = [
        *_payment(facts),
        *_lines(facts),
        *_receiver(facts),
        *_stock(facts, available),
    ]
    remark = f"{facts.buyer_message}\n{facts.seller_memo}".strip()
    if hold_remarks and remark:
        found.append(Finding(kind=HoldKind.REMARK, about=digest(remark)))
    if hold_merge_candidates and facts.twins:
        twins = ",".join(str(t) for t in sorted(facts.twins))
        found.append(Finding(kind=HoldKind.MERGE_CANDIDATE, about=digest(twins)))
    return found


def _payment(facts: OrderFacts) -> list[Finding]:
    if facts.shop_state is ShopState.UNPAID:
        return [Finding(kind=HoldKind.UNPAID)]
    if facts.shop_state in (ShopState.UNKNOWN, ShopState.FORBIDDEN):
        return [Finding(kind=HoldKind.UNKNOWN_STATUS, about=facts.shop_state)]
    return []


def _lines(facts: OrderFacts) -> list[Finding]:
    found = []
    asked = [line.line_id for line in facts.lines if line.state is LineState.REFUND_ASKED]
    ended = [
        line.line_id for line in facts.lines if line.state in (LineState.REFUNDED, LineState.CLOSED)
    ]
    if asked:
        found.append(Finding(kind=HoldKind.REFUND, about=digest(asked)))
    if ended:
        found.append(Finding(kind=HoldKind.CLOSED_LINE, about=digest(ended)))
    to_ship = [line for line in facts.lines if line.is_to_ship]
    if not to_ship and not asked:
        found.append(Finding(kind=HoldKind.NO_LINES))
    unknown = [line.line_id for line in to_ship if line.sku_id is None]
    if unknown:
        found.append(Finding(kind=HoldKind.UNKNOWN_SKU, about=digest(unknown)))
    return found


def _receiver(facts: OrderFacts) -> list[Finding]:
    if facts.is_masked:
        return [Finding(kind=HoldKind.MASKED_RECEIVER)]
    province, city, detail = (part.strip() for part in facts.address)
    missing = [
        word
        for word, value in (
            ("province", province),
            ("city", city),
            ("detail", detail),
            ("name", facts.name.strip()),
            ("phone", facts.phone.strip()),
        )
        if not value
    ]
    if not missing:
        return []
    return [
        Finding(kind=HoldKind.INCOMPLETE_ADDRESS, about=digest(missing), note=", ".join(missing))
    ]


def _stock(facts: OrderFacts, available: Mapping[int, int]) -> list[Finding]:
    wanted = demand_of(facts.lines)
    short = {
        sku_id: pieces - max(available.get(sku_id, 0), 0)
        for sku_id, pieces in wanted.items()
        if available.get(sku_id, 0) < pieces
    }
    if not short:
        return []
    return [Finding(kind=HoldKind.STOCK_SHORT, about=digest(sorted(short)))]


def demand_of(lines: Sequence[LineFacts]) -> dict[int, int]:
    """Return SKU id → pieces the lines need from the shelves."""
    wanted: dict[int, int] = {}
    for line in lines:
        if line.is_to_ship and line.sku_id is not None:
            wanted[line.sku_id] = wanted.get(line.sku_id, 0) + line.pieces
    return wanted


def digest(fact: object) -> str:
    """Return a short stable name of a fact."""
    return hashlib.sha256(repr(fact).encode()).hexdigest()[:24]


def receiver_key(  # the parts of an address go together
    *,
    name: str,
    phone: str,
    province: str,
    city: str,
    district: str,
    town: str,
    detail: str,
    token: str,
    is_masked: bool,
) -> str:
    """Return a key that is equal for equal receivers, empty where that cannot be told.

    Masked receivers compare by their platform's token only: two masked texts that look alike
    may be two people.
    """
    if token:
        return digest(("token", token))
    parts = [name, phone, province, city, district, town, detail]
    folded = ["".join(part.split()).casefold() for part in parts]
    if is_masked or not folded[0] or not folded[1] or not folded[6]:
        return ""
    return digest(folded)

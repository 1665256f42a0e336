"""Stock counts of the demo: one posted with a difference, one half done that waits for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, Bin, Sku, Zone
from warehouse.commands import Actor
from warehouse.counting.calendar import SaveRule, save_rule
from warehouse.counting.commands.deciding import ApproveLines, approve_lines
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.commands.passes import CloseBin, TakeBin, close_bin, take_bin
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.counting.commands.sessions import OpenCount, open_count
from warehouse.counting.models import CountScope, DifferenceReason, RuleKind
from warehouse.counting.scoping import Scope
from warehouse.demo.desk import Desk
from warehouse.inventory.models import StockBalance

ZONE = "C"
IN_POSTED, IN_OPEN = 3, 6
GRACE = timedelta(seconds=65)
STEP = timedelta(seconds=2)
STRANGE = "6977777000017"

Content = dict[str, int]  # SKU code → pieces


def count_stock(session: Session, people: dict[str, int], at: datetime) -> None:
    """Count a few bins to the end, and others half; have the month's end counted from now on."""
    desk = Desk(session=session, now=at, name="c", step=STEP)
    bins = _bins(session)
    _as(desk, people["huang"])
    desk.do(save_rule, SaveRule, kind=RuleKind.MONTHLY)
    _posted(desk, people, bins[:IN_POSTED])
    _half(desk, people, bins[IN_POSTED : IN_POSTED + IN_OPEN])


def _posted(desk: Desk, people: dict[str, int], bins: Sequence[tuple[str, Content]]) -> None:
    count = _open(desk, "大件区抽盘", bins)
    place, content = bins[0]
    short = {**content, min(content): content[min(content)] - 1}
    for code, there in ((place, short), *bins[1:]):
        _pass(desk, people["yang"], count, code, there)
    _pass(desk, people["li"], count, place, {min(content): short[min(content)]})
    desk.now += GRACE
    _as(desk, people["huang"])
    desk.do(approve_lines, ApproveLines, session_id=count, reason=DifferenceReason.MISPICKED,
            note="多发一件，客服已联系买家")  # fmt: skip
    desk.do(post_count, PostCount, session_id=count)


def _half(desk: Desk, people: dict[str, int], bins: Sequence[tuple[str, Content]]) -> None:
    """Count half of the bins: one difference to decide, one to be recounted, a strange code."""
    _as(desk, people["huang"])
    count = _open(desk, "大件区月底盘点", bins)
    (first, one), (second, other) = bins[:2]
    more = {min(one): one[min(one)] + 2}
    _pass(desk, people["yang"], count, first, {**one, **more})
    _pass(desk, people["yang"], count, second, {**other, min(other): other[min(other)] - 1},
          strange=STRANGE)  # fmt: skip
    _pass(desk, people["li"], count, first, more)
    for code, content in bins[2 : IN_OPEN // 2]:
        _pass(desk, people["li"], count, code, content)


def _open(desk: Desk, name: str, bins: Sequence[tuple[str, Content]]) -> int:
    scope = Scope(kind=CountScope.BINS, codes=tuple(code for code, _ in bins))
    outcome = desk.do(open_count, OpenCount, scope=scope, name=name, starts=True)
    return int(outcome.subject_id or 0)


def _pass(
    desk: Desk, person_id: int, count: int, code: str, content: Content, *, strange: str = ""
) -> None:
    """Walk over one bin as a counter does."""
    _as(desk, person_id)
    take = desk.do(take_bin, TakeBin, session_id=count, barcode=code).subject_id
    given: dict[str, Any] = {"take_id": take}
    for sku_code, pieces in content.items():
        desk.do(count_goods, CountGoods, barcode=_barcode(desk, sku_code), pieces=pieces, **given)
    if strange:
        desk.do(count_goods, CountGoods, barcode=strange, **given)
    desk.do(close_bin, CloseBin, **given)


def _as(desk: Desk, person_id: int) -> None:
    desk.actor = Actor(person_id=person_id)


def _bins(session: Session) -> list[tuple[str, Content]]:
    """Return the zone's bins with goods no order waits for, in walking order, and what is there."""
    rows = session.execute(
        sa.select(Bin.code, Sku.code.label("sku"), StockBalance.on_hand, StockBalance.reserved)
        .join(Zone, Zone.id == Bin.zone_id)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(Zone.code == ZONE, StockBalance.on_hand != 0)
        .order_by(Bin.walk_order, Sku.code)
    )
    found: dict[str, Content] = {}
    in_use: set[str] = set()
    for row in rows:
        found.setdefault(row.code, {})[row.sku] = row.on_hand
        if row.reserved or row.on_hand < 2:  # noqa: PLR2004  (one is to be missing)
            in_use.add(row.code)
    return [(code, content) for code, content in found.items() if code not in in_use]


def _barcode(desk: Desk, sku_code: str) -> str:
    return str(
        desk.session.scalar(
            sa.select(Barcode.code)
            .join(Sku, Sku.id == Barcode.sku_id)
            .where(Sku.code == sku_code, Barcode.pieces == 1)
            .limit(1)
        )
    )

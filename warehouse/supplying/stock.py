"""How every SKU stands, in one question: the numbers of the stock page, its filters, the API.

Nothing here reads the moves: balances are kept by the ledger, sales by day (`flows`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import IS_IN_RESERVE, IS_PICKABLE, IS_SELLABLE
from warehouse.commands import USUAL_ZONE
from warehouse.db import DayType
from warehouse.inventory.models import StockBalance
from warehouse.receiving.models import Supplier
from warehouse.settings import SiteSettings
from warehouse.supplying.ages import days_between
from warehouse.supplying.costs import cost_of_sku
from warehouse.supplying.flows import is_demand
from warehouse.supplying.models import DayFlow, Flow, StockLevel, SupplierSku
from warehouse.supplying.rules import (
    Alert,
    Level,
    Limits,
    Standing,
    Terms,
    alerts_of,
    days_of_cover,
    order_quantity,
    position,
    to_promise,
)
from warehouse.supplying.sources import is_bought_of
from warehouse.supplying.unsellable import unsellable
from warehouse.supplying.wanted import coming_pieces, owed_pieces, wanted_pieces

WEEK = 7
LEAST_WEEKS = 4  # fewer say nothing of how long goods last
DELIVERED = (Flow.RECEIVED, Flow.OPENED, Flow.KITTED)


@dataclass(frozen=True, kw_only=True)
class SkuStock:
    """One SKU with all its numbers."""

    sku_id: int
    code: str
    name: str
    properties: str
    is_active: bool
    storage_class: str
    on_hand: int
    reserved: int
    bins: int
    standing: Standing
    level: Level
    terms: Terms
    may_sell: int
    position: int
    to_order: int
    next_on: date | None
    supplier_id: int | None
    supplier: str
    cost_fen: int | None
    sold: int
    cover: int | None
    idle_days: int | None
    alerts: tuple[Alert, ...]

    @property
    def available(self) -> int:
        """Pieces that may be promised to orders now: sound, on shelves and in reserve."""
        return self.standing.sellable

    @property
    def held_back(self) -> int:
        """Pieces in the house that nobody was promised, and nobody may be."""
        return self.on_hand - self.reserved - self.available

    @property
    def value_fen(self) -> int | None:
        """What the pieces in the house cost, None where no price is known."""
        return None if self.cost_fen is None else self.cost_fen * self.on_hand


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The day the numbers are of, the site's rules that they follow, and its time zone."""

    day: date
    settings: SiteSettings
    zone: tzinfo = USUAL_ZONE

    @property
    def days(self) -> int:
        """How many days of sales count."""
        return self.settings.sales_weeks * WEEK

    @property
    def limits(self) -> Limits:
        """From when on stock is too much, slow or dead."""
        return Limits(
            over_days=self.settings.over_cover_days,
            slow_days=self.settings.slow_after_days,
            dead_days=self.settings.dead_after_days,
        )


class StockQuestion:
    """The question for the numbers of SKUs, and the conditions and orders it may be asked with."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        there, unfit = _there(), unsellable(asked.day)
        wanted, coming, owed = wanted_pieces(), coming_pieces(), owed_pieces()
        self._joins = ((there, there.c.sku_id), (unfit, unfit.c.sku_id),
                       (wanted, wanted.c.sku_id), (coming, coming.c.sku_id),
                       (owed, owed.c.sku_id))  # fmt: skip
        self.on_hand = _number(there.c.on_hand)
        there_free = _number(there.c.shelf) + _number(there.c.reserve) - _number(there.c.promised)
        self.sellable = there_free - _number(unfit.c.pieces)
        self.dock = _number(there.c.dock)
        dock_fit = self.dock - _number(unfit.c.dock)
        self.quarantine = _number(there.c.quarantine)
        self.reserve = _number(there.c.reserve)
        self.on_the_way = _number(coming.c.on_the_way)
        self.wanted = _number(wanted.c.promised) + _number(wanted.c.held)
        self.safety = _number(StockLevel.safety)
        is_since = self._days_ago(asked.days) <= DayFlow.day
        self.sold = _gone(DayFlow.kind == Flow.SOLD, is_since)
        # On whole days: this one has only begun.
        self.used_before = _gone(is_demand(), is_since, DayFlow.day < self._days_ago(0))
        self.last_on = _last_on()
        self.sale_days = self._sale_days()
        dock = dock_fit if asked.settings.is_dock_sellable else 0
        left = self.sellable + dock - self.wanted - self.safety
        self.may_sell = sa.case((left > 0, left), else_=0)
        bought = self.on_the_way + _number(coming.c.drafted) + _number(owed.c.owed)
        self.position = self.sellable + dock_fit + bought - self.wanted
        self._columns = (
            Sku.id, Sku.code, Sku.name, Sku.properties, Sku.is_active, Sku.storage_class,
            self.on_hand.label("on_hand"),
            _number(there.c.reserved).label("all_reserved"),
            _number(there.c.bins).label("bins"),
            _number(there.c.shelf).label("shelf"),
            self.reserve.label("reserve"),
            _number(there.c.promised).label("reserved"),
            _number(unfit.c.pieces).label("unfit"),
            self.dock.label("dock"),
            _number(unfit.c.dock).label("dock_unfit"),
            self.quarantine.label("quarantine"),
            _number(wanted.c.promised).label("promised"),
            _number(wanted.c.held).label("held"),
            self.on_the_way.label("on_the_way"),
            _number(coming.c.drafted).label("drafted"),
            _number(owed.c.owed).label("owed"),
            coming.c.next_on,
            self.safety.label("safety"),
            StockLevel.reorder_at, StockLevel.order_up_to,
            SupplierSku.supplier_id, SupplierSku.pack_pieces, SupplierSku.least_pieces,
            Supplier.name.label("supplier"),
            cost_of_sku().label("cost_fen"),
            self.sold.label("sold"),
            self.used_before.label("used_before"),
            self.last_on.label("last_on"),
            self.sale_days.label("sale_days"),
        )  # fmt: skip

    def select(self) -> sa.Select[*tuple[Any, ...]]:
        """Return the SKUs with their numbers, to be filtered."""
        query = (
            sa.select(*self._columns)
            .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
            .outerjoin(SupplierSku, is_bought_of(Sku.id))
            .outerjoin(Supplier, Supplier.id == SupplierSku.supplier_id)
        )
        for joined, key in self._joins:
            query = query.outerjoin(joined, key == Sku.id)
        return query

    def counts(self, alerts: Collection[Alert]) -> sa.Select[*tuple[Any, ...]]:
        """Return one row: how many SKUs in use are in each alert, named as the alerts are."""
        names = (sa.func.count().filter(self.is_alert(a)).label(a.value) for a in alerts)
        return self.select().with_only_columns(*names).where(Sku.is_active)

    @property
    def sorts(self) -> dict[str, Any]:
        """Return the orders of the list by name, "-" before it for the highest first.

        None of them is ever null; what nobody can say stands last either way.
        """
        numbers = {
            "on_hand": self.on_hand,
            "available": self.sellable,
            "reserve": self.reserve,
            "dock": self.dock,
            "quarantine": self.quarantine,
            "on_the_way": self.on_the_way,
            "may_sell": self.may_sell,
            "sold": self.sold,
        }
        return {
            "code": Sku.code,
            "name": Sku.name,
            # Sums of sums are decimals to PostgreSQL, which no page begins behind.
            **{name: sa.cast(number, sa.BigInteger()) for name, number in numbers.items()},
            "cover": self.cover,
            "-cover": self._cover(unknown=-1),
            "value": self._value(unknown=10**15),
            "-value": self._value(unknown=-1),
        }

    @property
    def cover(self) -> sa.ColumnElement[int]:
        """Days the pieces last; 999,999 where nobody can say."""
        return self._cover(unknown=999_999)

    def _cover(self, *, unknown: int) -> sa.ColumnElement[int]:
        pieces = sa.cast(self.sellable * self.sale_days, sa.BigInteger())
        used = sa.cast(sa.func.nullif(self.used_before, 0), sa.BigInteger())
        return sa.case(
            (self.sellable <= 0, 0),
            (self._is_paced(), pieces // used),  # whole days, as `days_of_cover` has them
            else_=unknown,
        )

    def _is_paced(self) -> sa.ColumnElement[bool]:
        """Return the condition that sales and kits say how long the goods last."""
        return sa.and_(self.used_before > 0, self.sale_days > 0)

    def _sale_days(self) -> sa.ColumnElement[int]:
        """Whole days before this one whose sales count: the site's weeks, or since goods came.

        0 for goods that came less than four weeks ago: that says nothing yet.
        """
        age = days_between(sa.literal(self.asked.day, DayType()), _first_on())
        window, least = self.asked.days, LEAST_WEEKS * WEEK
        return sa.case((age >= max(window, least), window), (age >= least, age), else_=0)

    def _days_ago(self, days: int) -> sa.ColumnElement[date]:
        return sa.literal(self.asked.day - timedelta(days=days), DayType())

    def _value(self, *, unknown: int) -> sa.ColumnElement[int]:
        """Return what the pieces in the house cost, in fen."""
        return sa.func.coalesce(self.on_hand * cost_of_sku(), unknown, type_=sa.BigInteger())

    def is_alert(self, alert: Alert) -> sa.ColumnElement[bool]:
        """Return the condition under which `alerts_of` raises the alert."""
        limits = self.asked.limits
        if alert is Alert.OUT:
            return self.wanted > self.sellable
        if alert is Alert.UNDER_SAFETY:
            return sa.and_(self.safety > 0, self.sellable < self.safety)
        if alert is Alert.UNDER_REORDER:
            up_to = sa.func.coalesce(StockLevel.order_up_to, StockLevel.reorder_at)
            return sa.and_(self.position <= StockLevel.reorder_at, self.position < up_to)
        if alert is Alert.DEAD:
            return sa.and_(self.sellable > 0, self._is_idle(limits.dead_days))
        is_slow = self._is_idle(limits.slow_days)
        if alert is Alert.SLOW:
            return sa.and_(self.sellable > 0, is_slow, ~self._is_idle(limits.dead_days))
        is_moving = sa.or_(self.last_on.is_(None), ~is_slow)
        is_known = sa.and_(self._is_paced(), self.sellable > 0)
        return sa.and_(is_known, self.cover > limits.over_days, is_moving)

    def _is_idle(self, days: int) -> sa.ColumnElement[bool]:
        return self.last_on <= self._days_ago(days)

    def stock_of(self, row: Any) -> SkuStock:
        """Return a row of the question as what it says."""
        asked = self.asked
        standing = Standing(
            shelf=int(row.shelf), reserve=int(row.reserve), reserved=int(row.reserved),
            unfit=int(row.unfit), dock=int(row.dock), dock_unfit=int(row.dock_unfit),
            quarantine=int(row.quarantine),
            promised=int(row.promised), held=int(row.held), on_the_way=int(row.on_the_way),
            drafted=int(row.drafted), owed=int(row.owed), safety=int(row.safety),
        )  # fmt: skip
        level = Level(
            safety=standing.safety, reorder_at=row.reorder_at, order_up_to=row.order_up_to
        )
        terms = Terms(pack_pieces=row.pack_pieces or 1, least_pieces=row.least_pieces or 0)
        sold = max(0, int(row.sold))
        cover = days_of_cover(standing.sellable, int(row.used_before), row.sale_days)
        idle = (asked.day - row.last_on).days if row.last_on else None
        return SkuStock(
            sku_id=row.id, code=row.code, name=row.name, properties=row.properties,
            is_active=row.is_active, storage_class=row.storage_class,
            on_hand=int(row.on_hand), reserved=int(row.all_reserved), bins=int(row.bins),
            standing=standing, level=level, terms=terms,
            may_sell=to_promise(standing, is_dock_sellable=asked.settings.is_dock_sellable),
            position=position(standing), to_order=order_quantity(standing, level, terms),
            next_on=row.next_on, supplier_id=row.supplier_id, supplier=row.supplier or "",
            cost_fen=row.cost_fen, sold=sold, cover=cover, idle_days=idle,
            alerts=alerts_of(standing, level, asked.limits, cover=cover, idle_days=idle),
        )  # fmt: skip


def stocks_of(
    session: Session, asked: Asked, sku_ids: Collection[int] | None = None
) -> dict[int, SkuStock]:
    """Return SKU id → its numbers; of all SKUs unless some are named."""
    question = StockQuestion(asked)
    query = question.select().order_by(Sku.code)
    if sku_ids is not None:
        query = query.where(Sku.id.in_(sku_ids))
    return {row.id: question.stock_of(row) for row in session.execute(query)}


def _there() -> sa.Subquery:
    def of(condition: Any, pieces: Any = StockBalance.on_hand) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, pieces), else_=0))

    return (
        sa.select(
            StockBalance.sku_id,
            sa.func.sum(StockBalance.on_hand).label("on_hand"),
            sa.func.sum(StockBalance.reserved).label("reserved"),
            of(StockBalance.on_hand != 0, 1).label("bins"),
            of(IS_PICKABLE).label("shelf"),
            of(IS_IN_RESERVE).label("reserve"),
            of(IS_SELLABLE, StockBalance.reserved).label("promised"),
            of(Bin.kind == BinKind.DOCK).label("dock"),
            of(Bin.kind == BinKind.QUARANTINE).label("quarantine"),
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(~StockBalance.is_in_work, ~StockBalance.is_virtual)
        .group_by(StockBalance.sku_id)
        .subquery()
    )


def _gone(*which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    gone = (
        sa.select(-sa.func.sum(DayFlow.pieces))
        .where(DayFlow.sku_id == Sku.id, *which)
        .correlate(Sku)
        .scalar_subquery()
    )
    return _number(gone)


def _last_on() -> sa.ColumnElement[date]:
    """Return the last day of a dispatch, a kit or a delivery, else the day the first piece came.

    Goods that came yesterday are not dead because the ones before them were sold long ago.
    """
    is_used = sa.and_(is_demand(), DayFlow.pieces < 0)
    is_new = sa.and_(DayFlow.kind.in_(DELIVERED), DayFlow.pieces > 0)
    last = (
        sa.select(DayFlow.day)
        .where(DayFlow.sku_id == Sku.id, sa.or_(is_used, is_new))
        .order_by(DayFlow.day.desc())
        .limit(1)
        .correlate(Sku)
        .scalar_subquery()
    )
    return sa.func.coalesce(last, _first_on(), type_=DayType())


def _first_on() -> sa.ScalarSelect[date]:
    """Return the first day any piece of the SKU came or went."""
    return (
        sa.select(DayFlow.day)
        .where(DayFlow.sku_id == Sku.id)
        .order_by(DayFlow.day)
        .limit(1)
        .correlate(Sku)
        .scalar_subquery()
    )


def _number(column: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(column, 0, type_=sa.Integer())

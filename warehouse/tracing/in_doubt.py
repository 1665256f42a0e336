"""Kits in doubt: which may have pieces of a blocked lot inside, and where these stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.models import (
    Lot,
    LotBalance,
    MoveSerial,
    Serial,
    StockBalance,
    SuspectKits,
)
from warehouse.tracing.recalling import KitsWith, kits_with
from warehouse.tracing.suspects import IS_OPEN, made_with

IS_IN_DOUBT = sa.and_(IS_OPEN, SuspectKits.kit_lot_id.is_(None))


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A blocked lot for which kits are held back, and how many were made with it."""

    lot_id: int
    lot: str
    sku: str
    made: int


@dataclass(frozen=True, kw_only=True)
class Around:
    """Other kits in the house that may have kits in doubt inside, of one lot where they have.

    `held` of them are held back themselves and not in quarantine.
    """

    sku_id: int
    sku: str
    lot_id: int | None
    lot: str
    on_hand: int
    held: int


@dataclass(frozen=True, kw_only=True)
class InDoubt:
    """Kits of a SKU without lots that may be in the house with pieces of blocked lots inside.

    `serials` are the numbers of those kits that have such pieces, where kits have numbers. Else
    which of the kits in `bins`, `quarantine` and other kits they are, and how many of them have
    left, nobody can say.
    """

    sku_id: int
    sku: str
    name: str
    causes: tuple[Cause, ...]
    bins: tuple[Any, ...]
    quarantine: tuple[Any, ...]
    inside: tuple[Around, ...]
    serials: tuple[Any, ...]

    @property
    def standing(self) -> int:
        """Kits that stand by themselves, those in quarantine left out."""
        return sum(place.on_hand for place in self.bins)

    @property
    def in_quarantine(self) -> int:
        """Kits that stand in quarantine."""
        return sum(place.on_hand for place in self.quarantine)

    @property
    def is_gone(self) -> bool:
        """Whether none is here: some left lately and may come back."""
        return not (self.bins or self.quarantine or self.inside)


def in_doubt(session: Session, *where: sa.ColumnElement[bool]) -> list[InDoubt]:
    """Return the kits in doubt of the `Sku`s of which this is true, by SKU code."""
    query = sa.select(Sku).where(
        Sku.id.in_(sa.select(SuspectKits.sku_id).where(IS_IN_DOUBT)), *where
    )
    made: dict[int, list[KitsWith]] = {}
    return [_in_doubt(session, sku, made) for sku in session.scalars(query.order_by(Sku.code))]


def in_doubt_for(lot_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that kits of a `Sku` are in doubt for this lot."""
    return Sku.id.in_(
        sa.select(SuspectKits.sku_id).where(IS_IN_DOUBT, SuspectKits.lot_id == lot_id)
    )


def skus_in_doubt(session: Session) -> int:
    """Return of how many SKUs kits are in doubt."""
    query = sa.select(sa.func.count(SuspectKits.sku_id.distinct())).where(IS_IN_DOUBT)
    return session.scalar(query) or 0


def causes_of(session: Session, kit_lot_id: int) -> Sequence[Any]:
    """Return id and code of the blocked lots inside kits of this lot, for which it is blocked."""
    return session.execute(
        sa.select(Lot.id, Lot.code)
        .join(SuspectKits, SuspectKits.lot_id == Lot.id)
        .where(SuspectKits.kit_lot_id == kit_lot_id, IS_OPEN)
        .distinct()
        .order_by(Lot.code)
    ).all()


def _in_doubt(session: Session, sku: Sku, made: dict[int, list[KitsWith]]) -> InDoubt:
    """Read one SKU; `made` keeps which kits have pieces of a lot, as several SKUs ask for it."""
    causes, kits, others = [], [], set[tuple[int, int | None]]()
    around = made_with(session, sku.id)
    for lot in _lots(session, sku.id):
        if lot.id not in made:
            made[lot.id] = kits_with(session, lot.id)
        own = [one for one in made[lot.id] if one.sku_id == sku.id]
        kits += own
        others |= {(one.sku_id, one.lot_id) for one in made[lot.id] if one.sku_id in around}
        causes.append(
            Cause(
                lot_id=lot.id,
                lot=lot.code,
                sku=lot.sku,
                made=sum(one.kits for one in own if not one.is_renamed),
            )
        )
    places = _places(session, sku.id)
    return InDoubt(
        sku_id=sku.id,
        sku=sku.code,
        name=sku.name,
        causes=tuple(causes),
        bins=tuple(place for place in places if place.kind is not BinKind.QUARANTINE),
        quarantine=tuple(place for place in places if place.kind is BinKind.QUARANTINE),
        inside=tuple(_standing(session, others)),
        serials=tuple(_pieces(session, [one.move_id for one in kits])),
    )


def _lots(session: Session, sku_id: int) -> Sequence[Any]:
    of_kits = sa.select(SuspectKits.lot_id).where(IS_IN_DOUBT, SuspectKits.sku_id == sku_id)
    return session.execute(
        sa.select(Lot.id, Lot.code, Sku.code.label("sku"))
        .join(Sku, Sku.id == Lot.sku_id)
        .where(Lot.id.in_(of_kits))
        .order_by(Lot.code, Lot.id)
    ).all()


def _places(session: Session, sku_id: int) -> Sequence[Any]:
    return session.execute(
        sa.select(Bin.id, Bin.code, Bin.kind, StockBalance.on_hand)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .where(StockBalance.sku_id == sku_id, StockBalance.on_hand > 0, ~StockBalance.is_virtual)
        .order_by(Bin.walk_order, Bin.code)
    ).all()


def _standing(session: Session, kits: Collection[tuple[int, int | None]]) -> list[Around]:
    """Return how many of these kits, by SKU and lot, stand in the house, by code."""
    loose = {sku_id for sku_id, lot_id in kits if lot_id is None}
    lots = {lot_id for _, lot_id in kits if lot_id is not None}
    without_lot = (
        sa.select(
            Sku.id, Sku.code, sa.null().label("lot_id"), sa.literal("").label("lot"),
            *_summed(StockBalance, Sku.id.in_(SUSPECT_SKUS)),
        )
        .join(StockBalance, StockBalance.sku_id == Sku.id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(Sku.id.in_(loose), StockBalance.on_hand > 0, ~StockBalance.is_virtual)
        .group_by(Sku.id, Sku.code)
    )  # fmt: skip
    by_lot = (
        sa.select(
            Sku.id, Sku.code, Lot.id.label("lot_id"), Lot.code.label("lot"),
            *_summed(LotBalance, Lot.blocked_at.is_not(None)),
        )
        .join(Lot, Lot.sku_id == Sku.id)
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .where(Lot.id.in_(lots), LotBalance.on_hand > 0, ~LotBalance.is_virtual)
        .group_by(Sku.id, Sku.code, Lot.id, Lot.code)
    )  # fmt: skip
    rows = [*session.execute(without_lot), *session.execute(by_lot)]
    return [
        Around(
            sku_id=row.id,
            sku=row.code,
            lot_id=row.lot_id,
            lot=row.lot,
            on_hand=int(row.on_hand),
            held=int(row.held),
        )
        for row in sorted(rows, key=lambda row: (row.code, row.lot))
    ]


def _summed(
    balance: type[StockBalance] | type[LotBalance], is_held: sa.ColumnElement[bool]
) -> tuple[sa.ColumnElement[Any], ...]:
    held = sa.case((sa.and_(is_held, Bin.kind != BinKind.QUARANTINE), balance.on_hand), else_=0)
    return sa.func.sum(balance.on_hand).label("on_hand"), sa.func.sum(held).label("held")


def _pieces(session: Session, move_ids: Collection[int]) -> Sequence[Any]:
    place = aliased(Bin)
    return session.execute(
        sa.select(Serial.id, Serial.code, place.code.label("bin"))
        .join(MoveSerial, MoveSerial.serial_id == Serial.id)
        .join(place, place.id == Serial.bin_id)
        .where(MoveSerial.move_id.in_(move_ids))
        .order_by(Serial.code)
    ).all()

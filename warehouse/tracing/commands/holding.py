"""A lot held together with the work on its goods, the work first, as a pick takes them."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.inventory.models import Lot, LotBalance, StockBalance
from warehouse.orders.queries import lock_consignments
from warehouse.packing.models import Parcel, ParcelState
from warehouse.tracing.commands.unpromising import open_tasks
from warehouse.tracing.recalling import kits_with
from warehouse.tracing.suspects import wait_for_promises
from warehouse.waves.leaving_out import hold_supply
from warehouse.waves.models import WaveSlot

_Reach = tuple[frozenset[int], frozenset[int]]  # lots, and SKUs of kits without lots


def hold_lot(session: Session, lot_id: int) -> Lot | None:
    """Return the lot, held with the lots of kits it went into and with all work on these goods.

    Nobody promises, packs or makes kits of any of them until the transaction ends. Consignments
    are waited for with empty hands. Where some were promised pieces just before the lots were
    held, everything is let go and taken anew: their pickers may want what is held.
    """
    while True:
        with suppress(_CameMeanwhile), session.begin_nested():
            _hold(session, lot_id)
            return session.get(Lot, lot_id, populate_existing=True)


class _CameMeanwhile(Exception):
    """There is more work on the goods than what is held."""


def _hold(session: Session, lot_id: int) -> None:
    reach = _reach(session, lot_id)
    work = _work(session, reach)
    lock_consignments(session, work)
    of_lot = session.scalars(sa.select(Lot.sku_id).where(Lot.id == lot_id)).all()
    hold_supply(session, work, of_lot)  # its SKU: only one of its lots is acted on at a time
    _lock(session, reach)
    if _reach(session, lot_id) != reach or not _work(session, reach) <= work:
        raise _CameMeanwhile


def _reach(session: Session, lot_id: int) -> _Reach:
    kits = kits_with(session, lot_id)
    lots = {lot_id, *(one.lot_id for one in kits if one.lot_id is not None)}
    return frozenset(lots), frozenset(one.sku_id for one in kits if one.lot_id is None)


def _lock(session: Session, reach: _Reach) -> None:
    """Hold what is reached. Moves of these goods go on: they ask only that their lot stays."""
    lots, skus = reach
    query = sa.select(Lot.id).where(Lot.id.in_(lots)).order_by(Lot.id)
    session.execute(query.with_for_update(key_share=True)).all()
    wait_for_promises(session, skus)


def _work(session: Session, reach: _Reach) -> set[int]:
    """Return the consignments the goods are promised to, or that have them in a tote or parcel."""
    lots, skus = reach
    promised = open_tasks(lots, skus).with_only_columns(WaveSlot.consignment_id).order_by(None)
    bins = sa.union_all(
        sa.select(LotBalance.bin_id).where(LotBalance.lot_id.in_(lots), LotBalance.on_hand > 0),
        sa.select(StockBalance.bin_id).where(
            StockBalance.sku_id.in_(skus), StockBalance.on_hand > 0
        ),
    )
    totes = sa.select(WaveSlot.consignment_id).where(
        WaveSlot.freed_at.is_(None), WaveSlot.tote_bin_id.in_(bins)
    )
    parcels = sa.select(Parcel.consignment_id).where(
        Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)),
        Parcel.bin_id.in_(bins),
    )
    return set(session.scalars(sa.union(promised, totes, parcels)))

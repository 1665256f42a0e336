"""What speaks against taking a bin out of use, each with where to look."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.counting.models import (
    ASKED_AGAIN,
    CountBin,
    CountLine,
    CountSession,
    LineState,
)
from warehouse.counting.queries import open_take
from warehouse.inventory.models import StockBalance, Unfound
from warehouse.people.models import Person
from warehouse.replenishing.models import Carried, ReplenishTask, TaskState
from warehouse.storing.models import Handling, HandlingState
from warehouse.text import Text, say
from warehouse.waves.models import WaveSlot

_NEEDED = frozenset({BinKind.DOCK, BinKind.QUARANTINE, BinKind.SET_ASIDE})
UNDECIDED = frozenset({*ASKED_AGAIN, LineState.DIFFERENT, LineState.APPROVED})


def before_bin(session: Session, place: Bin) -> Iterator[Text]:
    """Yield what must be done before the bin can be taken out of use; nothing if it can be.

    A bin that a count has not come to yet is no hindrance: the count goes on without it.
    """
    yield from _goods_in(session, place)
    yield from _on_cart(session, place)
    yield from _in_hands(session, place)
    yield from _tasks_of(session, place)
    yield from _counts_of(session, place)
    if place.kind in _NEEDED and not _has_other(session, place):
        yield say("{bin} is the only place of its kind. Make another first.", bin=place.code)


def live_count_of(session: Session, bin_id: int) -> CountBin | None:
    """Return the bin's place in a running count, held so that nobody begins with it meanwhile."""
    query = sa.select(CountBin).where(CountBin.bin_id == bin_id, CountBin.is_live)
    held = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).one_or_none()


def _goods_in(session: Session, place: Bin) -> Iterator[Text]:
    pieces, reserved = session.execute(
        sa.select(sa.func.sum(StockBalance.on_hand), sa.func.sum(StockBalance.reserved)).where(
            StockBalance.bin_id == place.id, StockBalance.on_hand != 0
        )
    ).one()
    if pieces:
        yield say("{pieces} pieces stand in {bin}, {reserved} of them promised. Move them first:"
                  " its page lists them.", pieces=int(pieces), bin=place.code,
                  reserved=int(reserved))  # fmt: skip
    lost = session.scalars(
        sa.select(Sku.code)
        .join(Unfound, Unfound.sku_id == Sku.id)
        .where(Unfound.bin_id == place.id)
        .order_by(Sku.code)
    ).first()
    if lost is not None:
        yield say("{sku} was not found in {bin}. Have the bin counted first.",
                  sku=lost, bin=place.code)  # fmt: skip


def _on_cart(session: Session, place: Bin) -> Iterator[Text]:
    carried = session.scalar(
        sa.select(WaveSlot.consignment_id).where(
            WaveSlot.tote_bin_id == place.id, WaveSlot.freed_at.is_(None)
        )
    )
    if carried is not None:
        yield say("{bin} carries consignment {number}. See that through first.",
                  bin=place.code, number=f"C{carried:08d}")  # fmt: skip


def _in_hands(session: Session, place: Bin) -> Iterator[Text]:
    stock = sa.select(Handling.person_id).where(
        Handling.state == HandlingState.OPEN,
        sa.or_(
            Handling.from_bin_id == place.id,
            Handling.advised_bin_id == place.id,
            Handling.other_bin_id == place.id,
        ),
    )
    carried = sa.select(Carried.person_id).where(
        sa.or_(Carried.from_bin_id == place.id, Carried.other_bin_id == place.id)
    )
    who = sa.select(Person.name).where(Person.id.in_(sa.union_all(stock, carried)))
    name = session.scalars(who.order_by(Person.name)).first()
    if name is not None:
        yield say("{name} is at {bin}, or on the way there, with goods in hand. The page of the"
                  " dock says what.", name=name, bin=place.code)  # fmt: skip


def _tasks_of(session: Session, place: Bin) -> Iterator[Text]:
    sku = session.scalars(
        sa.select(Sku.code)
        .join(ReplenishTask, ReplenishTask.sku_id == Sku.id)
        .where(
            ReplenishTask.state == TaskState.OPEN,
            sa.or_(ReplenishTask.from_bin_id == place.id, ReplenishTask.to_bin_id == place.id),
        )
        .order_by(ReplenishTask.id)
    ).first()
    if sku is not None:
        yield say("{sku} is to be brought from or to {bin}. Have the task done or take it back:"
                  " it is listed under filling.", sku=sku, bin=place.code)  # fmt: skip


def _counts_of(session: Session, place: Bin) -> Iterator[Text]:
    live = live_count_of(session, place.id)
    if live is None:
        return
    number = session.scalar(
        sa.select(CountSession.number).where(CountSession.id == live.session_id)
    )
    if open_take(session, live.id) is not None:
        who = session.scalar(sa.select(Person.name).where(Person.id == live.taken_by_id))
        yield say("{name} counts {bin} in count {number}. Wait until that is done.",
                  name=who or "", bin=place.code, number=number)  # fmt: skip
    open_lines = sa.select(CountLine.id).where(
        CountLine.count_bin_id == live.id, CountLine.state.in_(UNDECIDED)
    )
    if session.scalars(open_lines.limit(1)).first() is not None:
        yield say("Count {number} has something of {bin} to decide. Do that first.",
                  number=number, bin=place.code)  # fmt: skip


def _has_other(session: Session, place: Bin) -> bool:
    others = sa.select(Bin.id).where(Bin.kind == place.kind, Bin.is_active, Bin.id != place.id)
    return session.scalars(others.limit(1)).first() is not None

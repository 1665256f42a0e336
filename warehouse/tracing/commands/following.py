"""Lots that are blocked while kits with pieces of them are not held back: these are followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import Actor, Command, Outcome, Tone, execute, new_id
from warehouse.db import Database
from warehouse.errors import NotFound
from warehouse.inventory.models import Lot, Move, MoveReason, SuspectKits
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.kitting.made import BOOKED_IN
from warehouse.people import trail
from warehouse.text import say
from warehouse.tracing.commands.blocking import record_kits
from warehouse.tracing.commands.holding import hold_lot
from warehouse.tracing.commands.unpromising import give_promises_back
from warehouse.tracing.recalling import kits_with
from warehouse.tracing.suspects import IS_OPEN, hold_back, noted


@dataclass(frozen=True, kw_only=True)
class FollowLot(Command):
    """The lot is blocked, and kits with pieces of it are to be held back."""

    lot_id: int


def follow_lot(session: Session, command: FollowLot) -> Outcome:
    """Hold back kits with pieces of a lot that was blocked before anybody looked for such kits.

    Their promises are given back as those of the lot were. Goods in a tote or parcel stop at their
    next scan. Where the lot was let go meanwhile nothing happens.

    Raises:
        NotFound: there is no such lot.
    """
    lot = hold_lot(session, command.lot_id)
    if lot is None:
        raise NotFound(say("lot"), command.lot_id)
    message = say("Lot {lot} is not blocked.", lot=lot.code)
    if lot.blocked_at is not None:
        kits = hold_back(session, command, lot)
        give_promises_back(session, command, kits.lot_ids, kits.sku_ids)
        record_kits(session, command, lot, kits)
        trail.record(
            session, command, "lot", lot.id, "lot_followed",
            lots=len(kits.lot_ids), skus=len(kits.sku_ids),
        )  # fmt: skip
        message = say("{lots} lots of kits are blocked with lot {lot}, kits of {skus} SKUs without"
                      " lots held back.", lots=len(kits.lot_ids), lot=lot.code,
                      skus=len(kits.sku_ids))  # fmt: skip
    return Outcome(screen="lot", subject_id=lot.id, message=message, tone=Tone.ATTENTION)


def follow_blocked(database: Database, *, actor: Actor, at: datetime, zone: tzinfo) -> int:
    """Follow every lot a person blocked into kits nobody looked for; return how many lots.

    Into those as well that were booked in under another lot since. Costs two statements where there
    is none.
    """
    with database.reading() as session:
        found = sorted({*not_followed(session), *_renamed_since(session)})
    for lot_id in found:
        command = FollowLot(id=new_id(), actor=actor, at=at, zone=zone, lot_id=lot_id)
        execute(database, follow_lot, command)
    return len(found)


def not_followed(session: Session) -> list[int]:
    """Return the lots a person blocked of which pieces went into kits, none of them ever noted."""
    noted = sa.exists().where(SuspectKits.lot_id == Lot.id)
    for_another = sa.exists().where(SuspectKits.kit_lot_id == Lot.id, IS_OPEN)
    went = sa.exists(
        sa.select(Move.id)
        .join(Bin, Bin.id == Move.to_bin_id)
        .where(
            Move.lot_id == Lot.id,
            Move.reason == MoveReason.ASSEMBLE,
            Bin.kind == BinKind.KITTING,
            NOT_UNDONE,
        )
    )
    query = sa.select(Lot.id).where(Lot.blocked_at.is_not(None), ~noted, ~for_another, went)
    return sorted(session.scalars(query))


def _renamed_since(session: Session) -> list[int]:
    """Return the blocked lots of which kits came into another lot after they were held back."""
    here = sa.exists().where(
        Move.sku_id == SuspectKits.sku_id,
        Move.lot_id != SuspectKits.kit_lot_id,
        Move.at >= SuspectKits.began_at,
        *BOOKED_IN,
    )
    query = (
        sa.select(Lot)
        .where(Lot.id.in_(sa.select(SuspectKits.lot_id).where(IS_OPEN, here)))
        .where(Lot.blocked_at.is_not(None))
    )
    return [
        lot.id
        for lot in session.scalars(query)
        if {kits.move_id for kits in kits_with(session, lot.id)} - noted(session, lot)
    ]

"""When a SKU is bought again: typed, or taken over as its sales propose it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.supplying.forecasting import Proposal
from warehouse.supplying.models import LevelSource, StockLevel
from warehouse.supplying.proposals import proposals_of
from warehouse.supplying.stock import Asked
from warehouse.text import Text, say

MOST_PIECES = 1_000_000
MOST_SKUS = 2_000
NO_LEVELS = (0, None, None)  # as of a SKU of which nobody said anything


@dataclass(frozen=True, kw_only=True)
class SetLevel(Command):
    """A SKU is to have these levels; None: nobody says."""

    sku_id: int
    safety: int = 0
    reorder_at: int | None = None
    order_up_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class TakeProposals(Command):
    """The levels that their sales propose are to be those of the SKUs."""

    sku_ids: tuple[int, ...]


def set_level(session: Session, command: SetLevel) -> Outcome:
    """Keep the levels of one SKU.

    Raises:
        NotFound: no such SKU. InvalidInput: out of range or out of order; the fields say which.
    """
    sku = session.get(Sku, command.sku_id)
    if sku is None:
        raise NotFound(say("SKU"), command.sku_id)
    told = Gathered()
    for field, why in level_problems(command.safety, command.reorder_at, command.order_up_to):
        told.tell(why, field)
    told.refuse()
    wanted = (command.safety, command.reorder_at, command.order_up_to)
    if write_level(session, command, sku.id, wanted, LevelSource.TYPED):
        trail.record(session, command, "sku", sku.id, "level_set", **_facts(wanted))
    return Outcome(
        screen="sku", subject_id=sku.id, message=say("Levels of {sku} are kept.", sku=sku.code)
    )


def take_proposals(session: Session, command: TakeProposals) -> Outcome:
    """Take over what the sales propose now; SKUs with too few sales keep what they have.

    Raises:
        InvalidInput: no SKU, or more than 2,000.
    """
    if not 0 < len(command.sku_ids) <= MOST_SKUS:
        raise InvalidInput(say("Choose 1 to {most} SKUs.", most=MOST_SKUS), field="sku_ids")
    day = command.at.astimezone(command.zone).date()
    asked = Asked(day=day, settings=load_settings(session), zone=command.zone)
    taken = []
    for sku_id, found in sorted(proposals_of(session, asked, command.sku_ids).items()):
        if isinstance(found, Proposal):
            wanted = (found.safety, found.reorder_at, found.order_up_to)
            write_level(session, command, sku_id, wanted, LevelSource.PROPOSED)
            taken.append((sku_id, _facts(wanted)))
    trail.record_all(session, command, "sku", taken, "level_proposed")
    left = len(set(command.sku_ids)) - len(taken)
    message = (
        say("{count} taken over; {left} have too few sales.", count=len(taken), left=left)
        if left
        else say("{count} taken over.", count=len(taken))
    )
    return Outcome(
        screen="levels",
        message=message,
        tone=Tone.ATTENTION if left else Tone.OK,
        facts={"taken": len(taken), "left": left},
    )


def level_problems(
    safety: int, reorder_at: int | None, order_up_to: int | None
) -> Iterator[tuple[str, Text]]:
    """Yield each field and why these are no levels; nothing if they are."""
    is_sound = True
    for field, value, least in (
        ("safety", safety, 0), ("reorder_at", reorder_at, 0), ("order_up_to", order_up_to, 1)
    ):  # fmt: skip
        if value is not None and not least <= value <= MOST_PIECES:
            yield field, say("This must be {least} to {most}.", least=least, most=MOST_PIECES)
            is_sound = False
    if not is_sound:
        return
    if reorder_at is not None and reorder_at < safety:
        yield "reorder_at", say("The reorder point is not below the safety stock.")
    if order_up_to is not None and reorder_at is None:
        yield "reorder_at", say("Say at how many pieces it is bought again.")
    if order_up_to is not None and reorder_at is not None and order_up_to < reorder_at:
        yield "order_up_to", say("Ordered up to is not below the reorder point.")


def write_level(
    session: Session,
    command: Command,
    sku_id: int,
    wanted: tuple[int, int | None, int | None],
    source: LevelSource,
) -> bool:
    """Keep a SKU's levels; return whether they are others than before."""
    level = session.scalars(
        sa.select(StockLevel).where(StockLevel.sku_id == sku_id).with_for_update()
    ).first()
    if level is None and wanted == NO_LEVELS:
        return False
    if level is None:
        level = StockLevel(sku_id=sku_id)
        session.add(level)
    elif (level.safety, level.reorder_at, level.order_up_to) == wanted:
        return False
    level.safety, level.reorder_at, level.order_up_to = wanted
    level.source, level.changed_at = source, command.at
    level.changed_by = command.actor.person_id
    session.flush()
    return True


def _facts(wanted: tuple[int, int | None, int | None]) -> dict[str, int | None]:
    return dict(zip(("safety", "reorder_at", "order_up_to"), wanted, strict=True))

"""Couriers as the desk keeps them: name, how numbers look, what shops call them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.carriers.models import Carrier, CarrierAlias, WaybillPool
from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound
from warehouse.people import trail
from warehouse.text import say

LONGEST_CODE = 16
LONGEST_NAME = 60
LONGEST_PATTERN = 200
LONGEST_ALIAS = 64
MOST_ALIASES = 50
COURIER_WALK = 1_000_000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*")


@dataclass(frozen=True, kw_only=True)
class SaveCarrier(Command):
    """Make a courier, or change one; its code stays."""

    carrier_id: int | None = None
    code: str = ""
    name: str
    number_pattern: str = ""
    aliases: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class SetPoolActive(Command):
    """Take a pool of numbers out of use, or back in."""

    pool_id: int
    is_active: bool


def save_carrier(session: Session, command: SaveCarrier) -> Outcome:
    """Keep the courier with its aliases; a new one gets the bin that stands for it.

    Raises:
        InvalidInput: code or alias is taken, or the pattern is none.
    """
    name = command.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(say("Give it a name of 1 to {most} letters.", most=LONGEST_NAME),
                           field="name")  # fmt: skip
    pattern = _pattern(command.number_pattern.strip())
    carrier = _made(session, command) if command.carrier_id is None else _known(session, command)
    aliases = _aliases(session, command, carrier)
    was = {"name": carrier.name, "number_pattern": carrier.number_pattern,
           "is_active": carrier.is_active}  # fmt: skip
    carrier.name, carrier.number_pattern, carrier.is_active = name, pattern, command.is_active
    old = set(
        session.scalars(sa.select(CarrierAlias.alias).where(CarrierAlias.carrier_id == carrier.id))
    )
    session.execute(sa.delete(CarrierAlias).where(CarrierAlias.carrier_id == carrier.id))
    session.add_all(CarrierAlias(alias=alias, carrier_id=carrier.id) for alias in aliases)
    session.flush()
    fields = [field for field, value in was.items() if getattr(carrier, field) != value]
    fields += ["aliases"] if old != set(aliases) else []
    trail.record(session, command, "carrier", carrier.id, "changed", fields=fields)
    return Outcome(
        screen="carrier",
        subject_id=carrier.id,
        message=say("Courier {name} is saved.", name=carrier.name),
    )


def set_pool_active(session: Session, command: SetPoolActive) -> Outcome:
    """Keep whether numbers are taken from the pool."""
    pool = session.get(WaybillPool, command.pool_id, with_for_update=True)
    if pool is None:
        raise NotFound(say("pool"), command.pool_id)
    pool.is_active = command.is_active
    session.flush()
    event = "pool_on" if command.is_active else "pool_off"
    trail.record(session, command, "carrier", pool.carrier_id, event, pool=pool.id)
    message = (
        say("Numbers are taken from it again.")
        if command.is_active
        else say("No number is taken from it any more.")
    )
    tone = Tone.OK if command.is_active else Tone.ATTENTION
    return Outcome(screen="carrier", subject_id=pool.carrier_id, message=message, tone=tone)


def _made(session: Session, command: SaveCarrier) -> Carrier:
    code = command.code.strip().upper()
    if not 0 < len(code) <= LONGEST_CODE or not _CODE.fullmatch(code):
        raise InvalidInput(say("A code has letters and digits only."), field="code")
    if session.scalar(sa.select(Carrier.id).where(Carrier.code == code)) is not None:
        raise InvalidInput(say("There is a courier of this code."), field="code")
    place = session.scalars(sa.select(Bin).where(Bin.code == f"COURIER-{code}")).first()
    if place is None:
        place = Bin(code=f"COURIER-{code}", kind=BinKind.COURIER, walk_order=COURIER_WALK)
        session.add(place)
        session.flush()
    carrier = Carrier(code=code, name=command.name.strip(), bin_id=place.id)
    session.add(carrier)
    session.flush()
    return carrier


def _known(session: Session, command: SaveCarrier) -> Carrier:
    carrier = session.get(Carrier, command.carrier_id, with_for_update=True)
    if carrier is None:
        raise NotFound(say("courier"), command.carrier_id)
    return carrier


def _pattern(pattern: str) -> str:
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidInput(say("This is too long."), field="number_pattern")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidInput(
            say("This is no pattern of a number. Write it like {example}.", example="7[0-9]{13}"),
            field="number_pattern",
        ) from error
    return pattern


def _aliases(session: Session, command: SaveCarrier, carrier: Carrier) -> list[str]:
    wanted = list(dict.fromkeys(a.strip() for a in command.aliases if a.strip()))
    if len(wanted) > MOST_ALIASES or any(len(a) > LONGEST_ALIAS for a in wanted):
        raise InvalidInput(say("This is too long."), field="aliases")
    taken = session.scalar(
        sa.select(CarrierAlias.alias).where(
            CarrierAlias.alias.in_(wanted), CarrierAlias.carrier_id != carrier.id
        )
    )
    if taken is not None:
        raise InvalidInput(
            say("{alias} is a name of another courier already.", alias=taken), field="aliases"
        )
    return wanted

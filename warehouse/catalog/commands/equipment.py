"""Cartons and stations."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import CartonType, Station, StationKind
from warehouse.catalog.rules import code_problem, scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput
from warehouse.people import trail
from warehouse.text import say

LONGEST_MM = 5_000
HEAVIEST_TARE_G = 20_000


@dataclass(frozen=True, kw_only=True)
class SaveCarton(Command):
    """Make a type of carton, or change the one with this code. Sizes are inner ones."""

    code: str
    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    tare_g: int
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class SaveStation(Command):
    """Make a station, or change the one with this code."""

    code: str
    name: str
    kind: StationKind
    is_active: bool = True


def save_carton(session: Session, command: SaveCarton) -> Outcome:
    """Make or change a type of carton.

    Raises:
        InvalidInput: a code no scanner can read, or a size or weight no carton has.
    """
    code = _code(command.code)
    for field in ("length_mm", "width_mm", "height_mm"):
        if not 0 < getattr(command, field) <= LONGEST_MM:
            raise InvalidInput(say("This must be 1 to {most}.", most=LONGEST_MM), field=field)
    if not 0 <= command.tare_g <= HEAVIEST_TARE_G:
        raise InvalidInput(say("This must be 0 to {most}.", most=HEAVIEST_TARE_G), field="tare_g")
    carton = session.scalars(sa.select(CartonType).where(CartonType.code == code)).first()
    if carton is None:
        carton = CartonType(code=code)
        session.add(carton)
    carton.name = command.name.strip() or code
    carton.length_mm = command.length_mm
    carton.width_mm = command.width_mm
    carton.height_mm = command.height_mm
    carton.tare_g = command.tare_g
    carton.is_active = command.is_active
    session.flush()
    trail.record(session, command, "carton", carton.id, "carton_saved", tare_g=command.tare_g)
    return Outcome(
        screen="cartons", subject_id=carton.id, message=say("Carton {code} is saved.", code=code)
    )


def save_station(session: Session, command: SaveStation) -> Outcome:
    """Make or change a station.

    Raises:
        InvalidInput: a code no scanner can read.
    """
    code = _code(command.code)
    station = session.scalars(sa.select(Station).where(Station.code == code)).first()
    if station is None:
        station = Station(code=code)
        session.add(station)
    station.name = command.name.strip() or code
    station.kind = command.kind
    station.is_active = command.is_active
    session.flush()
    trail.record(session, command, "station", station.id, "station_saved", kind=command.kind)
    return Outcome(
        screen="stations", subject_id=station.id, message=say("Station {code} is saved.", code=code)
    )


def _code(text: str) -> str:
    code = scan_code(text)
    problem = code_problem(code)
    if problem is not None:
        raise InvalidInput(problem, field="code")
    return code

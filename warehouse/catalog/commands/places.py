"""Bins with their zones and walking order, and totes by the dozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.limits import (
    class_problem,
    limit_problems,
    limits_of,
)
from warehouse.catalog.commands.saved import Saved, outcome_of, require_all, subjects
from warehouse.catalog.models import VIRTUAL_KINDS, Barcode, Bin, BinKind, Zone
from warehouse.catalog.rules import Problem, code_problem, scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.text import Text, say

MADE_KINDS = frozenset(BinKind) - VIRTUAL_KINDS - {BinKind.PARCEL}
WALK_STEP = 10
MOST_TOTES = 1_000
LARGEST_MM = 2_000_000
LONGEST_NAME = 60  # of a zone
LARGEST_SEQUENCE = 100_000
LARGEST_WALK = 900_000  # the places that stand for the outside come after every walk


@dataclass(frozen=True, kw_only=True)
class BinFacts:
    """What is said of one bin. Without a walk order it comes after all others of its list.

    None, and an empty class, leave what is known as it is. `zone_class` is that of the zone (A, B,
    C, cold …), for all its bins that have none of their own.
    """

    code: str
    zone: str = ""
    zone_class: str = ""
    kind: BinKind = BinKind.SHELF
    x_mm: int | None = None
    y_mm: int | None = None
    walk_order: int | None = None
    length_mm: int | None = None  # inside
    width_mm: int | None = None
    height_mm: int | None = None
    most_weight_g: int | None = None
    most_pieces: int | None = None
    is_one_sku: bool | None = None
    storage_class: str = ""
    is_put_closed: bool | None = None
    is_pick_closed: bool | None = None
    row: int = 0
    unread: tuple[str, ...] = ()  # fields whose cells nobody can read: the row is not taken


@dataclass(frozen=True, kw_only=True)
class SaveBin(Command):
    """Make a bin, or change the one with this code."""

    facts: BinFacts


@dataclass(frozen=True, kw_only=True)
class ImportBins(Command):
    """Make or change the bins of a list; rows that cannot be taken are named."""

    rows: tuple[BinFacts, ...]


@dataclass(frozen=True, kw_only=True)
class SaveZone(Command):
    """Make a zone, or change the one with this code. None leaves its class as it is."""

    code: str
    name: str
    sequence: int
    storage_class: str | None = None


@dataclass(frozen=True, kw_only=True)
class MakeTotes(Command):
    """Make totes with running numbers; those that are there already stay."""

    count: int
    prefix: str = "TOTE-"
    first: int = 1
    digits: int = 3


def save_bin(session: Session, command: SaveBin) -> Outcome:
    """Make or change one bin.

    Raises:
        InvalidInput: a code no scanner can read, one that stands for goods, or another kind
            than the bin was made with.
    """
    require_all(_save(session, command, [command.facts]))
    code = scan_code(command.facts.code)
    found = session.scalars(sa.select(Bin).where(Bin.code == code)).one()
    return Outcome(
        screen="bin", subject_id=found.id, message=say("Bin {code} is saved.", code=code)
    )


def import_bins(session: Session, command: ImportBins) -> Outcome:
    """Make or change the bins; facts tell `new`, `changed`, `unchanged` and the `refused` rows."""
    return outcome_of(_save(session, command, command.rows), "bins")


def save_zone(session: Session, command: SaveZone) -> Outcome:
    """Make or change a zone; `sequence` orders the zones of the building.

    Raises:
        InvalidInput: a code no scanner can read, or what no zone can be called, or come after.
    """
    code = scan_code(command.code)
    told = Gathered()
    told.tell(code_problem(code), "code")
    if len(command.name.strip()) > LONGEST_NAME:
        told.tell(say("This is longer than {most} signs.", most=LONGEST_NAME), "name")
    if not 0 <= command.sequence <= LARGEST_SEQUENCE:
        told.tell(say("This must be 0 to {most}.", most=LARGEST_SEQUENCE), "sequence")
    told.tell(class_problem(command.storage_class or ""), "storage_class")
    told.refuse()
    zone = session.scalars(sa.select(Zone).where(Zone.code == code)).first()
    if zone is None:
        zone = Zone(code=code)
        session.add(zone)
    zone.name = command.name.strip() or code
    zone.sequence = command.sequence
    if command.storage_class is not None:
        zone.storage_class = command.storage_class.strip()
    session.flush()
    trail.record(session, command, "zone", zone.id, "zone_saved")
    return Outcome(
        screen="bins", subject_id=zone.id, message=say("Zone {code} is saved.", code=code)
    )


def make_totes(session: Session, command: MakeTotes) -> Outcome:
    """Make `count` totes from number `first` on.

    Raises:
        InvalidInput: too many at once, or a prefix no scanner can read.
    """
    if not 0 < command.count <= MOST_TOTES or command.first < 0:
        raise InvalidInput(say("Make 1 to {most} totes at once.", most=MOST_TOTES), field="count")
    numbers = range(command.first, command.first + command.count)
    facts = tuple(
        BinFacts(
            code=f"{command.prefix}{number:0{command.digits}d}", kind=BinKind.TOTE, walk_order=0
        )
        for number in numbers
    )
    saved = _save(session, command, facts)
    require_all(saved, name="prefix")
    return Outcome(
        screen="bins",
        message=say("{count} totes made.", count=len(saved.new)),
        facts={"new": saved.new, "unchanged": len(saved.unchanged)},
    )


def _save(session: Session, command: Command, rows: Sequence[BinFacts]) -> Saved:
    codes = {scan_code(row.code) for row in rows}
    known = {b.code: b for b in session.scalars(sa.select(Bin).where(Bin.code.in_(codes)))}
    goods = set(session.scalars(sa.select(Barcode.code).where(Barcode.code.in_(codes))))
    read = [row for row in rows if not row.unread]
    zones, classes = _zones(session, read), _classes(read)
    walked = _last_walk(session)
    saved = Saved()
    for row in rows:
        problems = [*_problems(row, known, goods), *_zone_problems(row, classes)]
        if saved.is_refused(row.row, problems, row.unread):
            continue
        code = scan_code(row.code)
        if code not in known:
            walked += WALK_STEP
            known[code] = _made(row, zones, walked)
            session.add(known[code])
            saved.new.append(code)
        elif _change(known[code], row, zones):
            saved.changed.append(code)
        else:
            saved.unchanged.append(code)
    _class_zones(session, command, zones, classes)
    session.flush()
    ids = {code: place.id for code, place in known.items()}
    trail.record_all(session, command, "bin", subjects(saved.new, ids), "bin_new")
    trail.record_all(session, command, "bin", subjects(saved.changed, ids), "bin_changed")
    return saved


def _zones(session: Session, rows: Sequence[BinFacts]) -> dict[str, int]:
    """Return zone code → id; zones nobody made yet are made in the order of the list."""
    wanted = list(dict.fromkeys(scan_code(row.zone) for row in rows if row.zone.strip()))
    found = {z.code: z.id for z in session.scalars(sa.select(Zone).where(Zone.code.in_(wanted)))}
    last = session.scalar(sa.select(sa.func.max(Zone.sequence))) or 0
    fresh = [code for code in wanted if code not in found]
    made = [Zone(code=c, name=c, sequence=last + n) for n, c in enumerate(fresh, start=1)]
    session.add_all(made)
    session.flush()
    return found | {zone.code: zone.id for zone in made}


def _classes(rows: Sequence[BinFacts]) -> dict[str, str]:
    """Return zone code → the class the list gives it: the first one named."""
    found: dict[str, str] = {}
    for row in rows:
        given = row.zone_class.strip()
        if given and row.zone.strip() and class_problem(given) is None:
            found.setdefault(scan_code(row.zone), given)
    return found


def _zone_problems(row: BinFacts, classes: Mapping[str, str]) -> Iterator[Problem]:
    given = row.zone_class.strip()
    reason = class_problem(given)
    zone = scan_code(row.zone)
    if given and reason is None and not zone and "zone" not in row.unread:
        reason = say("Name the zone whose class this is.")
    if given and reason is None and (known := classes.get(zone, given)) != given:
        reason = say("This list says zone {zone} is of class {known}.", zone=zone, known=known)
    if reason is not None:
        yield "zone_class", given, reason


def _class_zones(
    session: Session, command: Command, zones: Mapping[str, int], classes: Mapping[str, str]
) -> None:
    for code, given in sorted(classes.items()):
        zone = session.get_one(Zone, zones[code])
        if zone.storage_class != given:
            zone.storage_class = given
            trail.record(session, command, "zone", zone.id, "zone_saved")


def _last_walk(session: Session) -> int:
    last = session.scalar(
        sa.select(sa.func.max(Bin.walk_order)).where(Bin.walk_order <= LARGEST_WALK)
    )
    return last or 0


def _made(row: BinFacts, zones: dict[str, int], walk_order: int) -> Bin:
    return Bin(
        code=scan_code(row.code),
        kind=row.kind,
        zone_id=zones.get(scan_code(row.zone)),
        walk_order=walk_order if row.walk_order is None else row.walk_order,
        x_mm=row.x_mm,
        y_mm=row.y_mm,
        **{name: value for name, value in limits_of(row).items() if value is not None},
    )


def _change(place: Bin, row: BinFacts, zones: dict[str, int]) -> bool:
    wanted = {
        "zone_id": zones.get(scan_code(row.zone)),
        "walk_order": row.walk_order,
        "x_mm": row.x_mm,
        "y_mm": row.y_mm,
        **limits_of(row),
    }
    is_changed = False
    for name, value in wanted.items():
        if value is not None and value != getattr(place, name):
            setattr(place, name, value)
            is_changed = True
    return is_changed


def _problems(row: BinFacts, known: dict[str, Bin], goods: set[str]) -> Iterator[Problem]:
    for field, reason in _faults(row, known, goods):
        yield field, str(getattr(row, field)), reason


def _faults(row: BinFacts, known: dict[str, Bin], goods: set[str]) -> Iterator[tuple[str, Text]]:
    code = scan_code(row.code)
    reason = code_problem(code)
    if reason is None and code in goods:
        reason = say("{code} already stands for goods.", code=code)
    if reason is not None:
        yield "code", reason
    if row.kind not in MADE_KINDS:
        yield "kind", say("Bins of this kind make themselves.")
    elif code in known and known[code].kind is not row.kind:
        yield "kind", say("A bin keeps the kind it was made with.")
    if not 0 <= (row.walk_order or 0) <= LARGEST_WALK:
        yield "walk_order", say("The walk order is 0 to {most}.", most=LARGEST_WALK)
    yield from limit_problems(limits_of(row))
    for name in ("x_mm", "y_mm"):
        if abs(getattr(row, name) or 0) > LARGEST_MM:
            yield name, say("No building is that large.")

"""The site a day is played on: goods, shelves and couriers of the demo, people and printers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import Printer, PrinterKind, PrintRoute
from warehouse.carriers.models import Carrier
from warehouse.catalog.commands.equipment import SaveStation, save_station
from warehouse.catalog.commands.places import MakeTotes, make_totes
from warehouse.catalog.commands.skus import ImportSkus, import_skus
from warehouse.catalog.models import (
    PICKABLE_KINDS,
    Barcode,
    BarcodeKind,
    Bin,
    BinKind,
    Sku,
    Station,
    StationKind,
)
from warehouse.commands import Actor
from warehouse.demo import SENDER
from warehouse.demo.building import opening_rows, raise_building
from warehouse.demo.couriers import engage_couriers
from warehouse.demo.desk import SYSTEM_PERSON_ID, Desk
from warehouse.demo.goods import Variant
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.inventory.models import StockBalance
from warehouse.people.models import Person, PersonRole, Role
from warehouse.settings import change_settings
from warehouse.simulation.day import Day

ORDERS_PER_STOCK = 400  # the demo's stock lasts for about so many orders
TOTES_EACH = 14
MISSING_SHARE = 0.05  # of the places where stock should stand, some hold less than the book says
FEW = 3
WRONG_WEIGHT_SHARE = 0.02
PRINTED = ("waybill", "packing_slip", "pick_list", "manifest")


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who works, each with a station."""

    pickers: tuple[Actor, ...]
    packers: tuple[Actor, ...]
    door: Actor
    supervisor: Actor
    service: Actor
    receivers: tuple[Actor, ...] = ()
    counters: tuple[Actor, ...] = ()


def set_up(
    day: Day,
    goods: Sequence[Variant],
    *,
    pickers: int,
    packers: int,
    orders: int,
    seed: int,
    receivers: int = 0,
    counters: int = 0,
) -> Crew:
    """Make what is not there yet, put stock on the shelves, and return who works."""
    with day.database.transaction() as session:
        change_settings(session, dict(SENDER), person_id=SYSTEM_PERSON_ID, at=day.now)
        desk = Desk(session=session, now=day.now, name=day.run_name)
        raise_building(desk)
        engage_couriers(desk)
        desk.do(import_skus, ImportSkus, rows=tuple(v.sku for v in goods))
        factor = -(-orders // ORDERS_PER_STOCK)
        rows = tuple(
            OpeningRow(bin_code=r.bin_code, sku_code=r.sku_code, pieces=r.pieces * factor)
            for r in opening_rows(goods, seed)
        )
        desk.do(import_opening, ImportOpening, rows=rows)
        totes = TOTES_EACH * (pickers + packers)
        desk.do(make_totes, MakeTotes, count=totes, prefix="SIM-")
        day.world.free_totes.extend(f"SIM-{number:03d}" for number in range(1, totes + 1))
        crew = _crew(desk, pickers, packers, receivers, counters)
        _set_up_printers(session, day, crew)
    return crew


def survey(day: Day) -> None:
    """Look at the building once: what is scanned for what, and what lies where in truth."""
    with day.database.reading() as session:
        _survey_codes(session, day)
        _survey_stock(session, day)
    day.world.labels.clear()


def _survey_codes(session: Session, day: Day) -> None:
    rows = session.execute(
        sa.select(Sku.id, Sku.code, Sku.weight_g, Barcode.code, Barcode.pieces, Barcode.kind)
        .join(Barcode, Barcode.sku_id == Sku.id)
        .order_by(Sku.id, (Barcode.kind == BarcodeKind.EAN).desc(), Barcode.code)
    )
    for sku_id, sku, weight_g, code, pieces, _kind in rows:
        day.sku_codes[sku_id] = sku
        if pieces == 1:
            day.barcodes.setdefault(sku, code)
        else:
            day.packs.setdefault(sku, (code, pieces))
        if sku not in day.world.weights_g:
            day.world.weights_g[sku] = _true_weight(day, weight_g or 200)
    day.carriers = dict(
        session.execute(sa.select(Carrier.code, Carrier.id).where(Carrier.is_active)).all()
    )


def _true_weight(day: Day, weight_g: int) -> int:
    if day.happens(WRONG_WEIGHT_SHARE):
        return round(weight_g * 1.5) + 60
    return max(1, round(weight_g * day.chance.uniform(0.99, 1.01)))


def _survey_stock(session: Session, day: Day) -> None:
    """Put on the shelves what the book says, save for the places where the book is wrong."""
    rows = session.execute(
        sa.select(Bin.code, Bin.kind, Sku.code, StockBalance.on_hand)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(Bin.kind.in_(PICKABLE_KINDS), StockBalance.on_hand > 0)
        .order_by(Bin.walk_order, Bin.id, Sku.id)
    )
    for place, kind, sku, on_hand in rows:
        left = day.chance.randint(0, FEW) if day.happens(MISSING_SHARE) else on_hand
        day.world.places[place] = day.world.places.get(place, Counter())
        day.world.places[place][sku] += min(left, on_hand)
        if kind is BinKind.SHELF:
            day.homes.setdefault(sku, place)


def _crew(desk: Desk, pickers: int, packers: int, receivers: int, counters: int) -> Crew:
    def actors(word: str, count: int, kind: StationKind, role: Role) -> tuple[Actor, ...]:
        return tuple(
            Actor(
                person_id=_person(desk.session, f"sim-{word}-{n}", role),
                station_id=_station(desk, f"ST-{word.upper()}-{n}", kind),
            )
            for n in range(1, count + 1)
        )

    return Crew(
        pickers=actors("pick", pickers, StationKind.PICK, Role.PICKER),
        packers=actors("pack", packers, StationKind.PACK, Role.PACKER),
        door=actors("ship", 1, StationKind.SHIP, Role.PACKER)[0],
        supervisor=actors("desk", 1, StationKind.DESK, Role.SUPERVISOR)[0],
        service=Actor(person_id=_person(desk.session, "sim-service-1", Role.CUSTOMER_SERVICE)),
        receivers=actors("dock", receivers, StationKind.RECEIVE, Role.RECEIVER),
        counters=actors("count", counters, StationKind.COUNT, Role.COUNTER),
    )


def _person(session: Session, login: str, role: Role) -> int:
    found = session.scalar(sa.select(Person.id).where(Person.login == login))
    if found is not None:
        return found
    person = Person(name=login, login=login)
    session.add(person)
    session.flush()
    session.add(PersonRole(person_id=person.id, role=role))
    session.flush()
    return person.id


def _station(desk: Desk, code: str, kind: StationKind) -> int:
    found = desk.session.scalar(sa.select(Station.id).where(Station.code == code))
    if found is not None:
        return found
    return desk.do(save_station, SaveStation, code=code, name=code, kind=kind).subject_id or 0


def _set_up_printers(session: Session, day: Day, crew: Crew) -> None:
    """Give the day its own folder printer, and route the papers of its stations there."""
    printer = Printer(
        name=f"模拟打印机 {day.run_name}",
        kind=PrinterKind.FOLDER,
        address=str(day.out / "documents"),
    )
    session.add(printer)
    session.flush()
    crews = (*crew.pickers, *crew.packers, crew.door, crew.supervisor, *crew.receivers)
    stations = {a.station_id for a in crews}
    session.execute(sa.delete(PrintRoute).where(PrintRoute.station_id.in_(stations)))
    session.add_all(
        PrintRoute(station_id=station_id, document_kind=kind, printer_id=printer.id)
        for station_id in sorted(s for s in stations if s is not None)
        for kind in (*PRINTED, *(["goods_receipt"] if crew.receivers else []))
    )
    session.flush()

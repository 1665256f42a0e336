"""A floor with goods on shelves and a wave to pick, for the scan benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from warehouse import migrations
from warehouse.catalog.models import Barcode, BarcodeKind, Bin, BinKind, Sku
from warehouse.commands import Actor, Outcome, execute, new_id
from warehouse.db import Database, utcnow
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.orders.commands.audit import AuditOrders
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Order,
    OrderLine,
    OrderState,
    Shop,
    ShopState,
)
from warehouse.people import auth
from warehouse.people.models import Person, PersonRole, Role
from warehouse.settings import change_settings
from warehouse.text import say
from warehouse.waves.models import PickTask, Wave, WaveSlot, WaveState

PIECES = 1_000_000


@dataclass(frozen=True)
class Task:
    """A pick task and the barcode that confirms it."""

    task_id: int
    wave_id: int
    barcode: str


@dataclass(frozen=True)
class Floor:
    """A filled database."""

    database: Database
    actor: Actor
    tasks: list[Task]
    badge: str


def make_floor(where: Path | URL, *, skus: int = 2_000, tasks: int = 500) -> Floor:
    """Make a database with stock and one wave of `tasks` tasks that never run dry.

    In a file of SQLite, or in the empty database of a server.
    """
    database = Database(f"sqlite:///{where}" if isinstance(where, Path) else where)
    migrations.upgrade(database)
    with database.transaction() as session:
        picker = Person(
            name="bench",
            badge_hash=auth.hash_token("BENCH"),
            roles=[PersonRole(role=role) for role in (Role.PICKER, Role.PACKER)],
        )
        session.add(picker)
        session.add_all(
            Sku(code=f"SKU-{i:05d}", name=f"货品 {i}", weight_g=200) for i in range(skus)
        )
        session.add_all(
            Bin(code=f"A-{i:05d}", kind=BinKind.SHELF, walk_order=i) for i in range(skus)
        )
        session.add_all(Bin(code=f"TOTE-{i:05d}", kind=BinKind.TOTE) for i in range(tasks))
        session.flush()
        ids = list(session.scalars(sa.select(Sku.id).order_by(Sku.id)))
        session.add_all(
            Barcode(code=f"69{i:011d}", sku_id=sku_id, kind=BarcodeKind.EAN)
            for i, sku_id in enumerate(ids)
        )
        actor = Actor(person_id=picker.id)
        # The tablets of the measurement are enrolled nowhere.
        change_settings(session, {"is_tablet_required": False}, person_id=picker.id, at=utcnow())
    made: list[Task] = []

    def fill(session: Session, command: AuditOrders) -> Outcome:
        made.extend(_fill(session, command, tasks))
        return Outcome(screen="", message=say("{text}", text=""))

    command = AuditOrders(id=new_id(), actor=actor, at=utcnow(), order_ids=())
    execute(database, fill, command)
    database.dispose()  # what filled the tables has a page cache of its own size; begin afresh
    return Floor(database=database, actor=actor, tasks=made, badge="BDG-BENCH")


def _fill(session: Session, command: AuditOrders, tasks: int) -> list[Task]:
    opening = session.scalar(sa.select(Bin.id).where(Bin.kind == BinKind.OPENING)) or 0
    shelves = (
        session.execute(sa.select(Bin.id).where(Bin.kind == BinKind.SHELF).order_by(Bin.id))
        .scalars()
        .all()
    )
    totes = (
        session.execute(sa.select(Bin.id).where(Bin.kind == BinKind.TOTE).order_by(Bin.id))
        .scalars()
        .all()
    )
    skus = session.execute(sa.select(Sku.id, Barcode.code).join(Barcode).order_by(Sku.id)).all()
    ledger.post(
        session,
        command,
        [
            ledger.Posting(
                sku_id=sku_id,
                from_bin_id=opening,
                to_bin_id=shelf,
                pieces=2 * PIECES,
                reason=MoveReason.OPENING,
            )
            for (sku_id, _), shelf in zip(skus, shelves, strict=True)
        ],
    )
    shop = Shop(code="BENCH", name="bench", platform="own")
    wave = Wave(number="W-BENCH", created_at=command.at, state=WaveState.PICKING)
    wave.picker_id = command.actor.person_id
    session.add_all([shop, wave])
    session.flush()
    return [
        _task(session, command, shop.id, wave.id, n, skus[n], shelves[n], totes[n])
        for n in range(tasks)
    ]


def _task(
    session: Session,
    command: AuditOrders,
    shop_id: int,
    wave_id: int,
    n: int,
    sku: sa.Row[tuple[int, str]],
    shelf: int,
    tote: int,
) -> Task:
    sku_id, barcode = sku
    consignment = Consignment(state=ConsignmentState.PICKING, created_at=command.at)
    session.add(consignment)
    session.flush()
    order = Order(
        shop_id=shop_id,
        order_no=f"B{n:06d}",
        state=OrderState.RELEASED,
        shop_state=ShopState.PAID,
        created_at=command.at,
        received_at=command.at,
        consignment_id=consignment.id,
        lines=[OrderLine(line_key="1", sku_id=sku_id, pieces=PIECES)],
    )
    session.add(order)
    session.flush()
    line = ConsignmentLine(
        consignment_id=consignment.id,
        order_line_id=order.lines[0].id,
        sku_id=sku_id,
        pieces=PIECES,
    )
    slot = WaveSlot(wave_id=wave_id, consignment_id=consignment.id, slot_no=n + 1, tote_bin_id=tote)
    session.add_all([line, slot])
    session.flush()
    promise = ledger.Promise(
        consignment_line_id=line.id, bin_id=shelf, sku_id=sku_id, pieces=PIECES
    )
    task = PickTask(
        wave_id=wave_id,
        slot_id=slot.id,
        consignment_line_id=line.id,
        allocation_id=ledger.reserve(session, [promise])[0],
        bin_id=shelf,
        sku_id=sku_id,
        wanted=PIECES,
        sequence=n + 1,
        bin_confirmed_at=command.at,
    )
    session.add(task)
    session.flush()
    return Task(task.id, wave_id, barcode)

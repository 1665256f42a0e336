"""Rows for tests, made through the ledger and the handlers, as the floor would make them.

A `World` runs commands with fresh ids and a clock of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
import sqlalchemy as sa

from tests import stages
from tests.contents import Rows, rows_of
from tests.stations import STEPS, Goods, Stage, Work
from tests.stocking import PutStock, put_stock
from warehouse.carriers.commands import AddRange, add_range
from warehouse.carriers.models import Carrier, CheckRule
from warehouse.catalog.models import (
    Barcode,
    BarcodeKind,
    Bin,
    BinKind,
    CartonType,
    Sku,
    Station,
    StationKind,
)
from warehouse.commands import USUAL_ZONE, Actor, Command, Outcome, execute, new_id, perform
from warehouse.db import Base, Database
from warehouse.dispatch.commands.label import AssignWaybill, MatchLabel, assign_waybill, match_label
from warehouse.dispatch.models import Waybill, WaybillState
from warehouse.errors import WarehouseError
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason, StockBalance
from warehouse.inventory.proof import differences
from warehouse.inventory.queries import balance_of
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import RaiseHold, ReleaseHold, raise_hold, release_hold
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    Shop,
    ShopState,
)
from warehouse.orders.rules import receiver_key
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackItem, pack_item
from warehouse.packing.models import Parcel
from warehouse.people.models import Person
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.settings import change_settings
from warehouse.text import say
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.models import PickTask, TaskState
from warehouse.weighing.commands import RecordWeight, record_weight

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
SYSTEM = 1  # the person every database begins with
ADDRESS: Mapping[str, str] = {
    "receiver_name": "王小明",
    "receiver_phone": "13800000001",
    "receiver_province": "浙江省",
    "receiver_city": "杭州市",
    "receiver_district": "西湖区",
    "receiver_town": "",
    "receiver_detail": "文三路 1 号 2 幢 301 室",
}


@dataclass
class World:
    """A database with people in it, a clock that runs by seconds, and hands that send commands."""

    database: Database
    now: datetime = MONDAY
    zone: tzinfo = USUAL_ZONE
    people: dict[str, int] = field(default_factory=dict)
    made: int = 0

    # Sending commands

    def do(
        self,
        handler: Callable[[Any, Any], Outcome],
        kind: type[Command],
        /,
        *,
        by: str = "system",
        station: int | None = None,
        id: str | None = None,
        at: datetime | None = None,
        **fields: Any,
    ) -> Outcome:
        """Run one command of `by` and return its outcome; the clock moves on a second."""
        return execute(
            self.database,
            handler,
            self.command(kind, by=by, station=station, id=id, at=at, **fields),
        )

    def command(
        self,
        kind: type[Command],
        /,
        *,
        by: str = "system",
        station: int | None = None,
        id: str | None = None,
        at: datetime | None = None,
        **fields: Any,
    ) -> Any:
        """Return a command of `by`, made now, not yet run."""
        actor = Actor(person_id=self.person(by), station_id=station)
        fields.setdefault("zone", self.zone)
        return kind(id=id or new_id(), actor=actor, at=at or self.tick(), **fields)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def refused(
        self,
        error: type[WarehouseError],
        handler: Callable[[Any, Any], Outcome],
        kind: type[Command],
        /,
        **given: Any,
    ) -> WarehouseError:
        """Hold that the command is refused with exactly this error and that no row changes."""
        command = self.command(kind, **given)
        before = self.rows()
        with pytest.raises(error) as caught:
            execute(self.database, handler, command)
        assert type(caught.value) is error
        assert self.rows() == before
        return caught.value

    @contextmanager
    def nothing_written(self) -> Iterator[None]:
        """Hold that no row of any table changes inside the block."""
        before = self.rows()
        yield
        assert self.rows() == before

    def overlap(
        self,
        first: tuple[Callable[[Any, Any], Outcome], Command],
        second: tuple[Callable[[Any, Any], Outcome], Command],
        *,
        wait_s: float = 0.25,
    ) -> Outcome | Exception:
        """Run `second` while `first` has done its work but not committed; return how it ended."""
        ended: list[Outcome | Exception] = []

        def run() -> None:
            try:
                ended.append(execute(self.database, *second))
            except Exception as error:  # what it is, is for the test to say
                ended.append(error)

        thread = threading.Thread(target=run)
        with self.database.transaction() as session:
            perform(session, *first)
            thread.start()
            thread.join(wait_s)
        thread.join(90)
        assert ended, "the second command never ended"
        return ended[0]

    # Looking

    def rows(self) -> Rows:
        """Return every row of every table."""
        return rows_of(self.database)

    def get(self, model: type[Base], key: Any) -> Any:
        """Return a row by its primary key, as it is now."""
        with self.database.reading() as session:
            return session.get_one(model, key)

    def all(self, model: type[Base], **where: Any) -> list[Any]:
        """Return the rows with these values, by primary key."""
        with self.database.reading() as session:
            query = sa.select(model).filter_by(**where)
            return list(session.scalars(query.order_by(*sa.inspect(model).primary_key)).unique())

    def one(self, model: type[Base], **where: Any) -> Any:
        (row,) = self.all(model, **where)
        return row

    def state(self, model: type[Base], key: Any) -> str:
        return str(self.get(model, key).state)

    def balance(self, bin_code: str, goods: Goods) -> tuple[int, int, int]:
        """Return (on hand, reserved, available) of the goods in a bin."""
        bin_id = self.one(Bin, code=bin_code).id
        with self.database.reading() as session:
            return balance_of(session, bin_id, goods.id)

    def standing(self, goods: Goods) -> dict[str, int]:
        """Return bin code → pieces on hand of the goods, bins with none left out."""
        with self.database.reading() as session:
            rows = session.execute(
                sa.select(Bin.code, StockBalance.on_hand)
                .join(Bin, Bin.id == StockBalance.bin_id)
                .where(StockBalance.sku_id == goods.id, StockBalance.on_hand != 0)
            )
            return {row.code: row.on_hand for row in rows}

    def differences(self) -> list[Any]:
        with self.database.reading() as session:
            return differences(session)

    def holds(self, order_id: int) -> list[HoldKind]:
        """Return the kinds of the order's open holds."""
        found = self.all(Hold, order_id=order_id)
        return [hold.kind for hold in found if hold.released_at is None]

    def steps(self, work: Work) -> list[tuple[int, int, int, int, int]]:
        """Return (pieces, picked, checked, packed, dispatched) of each line."""
        found = self.all(ConsignmentLine, consignment_id=work.consignment_id)
        return [(x.pieces, x.picked, x.checked, x.packed, x.dispatched) for x in found]

    # Making what is there before any order

    def add(self, row: Base) -> Any:
        with self.database.transaction() as session:
            session.add(row)
        return row

    def person(self, name: str) -> int:
        """Return the id of the person, made on first mention."""
        if name == "system":
            return SYSTEM
        if name not in self.people:
            self.people[name] = self.add(Person(name=name, locale="en")).id
        return self.people[name]

    def station(self, code: str = "PACK-1", kind: StationKind = StationKind.PACK) -> int:
        return self.add(Station(code=code, name=code, kind=kind)).id

    def sku(self, code: str = "TEE", *, weight_g: int | None = 200) -> Goods:
        """Make goods with an EAN of one piece and a pack code of six."""
        goods = self.add(Sku(code=code, name=f"{code} cotton", weight_g=weight_g))
        ean, pack = f"69{goods.id:011d}", f"PACK-{code}"
        self.add(Barcode(code=ean, sku_id=goods.id, pieces=1, kind=BarcodeKind.EAN))
        self.add(Barcode(code=pack, sku_id=goods.id, pieces=6, kind=BarcodeKind.PACK))
        return Goods(id=goods.id, code=code, barcode=ean, pack=pack)

    def known_piece(self, serial: str, *, sku: str = "PHONE", place: str = "QUARANTINE") -> Goods:
        """Bring one piece of goods known piece by piece from the supplier into a bin."""
        goods = self.sku(sku)
        with self.database.transaction() as session:
            session.get_one(Sku, goods.id).is_serial_tracked = True
        posting = ledger.Posting(
            sku_id=goods.id,
            from_bin_id=self.one(Bin, code="SUPPLIER").id,
            to_bin_id=self.one(Bin, code=place).id,
            pieces=1,
            reason=MoveReason.RECEIVE,
            serials=(serial,),
        )

        def receive(session: Any, command: Command) -> Outcome:
            ledger.post(session, command, [posting])
            return Outcome(screen="test", message=say("Done."))

        self.do(receive, Command)
        return goods

    def add_goods(self, code: str) -> Goods:
        """Return the goods with this code, made on first mention with plenty on hand."""
        found = self.all(Sku, code=code)
        if found:
            return Goods(
                id=found[0].id, code=code, barcode=self.ean(found[0].id), pack=f"PACK-{code}"
            )
        goods = self.sku(code)
        self.stock(goods, f"A-{code}", 100)
        return goods

    def bin(self, code: str, *, kind: BinKind = BinKind.SHELF, walk_order: int = 0) -> int:
        return self.add(Bin(code=code, kind=kind, walk_order=walk_order)).id

    def tote(self, code: str) -> str:
        self.bin(code, kind=BinKind.TOTE)
        return code

    def stock(self, goods: Goods, bin_code: str, pieces: int, *, walk_order: int = 0) -> None:
        """Put pieces into a shelf, made on first mention."""
        found = self.all(Bin, code=bin_code)
        bin_id = found[0].id if found else self.bin(bin_code, walk_order=walk_order)
        posting = ledger.Posting(
            sku_id=goods.id,
            from_bin_id=self.one(Bin, code="OPENING").id,
            to_bin_id=bin_id,
            pieces=pieces,
            reason=MoveReason.OPENING,
        )
        self.do(put_stock, PutStock, postings=(posting,))

    def goods_in_reserve(self) -> Goods:
        """Make goods of which 2 lie on their shelf, 20 and 30 in reserve."""
        goods = self.sku("TEE")
        self.stock(goods, "A-01", 2, walk_order=1)
        for code, pieces, walk in (("R-01", 20, 90), ("R-02", 30, 91)):
            self.bin(code, kind=BinKind.RESERVE, walk_order=walk)
            self.stock(goods, code, pieces)
        return goods

    def carton(self, code: str = "BOX-M", *, tare_g: int = 100) -> int:
        size = {"length_mm": 300, "width_mm": 200, "height_mm": 150}
        return self.add(CartonType(code=code, name=code, tare_g=tare_g, **size)).id

    def carrier(self, code: str = "ZTO", *, numbers: int = 100, first: int = 1) -> int:
        """Make a courier with a pool of `numbers` waybill numbers, prefixed with its code."""
        bin_id = self.bin(f"COURIER-{code}", kind=BinKind.COURIER)
        carrier_id = self.add(Carrier(code=code, name=f"{code} Express", bin_id=bin_id)).id
        if numbers:
            self.do(
                add_range,
                AddRange,
                carrier_id=carrier_id,
                prefix=code,
                first=first,
                last=first + numbers - 1,
                digits=8,
                check_rule=CheckRule.NONE,
            )
        return carrier_id

    def settings(self, **wanted: Any) -> None:
        with self.database.transaction() as session:
            change_settings(session, wanted, person_id=SYSTEM, at=self.tick())

    def site(self, **settings: Any) -> None:
        """Make what every flow needs: a courier, a carton, no waiting for merges."""
        self.carrier()
        self.carton()
        self.settings(default_carrier_code="ZTO", hold_merge_candidates=False, **settings)

    # Making orders

    def shop(self) -> int:
        found = self.all(Shop, code="TB")
        if found:
            return found[0].id
        return self.add(Shop(code="TB", name="Taobao shop", platform="taobao")).id

    def order(self, lines: Mapping[Goods, int] | Sequence[tuple[Goods, int]], **facts: Any) -> int:
        """Make an order as an import leaves it: received, paid, with a full address."""
        self.made += 1
        pairs = list(lines.items()) if isinstance(lines, Mapping) else list(lines)
        address = {**ADDRESS, **{k: facts.pop(k) for k in list(facts) if k in ADDRESS}}
        is_masked = facts.get("is_masked", False)
        key = receiver_key(
            **{k.removeprefix("receiver_"): v for k, v in address.items()},
            token=facts.get("receiver_token", ""),
            is_masked=is_masked,
        )
        at = self.tick()
        given = {
            "order_no": f"21{self.made:010d}",
            "shop_state": ShopState.PAID,
            "created_at": at,
            "paid_at": at,
            "received_at": at,
            "receiver_key": key,
            **address,
            **facts,
        }
        order = Order(shop_id=self.shop(), **given)
        order.lines = [
            OrderLine(line_key=str(n), sku_id=goods.id, pieces=pieces, title=goods.code)
            for n, (goods, pieces) in enumerate(pairs, start=1)
        ]
        return self.add(order).id

    def audited(self, lines: Any, **facts: Any) -> int:
        order_id = self.order(lines, **facts)
        self.do(audit_orders, AuditOrders, order_ids=(order_id,))
        return order_id

    def released(self, lines: Any, **facts: Any) -> Work:
        """Make an order, let pass whatever a person may, and release it."""
        order_id = self.audited(lines, **facts)
        self.unstop(Work(order_ids=[order_id], consignment_id=0, goods={}))
        outcome = self.do(release_orders, ReleaseOrders, order_ids=(order_id,))
        assert outcome.facts["released"] == 1, self.holds(order_id)
        return self.work_of(order_id, lines)

    def work_of(self, order_id: int, lines: Any = ()) -> Work:
        pairs = list(lines.items()) if isinstance(lines, Mapping) else list(lines)
        consignment_id = self.get(Order, order_id).consignment_id
        return Work(
            order_ids=[o.id for o in self.all(Order, consignment_id=consignment_id)],
            consignment_id=consignment_id,
            goods={goods.code: goods for goods, _ in pairs},
        )

    def carrier_id(self, work: Work) -> int:
        return self.get(Consignment, work.consignment_id).carrier_id

    # Taking a consignment from station to station

    def bring(
        self,
        stage: Stage,
        *,
        lines: Any = None,
        on_hand: int = 10,
        work: Work | None = None,
        **facts: Any,
    ) -> Work:
        """Return work that stands at `stage`: by default TEE 2 and MUG 1, ten of each on hand."""
        is_usual = lines is None and on_hand == 10 and work is None and not facts
        if is_usual and self.is_new and stages.is_untouched(self.database):
            return self._usual(stage)
        if work is None:
            if not self.all(Carrier):
                self.site()
            if lines is None:
                lines = {self.sku("TEE"): 2, self.sku("MUG", weight_g=300): 1}
            pairs = list(lines.items()) if isinstance(lines, Mapping) else list(lines)
            for n, (goods, _) in enumerate(pairs, start=1):
                if on_hand and not self.standing(goods):
                    self.stock(goods, f"A-{n:02d}", on_hand, walk_order=n)
            work = self.released(pairs, **facts)
        for step in Stage:
            if work.stage < step <= stage:
                STEPS[step](self, work)
                work.stage = step
        return work

    @property
    def is_new(self) -> bool:
        """Whether nothing was made in this world yet."""
        return self.now == MONDAY and self.zone is USUAL_ZONE and not (self.people or self.made)

    def _usual(self, stage: Stage) -> Work:
        """Return the usual work of an empty database, made once and then copied."""
        found = stages.kept(stage, self.database)
        if found is None:
            self.tick()
            work = self.bring(stage)
            stages.keep(stage, self.database, (work, self.now, self.people, self.made))
            return work
        work, self.now, self.people, self.made = found
        return work

    def wave(self, *works: Work) -> int:
        """Make one wave of the works and take it."""
        ids = tuple(w.consignment_id for w in works)
        wave_id = self.do(make_wave, MakeWave, consignment_ids=ids).subject_id
        assert wave_id is not None
        for work in works:
            work.wave_id = wave_id
        return wave_id

    def open_tasks(self, wave_id: int) -> list[Any]:
        return [t for t in self.all(PickTask, wave_id=wave_id) if t.state is TaskState.OPEN]

    def pick(self, task: Any, pieces: int | None = None, *, by: str = "picker") -> Outcome:
        """Confirm the task's bin and pick `pieces` of it, all that is left by default."""
        bin_code = self.get(Bin, task.bin_id).code
        self.do(confirm_bin, ConfirmBin, by=by, task_id=task.id, barcode=bin_code)
        return self.do(
            confirm_pick,
            ConfirmPick,
            by=by,
            task_id=task.id,
            barcode=self.ean(task.sku_id),
            pieces=pieces or task.wanted - task.picked,
        )

    def ean(self, sku_id: int) -> str:
        return self.one(Barcode, sku_id=sku_id, kind=BarcodeKind.EAN).code

    def stop(self, work: Work, kind: HoldKind = HoldKind.MANUAL, note: str = "wait") -> None:
        """Hold the first order of the work."""
        self.do(raise_hold, RaiseHold, order_id=work.order_id, kind=kind, note=note)

    def unstop(self, work: Work) -> None:
        """Release every open hold of the work's orders by a person's word."""
        for order_id in work.order_ids:
            for hold in self.all(Hold, order_id=order_id):
                if hold.released_at is None:
                    self.do(release_hold, ReleaseHold, by="clerk", hold_id=hold.id, note="settled")

    def pack_one_parcel(self, work: Work, barcode: str, pieces: int = 1) -> int:
        """Open a carton and pack some pieces; return the parcel's id."""
        outcome = self.do(
            open_parcel, OpenParcel, by="packer", consignment_id=work.consignment_id,
            barcode="BOX-M",
        )  # fmt: skip
        parcel_id = outcome.subject_id
        self.do(
            pack_item, PackItem, by="packer", parcel_id=parcel_id, barcode=barcode, pieces=pieces
        )
        assert parcel_id is not None
        return parcel_id

    def label(self, parcel_id: int) -> str:
        """Weigh, label and match a sealed parcel; return its waybill number."""
        expected = self.get(Parcel, parcel_id).expected_g
        self.do(record_weight, RecordWeight, parcel_id=parcel_id, gross_g=expected or 500)
        self.do(assign_waybill, AssignWaybill, by="packer", parcel_id=parcel_id)
        number = self.waybill_no(parcel_id)
        self.do(match_label, MatchLabel, by="packer", parcel_id=parcel_id, barcode=number)
        return number

    def waybill_no(self, parcel_id: int) -> str:
        return self.one(Waybill, parcel_id=parcel_id, state=WaybillState.LIVE).number

"""Bringing orders of the demo to a stage, scan by scan, through the handlers of the tablets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from warehouse.catalog.models import Barcode, BarcodeKind, Bin, Sku, Station
from warehouse.checking.commands.count import CheckItem, check_item
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.commands import Actor, Outcome
from warehouse.demo.desk import Desk
from warehouse.dispatch.commands.handover import (
    CloseHandover,
    HandOverParcel,
    OpenHandover,
    close_handover,
    hand_over_parcel,
    open_handover,
)
from warehouse.dispatch.commands.label import (
    AssignWaybill,
    MatchLabel,
    assign_waybill,
    match_label,
)
from warehouse.dispatch.models import Waybill, WaybillState
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Consignment, ConsignmentLine, Order
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackRest, pack_rest
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.packing.models import Parcel
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.wave import (
    BindTote,
    FinishWave,
    TakeWave,
    bind_tote,
    finish_wave,
    take_wave,
)
from warehouse.picking.queries import pick_view
from warehouse.picking.screens import PickScreen
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.models import Wave, WaveSlot
from warehouse.weighing.commands import RecordWeight, record_weight


@dataclass
class Floor:
    """The demo's workers at their stations, one act after the other."""

    desk: Desk
    people: dict[str, int]
    totes: list[str]  # free ones; taken from the front, given back at the end
    stations: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = self.desk.session.execute(sa.select(Station.code, Station.id))
        self.stations = dict(found.all())

    def by(self, login: str, station: str = "ST-DESK-1") -> Desk:
        """Return the desk in somebody's name at a station."""
        self.desk.actor = Actor(person_id=self.people[login], station_id=self.stations[station])
        return self.desk

    def release(self, order_ids: Sequence[int]) -> Outcome:
        """Audit the orders and give those that are clean to the floor."""
        self.by("zhou").do(audit_orders, AuditOrders, order_ids=tuple(order_ids))
        return self.by("huang").do(release_orders, ReleaseOrders, order_ids=tuple(order_ids))

    def wave(self, order_ids: Sequence[int]) -> int:
        """Plan one walk for the orders and return the wave's id."""
        ids = tuple(self.consignment(order_id) for order_id in order_ids)
        outcome = self.by("huang").do(make_wave, MakeWave, consignment_ids=ids)
        assert outcome.subject_id is not None, str(outcome.message)  # noqa: S101
        return outcome.subject_id

    def pick(
        self, wave_id: int, *, by: str = "zhang", station: str = "ST-PICK-1",
        tasks: int | None = None,
    ) -> None:  # fmt: skip
        """Take the wave, bind its totes and pick, all of it or so many tasks."""
        picker = self.by(by, station)
        picker.do(take_wave, TakeWave, wave_id=wave_id)
        done = 0
        while tasks is None or done < tasks:
            view = pick_view(picker.session, picker.session.get_one(Wave, wave_id))
            if view.screen is PickScreen.TOTES:
                picker.do(bind_tote, BindTote, wave_id=wave_id, barcode=self.totes.pop(0))
            elif view.screen is PickScreen.BIN and view.task:
                code = view.task.bin_code
                picker.do(confirm_bin, ConfirmBin, task_id=view.task.task_id, barcode=code)
            elif view.screen is PickScreen.ITEM and view.task:
                picker.do(
                    confirm_pick, ConfirmPick, task_id=view.task.task_id,
                    barcode=self.barcode(view.task.sku_id), pieces=view.task.left,
                )  # fmt: skip
                done += 1
            else:
                picker.do(finish_wave, FinishWave, wave_id=wave_id)
                return

    def check(self, order_id: int, *, by: str = "wang", lines: int | None = None) -> int:
        """Look at the order's tote a second time, all of it or so many lines; return the check."""
        checker = self.by(by, "ST-CHECK-1")
        started = checker.do(start_check, StartCheck, barcode=self.tote(order_id))
        check_id = started.subject_id or 0
        for line in self.lines(order_id)[:lines]:
            checker.do(
                check_item, CheckItem, check_id=check_id,
                barcode=self.barcode(line.sku_id), pieces=line.picked,
            )  # fmt: skip
        return check_id

    def pack(self, order_id: int, *, carton: str = "CTN-5", by: str = "liu") -> Parcel:
        """Put the order into one parcel and seal it."""
        parcel_id = self.open_parcel(order_id, carton=carton, by=by)
        tote = self.tote(order_id)
        self.by(by, "ST-PACK-1").do(pack_rest, PackRest, parcel_id=parcel_id)
        self.totes.append(tote)
        return self.desk.session.get_one(Parcel, parcel_id)

    def open_parcel(self, order_id: int, *, carton: str = "CTN-5", by: str = "liu") -> int:
        """Scan the tote and a carton; return the id of the open parcel."""
        packer = self.by(by, "ST-PACK-1")
        packer.do(start_packing, StartPacking, barcode=self.tote(order_id))
        opened = packer.do(
            open_parcel, OpenParcel, consignment_id=self.consignment(order_id), barcode=carton
        )
        return opened.subject_id or 0

    def weigh(self, parcel: Parcel, *, off_by_g: int = 6, reason: str = "") -> Outcome:
        """Put the parcel on the scale, which shows a little more than expected."""
        return self.by("chen", "ST-WEIGH-1").do(
            record_weight, RecordWeight, parcel_id=parcel.id,
            gross_g=(parcel.expected_g or 0) + off_by_g, override_reason=reason,
        )  # fmt: skip

    def label(self, parcel: Parcel) -> str:
        """Give the parcel its number, and return it."""
        self.by("chen", "ST-WEIGH-1").do(assign_waybill, AssignWaybill, parcel_id=parcel.id)
        return self.waybill(parcel.id)

    def match(self, parcel: Parcel) -> None:
        """Scan the label back on the parcel."""
        number = self.waybill(parcel.id)
        self.by("chen", "ST-WEIGH-1").do(
            match_label, MatchLabel, parcel_id=parcel.id, barcode=number
        )

    def finish(self, order_id: int) -> Parcel:
        """Bring a picked order to the door: checked, packed, weighed, labelled, matched."""
        self.check(order_id)
        parcel = self.pack(order_id)
        self.weigh(parcel)
        self.label(parcel)
        self.match(parcel)
        return parcel

    def hand_over(self, carrier_id: int, waybills: Sequence[str], *, is_closed: bool) -> int:
        """Let the courier take the parcels; return the handover."""
        door = self.by("liu", "ST-SHIP-1")
        handover_id = door.do(open_handover, OpenHandover, carrier_id=carrier_id).subject_id or 0
        for number in waybills:
            door.do(hand_over_parcel, HandOverParcel, handover_id=handover_id, barcode=number)
        if is_closed:
            door.do(close_handover, CloseHandover, handover_id=handover_id)
        return handover_id

    def consignment(self, order_id: int) -> int:
        """Return the id of the order's consignment."""
        found = self.desk.session.scalar(
            sa.select(Order.consignment_id).where(Order.id == order_id)
        )
        assert found is not None, order_id  # noqa: S101
        return found

    def carrier(self, order_id: int) -> int:
        """Return the id of the courier the order goes with."""
        found = self.desk.session.scalar(
            sa.select(Consignment.carrier_id).where(Consignment.id == self.consignment(order_id))
        )
        assert found is not None, order_id  # noqa: S101
        return found

    def lines(self, order_id: int) -> Sequence[ConsignmentLine]:
        """Return the lines of the order's consignment."""
        return self.desk.session.scalars(
            sa.select(ConsignmentLine)
            .where(ConsignmentLine.consignment_id == self.consignment(order_id))
            .order_by(ConsignmentLine.id)
        ).all()

    def tote(self, order_id: int) -> str:
        """Return the code of the tote the order's goods are in."""
        return self.desk.session.execute(
            sa.select(Bin.code)
            .join(WaveSlot, WaveSlot.tote_bin_id == Bin.id)
            .where(
                WaveSlot.consignment_id == self.consignment(order_id),
                WaveSlot.freed_at.is_(None),
            )
        ).scalar_one()

    def barcode(self, sku_id: int) -> str:
        """Return the EAN of a SKU, or whatever else is scanned for one piece of it."""
        return self.desk.session.execute(
            sa.select(Barcode.code)
            .join(Sku, Sku.id == Barcode.sku_id)
            .where(Sku.id == sku_id, Barcode.pieces == 1)
            .order_by((Barcode.kind == BarcodeKind.EAN).desc(), Barcode.code)
            .limit(1)
        ).scalar_one()

    def waybill(self, parcel_id: int) -> str:
        """Return the valid waybill number of a parcel."""
        return self.desk.session.execute(
            sa.select(Waybill.number).where(
                Waybill.parcel_id == parcel_id, Waybill.state == WaybillState.LIVE
            )
        ).scalar_one()

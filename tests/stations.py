"""One consignment on its way: the stages, and the hands that bring it from station to station."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from warehouse.checking.commands.count import CheckItem, check_item
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.dispatch.commands.handover import (
    HandOverParcel,
    OpenHandover,
    hand_over_parcel,
    open_handover,
)
from warehouse.dispatch.commands.label import AssignWaybill, MatchLabel, assign_waybill, match_label
from warehouse.orders.models import Consignment, ConsignmentLine
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackRest, pack_rest
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.packing.models import Parcel
from warehouse.picking.commands.wave import BindTote, TakeWave, bind_tote, take_wave
from warehouse.weighing.commands import RecordWeight, record_weight

if TYPE_CHECKING:
    from tests.builders import World


@dataclass(frozen=True, kw_only=True)
class Goods:
    """A SKU with its one-piece barcode, and the code of a pack of six."""

    id: int
    code: str
    barcode: str
    pack: str


class Stage(IntEnum):
    """How far `World.bring` takes a consignment."""

    READY = 0
    WAVED = 1
    TOTE_BOUND = 2
    HALF_PICKED = 3
    PICKED = 4
    CHECKING = 5
    CHECKED = 6
    PACKING = 7
    PARCEL_OPEN = 8
    PACKED = 9
    WEIGHED = 10
    LABELLED = 11
    MATCHED = 12
    DISPATCHED = 13


@dataclass
class Work:
    """One consignment on its way, and what belongs to it."""

    order_ids: list[int]
    consignment_id: int
    goods: dict[str, Goods]
    wave_id: int = 0
    tote: str = ""
    check_id: int = 0
    parcel_id: int = 0
    waybill_no: str = ""
    handover_id: int = 0
    stage: Stage = Stage.READY

    @property
    def order_id(self) -> int:
        return self.order_ids[0]


def _wave(world: World, work: Work) -> None:
    world.wave(work)


def _bind(world: World, work: Work) -> None:
    world.do(take_wave, TakeWave, by="picker", wave_id=work.wave_id)
    work.tote = world.tote(f"T-{work.consignment_id}")
    world.do(bind_tote, BindTote, by="picker", wave_id=work.wave_id, barcode=work.tote)


def _pick_half(world: World, work: Work) -> None:
    world.pick(world.open_tasks(work.wave_id)[0], 1)


def _pick_rest(world: World, work: Work) -> None:
    for task in world.open_tasks(work.wave_id):
        world.pick(task)


def _start_check(world: World, work: Work) -> None:
    if not world.get(Consignment, work.consignment_id).is_check_required:
        return
    outcome = world.do(start_check, StartCheck, by="checker", barcode=work.tote)
    assert outcome.subject_id is not None
    work.check_id = outcome.subject_id


def _check_all(world: World, work: Work) -> None:
    for line in world.all(ConsignmentLine, consignment_id=work.consignment_id):
        if work.check_id and line.picked > line.checked:
            world.do(
                check_item, CheckItem, by="checker", check_id=work.check_id,
                barcode=world.ean(line.sku_id), pieces=line.picked - line.checked,
            )  # fmt: skip


def _start_packing(world: World, work: Work) -> None:
    world.do(start_packing, StartPacking, by="packer", barcode=work.tote)


def _open_parcel(world: World, work: Work) -> None:
    outcome = world.do(
        open_parcel, OpenParcel, by="packer", consignment_id=work.consignment_id, barcode="BOX-M"
    )
    assert outcome.subject_id is not None
    work.parcel_id = outcome.subject_id


def _pack(world: World, work: Work) -> None:
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)


def _weigh(world: World, work: Work) -> None:
    expected = world.get(Parcel, work.parcel_id).expected_g
    world.do(
        record_weight, RecordWeight, by="packer", parcel_id=work.parcel_id, gross_g=expected or 500
    )


def _label(world: World, work: Work) -> None:
    world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=work.parcel_id)
    work.waybill_no = world.waybill_no(work.parcel_id)


def _match(world: World, work: Work) -> None:
    if world.state(Parcel, work.parcel_id) == "labelled":
        world.do(
            match_label, MatchLabel, by="packer", parcel_id=work.parcel_id, barcode=work.waybill_no
        )


def _hand_over(world: World, work: Work) -> None:
    outcome = world.do(open_handover, OpenHandover, by="shipper", carrier_id=world.carrier_id(work))
    assert outcome.subject_id is not None
    work.handover_id = outcome.subject_id
    world.do(
        hand_over_parcel, HandOverParcel, by="shipper", handover_id=work.handover_id,
        barcode=work.waybill_no,
    )  # fmt: skip


STEPS: Mapping[Stage, Callable[[World, Work], None]] = {
    Stage.WAVED: _wave,
    Stage.TOTE_BOUND: _bind,
    Stage.HALF_PICKED: _pick_half,
    Stage.PICKED: _pick_rest,
    Stage.CHECKING: _start_check,
    Stage.CHECKED: _check_all,
    Stage.PACKING: _start_packing,
    Stage.PARCEL_OPEN: _open_parcel,
    Stage.PACKED: _pack,
    Stage.WEIGHED: _weigh,
    Stage.LABELLED: _label,
    Stage.MATCHED: _match,
    Stage.DISPATCHED: _hand_over,
}

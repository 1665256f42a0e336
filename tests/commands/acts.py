"""Every act of the floor, ready to be done: from which stage, by whom, with what."""

# ruff: noqa: ARG005  (every act gets the world and the work, few need both)

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.builders import Stage, Work, World
from warehouse.checking.commands.count import CheckItem, UndoCheck, check_item, undo_check
from warehouse.checking.commands.exceptions import (
    ReportDamaged,
    ReportMissing,
    report_damaged,
    report_missing,
)
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.commands import Command, Outcome
from warehouse.dispatch.commands import handover, label, weighing_anew
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.orders.commands import audit, holds, merge, release
from warehouse.packing.commands.carton import ChangeCarton, OpenParcel, change_carton, open_parcel
from warehouse.packing.commands.goods import PackItem, PackRest, pack_item, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.picking.commands import confirm, exceptions
from warehouse.picking.commands import wave as walking
from warehouse.stopping import commands as stopping
from warehouse.waves import commands as waves
from warehouse.weighing import commands as weighing

Fields = Callable[[World, Work], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One command at the stage where it belongs."""

    stage: Stage
    handler: Callable[[Any, Any], Outcome]
    kind: type[Command]
    fields: Fields
    by: str = "packer"
    prepare: Callable[[World, Work], None] | None = None
    facts: Mapping[str, Any] | None = None  # of the order

    def bring(self, world: World) -> Work:
        work = world.bring(self.stage, **(self.facts or {}))
        if self.prepare:
            self.prepare(world, work)
        return work

    def command(self, world: World, work: Work, **given: Any) -> Any:
        return world.command(self.kind, **{"by": self.by, **self.fields(world, work), **given})

    def do(self, world: World, work: Work, **given: Any) -> Outcome:
        return world.do(
            self.handler, self.kind, **{"by": self.by, **self.fields(world, work), **given}
        )


def _first_task(world: World, work: Work) -> Any:
    return world.open_tasks(work.wave_id)[0]


def _stand_at_bin(world: World, work: Work) -> None:
    task = _first_task(world, work)
    world.do(confirm.confirm_bin, confirm.ConfirmBin, by="picker", task_id=task.id, barcode="A-01")


def _pack_a_tee(world: World, work: Work) -> None:
    world.do(
        pack_item, PackItem, by="packer", parcel_id=work.parcel_id,
        barcode=work.goods["TEE"].barcode,
    )  # fmt: skip


def _check_a_tee(world: World, work: Work) -> None:
    world.do(
        check_item, CheckItem, by="checker", check_id=work.check_id,
        barcode=work.goods["TEE"].barcode,
    )  # fmt: skip


def mark_sent(world: World, work: Work) -> None:
    """Mark the label's job as sent, as the worker does."""
    import sqlalchemy as sa

    from printing.models import JobState, PrintJob

    with world.database.transaction() as session:
        session.execute(
            sa.update(PrintJob)
            .where(PrintJob.document_kind == "waybill")
            .values(state=JobState.SENT, sent_at=world.now)
        )


def _weigh_too_heavy(world: World, work: Work) -> None:
    world.do(
        weighing.record_weight, weighing.RecordWeight, by="packer", parcel_id=work.parcel_id,
        gross_g=2000,
    )  # fmt: skip


def _hold(world: World, work: Work) -> None:
    world.stop(work)


def _open_handover(world: World, work: Work) -> None:
    work.handover_id = world.do(
        handover.open_handover, handover.OpenHandover, by="shipper",
        carrier_id=world.carrier_id(work),
    ).subject_id or 0  # fmt: skip


def _second_order(world: World, work: Work) -> None:
    work.order_ids.append(world.order({work.goods["TEE"]: 1}))


MASKED = {"is_masked": True, "receiver_token": "OAID-1", "receiver_name": "王**"}
TEE = lambda work: work.goods["TEE"].barcode  # noqa: E731  (reads as the word it is)

# Acts that a stopped order must not pass.
STATIONS: Mapping[str, Act] = {
    "BindTote": Act(
        stage=Stage.WAVED, handler=walking.bind_tote, kind=walking.BindTote, by="picker",
        prepare=lambda w, k: (
            w.do(walking.take_wave, walking.TakeWave, by="picker", wave_id=k.wave_id),
            w.tote("T-NEW"),
        ),
        fields=lambda w, k: {"wave_id": k.wave_id, "barcode": "T-NEW"},
    ),
    "ConfirmBin": Act(
        stage=Stage.TOTE_BOUND, handler=confirm.confirm_bin, kind=confirm.ConfirmBin, by="picker",
        fields=lambda w, k: {"task_id": _first_task(w, k).id, "barcode": "A-01"},
    ),
    "ConfirmPick": Act(
        stage=Stage.TOTE_BOUND, handler=confirm.confirm_pick, kind=confirm.ConfirmPick,
        by="picker", prepare=_stand_at_bin,
        fields=lambda w, k: {"task_id": _first_task(w, k).id, "barcode": TEE(k)},
    ),
    "ReportShort": Act(
        stage=Stage.HALF_PICKED, handler=exceptions.report_short, kind=exceptions.ReportShort,
        by="picker", fields=lambda w, k: {"task_id": _first_task(w, k).id},
    ),
    "SkipTask": Act(
        stage=Stage.HALF_PICKED, handler=exceptions.skip_task, kind=exceptions.SkipTask,
        by="picker", fields=lambda w, k: {"task_id": _first_task(w, k).id},
    ),
    "StartCheck": Act(
        stage=Stage.PICKED, handler=start_check, kind=StartCheck, by="checker",
        fields=lambda w, k: {"barcode": k.tote},
    ),
    "CheckItem": Act(
        stage=Stage.CHECKING, handler=check_item, kind=CheckItem, by="checker",
        fields=lambda w, k: {"check_id": k.check_id, "barcode": TEE(k)},
    ),
    "UndoCheck": Act(
        stage=Stage.CHECKING, handler=undo_check, kind=UndoCheck, by="checker",
        prepare=_check_a_tee, fields=lambda w, k: {"check_id": k.check_id},
    ),
    "ReportMissing": Act(
        stage=Stage.CHECKING, handler=report_missing, kind=ReportMissing,
        by="checker", fields=lambda w, k: {"check_id": k.check_id},
    ),
    "ReportDamaged": Act(
        stage=Stage.CHECKING, handler=report_damaged, kind=ReportDamaged,
        by="checker", fields=lambda w, k: {"check_id": k.check_id, "barcode": TEE(k)},
    ),
    "StartPacking": Act(
        stage=Stage.CHECKED, handler=start_packing, kind=StartPacking,
        fields=lambda w, k: {"barcode": k.tote},
    ),
    "OpenParcel": Act(
        stage=Stage.PACKING, handler=open_parcel, kind=OpenParcel,
        fields=lambda w, k: {"consignment_id": k.consignment_id, "barcode": "BOX-M"},
    ),
    "PackItem": Act(
        stage=Stage.PARCEL_OPEN, handler=pack_item, kind=PackItem,
        fields=lambda w, k: {"parcel_id": k.parcel_id, "barcode": TEE(k)},
    ),
    "ChangeCarton": Act(
        stage=Stage.PARCEL_OPEN, handler=change_carton, kind=ChangeCarton,
        fields=lambda w, k: {"parcel_id": k.parcel_id, "barcode": "BOX-M"},
    ),
    "PackRest": Act(
        stage=Stage.PARCEL_OPEN, handler=pack_rest, kind=PackRest,
        fields=lambda w, k: {"parcel_id": k.parcel_id},
    ),
    "SealParcel": Act(
        stage=Stage.PARCEL_OPEN, handler=seal_parcel, kind=SealParcel,
        prepare=_pack_a_tee, fields=lambda w, k: {"parcel_id": k.parcel_id},
    ),
    "RecordWeight": Act(
        stage=Stage.PACKED, handler=weighing.record_weight, kind=weighing.RecordWeight,
        fields=lambda w, k: {"parcel_id": k.parcel_id, "gross_g": 800},
    ),
    "SendBack": Act(
        stage=Stage.PACKED, handler=weighing.send_back, kind=weighing.SendBack,
        prepare=_weigh_too_heavy, fields=lambda w, k: {"parcel_id": k.parcel_id},
    ),
    "AssignWaybill": Act(
        stage=Stage.WEIGHED, handler=label.assign_waybill, kind=label.AssignWaybill,
        fields=lambda w, k: {"parcel_id": k.parcel_id},
    ),
    "AttachWaybill": Act(
        stage=Stage.WEIGHED, handler=label.attach_waybill, kind=label.AttachWaybill, facts=MASKED,
        fields=lambda w, k: {"parcel_id": k.parcel_id, "barcode": "YT1234567890"},
    ),
    "UndoWeight": Act(
        stage=Stage.LABELLED, handler=weighing_anew.undo_weight, kind=weighing_anew.UndoWeight,
        fields=lambda w, k: {"parcel_id": k.parcel_id},
    ),
    "MatchLabel": Act(
        stage=Stage.LABELLED, handler=label.match_label, kind=label.MatchLabel,
        fields=lambda w, k: {"parcel_id": k.parcel_id, "barcode": k.waybill_no},
    ),
    "ReprintLabel": Act(
        stage=Stage.LABELLED, handler=label.reprint_label, kind=label.ReprintLabel,
        prepare=mark_sent,
        fields=lambda w, k: {"parcel_id": k.parcel_id, "reason": "torn"},
    ),
    "HandOverParcel": Act(
        stage=Stage.MATCHED, handler=handover.hand_over_parcel, kind=handover.HandOverParcel,
        by="shipper", prepare=_open_handover,
        fields=lambda w, k: {"handover_id": k.handover_id, "barcode": k.waybill_no},
    ),
}  # fmt: skip

# Acts that a hold does not forbid: planning, taking back, deciding.
OTHERS: Mapping[str, Act] = {
    "AuditOrders": Act(
        stage=Stage.READY, handler=audit.audit_orders, kind=audit.AuditOrders, by="clerk",
        prepare=_second_order, fields=lambda w, k: {"order_ids": tuple(k.order_ids)},
    ),
    "ReleaseOrders": Act(
        stage=Stage.READY, handler=release.release_orders, kind=release.ReleaseOrders, by="clerk",
        prepare=_second_order, fields=lambda w, k: {"order_ids": tuple(k.order_ids)},
    ),
    "MergeOrders": Act(
        stage=Stage.READY, handler=merge.merge_orders, kind=merge.MergeOrders, by="clerk",
        prepare=_second_order, fields=lambda w, k: {"order_ids": tuple(k.order_ids)},
    ),
    "SplitConsignment": Act(
        stage=Stage.READY, handler=merge.split_consignment, kind=merge.SplitConsignment,
        by="clerk", fields=lambda w, k: {"consignment_id": k.consignment_id},
    ),
    "RaiseHold": Act(
        stage=Stage.PICKED, handler=holds.raise_hold, kind=holds.RaiseHold, by="clerk",
        fields=lambda w, k: {"order_id": k.order_id, "note": "buyer called"},
    ),
    "ReleaseHold": Act(
        stage=Stage.PICKED, handler=holds.release_hold, kind=holds.ReleaseHold, by="clerk",
        prepare=_hold,
        fields=lambda w, k: {"hold_id": w.one(holds.Hold, order_id=k.order_id).id, "note": "ok"},
    ),
    "CancelOrder": Act(
        stage=Stage.PICKED, handler=holds.cancel_order, kind=holds.CancelOrder, by="clerk",
        fields=lambda w, k: {"order_id": k.order_id, "note": "buyer called"},
    ),
    "CancelLine": Act(
        stage=Stage.READY, handler=holds.cancel_line, kind=holds.CancelLine, by="clerk",
        fields=lambda w, k: {
            "line_id": w.all(holds.OrderLine, order_id=k.order_id)[0].id, "note": "sold out",
        },
    ),
    "MakeWave": Act(
        stage=Stage.READY, handler=waves.make_wave, kind=waves.MakeWave, by="clerk",
        fields=lambda w, k: {"consignment_ids": (k.consignment_id,)},
    ),
    "CancelWave": Act(
        stage=Stage.WAVED, handler=waves.cancel_wave, kind=waves.CancelWave, by="clerk",
        fields=lambda w, k: {"wave_id": k.wave_id},
    ),
    "TakeWave": Act(
        stage=Stage.WAVED, handler=walking.take_wave, kind=walking.TakeWave, by="picker",
        fields=lambda w, k: {"wave_id": k.wave_id},
    ),
    "UndoPick": Act(
        stage=Stage.HALF_PICKED, handler=exceptions.undo_pick, kind=exceptions.UndoPick,
        by="picker", fields=lambda w, k: {"wave_id": k.wave_id},
    ),
    "FinishWave": Act(
        stage=Stage.PICKED, handler=walking.finish_wave, kind=walking.FinishWave, by="picker",
        fields=lambda w, k: {"wave_id": k.wave_id},
    ),
    "UndoPack": Act(
        stage=Stage.PACKED, handler=undo_pack, kind=UndoPack,
        fields=lambda w, k: {"consignment_id": k.consignment_id},
    ),
    "OpenHandover": Act(
        stage=Stage.MATCHED, handler=handover.open_handover, kind=handover.OpenHandover,
        by="shipper", fields=lambda w, k: {"carrier_id": w.carrier_id(k)},
    ),
    "UndoHandover": Act(
        stage=Stage.DISPATCHED, handler=undo_handover, kind=UndoHandover,
        by="shipper", fields=lambda w, k: {"handover_id": k.handover_id},
    ),
    "CloseHandover": Act(
        stage=Stage.DISPATCHED, handler=handover.close_handover, kind=handover.CloseHandover,
        by="shipper", fields=lambda w, k: {"handover_id": k.handover_id},
    ),
    "SetAside": Act(
        stage=Stage.PICKED, handler=stopping.set_aside, kind=stopping.SetAside, prepare=_hold,
        fields=lambda w, k: {"consignment_id": k.consignment_id, "barcode": "SET-ASIDE"},
    ),
}  # fmt: skip

ACTS = {**STATIONS, **OTHERS}

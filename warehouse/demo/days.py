"""The demo's two days: yesterday all went out, today there is something at every stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from warehouse.checking.commands.exceptions import (
    ReportDamaged,
    ReportMissing,
    report_damaged,
    report_missing,
)
from warehouse.demo.floor import Floor
from warehouse.demo.orders import Draft, DraftLine, Inventor, write
from warehouse.demo.receivers import Receiver
from warehouse.dispatch.commands.label import AttachWaybill, attach_waybill
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import (
    CancelOrder,
    RaiseHold,
    ReleaseHold,
    cancel_order,
    raise_hold,
    release_hold,
)
from warehouse.orders.models import (
    Hold,
    HoldKind,
    LineState,
    OrderLine,
    ShopState,
    SkuMapping,
)
from warehouse.orders.rules import digest
from warehouse.packing.commands.goods import PackItem, pack_item
from warehouse.picking.commands.exceptions import ReportShort, SkipTask, report_short, skip_task
from warehouse.picking.commands.wave import TakeWave, take_wave
from warehouse.picking.queries import pick_view
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.waves.models import Wave

YESTERDAYS = 26
WAVE = 13
BULK_PIECES = 900


def yesterday(floor: Floor, inventor: Inventor, at: datetime) -> None:
    """Let the orders of the day before go all the way, in the hands of three couriers or more."""
    floor.desk.now = at
    drafts = [inventor.draft(at - timedelta(hours=2, minutes=3 * n)) for n in range(YESTERDAYS)]
    order_ids = write(floor.desk.session, drafts)
    floor.release(order_ids)
    for start in range(0, YESTERDAYS, WAVE):
        part = order_ids[start : start + WAVE]
        floor.pick(floor.wave(part), by="zhang" if start else "li")
    parcels: dict[int, list[str]] = defaultdict(list)
    for order_id in order_ids:
        parcel = floor.finish(order_id)
        parcels[floor.carrier(order_id)].append(floor.waybill(parcel.id))
    for carrier_id, waybills in sorted(parcels.items()):
        floor.hand_over(carrier_id, waybills, is_closed=True)


def today(floor: Floor, inventor: Inventor, at: datetime) -> None:
    """Leave work at every stage, so that each page has something to show."""
    floor.desk.now = at
    _at_the_benches(floor, _released(floor, inventor, 13))
    _at_the_door(floor, _released(floor, inventor, 9))
    _masked(floor, inventor)
    _on_the_walk(floor, _released(floor, inventor, 7))
    _planned(floor, _released(floor, inventor, 6))
    _released(floor, inventor, 9)
    _ended(floor, inventor)
    _held(floor, inventor)
    _not_released(floor, inventor, 8)
    write(floor.desk.session, _drafts(floor, inventor, 9))


def _drafts(floor: Floor, inventor: Inventor, count: int) -> list[Draft]:
    now = floor.desk.now
    return [inventor.draft(now - timedelta(minutes=20 + 4 * n)) for n in range(count)]


def _released(floor: Floor, inventor: Inventor, count: int) -> list[int]:
    order_ids = write(floor.desk.session, _drafts(floor, inventor, count))
    floor.release(order_ids)
    return order_ids


def _not_released(floor: Floor, inventor: Inventor, count: int) -> None:
    order_ids = write(floor.desk.session, _drafts(floor, inventor, count))
    floor.by("zhou").do(audit_orders, AuditOrders, order_ids=tuple(order_ids))


def _at_the_benches(floor: Floor, orders: Sequence[int]) -> None:
    """Stop an order at each step from the picked tote to the label."""
    floor.pick(floor.wave(orders), by="zhang")
    refunded, cancelled, mid_check, short, damaged, checked, *rest = orders
    desk = floor.by("zhou")
    desk.do(raise_hold, RaiseHold, order_id=refunded, kind=HoldKind.REFUND, note="买家申请仅退款")
    floor.by("wang", "ST-CHECK-1").do(
        set_aside, SetAside, consignment_id=floor.consignment(refunded), barcode="R-01"
    )
    floor.by("zhou").do(cancel_order, CancelOrder, order_id=cancelled, note="买家电话取消")
    floor.check(mid_check, lines=1) if len(floor.lines(mid_check)) > 1 else None
    check_id = floor.check(short, lines=0)
    floor.by("wang", "ST-CHECK-1").do(report_missing, ReportMissing, check_id=check_id)
    check_id = floor.check(damaged, lines=0)
    code = floor.barcode(floor.lines(damaged)[0].sku_id)
    checker = floor.by("wang", "ST-CHECK-1")
    checker.do(report_damaged, ReportDamaged, check_id=check_id, barcode=code)
    checker.do(set_aside, SetAside, consignment_id=floor.consignment(damaged), barcode="R-02")
    floor.check(checked)
    floor.by("zhou").do(
        raise_hold, RaiseHold, order_id=checked, kind=HoldKind.LOT_UNFIT, note="供应商召回一批"
    )
    _at_packing(floor, rest)


def _at_packing(floor: Floor, orders: Sequence[int]) -> None:
    open_box, half_packed, sealed, outside, weighed, labelled, *_ = orders
    for order_id in orders:
        floor.check(order_id)
    floor.open_parcel(open_box)
    parcel_id = floor.open_parcel(half_packed, by="chen")
    line = floor.lines(half_packed)[0]
    if line.picked > 1 or len(floor.lines(half_packed)) > 1:
        floor.by("chen", "ST-PACK-2").do(
            pack_item, PackItem, parcel_id=parcel_id, barcode=floor.barcode(line.sku_id)
        )
    floor.pack(sealed, carton="CTN-4")
    floor.weigh(floor.pack(outside), off_by_g=240)
    floor.weigh(floor.pack(weighed))
    parcel = floor.pack(labelled)
    floor.weigh(parcel, off_by_g=95, reason="加了气泡垫")
    floor.label(parcel)


def _at_the_door(floor: Floor, orders: Sequence[int]) -> None:
    """Have parcels wait for their couriers, and the visit of one courier begun."""
    floor.pick(floor.wave(orders), by="li", station="ST-PICK-2")
    parcels = defaultdict(list)
    for order_id in orders:
        parcel = floor.finish(order_id)
        parcels[floor.carrier(order_id)].append(floor.waybill(parcel.id))
    carrier_id, waybills = max(parcels.items(), key=lambda entry: len(entry[1]))
    floor.hand_over(carrier_id, waybills[:2], is_closed=False)


def _masked(floor: Floor, inventor: Inventor) -> None:
    """Send one hidden receiver's order with the label of the platform's own program."""
    order_id = write(floor.desk.session, [_hidden(_drafts(floor, inventor, 1)[0], "1")])[0]
    floor.by("zhou").do(audit_orders, AuditOrders, order_ids=(order_id,))
    hold_id = floor.desk.session.scalars(sa.select(Hold.id).where(Hold.order_id == order_id)).one()
    floor.desk.do(release_hold, ReleaseHold, hold_id=hold_id, note="平台打印面单")
    floor.release([order_id])
    floor.pick(floor.wave([order_id]), by="li", station="ST-PICK-2")
    floor.check(order_id)
    parcel = floor.pack(order_id)
    floor.weigh(parcel)
    floor.by("chen", "ST-WEIGH-1").do(
        attach_waybill, AttachWaybill, parcel_id=parcel.id, barcode="78999900001234"
    )


def _on_the_walk(floor: Floor, orders: Sequence[int]) -> None:
    """Leave a picker in the middle of the walk, one task skipped and one bin found empty."""
    wave_id = floor.wave(orders)
    floor.pick(wave_id, by="zhang", tasks=3)
    session = floor.desk.session
    for handler, command in ((skip_task, SkipTask), (report_short, ReportShort)):
        view = pick_view(session, session.get_one(Wave, wave_id))
        if view.task is not None:
            floor.by("zhang", "ST-PICK-1").do(handler, command, task_id=view.task.task_id)


def _planned(floor: Floor, orders: Sequence[int]) -> None:
    """Plan two waves; one is taken over and still without totes, one order changed its address."""
    half = len(orders) // 2
    floor.wave(orders[:half])
    wave_id = floor.wave(orders[half:])
    floor.by("li", "ST-PICK-2").do(take_wave, TakeWave, wave_id=wave_id)
    floor.by("zhou").do(
        raise_hold, RaiseHold, order_id=orders[0], kind=HoldKind.ADDRESS_CHANGED,
        note="买家修改了收货地址",
    )  # fmt: skip


def _ended(floor: Floor, inventor: Inventor) -> None:
    """Have orders that ended without us: at the shop, or by our own word."""
    finished, closed, called_off = _drafts(floor, inventor, 3)
    order_ids = write(
        floor.desk.session,
        [
            finished.with_(shop_state=ShopState.FINISHED),
            closed.with_(shop_state=ShopState.CLOSED),
            called_off,
        ],
    )
    floor.by("zhou").do(audit_orders, AuditOrders, order_ids=tuple(order_ids))
    floor.desk.do(cancel_order, CancelOrder, order_id=order_ids[2], note="重复下单")


def _held(floor: Floor, inventor: Inventor) -> None:
    """Hold an order for every reason an audit or a person can have."""
    plain = _drafts(floor, inventor, 13)
    drafts = [
        plain[0].with_(shop_state=ShopState.UNPAID),
        plain[1].with_(shop_state=ShopState.FORBIDDEN),
        plain[2].with_(lines=_lines(plain[2], LineState.REFUND_ASKED)),
        plain[3].with_(lines=(*plain[3].lines[:1], *_lines(plain[4], LineState.REFUNDED)[-1:])),
        _hidden(plain[5], "2"),
        plain[6].with_(receiver=_without_street(plain[6])),
        plain[7].with_(lines=(*plain[7].lines, DraftLine(variant=None, pieces=1))),
        plain[8].with_(lines=_lines(plain[8], LineState.CANCELLED)),
        plain[9].with_(buyer_message="请不要放快递柜，送货前电话联系", seller_flag=1),
        plain[10].with_(seller_memo="代理A017 顺丰当天件 加急", seller_flag=5, is_urgent=True),
        plain[11].with_(lines=_bulk(plain[11])),
        plain[12],
        *_twins(floor, inventor),
    ]
    order_ids = write(floor.desk.session, drafts)
    _note_unknown(floor, order_ids[6])
    floor.by("zhou").do(audit_orders, AuditOrders, order_ids=tuple(order_ids))
    floor.desk.do(raise_hold, RaiseHold, order_id=order_ids[11], note="买家要求等周五一起发")


def _lines(draft: Draft, state: LineState) -> tuple[DraftLine, ...]:
    return tuple(DraftLine(variant=ln.variant, pieces=ln.pieces, state=state) for ln in draft.lines)


def _bulk(draft: Draft) -> tuple[DraftLine, ...]:
    return (DraftLine(variant=draft.lines[0].variant, pieces=BULK_PIECES),)


def _hidden(draft: Draft, number: str) -> Draft:
    """Return the order as a platform shows it that hides its buyers."""
    to = draft.receiver
    hidden = replace(to, name=to.name[0] + "**", phone="164****0" + number.zfill(3), detail="****")
    return draft.with_(receiver=hidden, is_masked=True, token=f"DEMO-OAID-{draft.order_no}")


def _without_street(draft: Draft) -> Receiver:
    return replace(draft.receiver, detail="")


def _twins(floor: Floor, inventor: Inventor) -> list[Draft]:
    first, second = _drafts(floor, inventor, 2)
    return [first, second.with_(receiver=first.receiver)]


def _note_unknown(floor: Floor, order_id: int) -> None:
    """Put the unknown item on the list of what somebody has to map."""
    line = floor.desk.session.scalars(
        sa.select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.sku_id.is_(None))
    ).one()
    floor.desk.session.add(
        SkuMapping(
            shop_id=line.order.shop_id,
            match_key=digest((line.seller_code, line.title, line.properties)),
            seller_code=line.seller_code,
            title=line.title,
            properties=line.properties,
            first_seen_at=floor.desk.now,
        )
    )
    floor.desk.session.flush()

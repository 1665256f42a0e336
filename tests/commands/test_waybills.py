"""Weight, waybill, label match: the steps between the sealed parcel and the door."""

from __future__ import annotations

import pytest

from printing.models import JobState, PrintJob
from tests.builders import Stage, Work, World
from tests.commands.acts import MASKED, mark_sent
from warehouse.carriers.commands import AddRange, add_range
from warehouse.carriers.models import CheckRule
from warehouse.commands import Tone
from warehouse.dispatch.commands.label import (
    AssignWaybill,
    AttachWaybill,
    MatchLabel,
    ReprintLabel,
    assign_waybill,
    attach_waybill,
    match_label,
    reprint_label,
)
from warehouse.dispatch.models import Waybill
from warehouse.errors import (
    InvalidInput,
    ReasonWanted,
    RuleViolation,
    StaleScreen,
    UnknownBarcode,
    WrongScan,
    WrongWaybill,
)
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Consignment, Order
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackRest, pack_rest
from warehouse.packing.models import Parcel
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.weighing.commands import RecordWeight, SendBack, record_weight, send_back
from warehouse.weighing.models import Reading


def weigh(world: World, parcel_id: int, gross_g: int, **more):
    return world.do(
        record_weight, RecordWeight, by="packer", parcel_id=parcel_id, gross_g=gross_g, **more
    )


def labels(world: World) -> list[tuple[str, int, str]]:
    """Return (waybill, copy, state) of every label asked for, oldest first."""
    jobs = world.all(PrintJob, document_kind="waybill")
    return [(job.number, job.copy_no, job.state) for job in jobs]


# Weight


@pytest.mark.parametrize("gross_g", [800, 840, 760])  # 800 expected, 5 % allowed
def test_a_weight_within_the_tolerance_leads_to_the_label(world: World, gross_g: int):
    work = world.bring(Stage.PACKED)
    outcome = weigh(world, work.parcel_id, gross_g)
    parcel = world.get(Parcel, work.parcel_id)
    assert (outcome.screen, parcel.state, parcel.gross_g) == ("label", "weighed", gross_g)
    assert world.one(Reading).verdict == "within"


@pytest.mark.parametrize("gross_g", [759, 841])
def test_a_weight_outside_is_kept_but_does_not_pass(world: World, gross_g: int):
    work = world.bring(Stage.PACKED)
    outcome = weigh(world, work.parcel_id, gross_g)
    assert (outcome.screen, outcome.tone) == ("outside", Tone.STOP)
    assert str(outcome.message) == (
        f"{gross_g} g, expected 800 ± 40 g. Weigh again or back to the check."
    )
    parcel = world.get(Parcel, work.parcel_id)
    assert (parcel.state, parcel.gross_g) == ("sealed", None)
    assert world.one(Reading).verdict == "outside"


def test_a_weight_outside_passes_with_a_reason_on_record(world: World):
    work = world.bring(Stage.PACKED)
    weigh(world, work.parcel_id, 900)
    weigh(world, work.parcel_id, 900, override_reason="two free gifts")
    readings = [(r.verdict, r.reason) for r in world.all(Reading)]
    assert readings == [("outside", ""), ("overridden", "two free gifts")]
    assert world.state(Parcel, work.parcel_id) == "weighed"


def test_goods_never_weighed_pass_with_any_weight(world: World):
    work = world.bring(Stage.PACKED, lines={world.sku("TEE", weight_g=None): 1})
    assert weigh(world, work.parcel_id, 5000).screen == "label"
    assert world.one(Reading).verdict == "unknown"


@pytest.mark.parametrize("gross_g", [0, -5, 100_001])
def test_a_weight_no_parcel_can_have_is_refused(world: World, gross_g: int):
    work = world.bring(Stage.PACKED)
    given = {"parcel_id": work.parcel_id, "gross_g": gross_g}
    world.refused(InvalidInput, record_weight, RecordWeight, by="packer", **given)


@pytest.mark.parametrize("stage", [Stage.PARCEL_OPEN, Stage.WEIGHED, Stage.DISPATCHED])
def test_a_parcel_before_or_after_its_time_is_not_weighed(world: World, stage: Stage):
    work = world.bring(stage)
    world.refused(StaleScreen, record_weight, RecordWeight, parcel_id=work.parcel_id, gross_g=800)
    world.refused(StaleScreen, record_weight, RecordWeight, parcel_id=999_999, gross_g=800)


@pytest.mark.parametrize("gross_g", [None, 800])
def test_a_parcel_is_sent_back_only_for_a_weight_outside(world: World, gross_g: int | None):
    work = world.bring(Stage.PACKED)
    if gross_g:
        weigh(world, work.parcel_id, gross_g)
    error = StaleScreen if gross_g else RuleViolation
    world.refused(error, send_back, SendBack, by="packer", parcel_id=work.parcel_id)


def test_a_parcel_sent_back_is_put_aside_and_picked_anew(world: World):
    work = world.bring(Stage.PACKED)
    weigh(world, work.parcel_id, 2000)
    outcome = world.do(send_back, SendBack, by="packer", parcel_id=work.parcel_id)
    assert (outcome.screen, outcome.subject_id) == ("stop", work.consignment_id)
    assert world.holds(work.order_id) == ["check_mismatch"]
    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, by="packer", **given)
    world.unstop(work)
    assert world.state(Order, work.order_id) == "clean"


# The number and its label


def test_a_weighed_parcel_gets_one_number_and_one_label(world: World):
    work = world.bring(Stage.WEIGHED)
    outcome = world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=work.parcel_id)
    assert (outcome.screen, outcome.facts["waybill_no"]) == ("label", "ZTO00000001")
    assert labels(world) == [("ZTO00000001", 1, "queued")]
    job = world.one(PrintJob, document_kind="waybill")
    assert (job.subject, job.facts["weight_g"]) == (f"parcel:{work.parcel_id}", 800)
    world.refused(StaleScreen, assign_waybill, AssignWaybill, parcel_id=work.parcel_id)


def test_a_number_on_another_courier_s_parcel_is_left_out(world: World):
    """Nobody could tell by a scan whose it is, and a waybill of this number was printed before."""
    theirs = world.bring(Stage.LABELLED)
    mine = world.bring(Stage.WEIGHED, lines={world.add_goods("CAP"): 1})
    other = world.carrier("YTO", numbers=0)
    given = {"prefix": "ZTO", "first": 1, "last": 9, "digits": 8, "check_rule": CheckRule.NONE}
    world.do(add_range, AddRange, carrier_id=other, **given)
    with world.database.transaction() as session:
        session.get_one(Consignment, mine.consignment_id).carrier_id = other
    outcome = world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=mine.parcel_id)
    assert [number for number, _, _ in labels(world)] == [theirs.waybill_no, "ZTO00000002"]
    assert outcome.facts["waybill_no"] == "ZTO00000002"


def test_a_copy_is_of_the_parcel_s_own_label_though_another_bears_its_number(world: World):
    """The platform gave a number that our pool of another courier has given, too."""
    theirs = world.bring(Stage.LABELLED)
    mark_sent(world, theirs)
    mine = world.bring(Stage.WEIGHED, lines={world.add_goods("CAP"): 1}, **MASKED)
    other = world.carrier("YTO", numbers=0)
    with world.database.transaction() as session:
        session.get_one(Consignment, mine.consignment_id).carrier_id = other
    given = {"by": "packer", "parcel_id": mine.parcel_id}
    world.do(attach_waybill, AttachWaybill, barcode=theirs.waybill_no, **given)
    world.refused(RuleViolation, reprint_label, ReprintLabel, reason="torn", **given)


def test_two_people_asking_for_one_label_get_one(world: World):
    work = world.bring(Stage.WEIGHED)
    acts = [
        (assign_waybill, world.command(AssignWaybill, by=by, parcel_id=work.parcel_id))
        for by in ("packer", "other")
    ]
    assert isinstance(world.overlap(*acts), StaleScreen)
    assert labels(world) == [("ZTO00000001", 1, "queued")]


def test_a_parcel_not_weighed_gets_no_number(world: World):
    work = world.bring(Stage.PACKED)
    world.refused(StaleScreen, assign_waybill, AssignWaybill, parcel_id=work.parcel_id)


def test_where_no_weight_is_asked_for_a_sealed_parcel_gets_its_number(world: World):
    world.site(is_weigh_required=False)
    work = world.bring(Stage.PACKED)
    world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=work.parcel_id)
    assert world.state(Parcel, work.parcel_id) == "labelled"


def test_a_wave_keeps_the_rules_it_was_made_under(world: World):
    work = world.bring(Stage.PACKED)
    world.settings(is_weigh_required=False)
    world.refused(StaleScreen, assign_waybill, AssignWaybill, parcel_id=work.parcel_id)


def test_a_parcel_gets_no_number_before_its_sisters_are_packed(world: World):
    work = world.bring(Stage.PACKING)
    first = world.pack_one_parcel(work, work.goods["TEE"].barcode)
    from warehouse.packing.commands.seal import SealParcel, seal_parcel

    world.do(seal_parcel, SealParcel, by="packer", parcel_id=first)
    weigh(world, first, 300)
    world.refused(RuleViolation, assign_waybill, AssignWaybill, parcel_id=first)
    given = {"consignment_id": work.consignment_id, "barcode": "BOX-M"}
    second = world.do(open_parcel, OpenParcel, by="packer", **given).subject_id
    world.do(pack_rest, PackRest, by="packer", parcel_id=second)
    world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=first)
    job = world.one(PrintJob, document_kind="waybill")
    assert (job.facts["parcel_index"], job.facts["parcel_count"]) == (1, 2)


# The platform's own labels


def test_a_hidden_receiver_gets_no_label_of_ours(world: World):
    work = world.bring(Stage.WEIGHED, **MASKED)
    outcome = world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=work.parcel_id)
    assert (outcome.screen, outcome.tone) == ("platform", Tone.ATTENTION)
    assert (labels(world), world.all(Waybill)) == ([], [])


def test_the_platforms_label_is_scanned_off_the_parcel(world: World):
    work = world.bring(Stage.WEIGHED, **MASKED)
    given = {"parcel_id": work.parcel_id, "barcode": "YT1234567890"}
    outcome = world.do(attach_waybill, AttachWaybill, by="packer", **given)
    assert (outcome.screen, outcome.is_step_done) == ("parcel", True)
    waybill = world.one(Waybill)
    assert (waybill.number, waybill.source, waybill.state) == ("YT1234567890", "platform", "live")
    assert world.state(Parcel, work.parcel_id) == "matched"
    world.refused(StaleScreen, attach_waybill, AttachWaybill, by="packer", **given)


def test_a_number_that_looks_like_another_couriers_is_taken_with_a_warning(world: World):
    from warehouse.carriers.models import Carrier

    work = world.bring(Stage.WEIGHED, **MASKED)
    with world.database.transaction() as session:
        session.get_one(Carrier, world.carrier_id(work)).number_pattern = r"ZTO\d{8}"
    given = {"parcel_id": work.parcel_id, "barcode": "YT1234567890"}
    outcome = world.do(attach_waybill, AttachWaybill, by="packer", **given)
    assert outcome.tone is Tone.ATTENTION
    assert world.state(Parcel, work.parcel_id) == "matched"


@pytest.mark.parametrize(
    ("barcode", "error"),
    [
        ("", UnknownBarcode),
        ("12345", UnknownBarcode),
        ("圆通123456", UnknownBarcode),
        ("X" * 33, UnknownBarcode),
        ("P00000001", WrongScan),
    ],
)
def test_what_cannot_be_a_waybill_is_not_attached(world: World, barcode: str, error: type):
    work = world.bring(Stage.WEIGHED, **MASKED)
    world.refused(error, attach_waybill, AttachWaybill, parcel_id=work.parcel_id, barcode=barcode)


def test_a_number_on_another_parcel_is_not_attached_again(world: World):
    first = world.bring(Stage.WEIGHED, **MASKED)
    given = {"by": "packer", "barcode": "YT1234567890"}
    world.do(attach_waybill, AttachWaybill, parcel_id=first.parcel_id, **given)
    second = world.bring(Stage.WEIGHED, lines={world.add_goods("CAP"): 1}, **MASKED)
    error = world.refused(
        WrongWaybill, attach_waybill, AttachWaybill, parcel_id=second.parcel_id, **given
    )
    assert str(error) == "Read the waybill of parcel P00000001, need a fresh one."


def test_goods_packed_again_take_their_order_s_own_number_again(world: World):
    number = "YT1234567890"
    first = world.bring(Stage.WEIGHED, **MASKED)
    other = world.bring(Stage.WEIGHED, lines={world.add_goods("CAP"): 1}, **MASKED)
    world.do(attach_waybill, AttachWaybill, parcel_id=first.parcel_id, barcode=number)
    world.stop(first)
    given = {"consignment_id": first.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, **given)
    world.refused(
        WrongWaybill, attach_waybill, AttachWaybill, parcel_id=other.parcel_id, barcode=number
    )
    again = released_again(world, first)
    outcome = world.do(attach_waybill, AttachWaybill, parcel_id=again.parcel_id, barcode=number)
    waybill = world.one(Waybill)
    assert again.parcel_id != first.parcel_id
    assert (waybill.number, waybill.parcel_id, waybill.state) == (number, again.parcel_id, "live")
    assert (waybill.voided_at, waybill.void_reason, outcome.is_step_done) == (None, "", True)
    assert world.state(Parcel, again.parcel_id) == "matched"


def released_again(world: World, work: Work) -> Work:
    """Bring an order whose goods were put aside to the scale once more."""
    world.unstop(work)
    world.do(audit_orders, AuditOrders, order_ids=(work.order_id,))
    world.unstop(work)
    released = world.do(release_orders, ReleaseOrders, order_ids=(work.order_id,))
    assert released.facts["released"] == 1
    again = world.work_of(work.order_id)
    again.goods = work.goods
    return world.bring(Stage.WEIGHED, work=again)


def test_a_receiver_in_the_clear_takes_no_platform_label(world: World):
    work = world.bring(Stage.WEIGHED)
    given = {"parcel_id": work.parcel_id, "barcode": "YT1234567890"}
    world.refused(StaleScreen, attach_waybill, AttachWaybill, by="packer", **given)


# The label on its parcel


def test_the_right_label_on_the_right_parcel_is_ready_for_the_courier(world: World):
    work = world.bring(Stage.LABELLED)
    mark_sent(world, work)
    given = {"parcel_id": work.parcel_id, "barcode": work.waybill_no}
    outcome = world.do(match_label, MatchLabel, by="packer", **given)
    assert (outcome.screen, outcome.is_step_done) == ("parcel", True)
    assert world.state(Parcel, work.parcel_id) == "matched"
    assert labels(world) == [(work.waybill_no, 1, "confirmed")]
    world.refused(StaleScreen, match_label, MatchLabel, by="packer", **given)


def test_another_parcels_label_is_refused_with_its_parcel(world: World):
    first = world.bring(Stage.LABELLED)
    second = world.bring(Stage.LABELLED, lines={world.add_goods("CAP"): 1})
    given = {"parcel_id": second.parcel_id, "barcode": first.waybill_no}
    error = world.refused(WrongWaybill, match_label, MatchLabel, by="packer", **given)
    assert str(error) == ("Read the label of parcel P00000001, need waybill ZTO00000002.")


def test_an_unknown_label_is_refused(world: World):
    work = world.bring(Stage.LABELLED)
    given = {"parcel_id": work.parcel_id, "barcode": "YT9999999999"}
    world.refused(UnknownBarcode, match_label, MatchLabel, by="packer", **given)


def test_a_parcel_without_a_label_cannot_be_matched(world: World):
    work = world.bring(Stage.WEIGHED)
    given = {"parcel_id": work.parcel_id, "barcode": "ZTO00000001"}
    world.refused(StaleScreen, match_label, MatchLabel, by="packer", **given)


def test_where_no_match_is_asked_for_the_label_alone_will_do(world: World):
    world.site(is_label_match_required=False)
    work = world.bring(Stage.WEIGHED)
    outcome = world.do(assign_waybill, AssignWaybill, by="packer", parcel_id=work.parcel_id)
    assert (outcome.screen, outcome.is_step_done) == ("parcel", True)
    assert world.state(Parcel, work.parcel_id) == "matched"


# One more copy


def test_a_spoilt_label_is_printed_again_as_a_copy_with_its_reason(world: World):
    work = world.bring(Stage.MATCHED)
    mark_sent(world, work)
    given = {"by": "packer", "parcel_id": work.parcel_id, "reason": "torn"}
    outcome = world.do(reprint_label, ReprintLabel, **given)
    assert (outcome.screen, outcome.tone) == ("label", Tone.ATTENTION)
    assert labels(world) == [(work.waybill_no, 1, "sent"), (work.waybill_no, 2, "queued")]
    job = world.one(PrintJob, copy_no=2)
    assert (job.reprint_reason, job.person_id) == ("torn", world.person("packer"))
    assert world.state(Parcel, work.parcel_id) == "labelled"
    given = {"parcel_id": work.parcel_id, "barcode": work.waybill_no}
    world.do(match_label, MatchLabel, by="packer", **given)
    assert world.state(Parcel, work.parcel_id) == "matched"


def test_a_label_still_to_come_is_not_printed_again(world: World):
    work = world.bring(Stage.LABELLED)
    assert labels(world)[0][2] == JobState.QUEUED
    world.refused(
        RuleViolation, reprint_label, ReprintLabel, parcel_id=work.parcel_id, reason="torn"
    )


def test_a_copy_needs_a_reason_and_a_label_of_ours(world: World):
    work = world.bring(Stage.LABELLED)
    given = {"parcel_id": work.parcel_id}
    world.refused(ReasonWanted, reprint_label, ReprintLabel, reason=" ", **given)
    masked = world.bring(Stage.WEIGHED, lines={world.add_goods("CAP"): 1}, **MASKED)
    given = {"parcel_id": masked.parcel_id}
    world.refused(RuleViolation, reprint_label, ReprintLabel, reason="torn", **given)
    world.do(attach_waybill, AttachWaybill, by="packer", barcode="YT1234567890", **given)
    world.refused(RuleViolation, reprint_label, ReprintLabel, reason="torn", **given)


def test_two_people_asking_for_a_copy_get_one(world: World):
    work = world.bring(Stage.MATCHED)
    mark_sent(world, work)
    acts = [
        (
            reprint_label,
            world.command(ReprintLabel, by=by, parcel_id=work.parcel_id, reason="torn"),
        )
        for by in ("packer", "other")
    ]
    assert isinstance(world.overlap(*acts), RuleViolation)
    assert [copy for _, copy, _ in labels(world)] == [1, 2]

"""From tote to parcel: cartons, several parcels, slips, undo."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from printing.models import JobState, PrintJob
from tests.builders import Stage, Work, World
from warehouse.commands import Outcome
from warehouse.errors import (
    InvalidInput,
    RuleViolation,
    StaleScreen,
    TooMany,
    UnknownBarcode,
    WrongItem,
    WrongScan,
    WrongTote,
)
from warehouse.orders.models import Consignment
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackItem, PackRest, pack_item, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.packing.models import Parcel, ParcelLine
from warehouse.packing.papers import RepeatSlip, repeat_slip
from warehouse.weighing.commands import RecordWeight, record_weight


def carton(world: World, work: Work) -> int:
    given = {"consignment_id": work.consignment_id, "barcode": "BOX-M"}
    return world.do(open_parcel, OpenParcel, by="packer", **given).subject_id or 0


def put(world: World, parcel_id: int, work: Work, code: str, pieces: int = 1) -> Outcome:
    barcode = work.goods[code].barcode
    return world.do(
        pack_item, PackItem, by="packer", parcel_id=parcel_id, barcode=barcode, pieces=pieces
    )


def undo(world: World, work: Work) -> Outcome:
    return world.do(undo_pack, UndoPack, by="packer", consignment_id=work.consignment_id)


def slips(world: World) -> list[tuple[str, int, int, int]]:
    """Return (parcel, index, count, pieces) of every slip asked for, oldest first."""
    return [
        (
            job.facts["parcel_no"],
            job.facts["parcel_index"],
            job.facts["parcel_count"],
            sum(item["pieces"] for item in job.facts["items"]),
        )
        for job in world.all(PrintJob, document_kind="packing_slip")
    ]


def two_parcels(world: World, work: Work) -> tuple[int, int]:
    """Pack the work's three pieces as 1 TEE and the rest."""
    first = carton(world, work)
    put(world, first, work, "TEE")
    world.do(seal_parcel, SealParcel, by="packer", parcel_id=first)
    second = carton(world, work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=second)
    return first, second


def test_a_checked_tote_asks_for_a_carton(world: World):
    work = world.bring(Stage.CHECKED)
    outcome = world.do(start_packing, StartPacking, by="packer", barcode=work.tote)
    assert (outcome.screen, outcome.subject_id) == ("carton", work.consignment_id)
    assert world.state(Consignment, work.consignment_id) == "packing"


@pytest.mark.parametrize("stage", [Stage.PICKED, Stage.CHECKING])
def test_a_tote_not_checked_is_not_packed(world: World, stage: Stage):
    work = world.bring(stage)
    world.refused(RuleViolation, start_packing, StartPacking, by="packer", barcode=work.tote)


def test_where_no_check_is_asked_for_a_picked_tote_is_packed(world: World):
    world.site(is_check_required=False)
    work = world.bring(Stage.PACKED)
    assert world.steps(work) == [(2, 2, 0, 2, 0), (1, 1, 0, 1, 0)]


@pytest.mark.parametrize(("barcode", "error"), [("BOX-M", WrongTote), ("X", UnknownBarcode)])
def test_only_a_tote_starts_packing(world: World, barcode: str, error: type):
    world.bring(Stage.CHECKED)
    world.refused(error, start_packing, StartPacking, by="packer", barcode=barcode)


def test_a_carton_opens_a_parcel_with_a_number_and_a_bin(world: World):
    work = world.bring(Stage.PACKING)
    parcel = world.get(Parcel, carton(world, work))
    assert (parcel.number, parcel.sequence, parcel.state) == ("P00000001", 1, "open")


@pytest.mark.parametrize(("barcode", "error"), [("A-01", WrongScan), ("BOX-XXL", UnknownBarcode)])
def test_only_a_carton_opens_a_parcel(world: World, barcode: str, error: type):
    work = world.bring(Stage.PACKING)
    world.refused(
        error, open_parcel, OpenParcel, consignment_id=work.consignment_id, barcode=barcode
    )


def test_a_second_carton_beside_an_open_one_is_stale(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    given = {"consignment_id": work.consignment_id, "barcode": "BOX-M"}
    world.refused(StaleScreen, open_parcel, OpenParcel, by="packer", **given)


def test_two_packers_opening_a_carton_at_once_get_one_parcel(world: World):
    work = world.bring(Stage.PACKING)
    given = {"consignment_id": work.consignment_id, "barcode": "BOX-M"}
    opens = [(open_parcel, world.command(OpenParcel, by=b, **given)) for b in ("packer", "other")]
    assert isinstance(world.overlap(*opens), StaleScreen)
    assert len(world.all(Parcel, consignment_id=work.consignment_id)) == 1


def test_packed_pieces_go_from_tote_to_parcel_and_the_last_seals_it(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    number = world.get(Parcel, work.parcel_id).number
    assert put(world, work.parcel_id, work, "TEE", 2).screen == "items"
    assert world.balance(number, work.goods["TEE"]) == (2, 0, 2)
    outcome = put(world, work.parcel_id, work, "MUG")
    assert (outcome.screen, outcome.is_step_done) == ("tote", True)
    assert world.balance(work.tote, work.goods["TEE"]) == (0, 0, 0)
    parcel = world.get(Parcel, work.parcel_id)
    assert (parcel.state, parcel.expected_g) == ("sealed", 100 + 2 * 200 + 300)
    assert world.state(Consignment, work.consignment_id) == "packed"


def test_packing_the_rest_takes_everything_and_prints_one_slip(world: World):
    work = world.bring(Stage.PACKED)
    assert world.steps(work) == [(2, 2, 2, 2, 0), (1, 1, 1, 1, 0)]
    assert slips(world) == [("P00000001", 1, 1, 3)]


def test_goods_never_weighed_leave_the_expected_weight_open(world: World):
    work = world.bring(Stage.PACKED, lines={world.sku("TEE", weight_g=None): 1})
    assert world.get(Parcel, work.parcel_id).expected_g is None


@pytest.mark.parametrize(
    ("barcode", "pieces", "error"),
    [
        ("TEE", 3, TooMany),
        ("TEE", 0, InvalidInput),
        ("A-01", 1, WrongItem),
        ("X", 1, UnknownBarcode),
    ],
)
def test_a_rejected_packing_scan_writes_nothing(world: World, barcode, pieces, error):
    work = world.bring(Stage.PARCEL_OPEN)
    code = work.goods[barcode].barcode if barcode in work.goods else barcode
    world.refused(error, pack_item, PackItem, parcel_id=work.parcel_id, barcode=code, pieces=pieces)


def test_an_empty_parcel_cannot_be_sealed(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    world.refused(RuleViolation, seal_parcel, SealParcel, by="packer", parcel_id=work.parcel_id)


def test_a_sealed_parcel_takes_nothing_more(world: World):
    work = world.bring(Stage.PACKED)
    given = {"by": "packer", "parcel_id": work.parcel_id}
    world.refused(StaleScreen, pack_item, PackItem, barcode=work.goods["TEE"].barcode, **given)
    world.refused(StaleScreen, pack_rest, PackRest, **given)
    world.refused(StaleScreen, seal_parcel, SealParcel, **given)


def test_a_consignment_may_go_in_two_parcels_with_slips_that_know_it(world: World):
    work = world.bring(Stage.PACKING)
    first, second = two_parcels(world, work)
    assert slips(world) == [("P00000001", 1, 2, 1), ("P00000002", 2, 2, 2)]
    assert [world.get(Parcel, p).expected_g for p in (first, second)] == [300, 600]
    assert world.state(Consignment, work.consignment_id) == "packed"


def test_a_parcel_weighed_before_the_last_one_is_packed_gets_its_slip_too(world: World):
    work = world.bring(Stage.PACKING)
    first = carton(world, work)
    put(world, first, work, "TEE")
    world.do(seal_parcel, SealParcel, by="packer", parcel_id=first)
    world.do(record_weight, RecordWeight, by="packer", parcel_id=first, gross_g=300)
    second = carton(world, work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=second)
    assert slips(world) == [("P00000001", 1, 2, 1), ("P00000002", 2, 2, 2)]


def test_a_parcel_begun_is_gone_on_with(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    outcome = world.do(start_packing, StartPacking, by="other", barcode=work.tote)
    assert (outcome.screen, outcome.subject_id) == ("items", work.parcel_id)


def test_undo_puts_the_last_scan_back_into_the_tote(world: World):
    work = world.bring(Stage.PARCEL_OPEN)
    put(world, work.parcel_id, work, "TEE")
    put(world, work.parcel_id, work, "MUG")
    assert str(undo(world, work).message) == "1 back into the tote."
    assert world.balance(work.tote, work.goods["MUG"]) == (1, 0, 1)
    undo(world, work)
    assert world.balance(work.tote, work.goods["TEE"]) == (2, 0, 2)
    world.refused(RuleViolation, undo_pack, UndoPack, consignment_id=work.consignment_id)


def test_undo_takes_a_scan_over_two_lines_back_whole(world: World):
    tee = world.sku("TEE")
    work = world.bring(Stage.PARCEL_OPEN, lines=[(tee, 1), (tee, 2)])
    put(world, work.parcel_id, work, "TEE", 2)
    assert [line[3] for line in world.steps(work)] == [1, 1]
    assert str(undo(world, work).message) == "2 back into the tote."
    assert [line[3] for line in world.steps(work)] == [0, 0]


def test_undo_of_a_sealed_parcel_opens_it_and_binds_its_tote_again(world: World):
    work = world.bring(Stage.PACKED)
    outcome = undo(world, work)
    assert (outcome.screen, outcome.subject_id) == ("items", work.parcel_id)
    assert world.state(Parcel, work.parcel_id) == "open"
    assert world.state(Consignment, work.consignment_id) == "packing"
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    assert world.state(Consignment, work.consignment_id) == "packed"
    assert [line.pieces for line in world.all(ParcelLine, parcel_id=work.parcel_id)] == [2, 1]


def test_a_parcel_packed_again_in_the_same_way_needs_no_second_slip(world: World):
    work = world.bring(Stage.PACKED)
    undo(world, work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    assert slips(world) == [("P00000001", 1, 1, 3)]
    # A copy of the slip tells the same of the goods.
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    world.do(repeat_slip, RepeatSlip, by="packer", parcel_id=work.parcel_id, reason="torn")
    undo(world, work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    found = world.all(PrintJob, document_kind="packing_slip")
    assert [(job.part, job.copy_no, job.void_reason) for job in found] == [(1, 1, ""), (1, 2, "")]


def test_a_parcel_packed_otherwise_the_second_time_gets_a_new_slip(world: World):
    work = world.bring(Stage.PACKED)
    undo(world, work)
    put(world, work.parcel_id, work, "TEE", 2)
    world.do(seal_parcel, SealParcel, by="packer", parcel_id=work.parcel_id)
    rest = carton(world, work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=rest)
    assert slips(world) == [
        ("P00000001", 1, 1, 3),
        ("P00000001", 1, 2, 2),
        ("P00000002", 2, 2, 1),
    ]
    states = [job.state for job in world.all(PrintJob, document_kind="packing_slip")]
    assert states == [JobState.CANCELLED, JobState.QUEUED, JobState.QUEUED]


def test_undo_of_the_second_parcel_leaves_the_first_and_its_slip_alone(world: World):
    work = world.bring(Stage.PACKING)
    first, second = two_parcels(world, work)
    undo(world, work)
    assert (world.state(Parcel, first), world.state(Parcel, second)) == ("sealed", "open")
    world.do(pack_rest, PackRest, by="packer", parcel_id=second)
    assert slips(world) == [("P00000001", 1, 2, 1), ("P00000002", 2, 2, 2)]


def test_a_parcel_whose_tote_is_in_use_again_cannot_be_opened(world: World):
    work = world.bring(Stage.PACKED)
    other = world.released({work.goods["TEE"]: 1})
    world.bring(Stage.WAVED, work=other)
    from warehouse.picking.commands.wave import BindTote, TakeWave, bind_tote, take_wave

    world.do(take_wave, TakeWave, by="picker", wave_id=other.wave_id)
    world.do(bind_tote, BindTote, by="picker", wave_id=other.wave_id, barcode=work.tote)
    world.refused(RuleViolation, undo_pack, UndoPack, consignment_id=work.consignment_id)


def test_a_weighed_parcel_is_not_opened_again(world: World):
    work = world.bring(Stage.WEIGHED)
    world.refused(RuleViolation, undo_pack, UndoPack, consignment_id=work.consignment_id)


def test_a_receiver_without_a_name_does_not_stop_the_packer(world: World):
    world.bring(Stage.PACKED, receiver_name=" \u200b")
    assert len(slips(world)) == 1

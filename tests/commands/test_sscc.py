"""Parcels as logistic units: one number each, never given twice, read back as GS1."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from printing import gs1
from printing.documents import CartonLabel
from printing.media import media
from printing.models import JobState, PrintJob
from printing.renderers import raster
from printing.renderers.pdf import render
from tests.builders import Stage, Work, World
from warehouse.catalog.models import Barcode
from warehouse.dispatch.queries import parcel_by_code
from warehouse.errors import InvalidInput, ReasonWanted, RuleViolation
from warehouse.numbers import Counter
from warehouse.packing.commands.carton import OpenParcel, open_parcel
from warehouse.packing.commands.goods import PackItem, PackRest, pack_item, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.commands.undo import UndoPack, undo_pack
from warehouse.packing.models import Parcel
from warehouse.packing.sscc import PrintCartonLabel, following_sscc, last_serial, print_carton_label
from warehouse.people.models import Trail
from warehouse.people.site import ChangeSettings, change_site_settings
from warehouse.settings import load_settings

PREFIX = "6901234"


def closed(world: World, **settings: object) -> Work:
    work = world.bring(Stage.PACKED)
    world.settings(**{"gs1_company_prefix": PREFIX, **settings})
    return work


def asked(world: World, work: Work, reason: str = "") -> CartonLabel:
    world.do(print_carton_label, PrintCartonLabel, parcel_id=work.parcel_id, reason=reason)
    return CartonLabel.from_json(world.all(PrintJob, document_kind="carton_label")[-1].facts)


def printed(world: World) -> None:
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))


def test_a_parcel_gets_one_number_and_keeps_it(world: World):
    work = closed(world)
    first = asked(world, work)
    assert (first.sscc, first.copy_no) == ("069012340000000016", 1)
    assert gs1.element("00", first.sscc).value == first.sscc
    world.refused(ReasonWanted, print_carton_label, PrintCartonLabel, parcel_id=work.parcel_id)
    again = {"parcel_id": work.parcel_id, "reason": "wet"}
    world.refused(RuleViolation, print_carton_label, PrintCartonLabel, **again)
    printed(world)
    copy = asked(world, work, "wet")
    assert (copy.sscc, copy.copy_no) == (first.sscc, 2)
    assert world.get(Parcel, work.parcel_id).sscc == first.sscc
    assert world.one(Counter, name=f"sscc-{PREFIX}").value == 1


def test_a_parcel_closed_again_is_the_same_unit_with_a_label_of_its_own(lone: World):
    work = closed(lone)
    first = asked(lone, work)
    lone.do(undo_pack, UndoPack, consignment_id=work.consignment_id)
    lone.refused(RuleViolation, print_carton_label, PrintCartonLabel, parcel_id=work.parcel_id)
    lone.do(pack_rest, PackRest, parcel_id=work.parcel_id)
    second = asked(lone, work)
    assert (second.sscc, second.copy_no) == (first.sscc, 1)
    jobs = lone.all(PrintJob, document_kind="carton_label")
    assert [(job.part, job.state, job.reason) for job in jobs] == [
        (1, JobState.CANCELLED, "void"),  # it told what lay in the parcel before
        (2, JobState.QUEUED, ""),
    ]


def test_a_label_that_counts_the_cartons_wrong_is_void_and_drawn_anew(world: World):
    tee = world.sku("TEE")
    work = world.bring(Stage.PACKING, lines={tee: 3})
    world.settings(gs1_company_prefix=PREFIX, is_sscc_on_sealing=True)
    parcel = {"consignment_id": work.consignment_id, "barcode": "BOX-M"}

    def carton() -> int:
        return world.do(open_parcel, OpenParcel, **parcel).subject_id or 0

    def filled(parcel_id: int) -> None:
        one = {"parcel_id": parcel_id, "barcode": tee.barcode, "pieces": 1}
        world.do(pack_item, PackItem, **one)
        world.do(seal_parcel, SealParcel, parcel_id=parcel_id)

    filled(carton())
    last = carton()
    world.do(pack_rest, PackRest, parcel_id=last)
    world.do(undo_pack, UndoPack, consignment_id=work.consignment_id)
    filled(last)
    world.do(pack_rest, PackRest, parcel_id=carton())
    jobs = world.all(PrintJob, document_kind="carton_label")
    told = [(j.facts["carton_index"], j.facts["carton_count"], j.copy_no, j.state) for j in jobs]
    assert sorted(told) == [
        (1, 2, 1, JobState.CANCELLED),
        (1, 3, 1, JobState.QUEUED),
        (2, 2, 1, JobState.CANCELLED),
        (2, 3, 1, JobState.QUEUED),
        (3, 3, 1, JobState.QUEUED),
    ]
    assert len({job.number for job in jobs}) == 3


def test_the_next_parcel_is_another_unit(lone: World):
    asked(lone, closed(lone))
    with lone.database.reading() as session:
        following = following_sscc(session, load_settings(session))
    assert following == gs1.sscc(PREFIX, 2)


def test_the_label_says_what_is_known_and_a_scanner_reads_it_as_gs1(lone: World):
    work = lone.bring(Stage.WEIGHED)
    lone.settings(gs1_company_prefix=PREFIX, sender_name="素然", sender_address="嘉兴 1 号")
    label = asked(lone, work)
    parcel = lone.get(Parcel, work.parcel_id)
    said = {fact.ai: fact.value for fact in label.facts}
    assert said["3303"] == f"{parcel.gross_g:06d}"
    assert (label.sender.name, label.carton_index, label.carton_count) == ("素然", 1, 1)
    assert "2 × " in label.contents
    picture = raster.png(render(label, media("105x148")), dpi=203)
    read = [
        (found.symbology_identifier, found.text)
        for found in zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    ]
    assert ("]C1", f"(00){label.sscc}") in read


@pytest.mark.parametrize(
    ("ean", "told"),
    [
        ("6901234567892", {"02": "06901234567892", "37": "2"}),
        ("2000000000008", {}),  # given within a house: it names nothing outside
        ("6901234567890", {}),  # a wrong check digit
    ],
)
def test_goods_of_one_kind_are_named_by_their_gtin(lone: World, ean: str, told: dict[str, str]):
    lone.site()
    goods = lone.sku("CUP")
    with lone.database.transaction() as session:
        session.execute(sa.update(Barcode).where(Barcode.code == goods.barcode).values(code=ean))
    work = lone.bring(Stage.PACKED, lines={replace(goods, barcode=ean): 2})
    lone.settings(gs1_company_prefix=PREFIX)
    found = {fact.ai: fact.value for fact in asked(lone, work).facts}
    assert {ai: value for ai, value in found.items() if ai in ("02", "37")} == told


@pytest.mark.parametrize("scanned", ["{}", "00{}"])
def test_the_unit_s_number_finds_its_parcel(lone: World, scanned: str):
    work = closed(lone)
    sscc = asked(lone, work).sscc
    with lone.database.reading() as session:
        found = parcel_by_code(session, scanned.format(sscc))
        assert found is not None
        assert found.id == work.parcel_id
        assert parcel_by_code(session, scanned.format(sscc[:-1] + "0")) is None


def test_without_a_prefix_or_with_an_open_parcel_there_is_no_label(lone: World):
    lone.bring(Stage.PARCEL_OPEN)
    command = {"parcel_id": lone.one(Parcel).id}
    lone.settings(gs1_company_prefix=PREFIX)
    lone.refused(RuleViolation, print_carton_label, PrintCartonLabel, **command)
    lone.settings(gs1_company_prefix="")
    lone.do(pack_rest, PackRest, **command)
    lone.refused(RuleViolation, print_carton_label, PrintCartonLabel, **command)
    assert lone.all(Counter, name=f"sscc-{PREFIX}") == []


def test_the_serial_begins_where_the_site_says_and_runs_into_the_extension(lone: World):
    work = closed(lone, sscc_first=1_000_000_000)
    assert asked(lone, work).sscc == gs1.sscc(PREFIX, 0, extension=1)


def test_a_prefix_that_has_given_all_its_numbers_gives_no_more(lone: World):
    work = closed(lone, sscc_first=last_serial(PREFIX))
    with lone.database.transaction() as session:
        session.add(Counter(name=f"sscc-{PREFIX}", value=last_serial(PREFIX)))
    lone.refused(RuleViolation, print_carton_label, PrintCartonLabel, parcel_id=work.parcel_id)
    with lone.database.reading() as session:
        assert following_sscc(session, load_settings(session)) == ""


def test_a_prefix_corrected_by_a_digit_makes_no_number_twice(world: World):
    tee = world.sku("TEE")
    work = world.bring(Stage.PACKING, lines={tee: 2})
    box = {"consignment_id": work.consignment_id, "barcode": "BOX-M"}
    first = world.do(open_parcel, OpenParcel, **box).subject_id
    world.do(pack_item, PackItem, parcel_id=first, barcode=tee.barcode, pieces=1)
    world.do(seal_parcel, SealParcel, parcel_id=first)
    second = world.do(open_parcel, OpenParcel, **box).subject_id
    world.do(pack_rest, PackRest, parcel_id=second)
    world.settings(gs1_company_prefix=PREFIX, sscc_first=7)
    world.do(print_carton_label, PrintCartonLabel, parcel_id=first)
    world.settings(gs1_company_prefix=f"{PREFIX}0")
    assert world.get(Parcel, first).sscc == gs1.sscc(f"{PREFIX}0", 7)
    with world.database.reading() as session:
        following = following_sscc(session, load_settings(session))
    world.do(print_carton_label, PrintCartonLabel, parcel_id=second)
    assert world.get(Parcel, second).sscc == following == gs1.sscc(f"{PREFIX}0", 8)
    assert world.one(Counter, name=f"sscc-{PREFIX}0").value == 8


def test_where_the_site_wants_it_sealing_asks_for_the_label(lone: World):
    lone.bring(Stage.PARCEL_OPEN)
    lone.settings(gs1_company_prefix=PREFIX, is_sscc_on_sealing=True)
    parcel_id = lone.one(Parcel).id
    lone.do(pack_rest, PackRest, parcel_id=parcel_id)
    label = lone.one(PrintJob, document_kind="carton_label")
    assert (label.number, label.subject) == (gs1.sscc(PREFIX, 1), f"parcel:{parcel_id}")


def test_packing_goes_on_when_all_numbers_are_given(world: World):
    world.bring(Stage.PARCEL_OPEN)
    with world.database.transaction() as session:
        session.add(Counter(name=f"sscc-{PREFIX}", value=last_serial(PREFIX)))
    world.settings(gs1_company_prefix=PREFIX, is_sscc_on_sealing=True)
    world.do(pack_rest, PackRest, parcel_id=world.one(Parcel).id)
    assert world.all(PrintJob, document_kind="carton_label") == []
    assert [t.event for t in world.all(Trail) if t.event == "no_sscc"] == ["no_sscc"]


@pytest.mark.parametrize(
    "wanted", ["690123", "69012345678", "69O1234", " 6901234", "６９０１２３４"]
)
def test_a_prefix_is_what_gs1_gives_out(lone: World, wanted: str):
    values = {"gs1_company_prefix": wanted}
    lone.refused(InvalidInput, change_site_settings, ChangeSettings, values=values)


def test_labels_at_sealing_need_a_prefix(lone: World):
    on = {"is_sscc_on_sealing": True}
    lone.refused(InvalidInput, change_site_settings, ChangeSettings, values=on)
    lone.do(change_site_settings, ChangeSettings, values={**on, "gs1_company_prefix": PREFIX})
    gone = {"gs1_company_prefix": ""}
    lone.refused(InvalidInput, change_site_settings, ChangeSettings, values=gone)

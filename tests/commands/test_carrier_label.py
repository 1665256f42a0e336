"""A label the carrier has drawn is taken with its number, printed as it came, and scanned back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from printing.documents import ReadyFormat
from printing.media import STOCKS
from printing.models import JobState, Printer, PrinterKind, PrintJob, ReadyFile
from printing.queue import print_one
from printing.renderers.pdf import render
from printing.samples import waybill
from printing.transports.memory import MemoryTransport
from tests.builders import Stage, Work, World
from warehouse.catalog.models import Station
from warehouse.dispatch.commands.carrier_label import TakeCarrierLabel, take_carrier_label
from warehouse.dispatch.commands.label import (
    MatchLabel,
    ReprintLabel,
    match_label,
    reprint_label,
)
from warehouse.dispatch.models import Waybill
from warehouse.errors import InvalidInput, RuleViolation, UnknownBarcode, UnknownName, WrongScan
from warehouse.packing.models import Parcel, ParcelState

NUMBER = "1Z999AA10123456784"
PDF = render(waybill(), STOCKS["76x130"])
ZPL = b"^XA\n^FO50,50^ADN,36,20^FDhello^FS\n^XZ\n"


def take(world: World, work: Work, **facts: Any) -> None:
    given = {
        "parcel_id": work.parcel_id, "number": NUMBER, "media": "76x130", "content": PDF,
        "form": ReadyFormat.PDF, "station_id": world.station(),
    } | facts  # fmt: skip
    world.do(take_carrier_label, TakeCarrierLabel, **given)


def labels(world: World) -> list[PrintJob]:
    return [job for job in world.all(PrintJob) if job.document_kind == "ready_label"]


def test_it_is_printed_as_it_came_scanned_back_and_repeated_as_a_copy(world: World):
    work = world.bring(Stage.WEIGHED)
    take(world, work, content=ZPL, form=ReadyFormat.ZPL)
    (job,) = labels(world)
    assert (job.number, job.subject) == (NUMBER, f"parcel:{work.parcel_id}")
    assert job.station_id == world.one(Station).id
    assert world.one(ReadyFile).content == ZPL
    paper = MemoryTransport()
    printer = world.add(Printer(name="p", kind=PrinterKind.ZPL, address="10.0.0.9")).id
    with world.database.transaction() as session:
        mine = sa.update(PrintJob).where(PrintJob.id == job.id)
        session.execute(mine.values(printer_id=printer))
    done = print_one(world.database, printer, clock=world.tick, transports=lambda *_: paper)
    assert done.state is JobState.SENT
    assert paper.sent[0][1] == ZPL
    with pytest.raises(UnknownBarcode):
        world.do(match_label, MatchLabel, parcel_id=work.parcel_id, barcode="1Z000")
    world.do(match_label, MatchLabel, parcel_id=work.parcel_id, barcode=NUMBER)
    assert world.get(Parcel, work.parcel_id).state is ParcelState.MATCHED
    assert labels(world)[0].state is JobState.CONFIRMED
    world.do(reprint_label, ReprintLabel, parcel_id=work.parcel_id, reason="torn")
    assert [(j.part, j.copy_no) for j in labels(world)] == [(1, 1), (1, 2)]
    assert world.get(Parcel, work.parcel_id).state is ParcelState.LABELLED


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"content": b""}, InvalidInput),
        ({"content": PDF, "media": "4x6in", "number": "ab"}, UnknownBarcode),
        ({"media": "40x30"}, InvalidInput),
        ({"station_id": 999}, UnknownName),
    ],
)
def test_what_is_no_label_or_no_number_changes_nothing(world: World, facts, error):
    work = world.bring(Stage.WEIGHED)
    with pytest.raises(error):
        take(world, work, **facts)
    assert (labels(world), world.all(Waybill), world.all(ReadyFile)) == ([], [], [])
    assert world.get(Parcel, work.parcel_id).state is ParcelState.WEIGHED


def test_the_goods_own_barcode_is_no_waybill(world: World):
    work = world.bring(Stage.WEIGHED)
    with pytest.raises(WrongScan):
        take(world, work, number=work.goods["TEE"].barcode)


@pytest.mark.parametrize("stage", [Stage.PACKED, Stage.LABELLED])
def test_a_parcel_not_weighed_or_labelled_before_takes_none(world: World, stage):
    work = world.bring(stage)
    with pytest.raises(RuleViolation, match="takes no label now"):
        take(world, work)
    assert labels(world) == []

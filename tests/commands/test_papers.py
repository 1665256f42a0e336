"""Every paper speaks the site's language and tells the site's days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from printing.documents import KINDS, Locale, read
from printing.media import SUITABLE, media
from printing.models import JobState, Printer, PrinterKind, PrinterState, PrintJob
from printing.renderers.pdf import render
from tests.builders import Stage, World
from warehouse.catalog.cards import PrintCards, print_cards
from warehouse.catalog.commands.labels import (
    PrintBinLabels,
    PrintSkuLabels,
    print_bin_labels,
    print_sku_labels,
)
from warehouse.catalog.models import BinKind, StationKind
from warehouse.dispatch.commands.handover import CloseHandover, close_handover
from warehouse.dispatch.returning import PrintReturnLabel, print_return_label
from warehouse.errors import InvalidInput
from warehouse.packing.sscc import PrintCartonLabel, print_carton_label
from warehouse.people.site import ChangeSettings, change_site_settings
from warehouse.printers.commands import TestPrint, test_print
from warehouse.printers.jobs import AnswerUnknown, ReprintJob, answer_unknown, reprint_job
from warehouse.reporting.papers import PrintDailyReport, print_daily_report
from warehouse.waves.maps import print_wave_sheet
from warehouse.waves.models import Wave
from warehouse.waves.papers import PrintPickList, PrintWaveSheet, print_pick_list
from warehouse.waves.slots import (
    PrintCartLabel,
    PrintPutWall,
    print_cart_label,
    print_put_wall,
)

KIRITIMATI = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead
# Half past four in the afternoon in London is the next day in Shanghai.
EVENING = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
# Badges are drawn where they are asked for: no queue keeps a key. A separator lies only between
# orders of a wave, a label of the carrier is nobody's to draw, and the papers of receiving, buying
# and counting have tests beside their work.
NOT_QUEUED = {
    "separator", "badge_sheet", "ready_label", "goods_receipt", "exchange_out", "purchase_order",
    "count_sheet", "count_report",
}  # fmt: skip


def papers(world: World) -> dict[str, dict[str, Any]]:
    return {job.document_kind: job.facts for job in world.all(PrintJob)}


def every_paper(world: World) -> dict[str, dict[str, Any]]:
    """Have each paper printed that a command can ask for; return kind → facts."""
    work = world.bring(Stage.DISPATCHED)
    world.do(close_handover, CloseHandover, handover_id=work.handover_id)
    world.do(print_sku_labels, PrintSkuLabels, sku_id=work.goods["TEE"].id)
    bins = world.bin("B-01"), world.bin("TOTE-9", kind=BinKind.TOTE)
    world.do(print_bin_labels, PrintBinLabels, bin_ids=bins)
    world.do(test_print, TestPrint, printer_id=printer(world))
    world.do(print_wave_sheet, PrintWaveSheet, wave_id=work.wave_id)
    world.do(print_put_wall, PrintPutWall, wave_id=work.wave_id)
    world.do(print_cart_label, PrintCartLabel, wave_id=work.wave_id)
    world.settings(gs1_company_prefix="6901234", sender_address="1 Road")
    world.do(print_carton_label, PrintCartonLabel, parcel_id=work.parcel_id)
    world.do(print_return_label, PrintReturnLabel, order_id=work.order_id)
    world.do(print_cards, PrintCards, work=StationKind.PACK)
    world.do(print_daily_report, PrintDailyReport, of_day=world.now.date())
    return papers(world)


def printer(world: World) -> int:
    row = Printer(
        name="P", kind=PrinterKind.FOLDER, address="/tmp/none", media="A4", dpi=203,
        state=PrinterState.UNKNOWN,
    )  # fmt: skip
    return int(world.add(row).id)


@pytest.mark.parametrize("locale", Locale)
def test_every_paper_is_in_the_language_of_the_site(world: World, locale: Locale):
    world.site(paper_locale=locale.value)
    found = every_paper(world)
    assert {kind: facts["locale"] for kind, facts in found.items()} == dict.fromkeys(
        KINDS.keys() - NOT_QUEUED, locale.value
    )


def test_papers_are_chinese_unless_the_site_says_otherwise(world: World):
    world.bring(Stage.WAVED)
    assert papers(world)["pick_list"]["locale"] == "zh"


def test_a_paper_asked_for_keeps_its_language_when_the_site_changes(world: World):
    found = every_paper(world)

    def drawn() -> dict[str, bytes]:
        stocks = {kind: media(SUITABLE[kind][0]) for kind in found}
        return {k: render(read(k, facts), stocks[k]) for k, facts in papers(world).items()}

    before = drawn()
    world.settings(paper_locale="en")
    assert drawn() == before


def test_a_reprint_speaks_as_the_first_did(world: World):
    work = world.bring(Stage.WAVED)
    _send_all(world)
    world.settings(paper_locale="en")
    world.do(print_pick_list, PrintPickList, wave_id=work.wave_id, reason="torn")
    first, second = world.all(PrintJob, document_kind="pick_list")
    assert {**second.facts, "copy_no": 1, "copied_at": ""} == first.facts
    assert second.facts["locale"] == "zh"


def test_a_language_no_paper_knows_is_refused(world: World):
    world.site()
    for wanted in ("", "fr"):
        error = world.refused(
            InvalidInput, change_site_settings, ChangeSettings, values={"paper_locale": wanted}
        )
        assert error.field == "paper_locale"


@pytest.mark.parametrize(
    ("zone", "day"),
    [(ZoneInfo("UTC"), "2026-03-01"), (ZoneInfo("Asia/Shanghai"), "2026-03-02")],
)
def test_the_slip_tells_the_day_of_the_order_at_the_site(world: World, zone: ZoneInfo, day: str):
    world.zone = zone
    world.bring(Stage.PACKED, created_at=EVENING)
    assert papers(world)["packing_slip"]["ordered_on"] == day


def test_the_manifest_tells_the_time_at_the_site(world: World):
    work = world.bring(Stage.DISPATCHED)
    world.do(
        close_handover, CloseHandover, handover_id=work.handover_id, at=EVENING, zone=KIRITIMATI
    )
    assert papers(world)["manifest"]["handed_over_at"] == "2026-03-02 06:30"


def test_the_pick_list_tells_the_cut_off_at_the_site(world: World):
    world.zone = KIRITIMATI
    work = world.bring(Stage.WAVED, promise_at=EVENING)
    assert papers(world)["pick_list"]["cut_off"] == "03-02 06:30"
    local = world.now.astimezone(KIRITIMATI)
    assert world.get(Wave, work.wave_id).number == f"W{local:%m%d}-01"


def _send_all(world: World, state: JobState = JobState.SENT) -> None:
    with world.database.transaction() as session:
        for job in session.query(PrintJob):
            job.state = state


@pytest.mark.parametrize(
    ("state", "handler", "command", "fields"),
    [
        (JobState.SENT, reprint_job, ReprintJob, {"reason": "torn"}),
        (JobState.UNKNOWN, answer_unknown, AnswerUnknown, {"came_out": False}),
    ],
)
def test_a_copy_tells_when_it_was_made_at_the_site(
    world: World, state: JobState, handler: Any, command: Any, fields: dict[str, Any]
):
    world.bring(Stage.WAVED)
    _send_all(world, state)
    (job,) = world.all(PrintJob)
    world.do(handler, command, job_id=job.id, at=EVENING, zone=KIRITIMATI, **fields)
    copy = world.one(PrintJob, copy_no=2)
    assert copy.facts["copied_at"] == "2026-03-02 06:30"

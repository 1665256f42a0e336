"""Papers where people look for them: previews of real facts, buttons, what is still missing."""

from __future__ import annotations

from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from printing.media import STOCKS
from printing.models import PrintJob
from printing.renderers import raster
from printing.renderers.pdf import render
from printing.samples import waybill
from tests.builders import Stage
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.models import StationKind
from warehouse.db import utcnow
from warehouse.dispatch.models import Waybill
from warehouse.packing.models import Parcel
from warehouse.people.models import Role

PREFIX = "6901234"
SITE = ZoneInfo("Asia/Shanghai")


def _text(desk: Desk, url: str, role: Role = Role.SUPERVISOR) -> str:
    desk.as_(role)
    with desk.world.nothing_written():
        answer = desk.get(url, role)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), words_of(answer)
    return " ".join(raster.texts(answer.get_data()))


def test_a_parcel_says_what_its_carton_label_lacks_and_where_that_is_set(desk: Desk):
    work = desk.world.bring(Stage.PACKED)
    page = f"/parcels/{work.parcel_id}"
    for role in (Role.SUPERVISOR, Role.ADMIN):
        told = desk.get(page, role)
        assert "The site has no company prefix of GS1 yet." in words_of(told)
        assert ("/settings#sscc" in told.text) == (role is Role.ADMIN)
    refused = desk.post(f"{page}/carton")
    assert "The site has no company prefix of GS1 yet." in desk.said(refused)


def test_a_parcel_s_carton_label_is_seen_printed_and_printed_again(desk: Desk):
    work = desk.world.bring(Stage.PACKED)
    desk.world.settings(gs1_company_prefix=PREFIX)
    page = f"/parcels/{work.parcel_id}"
    seen = _text(desk, f"{page}/carton.pdf")
    assert "069012340000000016" in seen
    assert "PREVIEW" in seen
    assert desk.world.get(Parcel, work.parcel_id).sscc is None
    told = desk.said(desk.post(f"{page}/carton"))
    assert "The carton label 069012340000000016 is on its way." in told
    assert "Logistic unit 069012340000000016" in words_of(desk.get(page))
    assert "Say why." in desk.said(desk.post(f"{page}/carton"))
    assert len(desk.world.all(PrintJob, document_kind="carton_label")) == 1
    found = desk.get("/search?q=00069012340000000016")
    assert (found.status_code, found.location) == (302, page)


def test_a_preview_that_shows_people_is_not_for_everybody(desk: Desk):
    work = desk.world.bring(Stage.DISPATCHED)
    desk.world.settings(gs1_company_prefix=PREFIX, sender_address="Jiaxing 1")
    for url in (f"/parcels/{work.parcel_id}/carton.pdf", f"/orders/{work.order_id}/return.pdf"):
        assert desk.get(url, Role.COUNTER).status_code == 403
        assert "PREVIEW" in _text(desk, url, Role.CUSTOMER_SERVICE)
    for page in (f"/parcels/{work.parcel_id}", f"/orders/{work.order_id}"):
        assert ".pdf" not in desk.get(page, Role.COUNTER).text


@pytest.mark.parametrize("page", ["orders/{0.order_id}", "consignments/{0.consignment_id}"])
def test_what_has_left_has_a_return_label(desk: Desk, page: str):
    work = desk.world.bring(Stage.DISPATCHED)
    url = "/" + page.format(work)
    assert "The site has no address for returns yet." in words_of(desk.get(url))
    desk.world.settings(sender_address="Jiaxing 1")
    assert "return label" in words_of(desk.get(url)).lower()
    answer = desk.post(f"/orders/{work.order_id}/return", Role.CUSTOMER_SERVICE)
    assert "is on its way" in desk.said(answer, Role.CUSTOMER_SERVICE)
    assert "Return label printed" in words_of(desk.get(f"/orders/{work.order_id}"))
    job = desk.world.one(PrintJob, document_kind="return_label")
    assert f"/orders/{work.order_id}" in desk.get(f"/printers/jobs/{job.id}").text


def test_what_is_here_still_has_none(desk: Desk):
    work = desk.world.bring(Stage.MATCHED)
    desk.world.settings(sender_address="Jiaxing 1")
    url = f"/orders/{work.order_id}"
    assert "return label" not in words_of(desk.get(url)).lower()
    assert desk.get(f"{url}/return.pdf").status_code == 409


def test_the_stations_page_prints_command_cards(desk: Desk):
    page = desk.get("/tablets")
    assert page.text.count("/tablets/cards/") == 16
    assert "CMD-FULL" in _text(desk, "/tablets/cards/pack.pdf")
    told = desk.said(desk.post("/tablets/cards/pack"))
    assert "The command cards are on their way." in told
    assert desk.world.one(PrintJob).document_kind == "card_sheet"
    assert desk.post("/tablets/cards/desk").status_code == 404


def test_the_day_is_seen_exported_and_printed(desk: Desk):
    today = f"{utcnow().astimezone(SITE):%Y-%m-%d}"
    desk.world.now = utcnow()
    desk.world.bring(Stage.DISPATCHED)
    page = desk.get(f"/days/{today}", Role.COUNTER)
    assert "Parcels dispatched 1 0" in words_of(page)
    assert "so far" in words_of(page)
    assert words_of(desk.get("/days", Role.COUNTER)) == words_of(page)
    rows = desk.get(f"/days/{today}?export=csv").get_data(as_text=True)
    assert "Couriers,Parcels dispatched,1,0,,parcels_gone" in rows
    assert "发出的包裹 1 0" in _text(desk, f"/days/{today}/report.pdf")
    assert "The daily report is on its way." in desk.said(desk.post(f"/days/{today}/report"))
    job = desk.world.one(PrintJob, document_kind="daily_report")
    assert f"/days/{today}" in desk.get(f"/printers/jobs/{job.id}").text


@pytest.mark.parametrize("day", ["2099-01-01", "1999-12-31", "yesterday", "2026-13-01"])
def test_a_day_that_is_none_or_has_not_come_is_not_found(desk: Desk, day: str):
    desk.as_(Role.COUNTER)
    assert desk.get(f"/days/{day}", Role.COUNTER).status_code == 404
    assert "so far" in words_of(desk.get(f"/days?day={day}", Role.COUNTER))


def test_a_label_the_carrier_has_drawn_is_handed_in_at_its_parcel(desk: Desk):
    work = desk.world.bring(Stage.WEIGHED)
    page = f"/parcels/{work.parcel_id}"
    bench = desk.world.station("WEIGH-9", StationKind.WEIGH)
    assert "The carrier has drawn the label itself" in words_of(desk.get(page))
    assert "Choose a file." in desk.said(desk.post(f"{page}/carrier-label", number="SF1234567"))
    sent = {"number": " sf1234567 ", "media": "100x150", "station": bench}

    def hand_in(content: bytes) -> str:
        file = (BytesIO(content), "label.zpl")
        return desk.said(desk.post(f"{page}/carrier-label", **sent, file=file))

    for none in (b"no label", b"", render(waybill(), STOCKS["100x180"])):
        assert "This file is no label for this paper" in hand_in(none)
    assert desk.world.all(Waybill) == []
    assert "Label SF1234567 for parcel" in hand_in(b"^XA\n^FO50,50^ADN,36,20^FDhello^FS\n^XZ\n")
    shown = words_of(desk.get(page))
    assert "The carrier has drawn the label itself" not in shown
    assert "own label SF1234567" in shown
    job = desk.world.one(PrintJob, document_kind="ready_label")
    assert (job.number, job.station_id, job.facts["media"]) == ("SF1234567", bench, "100x150")

"""A shop's export to the courier's hands through a real browser, by typed scans alone."""

from __future__ import annotations

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.serving import serve
from tests.journeys.conftest import Site, built_sqlite, sqlite_site, taobao_pair  # noqa: F401
from tests.journeys.goods import ean_of
from tests.journeys.test_to_handover import read_codes, to_a_wave
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Bin, BinKind, CartonType
from warehouse.dispatch.models import Waybill
from warehouse.inventory.models import StockBalance
from warehouse.inventory.proof import differences
from warehouse.orders.models import Order, OrderState
from warehouse.packing.models import Parcel
from warehouse.waves.models import PickTask, Wave, WaveSlot

TRIGGER_MS = 180


def test_typed_scans_bring_an_export_to_the_courier(sqlite_site, taobao_pair, new_page):  # noqa: F811
    site = sqlite_site
    wave_id = to_a_wave(site, taobao_pair)
    with serve(site.app) as base:
        _pick(site, _open(new_page, base, "BDG-DEMO-ZHANG", "/pick"), wave_id)
        _check(site, _open(new_page, base, "BDG-DEMO-WANG", "/check"), wave_id)
        packer = _open(new_page, base, "BDG-DEMO-LIU", "/pack")
        _pack(site, packer, wave_id)
        packer.goto(f"{base}/weigh")
        numbers = _weigh(site, packer)
        packer.goto(f"{base}/ship")
        _ship(site, packer, numbers)
    with site.database.reading() as session:
        assert set(session.scalars(sa.select(Order.state))) == {OrderState.DISPATCHED}
        assert differences(session) == []


def _open(new_page, base: str, badge: str, url: str) -> Page:
    page = new_page()
    page.goto(f"{base}/login?next={url}")
    _scan(page, badge)
    page.wait_for_url(f"{base}{url}")
    return page


def _scan(page: Page, code: str) -> None:
    """Type a code as a scanner does; a hand takes longer than a double trigger between two."""
    page.wait_for_timeout(TRIGGER_MS)
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def _on(page: Page, screen: str) -> None:
    expect(page.locator("#station")).to_have_attribute("data-screen", screen)
    expect(page.locator("[data-waiting] [data-count]").first).to_have_text("0")


def _pick(site: Site, page: Page, wave_id: int) -> None:
    with site.database.reading() as session:
        number = session.get_one(Wave, wave_id).number
        totes = session.scalars(
            sa.select(Bin.code).where(Bin.kind == BinKind.TOTE).order_by(Bin.code).limit(3)
        ).all()
        walk = [
            (session.get_one(Bin, task.bin_id).code, ean_of(session, task.sku_id), task.wanted)
            for task in session.scalars(
                sa.select(PickTask).where(PickTask.wave_id == wave_id).order_by(PickTask.sequence)
            )
        ]
    _on(page, "waves")
    _scan(page, number)
    _on(page, "totes")
    for tote in totes:  # faster than the server answers: none may be lost
        _scan(page, tote)
    _on(page, "bin")
    previous = ""
    for bin_code, barcode, wanted in walk:
        if bin_code != previous:
            expect(page.locator(".where")).to_have_text(bin_code)
            _scan(page, bin_code)
        for _ in range(wanted):
            _scan(page, barcode)
        previous = bin_code
    _on(page, "done")
    _scan(page, "CMD-OK")
    _on(page, "waves")


def _check(site: Site, page: Page, wave_id: int) -> None:
    for tote, pieces in _totes(site, wave_id):
        _on(page, "tote")
        _scan(page, tote)
        _on(page, "items")
        for barcode in pieces:
            _scan(page, barcode)
    _on(page, "tote")


def _totes(site: Site, wave_id: int) -> list[tuple[str, list[str]]]:
    with site.database.reading() as session:
        found = []
        for tote_id in session.scalars(
            sa.select(WaveSlot.tote_bin_id).where(WaveSlot.wave_id == wave_id)
        ):
            rows = session.execute(
                sa.select(StockBalance.sku_id, StockBalance.on_hand).where(
                    StockBalance.bin_id == tote_id, StockBalance.on_hand > 0
                )
            )
            pieces = [ean_of(session, sku_id) for sku_id, count in rows for _ in range(count)]
            found.append((session.get_one(Bin, tote_id).code, pieces))
        return found


def _pack(site: Site, page: Page, wave_id: int) -> None:
    with site.database.reading() as session:
        carton = session.scalar(sa.select(CartonType.code).order_by(CartonType.tare_g.desc()))
    for tote, _ in _totes(site, wave_id):
        _on(page, "tote")
        _scan(page, tote)
        _on(page, "carton")
        _scan(page, carton)
        _on(page, "items")
        _scan(page, "CMD-OK")
    _on(page, "tote")


def _weigh(site: Site, page: Page) -> list[str]:
    with site.database.reading() as session:
        parcels = session.execute(sa.select(Parcel.number, Parcel.expected_g)).all()
    numbers = []
    for parcel, expected in parcels:
        _on(page, "parcel")
        _scan(page, parcel)
        _on(page, "weight")
        for key in str(expected):  # gloves on the screen's keys
            page.locator(f'[data-key="{key}"]').click()
        page.locator('[data-key="enter"]').click()
        _on(page, "label")
        site.print_everything()
        papers = {code for f in site.printed("waybill") for code in read_codes(f)}
        number = next(iter(papers - set(numbers)))
        _scan(page, number)
        numbers.append(number)
    _on(page, "parcel")
    return numbers


def _ship(site: Site, page: Page, numbers: list[str]) -> None:
    with site.database.reading() as session:
        code = session.scalar(
            sa.select(Carrier.code)
            .join(Waybill, Waybill.carrier_id == Carrier.id)
            .where(Waybill.number == numbers[0])
        )
    _on(page, "carrier")
    page.locator(f'[data-scan="CARRIER-{code}"]').click()
    _on(page, "parcels")
    for number in numbers:
        _scan(page, number)
    expect(page.locator(".three b").first).to_have_text(str(len(numbers)))
    _scan(page, "CMD-OK")
    _on(page, "closing")
    _scan(page, "CMD-OK")
    _on(page, "closed")

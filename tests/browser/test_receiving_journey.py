"""A delivery in the browser: counted, put on its shelf, a faulty piece sent back and replaced."""

from __future__ import annotations

import re

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.serving import serve
from tests.browser.test_journey import _on as on
from tests.browser.test_journey import _open as open_tablet
from tests.browser.test_journey import _scan as scan
from tests.journeys.conftest import Site, built_sqlite, sqlite_site  # noqa: F401
from tests.journeys.goods import ean_of
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.demo.people import PASSWORD
from warehouse.inventory.models import StockBalance
from warehouse.inventory.proof import differences
from warehouse.receiving.models import PurchaseOrder, Receipt


def test_from_dock_to_shelf_and_a_faulty_piece_to_the_supplier_and_back(sqlite_site, new_page):  # noqa: F811
    site: Site = sqlite_site
    with site.database.reading() as session:
        sku = session.scalars(sa.select(Sku).where(~on_the_dock()).order_by(Sku.id)).first()
        ean = ean_of(session, sku.id)
    before = standing(site, sku.id)
    with serve(site.app) as base:
        desk = buyer(new_page, base)
        add_supplier(desk, base)
        order(desk, base, sku.code)
        with site.database.reading() as session:
            number = session.scalars(sa.select(PurchaseOrder.number)).one()
        receiver = open_tablet(new_page, base, "BDG-DEMO-ZHAO", "/receive")
        count(receiver, number, ean)
        confirm(open_tablet(new_page, base, "BDG-DEMO-HUANG", "/receive"), number)
        assert changed(site, sku.id, before) == {"dock": 4, "quarantine": 1, "supplier": -5}
        receiver.goto(f"{base}/store")
        put_away(receiver, ean)
        assert changed(site, sku.id, before) == {"shelf": 4, "quarantine": 1, "supplier": -5}
        send_back(desk, base, sku.code)
        assert changed(site, sku.id, before) == {"shelf": 4, "supplier": -4}
        replaced(desk)
    assert changed(site, sku.id, before) == {"shelf": 4, "dock": 1, "supplier": -5}
    with site.database.reading() as session:
        assert differences(session) == []
        assert session.scalars(sa.select(Receipt.state)).all() == ["booked"]


DOUBLE_MS = 400


def on_the_dock() -> sa.Exists:
    """Return whether a SKU has pieces that wait to be put away already."""
    return sa.exists().where(
        StockBalance.sku_id == Sku.id,
        StockBalance.bin_id == Bin.id,
        Bin.kind == BinKind.DOCK,
        StockBalance.on_hand > 0,
    )


def standing(site: Site, sku_id: int) -> dict[str, int]:
    """Return kind of bin → pieces on hand."""
    with site.database.reading() as session:
        rows = session.execute(
            sa.select(Bin.kind, sa.func.sum(StockBalance.on_hand))
            .join(Bin, Bin.id == StockBalance.bin_id)
            .where(StockBalance.sku_id == sku_id, Bin.kind != BinKind.OPENING)
            .group_by(Bin.kind)
        )
        return {kind.value: pieces for kind, pieces in rows}


def changed(site: Site, sku_id: int, before: dict[str, int]) -> dict[str, int]:
    now = standing(site, sku_id)
    both = {kind: now.get(kind, 0) - before.get(kind, 0) for kind in {*now, *before}}
    return {kind: pieces for kind, pieces in both.items() if pieces}


def buyer(new_page, base: str) -> Page:
    page = new_page()
    page.goto(f"{base}/login?desk")
    page.fill("#login", "huang")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def add_supplier(page: Page, base: str) -> None:
    page.goto(f"{base}/receiving/suppliers/new")
    page.fill("#code", "YZ")
    page.fill("#name", "悦织针织厂")
    page.locator("form.form button.main").click()
    page.wait_for_url(re.compile(r"/receiving/suppliers/\d+$"))


def order(page: Page, base: str, sku_code: str) -> None:
    page.goto(f"{base}/receiving/orders/new")
    page.fill("[name=sku-0]", sku_code)
    page.fill("[name=pieces-0]", "5")
    page.fill("[name=price-0]", "12.50")
    page.locator("[name=is_ordered]").check()
    page.locator("#main button.main").click()
    page.wait_for_url(re.compile(r"/receiving/orders/\d+$"))


def count(page: Page, number: str, ean: str) -> None:
    on(page, "start")
    scan(page, number)
    on(page, "count")
    for _ in range(4):
        scan(page, ean)
    expect(page.locator(".counters .of b")).to_have_text("4")
    scan(page, "CMD-MINUS")
    on(page, "fault")
    page.wait_for_timeout(DOUBLE_MS)  # the tile says MINUS too: no hand is that quick
    page.locator("[data-field-fault=stained]").click()
    on(page, "faulty-stained")
    scan(page, ean)
    expect(page.locator(".counters .of b")).to_have_text("5")
    scan(page, "CMD-UNDO")
    on(page, "count")
    scan(page, "CMD-OK")
    on(page, "finish")
    scan(page, "CMD-OK")
    on(page, "start")
    scan(page, number)
    on(page, "confirm")
    expect(page.locator(".actions [data-scan=CMD-OK]")).to_have_count(0)


def confirm(page: Page, number: str) -> None:
    scan(page, number)
    on(page, "confirm")
    page.locator(".actions [data-scan=CMD-OK]").click()
    on(page, "start")


def put_away(page: Page, ean: str) -> None:
    on(page, "start")
    scan(page, ean)
    on(page, "hand")
    page.locator("[data-field-all]").first.click()
    expect(page.locator(".how-many b").first).to_have_text("4")
    scan(page, page.locator("h2.where").first.inner_text().replace(" ", ""))
    on(page, "start")


def send_back(page: Page, base: str, sku_code: str) -> None:
    page.goto(f"{base}/receiving/exchanges/new?supplier=YZ")
    assert sku_code in page.locator("#main table").inner_text()
    page.locator("#main form[method=post] button.main").click()
    page.wait_for_url(re.compile(r"/receiving/exchanges/\d+$"))
    page.locator(".head form[action$=send] button.main").click()
    expect(page.locator("#line_id")).to_be_visible()


def replaced(page: Page) -> None:
    page.fill("#pieces", "1")
    page.locator("#main form.form button.main").click()
    expect(page.locator(".notice").first).to_be_visible()
    expect(page.locator("#line_id")).to_have_count(0)

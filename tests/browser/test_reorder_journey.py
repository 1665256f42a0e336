"""A reorder proposal becomes a purchase order: seen, changed, drafted once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import serve
from tests.builders import World
from tests.web.desk_site import Desk
from warehouse.db import Database
from warehouse.people.models import Role
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.models import PurchaseLine
from warehouse.web.access import COOKIE

pytestmark = pytest.mark.browser


def test_a_reorder_proposal_becomes_a_purchase_order(
    new_page: Callable[..., Page], sqlite_database: Database, tmp_path: Path
):
    desk = Desk(World(sqlite_database), tmp_path)
    world = desk.world
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 4)
    world.do(save_supplier, SaveSupplier, code="MILL", name="Silk mill", lead_days=7)
    with serve(desk.app) as address:
        page = new_page()
        page.context.add_cookies(
            [{"name": COOKIE, "value": desk.log_in(Role.SUPERVISOR), "url": address}]
        )
        page.goto(f"{address}/supply/sku/{tee.id}")
        page.get_by_label("Pieces per pack").fill("12")
        page.get_by_label("Unit price, yuan").fill("12.50")
        page.locator("form[action$='/terms'] button").click()
        page.get_by_label("Reorder point").fill("10")
        page.get_by_label("Order up to").fill("30")
        page.locator("form[action$='/level'] button").click()
        page.get_by_role("link", name="Receiving").click()
        page.get_by_role("link", name="Purchasing").click()
        expect(page.get_by_text("4 here, 0 coming")).to_be_visible()
        expect(page.get_by_label("Pieces TEE")).to_have_value("36")
        page.get_by_label("Pieces TEE").fill("48")
        page.get_by_role("button", name="Draft the order").click()
        expect(page.get_by_text("is made.")).to_be_visible()
        assert [(x.pieces, x.price_fen) for x in world.all(PurchaseLine)] == [(48, 1250)]
        page.get_by_role("link", name="Receiving").first.click()
        page.get_by_role("link", name="Purchasing").click()
        expect(page.get_by_text("Nothing to buy")).to_be_visible()

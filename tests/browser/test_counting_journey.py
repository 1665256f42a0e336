"""A monthly count in the browser: two counters at once, a wave picked from the same zone meanwhile.

One bin holds a piece less than the book says. It is counted again by the other counter, approved
at the desk and posted; nothing else is corrected, and the ledger proves clean.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.browser.gestures import until_empty
from tests.browser.serving import serve
from tests.browser.test_journey import _on as on
from tests.browser.test_journey import _open as open_tablet
from tests.browser.test_journey import _scan as scan
from tests.journeys.conftest import Site, built_sqlite, sqlite_site, taobao_pair  # noqa: F401
from tests.journeys.goods import ean_of
from tests.journeys.test_to_handover import to_a_wave
from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.counting.models import CountBin, CountLine, CountSession, CountTake, LineState
from warehouse.db import utcnow
from warehouse.demo.people import PASSWORD
from warehouse.inventory.models import Move, MoveReason, StockBalance
from warehouse.inventory.proof import differences
from warehouse.people.models import Person
from warehouse.settings import change_settings
from warehouse.waves.models import PickTask, Wave

ZONE = "Q"  # of a few bins, so that two people pass it in a minute
OF_WAVE, EXTRA = 3, 1  # bins of the zone: the wave goes to some of them
ROUNDS = 6
COUNTERS = {"杨帆", "李娜"}


def test_two_count_a_zone_while_a_third_picks_from_it(sqlite_site, taobao_pair, new_page):  # noqa: F811
    site: Site = sqlite_site
    wave_id = to_a_wave(site, taobao_pair)
    shelf = a_zone_around(site, wave_id)
    planted, sku_id = plant(site, shelf, wave_id)
    with serve(site.app) as base:
        desk = reviewer(new_page, base)
        number = open_count(desk, base)
        tablets = {
            who: open_tablet(new_page, base, f"BDG-DEMO-{who}", "/count") for who in ("YANG", "LI")
        }
        for tablet in tablets.values():
            on(tablet, "sessions")
            scan(tablet, number)
            on(tablet, "bin")
        picker = Picker(
            site, open_tablet(new_page, base, "BDG-DEMO-ZHANG", "/pick"), wave_id, shelf
        )
        picker.begin()
        count_all(site, list(tablets.values()), shelf, picker)
        picker.finish()
        for _ in range(ROUNDS):
            count_all(site, list(tablets.values()), shelf, picker)
            desk.wait_for_timeout(1_100)  # the second of grace
            settle(desk, planted)
            if state(site) == "posted":
                break
    with site.database.reading() as session:
        assert differences(session) == []
        assert state(site) == "posted"
        posted = session.scalars(sa.select(CountLine).where(CountLine.state == LineState.POSTED))
        assert [(x.sku_id, x.variance) for x in posted] == [(sku_id, -1)]
        corrected = sa.select(Move).where(Move.reason == MoveReason.COUNT)
        assert [(m.sku_id, m.pieces) for m in session.scalars(corrected)] == [(sku_id, 1)]
        assert len(counters_of(session, planted)) > 1
        assert {name for code in bins_of(shelf) for name in counters_of(session, code)} == COUNTERS
        for (bin_code, goods), pieces in shelf.items():
            assert on_hand(session, bin_code, goods) == pieces, (bin_code, goods)


Shelf = dict[tuple[str, int], int]  # (bin, SKU id) → what truly stands there


def a_zone_around(site: Site, wave_id: int) -> Shelf:
    """Put some bins of the wave and another into a zone; return what stands there."""
    with site.database.transaction() as session:
        change_settings(session, {"count_grace_s": 1}, person_id=1, at=utcnow())
        zone = Zone(code=ZONE, name="盘点区", sequence=99)
        session.add(zone)
        session.flush()
        tasks = sa.select(PickTask.bin_id).where(PickTask.wave_id == wave_id)
        walk = session.scalars(tasks.order_by(PickTask.sequence)).all()
        wanted = set(list(dict.fromkeys(walk))[:OF_WAVE])
        others = sa.select(Bin.id).where(Bin.kind == BinKind.SHELF, Bin.id.not_in(wanted))
        here = sa.exists().where(StockBalance.bin_id == Bin.id)
        stocked = others.where(here, Bin.code.startswith("B-"))
        wanted |= set(session.scalars(stocked.order_by(Bin.walk_order).limit(EXTRA)))
        session.execute(sa.update(Bin).where(Bin.id.in_(wanted)).values(zone_id=zone.id))
        rows = session.execute(
            sa.select(Bin.code, StockBalance.sku_id, StockBalance.on_hand)
            .join(StockBalance, StockBalance.bin_id == Bin.id)
            .where(Bin.id.in_(wanted), StockBalance.on_hand > 0)
        )
        return {(row.code, row.sku_id): row.on_hand for row in rows}


def plant(site: Site, shelf: Shelf, wave_id: int) -> tuple[str, int]:
    """Let one piece be missing from a bin that the wave goes to; return its code and SKU."""
    with site.database.reading() as session:
        rows = session.execute(
            sa.select(Bin.code, PickTask.sku_id)
            .join(Bin, Bin.id == PickTask.bin_id)
            .where(PickTask.wave_id == wave_id)
            .order_by(PickTask.sequence.desc())
        ).all()
    code, sku_id = next((row.code, row.sku_id) for row in rows if row.code in bins_of(shelf))
    shelf[code, sku_id] -= 1
    return code, sku_id


class Picker:
    """Picks the wave piece by piece, a little between the others' bins."""

    def __init__(self, site: Site, page: Page, wave_id: int, shelf: Shelf) -> None:
        self.page = page
        self.shelf = shelf
        with site.database.reading() as session:
            self.number = session.get_one(Wave, wave_id).number
            totes = sa.select(Bin.code).where(Bin.kind == BinKind.TOTE).order_by(Bin.code).limit(3)
            self.totes = session.scalars(totes).all()
            tasks = sa.select(PickTask).where(PickTask.wave_id == wave_id)
            self.walk = [
                (session.get_one(Bin, t.bin_id).code, t.sku_id, ean_of(session, t.sku_id), t.wanted)
                for t in session.scalars(tasks.order_by(PickTask.sequence))
            ]
        self.at = ""

    def begin(self) -> None:
        on(self.page, "waves")
        scan(self.page, self.number)
        on(self.page, "totes")
        for tote in self.totes:
            scan(self.page, tote)
        on(self.page, "bin")

    def step(self) -> None:
        if not self.walk:
            return
        code, sku_id, ean, wanted = self.walk.pop(0)
        if code != self.at:
            scan(self.page, code)
        for _ in range(wanted):
            scan(self.page, ean)
        self.at = code
        until_empty(self.page)
        if (code, sku_id) in self.shelf:
            self.shelf[code, sku_id] -= wanted

    def finish(self) -> None:
        while self.walk:
            self.step()
        on(self.page, "done")
        scan(self.page, "CMD-OK")
        on(self.page, "waves")


def count_all(site: Site, tablets: list[Page], shelf: Shelf, picker: Picker) -> None:
    """Let the counters pass every bin that waits, by turns, while the picker goes on."""
    turn = 0
    while waiting := [page for page in tablets if has_a_bin(page)]:
        count_a_bin(site, waiting[turn % len(waiting)], shelf, picker if turn % 2 else None)
        picker.step()
        turn += 1


def has_a_bin(page: Page) -> bool:
    """Look whether a bin waits for this counter by now."""
    if page.locator("#station").get_attribute("data-screen") == "done":
        scan(page, "CMD-OK")
        until_empty(page)
    return page.locator("#station").get_attribute("data-screen") == "bin"


def count_a_bin(site: Site, page: Page, shelf: Shelf, picker: Picker | None) -> None:
    """Count what truly stands in the bin this counter was sent to; somebody picks meanwhile."""
    code = page.locator("h2.where").inner_text().replace(" ", "").replace("\n", "")
    scan(page, code)
    on(page, "goods")
    if picker is not None:
        picker.step()
    asked = page.locator("#station .notice .code").all_inner_texts()
    with site.database.reading() as session:
        here = [
            (ean_of(session, sku_id), session.get_one(Sku, sku_id).code, pieces)
            for (bin_code, sku_id), pieces in shelf.items()
            if bin_code == code and pieces
        ]
    for ean, sku_code, pieces in here:
        if not asked or sku_code in asked:
            for digit in str(pieces):
                page.locator(f".keypad [data-key='{digit}']").click()
            scan(page, ean)
    on(page, "goods")
    scan(page, "CMD-OK")
    expect(page.locator("#station")).not_to_have_attribute("data-screen", "goods")


def reviewer(new_page, base: str) -> Page:
    page = new_page()
    page.goto(f"{base}/login?desk")
    page.fill("#login", "huang")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def open_count(page: Page, base: str) -> str:
    page.goto(f"{base}/counts/new")
    page.fill("[name=name]", "月底盘点")
    page.locator(f"[name=zones][value={ZONE}]").check()
    page.locator("#main form button.main").click()
    page.wait_for_url(re.compile(r"/counts/\d+$"))
    return page.locator("h1 .code").inner_text()


def settle(page: Page, planted: str) -> None:
    """Approve what the desk shows as different, and post."""
    page.goto(page.url.partition("?")[0] + "?only=different")
    boxes = page.locator("input[name=chosen]")
    if boxes.count():
        assert boxes.count() == 1
        expect(page.locator("#main tbody tr").first).to_contain_text(planted)
        boxes.first.check()
        page.locator("form[data-rows] [name=reason]").select_option("lost")
        page.locator("button[formaction$=approve]").click()
        expect(page.locator(".notice").first).to_be_visible()
        page.wait_for_timeout(1_100)
    button = page.locator("form[action$=post] button")
    if button.count():
        button.click()
        expect(page.locator(".notice").first).to_be_visible()


def state(site: Site) -> str:
    with site.database.reading() as session:
        return session.scalars(sa.select(CountSession.state)).one().value


def bins_of(shelf: Shelf) -> set[str]:
    return {code for code, _ in shelf}


def counters_of(session: Session, bin_code: str) -> set[str]:
    """Return the names of those who counted a bin."""
    return set(
        session.scalars(
            sa.select(Person.name)
            .join(CountTake, CountTake.person_id == Person.id)
            .join(CountBin, CountBin.id == CountTake.count_bin_id)
            .join(Bin, Bin.id == CountBin.bin_id)
            .where(Bin.code == bin_code, ~CountTake.is_dropped)
        )
    )


def on_hand(session: Session, bin_code: str, sku_id: int) -> int:
    bin_id = session.scalar(sa.select(Bin.id).where(Bin.code == bin_code))
    return session.get_one(StockBalance, (bin_id, sku_id)).on_hand

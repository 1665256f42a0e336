"""What a worker does at a tablet, and what can be waited for."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

PATIENCE_S = 90.0  # the machine may be busy with others


def scan(page: Page, *barcodes: str, key: str = "Enter") -> None:
    """Type each barcode as a wedge scanner does: no pause, then its terminator."""
    for barcode in barcodes:
        page.keyboard.type(barcode)
        page.keyboard.press(key)


def stop_the_clock(page: Page, *, at: str = "keydown") -> None:
    """Let no time pass from the next key or `click` on: what is sent together comes together.

    On a busy machine two taps or scans may arrive seconds apart.
    """
    page.evaluate(
        """(kind) => document.addEventListener(kind, () => {
            const now = performance.now();
            performance.now = () => now;
        }, { capture: true, once: true })""",
        at,
    )


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Let the page run until `holds`; fails after `PATIENCE_S`."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(20)


def waiting(page: Page) -> int:
    """The count of scans on the screen that the server has not answered yet."""
    return int(page.locator("[data-waiting] [data-count]").inner_text())


def until_empty(page: Page) -> None:
    """Wait until every scan so far is answered: none on the disk, none on the screen."""
    page.wait_for_selector("[data-waiting][data-state]")  # the tablet's database is open
    until(page, lambda: kept(page) == [] and waiting(page) == 0)


def kept(page: Page) -> list[str]:
    """The barcodes that lie in the tablet's own database, in order."""
    found: list[str] = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const request = indexedDB.open("fahuo", 1);
            request.onerror = () => reject(request.error);
            request.onsuccess = () => {
                const all = request.result.transaction("scans").objectStore("scans").getAll();
                all.onsuccess = () => {
                    request.result.close();
                    resolve(all.result.map((scan) => scan.barcode));
                };
            };
        })"""
    )
    return found


def said(page: Page) -> str:
    return page.locator("#message .said").inner_text()


def cover(page: Page) -> str | None:
    """The kind of what fills the screen, or None."""
    found = page.locator(".cover")
    return found.get_attribute("data-kind") if found.count() else None

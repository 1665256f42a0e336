"""A real headless Chromium, and pages on which any error or call outside fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.gestures import PATIENCE_S
from tests.browser.site import Site, served

expect.set_options(timeout=PATIENCE_S * 1000)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def chromium_path() -> str | None:
    """Where a Chromium is: FAHUO_CHROMIUM, else the system's."""
    named = os.environ.get("FAHUO_CHROMIUM")
    for candidate in (named, "/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(candidate) if candidate else None
        if found:
            return found
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests; without one they are skipped, in CI they fail."""
    path = chromium_path()
    if path is None:
        reason = "NO BROWSER: set FAHUO_CHROMIUM or install chromium; the scan loop is NOT tested"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of a fresh browser profile: `new_page(width=1280, height=800, **context)`.

    At the end the test fails if a page threw, broke its Content-Security-Policy, or asked any
    host but its own for anything.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(width: int = 1280, height: int = 800, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_S * 1000)
        contexts.append(context)
        context.on("request", lambda request: _watch_request(request, complaints))
        context.on("console", lambda said: _watch_console(said, complaints))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        with suppress(Exception):  # a test may have closed it
            context.close()
    assert complaints == []


def _watch_request(request: Request, complaints: list[str]) -> None:
    if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        complaints.append(f"asked outside: {request.url}")


def _watch_console(said: ConsoleMessage, complaints: list[str]) -> None:
    # The browser itself notes refused and dropped requests; those are what the tests are about.
    if said.type == "error" and not said.text.startswith("Failed to load resource"):
        complaints.append(said.text)


@pytest.fixture
def site() -> Iterator[Site]:
    with served(Site(person=SimpleNamespace(id=7, name="张伟", roles=["picker"]))) as site:
        yield site


@pytest.fixture
def tablet(new_page: Callable[..., Page], site: Site) -> Page:
    """A station page, ready to scan."""
    page = new_page()
    page.goto(f"{site.url}/pick")
    page.wait_for_selector("#scan:focus")
    return page

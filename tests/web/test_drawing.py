"""Papers on pages are drawn beside the web server: what hangs or falls costs its own page alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from printing.models import PrintFile
from printing.queue import enqueue
from printing.queue.drawing_room import DrawingRoom
from printing.samples import waybill
from tests.printing.test_drawing_room import endless
from tests.waiting import until
from tests.web.desk_site import Desk, words_of
from warehouse.db import utcnow
from warehouse.people.models import Person, Role
from warehouse.web.access import COOKIE
from warehouse.web.drawing import EXTENSION, LIMITS


@pytest.fixture
def hasty(desk: Desk) -> Iterator[Desk]:
    """A desk whose papers must be drawn within two seconds."""
    room = DrawingRoom(replace(LIMITS, longest_s=2.0, memory_mb=8_000))
    desk.app.extensions[EXTENSION] = room
    yield desk
    room.close()


def test_a_paper_that_comes_to_no_end_is_stopped_says_so_and_holds_no_other_page(hasty: Desk):
    # Its bytes are sound; a library in C never comes to their end.
    stuck, fine = (_asked(hasty, f"YT{n}") for n in range(2))
    hasty.world.add(
        PrintFile(job_id=stuck, media="76x130@203", sha256="0" * 64, content=endless(),
                  rendered_at=utcnow())
    )  # fmt: skip
    room: DrawingRoom = hasty.app.extensions[EXTENSION]
    sound, tries = f"/printers/jobs/{fine}/paper.png?small=1", []
    first, other = hasty.as_(Role.SUPERVISOR), hasty.app.test_client()
    other.set_cookie(COOKIE, first.get_cookie(COOKIE).value)
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(first.get, f"/printers/jobs/{stuck}/paper.png?small=1")
        assert until(lambda: any(process.is_slow for process in room._busy) or hanging.done())
        # On a busy machine a sound paper may take longer than this room allows, but not each time.
        assert until(lambda: tries.append(other.get(sound)) or tries[-1].status_code == 200)
        stopped = hanging.result()
    assert tries[-1].content_type == "image/png"
    # The picture says it where the paper would be, and no browser keeps it.
    assert (stopped.status_code, stopped.content_type) == (409, "image/svg+xml")
    assert "was stopped." in stopped.get_data(as_text=True)
    assert (stopped.headers.get("ETag"), stopped.headers["Cache-Control"]) == (None, "no-store")
    _reads_chinese(hasty)
    page = first.get(f"/printers/jobs/{stuck}/paper.pdf")
    assert (page.status_code, "超过 10 秒，已中止" in words_of(page)) == (409, True)


def test_where_no_process_can_be_started_the_page_asks_to_come_back(desk: Desk, monkeypatch):
    desk.app.extensions[EXTENSION] = DrawingRoom(LIMITS)
    job_id = _asked(desk, "YT1")

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refused)
    page = desk.get(f"/printers/jobs/{job_id}/paper.pdf")
    assert (page.status_code, "Try again in a moment." in words_of(page)) == (503, True)
    preview = desk.post("/printers/templates/slips/preview", media="A4")
    assert preview.get_json()["refused"].startswith("The server is too busy")


def _asked(desk: Desk, number: str) -> int:
    with desk.database.transaction() as session:
        return enqueue(
            session, waybill(waybill_no=number), station_id=None, at=utcnow(), command_id="c"
        )


def _reads_chinese(desk: Desk) -> None:
    with desk.database.transaction() as session:
        session.execute(sa.update(Person).values(locale="zh"))

"""Looking for printers: asked at the desk, done by the worker, added with one click."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from printing.models import Printer, PrinterKind, PrinterSearch
from printing.transports.mdns import Service
from tests.web.desk_site import Desk, words_of
from warehouse.db import utcnow
from warehouse.people.models import Role
from warehouse.printers.finding import search_waiting

ZEBRA = Service(
    kind="_pdl-datastream._tcp.local", name="Pack 1", host="pack1.local", port=9100,
    addresses=("10.0.0.41",), texts={"ty": "Zebra ZD421"},
)  # fmt: skip


def _work(desk: Desk, *services: Service, error: OSError | None = None) -> bool:
    def ask(_seconds: float) -> list[Service]:
        if error:
            raise error
        return list(services)

    allowed = desk.app.extensions["fahuo_config"].allowed_printers
    return search_waiting(desk.database, allowed, clock=utcnow, ask=ask)


def test_what_answered_is_shown_and_added_with_one_click(desk: Desk):
    assert "Not looked yet" in words_of(desk.get("/printers/find"))
    desk.post("/printers/find")
    page = desk.get("/printers/find").get_data(as_text=True)
    assert 'data-every="1"' in page
    assert "<progress" in page
    assert _work(desk, ZEBRA) is True
    page = desk.get("/printers/find/found").get_data(as_text=True)
    assert "Zebra ZD421" in page
    assert "data-every" not in page
    form = desk.get("/printers/new?name=Pack+1&kind=zpl&address=10.0.0.41").get_data(as_text=True)
    assert 'value="Pack 1"' in form
    assert '<option value="zpl" selected>' in form


def test_what_is_there_already_is_said_to_be(desk: Desk):
    desk.world.add(Printer(name="bench", kind=PrinterKind.ZPL, address="10.0.0.41"))
    desk.post("/printers/find")
    _work(desk, ZEBRA)
    assert "there already: bench" in words_of(desk.get("/printers/find"))


def test_one_search_at_a_time_and_only_the_newest_is_kept(desk: Desk):
    desk.post("/printers/find")
    desk.post("/printers/find")
    first = desk.world.one(PrinterSearch)
    assert _work(desk) is True
    assert _work(desk) is False
    assert "No printer answered" in words_of(desk.get("/printers/find"))
    desk.post("/printers/find")
    assert desk.world.one(PrinterSearch).id > first.id


def test_a_search_nobody_does_says_so_and_can_be_asked_for_again(desk: Desk):
    desk.post("/printers/find")
    with desk.database.transaction() as session:
        session.execute(sa.update(PrinterSearch).values(asked_at=utcnow() - timedelta(minutes=2)))
    assert "is the worker running?" in words_of(desk.get("/printers/find"))
    desk.post("/printers/find")
    assert "Looking for printers." in words_of(desk.get("/printers/find"))


def test_a_machine_without_a_network_says_so(desk: Desk):
    desk.post("/printers/find")
    _work(desk, error=OSError(101, "Network is unreachable"))
    assert "The network could not be asked." in words_of(desk.get("/printers/find"))


def test_only_those_who_set_up_printers_look_for_them(desk: Desk):
    assert desk.get("/printers/find", Role.PACKER).status_code == 403
    assert desk.post("/printers/find", Role.PACKER).status_code == 403
    assert desk.world.all(PrinterSearch) == []

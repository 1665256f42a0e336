"""Printers are set up at the desk: added, changed, tried, inside the site alone."""

from __future__ import annotations

import pytest

from printing.models import Printer, PrintJob, PrintRoute
from tests.web.desk_site import Desk, words_of
from tests.web.printing_desk import add_printer
from warehouse.people.models import Role


def _form(desk: Desk, **changes: object) -> dict[str, object]:
    return {
        "name": "front", "kind": "folder", "dpi": 203, "width_dots": 832, "media": "76x130",
        "darkness": 0, "offset_x": 0, "offset_y": 0,
        "address": str(desk.app.extensions["fahuo_config"].spool_dir / "front"), **changes,
    }  # fmt: skip


def test_a_printer_is_added_changed_tried_and_paused(desk: Desk):
    answer = desk.post("/printers", Role.ADMIN, **_form(desk))
    assert "Printer front is saved." in desk.said(answer, Role.ADMIN)
    printer = desk.world.one(Printer)
    url = f"/printers/{printer.id}"

    desk.post(url, Role.ADMIN, **_form(desk, offset_x=-12, media="100x180", dpi=300))
    changed = desk.world.get(Printer, printer.id)
    assert (changed.offset_x, changed.media, changed.dpi) == (-12, "100x180", 300)
    assert "Changed: Head, Loaded media, Move right by dots" in words_of(desk.get(url, Role.ADMIN))

    answer = desk.post(f"{url}/test", Role.ADMIN)
    job = desk.world.one(PrintJob)
    assert (job.document_kind, job.printer_id) == ("test_page", printer.id)
    assert answer.headers["Location"] == f"/printers/jobs/{job.id}"

    desk.post(f"{url}/pause", Role.ADMIN, paused=1)
    assert desk.world.get(Printer, printer.id).is_paused
    assert "paused" in words_of(desk.get("/printers", Role.ADMIN))
    desk.post(f"{url}/pause", Role.ADMIN, paused=0)
    assert not desk.world.get(Printer, printer.id).is_paused
    gone = desk.post(f"{url}/remove", Role.ADMIN)
    assert "Pause it instead." in desk.said(gone, Role.ADMIN)


def test_a_printer_that_never_printed_is_removed(desk: Desk):
    printer_id = add_printer(desk)
    desk.post("/printers/routes", station=0, printer_waybill=printer_id)
    assert "is gone." in desk.said(desk.post(f"/printers/{printer_id}/remove"))
    assert (desk.world.all(Printer), desk.world.all(PrintRoute)) == ([], [])


WRONG = {
    "name": "",
    "kind": "laser",
    "media": "3x3",
    "dpi": 600,
    "width_dots": 0,
    "darkness": 31,
    "offset_x": -401,
    "offset_y": "9" * 12,
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_marked_and_what_was_typed_stays(desk: Desk, field: str):
    desk.get("/printers")
    with desk.world.nothing_written():
        answer = desk.post("/printers", **_form(desk, name="typed name") | {field: WRONG[field]})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in body
    assert body.count('aria-invalid="true"') == 1
    if field != "name":
        assert 'value="typed name"' in body


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("zpl", "127.0.0.1"),
        ("zpl", "8.8.8.8"),
        ("zpl", "169.254.169.254"),
        ("escpos", "0x7f.1:9100"),
        ("escpos", "10.0.0.5:22"),
        ("ipp", "http://10.0.0.5/"),
        ("ipp", "ipp://user:pw@10.0.0.5/x"),
        ("folder", "/etc"),
        ("folder", "spool"),
        ("folder", "/tmp/../etc/cron.d"),
        ("folder", ""),
    ],
)
def test_an_address_outside_the_site_is_refused(desk: Desk, kind: str, address: str):
    desk.get("/printers")
    with desk.world.nothing_written():
        answer = desk.post("/printers", **_form(desk, kind=kind, address=address))
    assert answer.status_code == 400
    assert 'id="address-error"' in answer.get_data(as_text=True)


def test_an_address_inside_the_site_is_taken(desk: Desk):
    desk.post("/printers", **_form(desk, kind="zpl", address="10.0.0.21"))
    assert desk.world.one(Printer).address == "10.0.0.21"
    twin = desk.post("/printers", **_form(desk, kind="zpl", address="10.0.0.22"))
    assert 'id="name-error"' in twin.get_data(as_text=True)

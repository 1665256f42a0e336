"""What the edges say of printers, places, notes and the system itself: no raw words of ours."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from printing.models import Printer, PrinterKind, PrinterState, PrintRoute
from tests.builders import World
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.models import Bin, BinKind
from warehouse.catalog.queries import bin_of_kind
from warehouse.errors import RuleViolation
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.people.models import Person, Role
from warehouse.text import translate
from warehouse.web.notes import OWN_NOTES, kept
from warehouse.weighing.commands import WEIGHT_NOTE

_ENGLISH = re.compile(r"[a-z]{3,}")


def _speak_chinese(desk: Desk) -> None:
    desk.as_(Role.SUPERVISOR)
    with desk.database.transaction() as session:
        session.execute(sa.update(Person).values(locale="zh"))


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("zpl", "8.8.8.8"),
        ("zpl", "10.0.0.9:80"),
        ("zpl", "no-such-host.invalid"),
        ("zpl", "10.0.0.9:0x1"),
        ("zpl", "2130706433"),
        ("folder", "spool"),
        ("folder", "/etc"),
        ("ipp", "http://10.0.0.9/"),
        ("ipp", "ipp://10.0.0.9:99999/"),
        ("ipp", "ipp://10.0.0.9/a b"),
    ],
)
def test_a_refused_address_is_said_in_the_reader_s_language(desk: Desk, kind: str, address: str):
    _speak_chinese(desk)
    form = {"name": "L1", "kind": kind, "address": address, "dpi": 203, "width_dots": 832,
            "media": "", "darkness": 0, "offset_x": 0, "offset_y": 0}  # fmt: skip
    answer = desk.post("/printers", **form)
    assert answer.status_code == 400
    (said,) = re.findall(r'id="address-error">.*?</svg>(.*?)</span>', answer.text, re.S)
    assert said.strip().startswith("地址不可用：")
    assert _ENGLISH.findall(said.replace(address, "")) == []


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (PrinterState.ATTENTION, "paper_out", "label 1: paper out"),
        (PrinterState.OFFLINE, "offline", "label 1: not reachable"),
        (PrinterState.OFFLINE, "", "label 1: offline"),
    ],
)
def test_a_station_s_corner_says_what_is_wrong_with_the_printer(desk, state, reason, said):
    printer = desk.world.add(
        Printer(
            name="label 1", kind=PrinterKind.ZPL, address="10.0.0.9", state=state,
            state_reason=reason,
        )
    )  # fmt: skip
    desk.world.add(PrintRoute(document_kind="waybill", printer_id=printer.id))
    assert said in words_of(desk.get("/corner", Role.PACKER))


def test_what_the_system_did_is_told_of_the_system(desk: Desk):
    order_id = desk.world.order({desk.world.sku(): 1})
    desk.world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    desk.post(f"/orders/{order_id}/hold", note="wait", owner="customer_service")
    story = words_of(desk.get(f"/orders/{order_id}")).partition("What happened")[2]
    assert "the system" in story
    assert "a supervisor" in story
    assert "Fahuo" not in story


@pytest.mark.parametrize(
    "kind", [BinKind.QUARANTINE, BinKind.COUNT_DIFFERENCE, BinKind.OPENING, BinKind.SUPPLIER]
)
def test_a_place_the_site_lacks_is_named_in_words(world: World, kind: BinKind):
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.kind == kind).values(is_active=False))
    with pytest.raises(RuleViolation) as refused, world.database.reading() as session:
        bin_of_kind(session, kind)
    assert _ENGLISH.findall(translate(refused.value.text, "zh")) == []


@pytest.fixture
def world(desk: Desk) -> World:
    return desk.world


def test_notes_the_program_keeps_read_as_sentences_old_ones_too():
    assert translate(kept(WEIGHT_NOTE.msgid), "zh") == "重量不可能正确。"
    for old in ("weight", "set aside", "Mended by an import."):
        assert _ENGLISH.findall(translate(kept(old), "zh")) == []
    assert len({note.msgid for note in OWN_NOTES}) == len(OWN_NOTES)
    assert kept("typed by a person").params == {"text": "typed by a person"}

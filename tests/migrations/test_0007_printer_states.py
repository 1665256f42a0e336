"""Printers keep what they are and what printed on them; their states are told apart."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from printing.models import Printer, PrinterKind, PrinterState, PrintJob, PrintRoute
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database

BEFORE = "0006"


def _printer(world: World, name: str, state: str, reason: str, kind: str = "zpl") -> int:
    printer = Printer(name=name, kind=PrinterKind(kind), address="10.0.0.9")
    printer_id = world.add(printer).id
    with world.database.transaction() as session:
        session.execute(
            sa.update(Printer)
            .where(Printer.id == printer_id)
            .values(state=state, state_reason=reason)
        )
    return printer_id


def test_states_are_told_apart_and_papers_keep_their_printer(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    for name, state, reason in (
        ("empty", "attention", "paper_out"),
        ("open", "attention", "cover_open"),
        ("jammed", "attention", "jam"),
        ("gone", "offline", "offline"),
    ):
        printer_id = _printer(world, name, state, reason)
    world.add(PrintRoute(document_kind="waybill", printer_id=printer_id))
    with whole.transaction() as session:
        session.execute(sa.update(PrintJob).values(printer_id=printer_id))
    migrations.downgrade(whole, BEFORE)
    migrations.upgrade(whole)
    states = {p.name: p.state.value for p in world.all(Printer)}
    wanted = {"empty": "paper_out", "open": "cover_open", "jammed": "attention", "gone": "offline"}
    assert states == wanted
    assert [p.is_mute for p in world.all(Printer)] == [False] * 4
    assert {job.printer_id for job in world.all(PrintJob)} == {printer_id}
    assert world.one(PrintRoute).printer_id == printer_id
    assert world.differences() == []


def test_a_later_printer_is_still_one_of_before_when_the_schema_is_taken_back(whole: Database):
    world = World(whole)
    _printer(world, "server", "busy", "busy", kind="cups")
    _printer(world, "browser", "ready", "", kind="download")
    migrations.downgrade(whole, BEFORE)
    with whole.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT name, kind, state FROM printer ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            ("server", "ipp", "attention"), ("browser", "folder", "ready"),
        ]  # fmt: skip


def test_the_database_still_knows_what_refers_to_a_printer(whole: Database):
    world = World(whole)
    printer_id = _printer(world, "one", "ready", "")
    world.add(PrintRoute(document_kind="waybill", printer_id=printer_id))
    for statement in (
        "DELETE FROM printer",
        "UPDATE printer SET state = 'on fire'",
        "UPDATE printer SET kind = 'fax'",
    ):
        with pytest.raises(IntegrityError), whole.transaction() as session:
            session.execute(sa.text(statement))
    assert world.one(Printer).state is PrinterState.READY

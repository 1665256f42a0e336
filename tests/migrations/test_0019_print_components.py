"""Print components come as one more kind of printer; what is there stays as it is."""

from __future__ import annotations

from printing.models import Printer, PrinterKind, ReadyFile
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database

BEFORE = "0018"


def test_printers_stay_and_a_component_goes_back_to_a_folder(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    before = [(p.id, p.name, p.kind) for p in world.all(Printer)]
    world.add(Printer(name="platform", kind=PrinterKind.COMPONENT, address="10.0.0.5"))
    world.add(ReadyFile(sha256="0" * 64, format="zpl", content=b"^XA^XZ", stored_at=world.now))
    world.add(ReadyFile(sha256="1" * 64, format="component", content=b"{}", stored_at=world.now))
    migrations.downgrade(whole, BEFORE)
    migrations.upgrade(whole)
    after = [(p.id, p.name, p.kind) for p in world.all(Printer)]
    assert after[:-1] == before
    assert after[-1][1:] == ("platform", PrinterKind.FOLDER)
    assert [file.sha256 for file in world.all(ReadyFile)] == ["0" * 64]

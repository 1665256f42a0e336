"""`fahuo papers`: files for every paper, and a status that says whether all is in order."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from printing.renderers import raster
from printing.samples import Content, Sample, waybill
from tests.builders import World
from tests.cli.conftest import Shell
from warehouse.cli import papers
from warehouse.db import Database


@pytest.fixture
def world(sqlite_database: Database) -> World:
    """No paper of these asks the database for anything."""
    return World(sqlite_database)


def test_every_content_on_every_stock_becomes_a_pdf_and_a_picture(shell: Shell, tmp_path: Path):
    out = tmp_path / "new" / "folder"
    found = shell.json("papers --kind sku_label --locale en --out", str(out))
    names = [paper["name"] for paper in found["papers"]]
    assert names[0] == "sku_label-short-60x40"
    assert {n.split("-")[1] for n in names} == set(Content)
    assert found["faults"] == []
    files = {path.name for path in out.iterdir()}
    assert files == {f"{n}.{e}" for n in names for e in ("pdf", "png")} | {"contact-sheet.png"}
    [page] = raster.bitmaps((out / f"{names[0]}.pdf").read_bytes(), dpi=203)
    with Image.open(BytesIO((out / f"{names[0]}.png").read_bytes())) as picture:
        assert picture.size == (page.width, page.height) == (480, 320)


def test_characters_no_face_has_are_told(shell: Shell, tmp_path: Path):
    found = shell.json("papers --kind waybill --out", str(tmp_path))
    marked = {paper["name"]: paper["marked"] for paper in found["papers"]}
    assert marked["waybill-short-76x130"] == ""
    assert "🌸" in marked["waybill-hostile-76x130"]


def test_what_does_not_fit_ends_in_status_one(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    wrong = Sample(document=waybill(), content=Content.SHORT, media="60x40")
    monkeypatch.setattr(papers, "samples", lambda _locale: [wrong])
    found = shell.json("papers --out", str(tmp_path), status=1)
    assert [(f["paper"], f["kind"]) for f in found["faults"]] == [
        ("waybill-short-60x40", "does_not_fit")
    ]
    told = shell.run("papers --out", str(tmp_path), status=1)
    assert "1 paper, 0 pages" in told.stdout
    assert "waybill-short-60x40 page 1: does_not_fit" in told.stderr


def test_an_unknown_kind_is_refused(shell: Shell, tmp_path: Path):
    assert "no such kind" in shell.run("papers --kind poster --out", str(tmp_path), status=2).stderr

"""Labels are asked for on the pages of the things they are for."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import PrintJob
from tests.journeys.conftest import Site, built_sqlite, sqlite_site  # noqa: F401
from tests.journeys.tablet import Browser, Tablet
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.demo import PASSWORD


def _ids(site: Site, query: sa.Select[tuple[int]]) -> list[int]:
    with site.database.reading() as session:
        return list(session.scalars(query))


def _kinds(site: Site) -> list[str]:
    with site.database.reading() as session:
        return list(session.scalars(sa.select(PrintJob.document_kind).order_by(PrintJob.id)))


def test_a_supervisor_prints_labels_of_a_sku(sqlite_site: Site):  # noqa: F811
    desk = Browser.at_desk(sqlite_site.app, "huang", PASSWORD)
    sku_id = _ids(sqlite_site, sa.select(Sku.id).limit(1))[0]
    desk.get(f"/stock/sku/{sku_id}")
    assert desk.post(f"/stock/sku/{sku_id}/labels", copies="2") == 303
    assert _kinds(sqlite_site) == ["sku_label", "sku_label"]


def test_chosen_bins_and_totes_get_labels(sqlite_site: Site):  # noqa: F811
    desk = Browser.at_desk(sqlite_site.app, "huang", PASSWORD)
    shelf = _ids(sqlite_site, sa.select(Bin.id).where(Bin.kind == BinKind.SHELF).limit(1))
    tote = _ids(sqlite_site, sa.select(Bin.id).where(Bin.kind == BinKind.TOTE).limit(1))
    desk.get("/stock/bins")
    assert desk.post("/stock/bins/labels", chosen=[str(i) for i in shelf + tote]) == 303
    assert sorted(_kinds(sqlite_site)) == ["bin_label", "tote_label"]


def test_a_picker_may_not(sqlite_site: Site):  # noqa: F811
    picker = Tablet.of(sqlite_site.app, "BDG-DEMO-ZHANG")
    picker.get("/")
    assert picker.post("/stock/bins/labels", chosen="1") == 403
    assert _kinds(sqlite_site) == []

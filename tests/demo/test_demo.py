"""The demo site: believable, complete, the same for the same seed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from printing.models import PrintJob
from warehouse import demo, migrations
from warehouse.catalog.models import Barcode, BarcodeKind, Bin, BinKind, Sku, SkuPicture
from warehouse.catalog.rules import ean_problem
from warehouse.commands import CommandRow
from warehouse.db import Database
from warehouse.demo.goods import variants
from warehouse.dispatch.models import Handover, HandoverState
from warehouse.inventory.proof import differences
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    Hold,
    HoldKind,
    Order,
    OrderState,
)
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people.auth import person_by_badge, person_by_secret
from warehouse.people.models import PersonRole, Role
from warehouse.receiving.models import ReceiptRecount
from warehouse.receiving.queries import due_again
from warehouse.tracing.in_doubt import in_doubt

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{folder / 'demo.db'}")
    migrations.upgrade(database)
    demo.load(database, data_dir=folder, at=AT)
    yield database
    database.dispose()


def _states(database: Database, column: sa.InstrumentedAttribute) -> set:
    with database.reading() as session:
        return set(session.scalars(sa.select(column)))


def test_every_state_has_something_to_show(site: Database) -> None:
    assert _states(site, Order.state) == set(OrderState)
    assert _states(site, Consignment.state) == set(ConsignmentState) - {ConsignmentState.DISSOLVED}
    assert _states(site, Parcel.state) == set(ParcelState) - {ParcelState.SET_ASIDE}
    assert _states(site, Handover.state) == set(HandoverState)
    with site.reading() as session:
        held = sa.select(Hold.kind).where(Hold.released_at.is_(None))
        assert set(session.scalars(held)) == set(HoldKind)
        assert set(session.scalars(sa.select(PersonRole.role))) == set(Role)


def test_the_ledger_agrees_and_nothing_is_later_than_now(site: Database) -> None:
    with site.reading() as session:
        assert differences(session) == []
        assert session.scalar(sa.select(sa.func.max(CommandRow.at))) < AT


def test_kits_are_held_back_and_a_receipt_is_counted_anew(site: Database) -> None:
    with site.reading() as session:
        box, hamper = in_doubt(session)
        due = session.scalars(sa.select(ReceiptRecount.receipt_id)).one()
        assert len(due_again(session, due)) == 1
    assert (box.sku, box.standing, box.in_quarantine, box.inside[0].on_hand) == ("GIFT-02", 7, 1, 2)
    assert (hamper.sku, hamper.standing) == ("GIFT-03", 2)


def test_goods_have_sound_eans_of_nobody_and_small_pictures(site: Database) -> None:
    with site.reading() as session:
        eans = session.scalars(sa.select(Barcode.code).where(Barcode.kind == BarcodeKind.EAN)).all()
        pictures = session.scalars(sa.select(SkuPicture.png)).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(Sku)) == 401
    assert [ean for ean in eans if ean_problem(ean) or not ean.startswith("20")] == []
    assert (len(eans), len(pictures), len(set(pictures))) == (395, 395, 381)
    assert max(len(png) for png in pictures) < 3_000
    assert Image.open(io.BytesIO(pictures[0])).size == (160, 160)


def test_six_hundred_shelves_are_walked_zone_by_zone(site: Database) -> None:
    with site.reading() as session:
        shelves = session.execute(
            sa.select(Bin.code, Bin.x_mm, Bin.y_mm)
            .where(Bin.kind == BinKind.SHELF)
            .order_by(Bin.walk_order)
        ).all()
    assert (len(shelves), len({tuple(row[1:]) for row in shelves})) == (600, 200)
    assert [code[0] for code, _, _ in shelves] == sorted(code[0] for code, _, _ in shelves)


def test_badges_open_the_door_and_print(site: Database, folder: Path) -> None:
    page = pypdfium2.PdfDocument(folder / "badges.pdf")[0]
    read = zxingcpp.read_barcodes(page.render(scale=5).to_pil())
    with site.transaction() as session:
        found = [person_by_badge(session, r.text.removeprefix("BDG-")) for r in read]
        desk = person_by_secret(session, "huang", demo.PASSWORD, is_pin=False)
        tablet = person_by_secret(session, "zhang", demo.PIN, is_pin=True)

    assert sorted(p.login for p in found if p) == sorted(staff.login for staff in demo.STAFF)
    assert (desk.name if desk else "", tablet.name if tablet else "") == ("黄磊", "张伟")
    assert (folder / "cards.pdf").stat().st_size > 10_000


def test_every_paper_has_a_printer(site: Database) -> None:
    with site.reading() as session:
        unrouted = sa.select(sa.func.count()).where(PrintJob.printer_id.is_(None))
        kinds = set(session.scalars(sa.select(PrintJob.document_kind)))
        assert session.scalar(unrouted) == 0
    floor = {"waybill", "packing_slip", "pick_list", "manifest"}
    assert kinds == {*floor, "goods_receipt", "exchange_out"}


def test_a_site_tells_whether_it_is_the_demo(site: Database, sqlite_database: Database) -> None:
    with site.reading() as demo_site, sqlite_database.reading() as other:
        assert (demo.is_demo(demo_site), demo.is_demo(other)) == (True, False)


def test_the_same_seed_gives_the_same_site(
    empty_postgres: Database, site: Database, folder: Path
) -> None:
    demo.load(empty_postgres, data_dir=folder / "other", at=AT)

    def orders(database: Database) -> list[tuple]:
        with database.reading() as session:
            assert differences(session) == []
            columns = (Order.order_no, Order.state, Order.receiver_name, Order.created_at)
            return [tuple(r) for r in session.execute(sa.select(*columns).order_by(Order.id))]

    assert orders(empty_postgres) == orders(site)


def test_names_are_unique() -> None:
    goods = variants()
    assert len({v.sku.code for v in goods}) == len(goods)
    assert len({(v.sku.name, v.sku.properties) for v in goods}) == len(goods)

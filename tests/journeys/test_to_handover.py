"""An order from a shop's export to the courier's hands, by scans over HTTP."""

from __future__ import annotations

import pypdfium2
import sqlalchemy as sa
import zxingcpp

from tests.journeys.conftest import Site
from tests.journeys.goods import ean_of
from tests.journeys.tablet import Tablet
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Bin, BinKind, CartonType
from warehouse.commands import Actor, execute, new_id
from warehouse.db import utcnow
from warehouse.dispatch.models import Waybill
from warehouse.inventory.models import StockBalance
from warehouse.inventory.proof import differences
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.importing import import_files
from warehouse.orders.models import Consignment, Order, OrderState
from warehouse.packing.models import Parcel
from warehouse.people.models import Person
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot


def test_orders_of_a_gb18030_pair_go_from_import_to_handover(site: Site, taobao_pair):
    wave_id = to_a_wave(site, taobao_pair)
    totes = _pick(site, wave_id)
    for tote in totes:
        _check(site, tote)
    parcels = [_pack(site, tote) for tote in totes]
    waybills = [_weigh_and_label(site, parcel) for parcel in parcels]
    _hand_over(site, waybills)
    with site.database.reading() as session:
        assert list(session.scalars(sa.select(Order.state))) == [OrderState.DISPATCHED] * 3
        assert differences(session) == []
        left = session.scalar(
            sa.select(sa.func.sum(StockBalance.on_hand))
            .join(Bin, Bin.id == StockBalance.bin_id)
            .where(Bin.kind.in_((BinKind.TOTE, BinKind.PARCEL)))
        )
        assert left == 0
    site.print_everything()
    assert [read_codes(f)[0] for f in site.printed("waybill")] == sorted(waybills)
    assert len(site.printed("packing_slip")) == 3
    assert len(site.printed("manifest")) == 1


def to_a_wave(site: Site, pair) -> int:
    with site.database.reading() as session:
        huang = session.scalar(sa.select(Person.id).where(Person.login == "huang"))
    actor = Actor(person_id=huang)
    summary = import_files(site.database, list(pair), site.config, actor=actor)
    assert (summary.orders_new, summary.rows_rejected) == (3, 0)
    with site.database.reading() as session:
        orders = session.execute(sa.select(Order.id, Order.state)).all()
    assert {state for _, state in orders} == {OrderState.CLEAN}
    ids = tuple(i for i, _ in orders)
    release = ReleaseOrders(id=new_id(), actor=actor, at=utcnow(), order_ids=ids)
    execute(site.database, release_orders, release)
    with site.database.reading() as session:
        consignments = tuple(session.scalars(sa.select(Consignment.id)))
    wave = MakeWave(id=new_id(), actor=actor, at=utcnow(), consignment_ids=consignments)
    return execute(site.database, make_wave, wave).subject_id


def _pick(site: Site, wave_id: int) -> list[str]:
    tablet = Tablet.of(site.app, "BDG-DEMO-ZHANG")
    tablet.open("/pick")
    with site.database.reading() as session:
        number = session.get_one(Wave, wave_id).number
        totes = list(
            session.scalars(
                sa.select(Bin.code).where(Bin.kind == BinKind.TOTE).order_by(Bin.code).limit(3)
            )
        )
    assert tablet.scan(number) == 200
    for tote in totes:
        assert tablet.screen == "totes"
        assert tablet.scan(tote) == 200
    while tablet.screen in ("bin", "item"):
        task = _task(site, int(tablet.subject))
        if tablet.screen == "bin":
            assert tablet.scan(task.barcode) == 422  # goods before the bin
            assert tablet.scan(task.bin_code) == 200
        assert tablet.screen == "item"
        assert tablet.scan("4006381333931") == 422  # goods nobody here knows
        assert tablet.scan(task.barcode) == 200
    assert tablet.screen == "done"
    assert tablet.scan("CMD-OK") == 200
    assert tablet.url == "/pick"
    with site.database.reading() as session:
        assert session.scalars(sa.select(PickTask.state).distinct()).all() == [TaskState.PICKED]
    return totes


class _Task:
    def __init__(self, site: Site, task_id: int) -> None:
        with site.database.reading() as session:
            task = session.get_one(PickTask, task_id)
            self.bin_code = session.get_one(Bin, task.bin_id).code
            self.barcode = ean_of(session, task.sku_id)


_task = _Task


def _check(site: Site, tote: str) -> None:
    tablet = Tablet.of(site.app, "BDG-DEMO-WANG")
    tablet.open("/check")
    assert tablet.scan(tote) == 200
    for barcode in _pieces(site, tote):
        assert tablet.screen == "items"
        assert tablet.scan(barcode) == 200
    assert tablet.screen == "tote"


def _pieces(site: Site, tote: str) -> list[str]:
    """Return the barcode of every single piece that stands in the tote."""
    with site.database.reading() as session:
        rows = session.execute(
            sa.select(StockBalance.sku_id, StockBalance.on_hand)
            .join(Bin, Bin.id == StockBalance.bin_id)
            .where(Bin.code == tote, StockBalance.on_hand > 0)
        ).all()
        return [ean_of(session, sku_id) for sku_id, pieces in rows for _ in range(pieces)]


def _pack(site: Site, tote: str) -> str:
    tablet = Tablet.of(site.app, "BDG-DEMO-LIU")
    tablet.open("/pack")
    assert tablet.scan(tote) == 200
    assert tablet.screen == "carton"
    with site.database.reading() as session:
        carton = session.scalar(sa.select(CartonType.code).order_by(CartonType.tare_g.desc()))
    assert tablet.scan(carton) == 200
    parcel_id = int(tablet.subject)
    assert tablet.scan("CMD-OK") == 200
    assert tablet.screen == "tote"
    with site.database.reading() as session:
        return session.get_one(Parcel, parcel_id).number


def _weigh_and_label(site: Site, parcel: str) -> str:
    tablet = Tablet.of(site.app, "BDG-DEMO-LIU")
    tablet.open("/weigh")
    assert tablet.scan(parcel) == 200
    assert tablet.screen == "weight"
    with site.database.reading() as session:
        expected = session.scalar(sa.select(Parcel.expected_g).where(Parcel.number == parcel))
    assert tablet.scan(f"CMD-WEIGHT-{expected + 500}") == 200
    assert tablet.screen == "outside"
    assert tablet.scan(f"CMD-WEIGHT-{expected + 5}") == 200
    assert tablet.screen == "label"
    site.print_everything()
    with site.database.reading() as session:
        number = session.scalar(
            sa.select(Waybill.number)
            .join(Parcel, Parcel.id == Waybill.parcel_id)
            .where(Parcel.number == parcel)
        )
    paper = next(f for f in site.printed("waybill") if number in f.name)
    codes = read_codes(paper)
    assert codes == [number, number]  # twice on the label: one may be scratched
    assert tablet.scan(parcel) == 422  # the parcel's own number is no label
    assert tablet.scan(codes[0]) == 200
    assert tablet.screen == "parcel"
    return number


def _hand_over(site: Site, waybills: list[str]) -> None:
    tablet = Tablet.of(site.app, "BDG-DEMO-LIU")
    tablet.open("/ship")
    with site.database.reading() as session:
        code = _carrier_code(session, waybills[0])
    assert tablet.scan(f"CARRIER-{code}") == 200
    for waybill in waybills:
        assert tablet.scan(waybill) == 200
    assert tablet.scan(waybills[0]) == 200  # again: counted once
    assert tablet.scan("CMD-OK") == 200
    assert tablet.scan("CMD-OK") == 200
    assert tablet.screen == "closed"


def _carrier_code(session, waybill: str) -> str:
    return session.scalar(
        sa.select(Carrier.code)
        .join(Waybill, Waybill.carrier_id == Carrier.id)
        .where(Waybill.number == waybill)
    )


def read_codes(path) -> list[str]:
    """Return the Code 128 texts of a printed file, top to bottom."""
    page = pypdfium2.PdfDocument(path)[0]
    image = page.render(scale=4).to_pil()
    found = zxingcpp.read_barcodes(image)
    linear = [c for c in found if c.format == zxingcpp.BarcodeFormat.Code128]
    return [c.text for c in sorted(linear, key=lambda c: c.position.top_left.y)]


def test_a_tote_is_freed_for_the_next_order(sqlite_site: Site, taobao_pair):
    site = sqlite_site
    wave_id = to_a_wave(site, taobao_pair)
    totes = _pick(site, wave_id)
    _check(site, totes[0])
    _pack(site, totes[0])
    with site.database.reading() as session:
        busy = session.scalars(
            sa.select(Bin.code)
            .join(WaveSlot, WaveSlot.tote_bin_id == Bin.id)
            .where(WaveSlot.freed_at.is_(None))
            .order_by(Bin.code)
        ).all()
    assert busy == totes[1:]

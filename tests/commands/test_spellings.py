"""A case label or another scanner's habit finds the goods by the EAN they carry."""

from __future__ import annotations

import pytest

from tests.builders import Goods, Stage, World
from warehouse.catalog.models import Barcode, BarcodeKind, Sku
from warehouse.catalog.queries import item_by_barcode
from warehouse.errors import WrongItem
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.scanning import CodeScan, parse


def goods_with(world: World, ean: str, code: str = "SOAP") -> Goods:
    goods = world.add(Sku(code=code, name=code, weight_g=100))
    world.add(Barcode(code=ean, sku_id=goods.id, pieces=1, kind=BarcodeKind.EAN))
    return Goods(id=goods.id, code=code, barcode=ean, pack="")


@pytest.mark.parametrize(
    ("ean", "raw"),
    [
        ("96385074", "]C10100000096385074"),
        ("96385074", "]d20100000096385074"),
        ("96385074", "00000096385074"),
        ("036000291452", "]C10100036000291452"),
        ("036000291452", "0036000291452"),
        ("0036000291452", "036000291452"),
        ("6901028075831", "06901028075831"),
        ("06901028075831", "6901028075831"),
        ("(01)06901028075831", "(01)06901028075831"),
        ("(01)06901028075831", "6901028075831"),
    ],
)
def test_goods_are_found_by_any_spelling_of_their_code(world: World, ean: str, raw: str):
    goods = goods_with(world, ean)
    scan = parse(raw)
    assert isinstance(scan, CodeScan)
    with world.database.reading() as session:
        item = item_by_barcode(session, scan.code)
    assert item is not None
    assert item.sku_id == goods.id


def test_the_code_as_it_stands_comes_first(world: World):
    goods_with(world, "036000291452", "US")
    mine = goods_with(world, "0036000291452", "EU")
    with world.database.reading() as session:
        item = item_by_barcode(session, "0036000291452")
    assert item is not None
    assert item.sku_id == mine.id


def test_a_picker_may_scan_the_case_label(world: World):
    goods, other = goods_with(world, "96385074"), goods_with(world, "036000291452", "GEL")
    world.site()
    world.stock(goods, "A-01", 5)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2})
    (task,) = world.open_tasks(work.wave_id)
    given = {"by": "picker", "task_id": task.id}
    world.do(confirm_bin, ConfirmBin, **given, barcode="A-01")
    wrong = f"0{other.barcode}"
    world.refused(WrongItem, confirm_pick, ConfirmPick, **given, barcode=wrong)
    world.do(confirm_pick, ConfirmPick, **given, barcode="0000096385074", pieces=2)
    assert world.balance(work.tote, goods) == (2, 0, 2)

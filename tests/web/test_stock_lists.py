"""Lists of SKUs, bins and opening stock: sent at the desk, read by the worker, read out again."""

from __future__ import annotations

import io

import pytest

from tests.web.desk_site import Desk, words_of
from warehouse.catalog.lists import HEADS_NAMED
from warehouse.catalog.models import Bin, Sku
from warehouse.orders.import_models import ImportKind, ImportRun, ImportState
from warehouse.orders.importing import run_waiting_import
from warehouse.people.models import Role

KINDS = ("skus", "bins", "opening")
SKUS = (
    "商家编码,商品名称,条码,包装条码,重量,批次管理\n"
    "TEE,短袖,6901234567892,PACK-1*12,0.2kg,\n"
    "MUG,杯,,,300,是\n"
)


def _send(desk: Desk, kind: str, content: bytes | str, name: str = "list.csv") -> ImportRun:
    sent = content.encode() if isinstance(content, str) else content
    page = f"/stock/lists/{kind}"
    answer = desk.submit(page, page, files=(io.BytesIO(sent), name))
    assert answer.status_code == 303, words_of(answer)
    return desk.world.get(ImportRun, int(answer.location.rsplit("/", 1)[1]))


def _work(desk: Desk, run: ImportRun, **given: object) -> ImportRun:
    run_waiting_import(desk.database, desk.app.extensions["fahuo_config"], **given)
    return desk.world.get(ImportRun, run.id)


def _counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.rows_new, run.rows_changed, run.rows_unchanged, run.rows_rejected


def test_a_list_is_read_by_the_worker_and_every_bad_row_is_told(desk: Desk):
    run = _send(desk, "skus", SKUS + "BAD,坏,1234567890123,,,\nTWO,二,,,x,\n")
    here = f"/stock/lists/runs/{run.id}"
    assert "Waits for the worker." in words_of(desk.get(here))
    done = _work(desk, run)
    assert (done.state, _counts(done)) == (ImportState.DONE, (2, 0, 0, 2))
    page = words_of(desk.get(here))
    assert "2 New rows" in page
    assert "list.csv 4 条码 1234567890123" in page
    assert "list.csv 5 重量 x" in page
    assert "1234567890123" in desk.get(f"{here}/rejected.csv").text
    assert {s.code: s.is_lot_tracked for s in desk.world.all(Sku)} == {"TEE": False, "MUG": True}
    again = _work(desk, _send(desk, "skus", SKUS.replace("短袖", "长袖")))
    assert _counts(again) == (0, 1, 1, 0)
    assert here in desk.get("/stock/lists/skus").text
    assert here not in desk.get("/stock/lists/bins").text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("skus", "Code,Name,Colour\nTEE,Shirt,red\n"),
        ("bins", "Bin,Colour\nA-1,red\n"),
        ("opening", "Bin,SKU,Pieces,Colour\nA-1,TEE,5,red\n"),
    ],
)
def test_columns_that_nobody_knows_are_named_beside_what_was_taken(
    desk: Desk, kind: str, text: str
):
    for first, content in (("skus", "Code,Name\nTEE,Tee\n"), ("bins", "Bin\nA-1\n")):
        done = _work(desk, _send(desk, first, content))
        assert "Columns not read" not in words_of(desk.get(f"/stock/lists/runs/{done.id}"))
    done = _work(desk, _send(desk, kind, text))
    assert done.rows_rejected == 0
    assert "Columns not read: Colour." in words_of(desk.get(f"/stock/lists/runs/{done.id}"))


def test_of_very_many_unknown_columns_the_first_are_named(desk: Desk):
    heads = ",".join(f"H{n}" for n in range(90))
    done = _work(desk, _send(desk, "skus", f"Code,Name,{heads}\nTEE,Tee{',x' * 90}\n"))
    assert len(done.not_read) == HEADS_NAMED + 1
    told = words_of(desk.get(f"/stock/lists/runs/{done.id}"))
    assert f"H{HEADS_NAMED - 1}, …." in told


def test_stock_is_opened_in_bins_and_of_skus_that_came_by_list(desk: Desk):
    _work(desk, _send(desk, "skus", SKUS))
    _work(desk, _send(desk, "bins", "货位,库区\nA-1,A\nA-2,A\n"))
    opening = "货位,条码,数量,批次\nA-1,TEE,5,\nA-1,MUG,3,L1\nA-2,MUG,2,\nZ-9,TEE,1,\n"
    done = _work(desk, _send(desk, "opening", opening))
    assert _counts(done) == (2, 0, 0, 2)
    tee, mug = (desk.world.one(Sku, code=code) for code in ("TEE", "MUG"))
    assert [desk.world.balance("A-1", sku)[0] for sku in (tee, mug)] == [5, 3]
    assert _counts(_work(desk, _send(desk, "opening", opening))) == (0, 0, 2, 2)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_read_out_as_it_stands_changes_nothing_when_it_comes_back(
    desk: Desk, form: str, language: str
):
    _work(desk, _send(desk, "skus", SKUS))
    bins = (
        "货位,库区,库区类别,类型,X,Y,内长,内宽,内高,单品专用\nA-1,A,cold,,100,200,60cm,1m,300,是\n"
    )
    _work(desk, _send(desk, "bins", bins + "R-1,R,,备货位,,,,,,\n"))
    desk.post("/language", locale=language)
    for kind, rows in (("skus", 2), ("bins", 2)):
        file = desk.get(f"/stock/lists/{kind}/standing?export={form}").data
        done = _work(desk, _send(desk, kind, file, f"back.{form}"))
        taken = desk.get(f"/stock/lists/runs/{done.id}")
        assert done.rows_rejected == 0, words_of(taken)
        assert (done.rows_new, done.rows_changed, done.not_read) == (0, 0, None)
        assert done.rows_unchanged >= rows
    assert desk.world.one(Bin, code="A-1").length_mm == 600


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_empty_lists_are_what_the_imports_read(desk: Desk, language: str):
    desk.get("/")
    desk.post("/language", locale=language)
    for kind in KINDS:
        for form in ("csv", "xlsx"):
            file = desk.get(f"/stock/lists/{kind}/empty?export={form}").data
            done = _work(desk, _send(desk, kind, file, f"empty.{form}"))
            assert (done.state, done.rows_total) == (ImportState.DONE, 0), done.problem


def test_a_list_of_another_kind_says_which_columns_lack(desk: Desk):
    run = _work(desk, _send(desk, "bins", SKUS))
    assert run.state is ImportState.FAILED
    assert "商家编码" in words_of(desk.get(f"/stock/lists/runs/{run.id}"))
    page = "/stock/lists/bins"
    assert "Choose a file." in words_of(desk.submit(page, page))
    two = [(io.BytesIO(b"x"), f"{n}.csv") for n in range(2)]
    assert desk.submit(page, page, files=two).status_code == 400


def test_a_list_that_was_broken_off_is_gone_on_with_and_counted_once(desk: Desk):
    rows = "".join(f"S-{n:04d},Goods {n}\n" for n in range(1100))
    run = _send(desk, "skus", "Code,Name\n" + rows)
    asked = iter([False, True])
    half = _work(desk, run, should_stop=lambda: next(asked, True))
    assert half.state is ImportState.RUNNING
    assert 0 < len(desk.world.all(Sku)) < 1100
    done = _work(desk, run)
    assert (done.state, _counts(done)) == (ImportState.DONE, (1100, 0, 0, 0))


def test_lists_and_orders_are_each_seen_by_who_may_send_them(desk: Desk):
    run = _send(desk, "bins", "货位\nA-1\n")
    assert desk.world.one(ImportRun).kind is ImportKind.BINS
    assert desk.get(f"/imports/{run.id}", Role.CUSTOMER_SERVICE).status_code == 404
    assert f'"/imports/{run.id}"' not in desk.get("/imports", Role.CUSTOMER_SERVICE).text
    for url in (f"/stock/lists/runs/{run.id}", "/stock/lists/bins"):
        assert desk.get(url, Role.CUSTOMER_SERVICE).status_code == 403
    for role, is_led in ((Role.SUPERVISOR, True), (Role.CUSTOMER_SERVICE, False)):
        assert ("/stock/lists/skus" in desk.get("/stock", role).text) is is_led

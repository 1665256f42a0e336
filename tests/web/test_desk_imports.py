"""Files in, unknown goods named, anything found again."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.builders import Stage
from tests.web.desk_site import Desk, links_to, words_of
from warehouse.config import Config
from warehouse.orders.import_models import ImportRun, ImportState
from warehouse.orders.importing import run_waiting_import
from warehouse.orders.models import HoldKind, Order, OrderLine, OrderState, SkuMapping
from warehouse.people.models import Person, Role
from warehouse.web.spreadsheets import BOM

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "orders-zh.csv"
CLERK = Role.CUSTOMER_SERVICE


def _config(desk: Desk) -> Config:
    return desk.app.extensions["fahuo_config"]


def _send(desk: Desk, *files: tuple[bytes, str], **form: object):
    sent = [(io.BytesIO(content), name) for content, name in files]
    return desk.as_(CLERK).post(
        "/imports", data={"files": sent, **form}, content_type="multipart/form-data"
    )


def _imported(desk: Desk, content: bytes, name: str = "orders.csv") -> ImportRun:
    answer = _send(desk, (content, name))
    assert answer.status_code == 303, words_of(answer)
    run_waiting_import(desk.database, _config(desk))
    return desk.world.get(ImportRun, int(answer.headers["Location"].rsplit("/", 1)[1]))


def test_a_file_is_kept_read_and_counted(desk: Desk):
    answer = _send(desk, (EXAMPLE.read_bytes(), "reports/orders-zh.csv"))
    run = desk.world.one(ImportRun)
    assert answer.headers["Location"] == f"/imports/{run.id}"
    (kept,) = run.files
    path = Path(kept["path"])
    assert (kept["name"], path.parent) == ("orders-zh.csv", _config(desk).upload_dir)
    assert path.read_bytes() == EXAMPLE.read_bytes()
    assert "orders-zh" not in path.name

    page = desk.get(f"/imports/{run.id}", CLERK)
    assert "Waits for the worker." in words_of(page)
    assert f'data-refresh="/imports/{run.id}/progress"' in page.get_data(as_text=True)

    run_waiting_import(desk.database, _config(desk))
    done = desk.world.get(ImportRun, run.id)
    assert (done.state, done.orders_new) == (ImportState.DONE, len(desk.world.all(Order)))
    assert done.orders_new > 0
    fragment = desk.get(f"/imports/{run.id}/progress", CLERK).get_data(as_text=True)
    assert "data-refresh" not in fragment
    assert f"{done.orders_new} New orders" in words_of(desk.get(f"/imports/{run.id}", CLERK))
    assert f'href="/imports/{run.id}"' in desk.get("/imports", CLERK).get_data(as_text=True)


def test_refused_rows_are_shown_and_downloaded(desk: Desk):
    lines = EXAMPLE.read_text("utf-8-sig").splitlines()
    lines.append(lines[1].replace(lines[1].split(",")[0], "5.1E+18", 1))
    run = _imported(desk, "\n".join(lines).encode())
    assert run.rows_rejected == 1
    page = words_of(desk.get(f"/imports/{run.id}", CLERK))
    assert "orders.csv" in page
    answer = desk.get(f"/imports/{run.id}/rejected.csv", CLERK)
    text = answer.get_data().decode()
    assert text.startswith(BOM)
    assert text.count("\n") == 2
    assert f",{len(lines)}," in text


@pytest.mark.parametrize(
    ("name", "content"),
    [("orders.exe", b"x"), ("orders.csv", b""), ("", b"x"), ("orders", b"x"), ("a.csv.html", b"x")],
)
def test_what_is_no_report_is_refused_and_not_kept(desk: Desk, name: str, content: bytes):
    desk.as_(CLERK)
    with desk.world.nothing_written():
        answer = _send(desk, (b"ok", "good.csv"), (content, name)) if name else _send(desk)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.get_data(as_text=True)
    folder = _config(desk).upload_dir
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_file_nobody_can_read_fails_with_a_sentence(desk: Desk):
    run = _imported(desk, b"no,table,of,orders\n1,2,3,4\n")
    assert run.state is ImportState.FAILED
    page = desk.get(f"/imports/{run.id}", CLERK).get_data(as_text=True)
    assert 'class="notice" data-tone="stop"' in page


def test_a_file_above_the_limit_is_refused(desk: Desk):
    desk.app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = _send(desk, (b"x" * 5000, "orders.csv"))
    assert answer.status_code == 413
    assert "The file is too large." in words_of(answer)


def test_hostile_file_names_are_shown_harmless(desk: Desk):
    name = "../../<script>alert(1)<\\u202egnp.csv"
    _send(desk, (b"x", name))
    (kept,) = desk.world.one(ImportRun).files
    assert Path(kept["path"]).parent == _config(desk).upload_dir
    assert "<script>alert" not in desk.get("/imports", CLERK).get_data(as_text=True)


def test_layout_and_examples_are_there(desk: Desk):
    assert desk.get("/imports/layout", CLERK).get_data()[:1] == b"#"
    assert desk.get("/imports/example/zh.csv", CLERK).get_data() == EXAMPLE.read_bytes()
    assert desk.get("/imports/example/xx.csv", CLERK).status_code == 404


def _unknown(desk: Desk) -> SkuMapping:
    world = desk.world
    world.site()
    tee = world.sku("TEE-RED")
    world.stock(tee, "A-01", 5)
    shop_id = world.shop()
    mapping = world.add(
        SkuMapping(shop_id=shop_id, match_key="k1", seller_code="tee red", title="Shirt <b>",
                   first_seen_at=world.tick())
    )  # fmt: skip
    for code in ("tee red", "tee red", "other"):
        order_id = world.order({tee: 1})
        with desk.database.transaction() as session:
            line = session.get_one(Order, order_id).lines[0]
            line.sku_id, line.seller_code = None, code
    from warehouse.orders.commands.audit import AuditOrders, audit_orders

    world.do(audit_orders, AuditOrders, order_ids=tuple(o.id for o in world.all(Order)))
    return mapping


def test_a_mapping_frees_the_orders_that_waited(both: Desk):
    mapping = _unknown(both)
    page = both.get("/mapping", CLERK)
    assert re.search(r"tee red Shirt <b> 2 ", words_of(page))
    assert "Shirt <b>" not in page.get_data(as_text=True)

    wrong = both.post(f"/mapping/{mapping.id}", CLERK, sku="NOPE")
    assert "There is no SKU NOPE." in both.said(wrong, CLERK)
    answer = both.post(f"/mapping/{mapping.id}", CLERK, sku=" TEE-RED ")
    assert "2 orders go on." in both.said(answer, CLERK)
    assert [o.state for o in both.world.all(Order)] == [
        OrderState.CLEAN, OrderState.CLEAN, OrderState.HELD,
    ]  # fmt: skip
    assert both.world.holds(both.world.all(Order)[2].id) == [HoldKind.UNKNOWN_SKU]
    assert [line.sku_id is None for line in both.world.all(OrderLine)] == [False, False, True]
    assert "TEE-RED" in words_of(both.get("/mapping?known=1", CLERK))


def test_goods_are_named_by_barcode_or_found_by_name(desk: Desk):
    mapping = _unknown(desk)
    page = desk.get(f"/mapping/skus?q=red&for={mapping.id}", CLERK)
    assert 'value="TEE-RED"' in page.get_data(as_text=True)
    sku = desk.world.one(SkuMapping)
    from warehouse.catalog.models import Barcode, BarcodeKind

    ean = desk.world.one(Barcode, kind=BarcodeKind.EAN).code
    pack = desk.world.one(Barcode, kind=BarcodeKind.PACK).code
    assert "There is no SKU" in desk.said(desk.post(f"/mapping/{sku.id}", CLERK, sku=pack), CLERK)
    assert "go on." in desk.said(desk.post(f"/mapping/{sku.id}", CLERK, sku=ean), CLERK)


def test_an_exact_number_leads_straight_to_its_page(both: Desk):
    world = both.world
    work = world.bring(Stage.DISPATCHED)
    tee = work.goods["TEE"]
    order = world.get(Order, work.order_id)
    from warehouse.catalog.models import Bin
    from warehouse.dispatch.models import Handover
    from warehouse.packing.models import Parcel
    from warehouse.waves.models import Wave

    shelf = world.one(Bin, code="A-01")
    tote = world.one(Bin, code=work.tote)
    found = {
        order.order_no: f"/orders/{order.id}",
        f"C{work.consignment_id:08d}": f"/consignments/{work.consignment_id}",
        f"c{work.consignment_id:08d}": f"/consignments/{work.consignment_id}",
        work.waybill_no.lower(): f"/parcels/{work.parcel_id}",
        world.get(Parcel, work.parcel_id).number: f"/parcels/{work.parcel_id}",
        world.get(Wave, work.wave_id).number: f"/waves/{work.wave_id}",
        world.get(Handover, work.handover_id).number: f"/handovers/{work.handover_id}",
        "a-01": f"/stock/bins/{shelf.id}",
        work.tote: f"/stock/bins/{tote.id}",
        "TEE": f"/stock/sku/{tee.id}",
        tee.barcode: f"/stock/sku/{tee.id}",
        tee.pack: f"/stock/sku/{tee.id}",
    }
    for number, page in found.items():
        answer = both.as_(Role.SUPERVISOR).get("/search", query_string={"q": f" {number} "})
        assert (answer.status_code, answer.headers.get("Location")) == (302, page), number


def test_what_comes_near_is_listed_by_kind(both: Desk):
    work = both.world.bring(Stage.DISPATCHED, buyer="tb_wang")
    answer = both.get("/search?q=wang")
    assert links_to(answer, "/orders/") == [f"/orders/{work.order_id}"]
    answer = both.get("/search?q=cotton")
    assert len(links_to(answer, "/stock/sku/")) == 2
    assert both.get("/search?q=BDG-SECRET").status_code == 200
    assert "SECRET" not in words_of(both.get("/search?q=BDG-SECRET")).partition("Searched")[2]


def test_one_buyer_of_many_orders_is_listed(desk: Desk):
    sku = desk.world.sku()
    ids = [desk.world.order({sku: 1}, buyer="tb_li") for _ in range(3)]
    found = links_to(desk.get("/search?q=tb_li"), "/orders/")
    assert found == [f"/orders/{i}" for i in reversed(ids)]


@pytest.mark.parametrize(
    ("locale", "came", "moved"),
    [
        ("en", "Imported from first.csv", "Receiver changed at the shop: Full name"),
        ("zh", "由 first.csv 导入", "店铺改了收件人信息：姓名"),
    ],
)
def test_the_story_of_an_order_begins_with_its_import(
    desk: Desk, locale: str, came: str, moved: str
):
    content = EXAMPLE.read_text(encoding="utf-8-sig")
    _imported(desk, content.encode(), "first.csv")
    order = desk.world.all(Order)[0]
    renamed = content.replace(order.receiver_name, "陈改名")
    _imported(desk, renamed.encode(), "second.csv")
    with desk.database.transaction() as session:
        session.execute(sa.update(Person).values(locale=locale))
    page = words_of(desk.get(f"/orders/{order.id}", CLERK))
    assert page.index(moved) < page.index(came)
    assert f"{came} " in page
    assert "second.csv" not in page

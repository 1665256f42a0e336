"""Purchasing at the desk and filling the pick face on the tablet, as people meet them."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, World
from tests.commands.test_supplying import bring
from tests.counts import move
from tests.web.desk_site import Desk, marked
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.counting.models import CountSession
from warehouse.inventory.models import MoveReason
from warehouse.kitting.commands.kit import Part, SaveKit, save_kit
from warehouse.orders.models import Order, Shop
from warehouse.people.models import Role
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.models import PurchaseLine, PurchaseOrder, Supplier
from warehouse.replenishing.models import FaceLevel, ReplenishTask
from warehouse.supplying.models import ShopShare, StockLevel, SupplierSku


@pytest.fixture
def boss(desk: Desk) -> Desk:
    desk.world.site()
    return desk


def goods(desk: Desk) -> tuple[Goods, int]:
    world = desk.world
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 4)
    made = world.do(save_supplier, SaveSupplier, code="MILL", name="Silk mill", lead_days=7)
    return tee, made.subject_id or 0


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_a_sku_is_planned_bought_and_shown(boss: Desk):
    tee, mill = goods(boss)
    here = f"/supply/sku/{tee.id}"
    boss.post(f"{here}/level", safety="2", reorder_at="10", order_up_to="30")
    boss.post(
        f"{here}/terms", supplier=str(mill), price_fen="12.50", pack_pieces="12", least_pieces="0",
        is_main="1",
    )  # fmt: skip
    boss.post(f"{here}/face", bin="A-01", least="5", most="20")
    level, terms = boss.world.one(StockLevel), boss.world.one(SupplierSku)
    assert (level.safety, level.reorder_at, level.order_up_to) == (2, 10, 30)
    assert (terms.price_fen, terms.pack_pieces, terms.is_main) == (1250, 12, True)
    assert boss.world.one(FaceLevel).most == 20
    page = text(boss.get("/supply/reorder"))
    assert "Silk mill" in page
    assert "4 here, 0 coming, 0 wanted by orders: 4, reorder point 10" in page
    assert "to be bought" in text(boss.get("/stock?only=under_reorder"))
    first = boss.get("/orders").get_data(as_text=True)
    assert re.search(r'href="/stock\?only=under_reorder"[^>]*>to be bought <b>1</b>', first)
    assert "lots expired" not in first
    answer = boss.post(f"/supply/{mill}/order", **{"chosen": str(tee.id), f"pieces-{tee.id}": "36"})
    order = boss.world.one(PurchaseOrder)
    assert answer.headers["Location"].endswith(f"/receiving/orders/{order.id}")
    assert boss.world.one(PurchaseLine).pieces == 36
    assert "Nothing to buy" in text(boss.get("/supply/reorder"))
    assert "Stock to look at" not in text(boss.get("/orders"))
    again = boss.post(f"/supply/{mill}/order", **{"chosen": str(tee.id), f"pieces-{tee.id}": "36"})
    assert again.headers["Location"].endswith("/supply/reorder")
    assert len(boss.world.all(PurchaseOrder)) == 1
    for path in (here, "/supply/levels", "/supply/offers", "/supply/period", "/supply/filling"):
        assert boss.get(path).status_code == 200


@pytest.mark.parametrize(
    ("form", "typed", "wrong"),
    [
        ("level", {"safety": "x", "reorder_at": "-1", "order_up_to": "1.5"},
         ["safety", "reorder_at", "order_up_to"]),
        ("level", {"safety": "9", "reorder_at": "3", "order_up_to": "2"},
         ["reorder_at", "order_up_to"]),
        ("terms", {"item_no": "z" * 65, "price_fen": "abc", "pack_pieces": "0",
                   "least_pieces": "two", "lead_days": "401"},
         ["item_no", "price_fen", "pack_pieces", "least_pieces", "lead_days"]),
        ("terms", {"item_no": "AB-1", "price_fen": "-1", "pack_pieces": "1", "least_pieces": "0",
                   "lead_days": "soon"}, ["price_fen", "lead_days"]),
        ("share", {"percent": "101", "kept": "x"}, ["percent", "kept"]),
        ("face", {"bin": "NOPE", "least": "many", "most": "0"}, ["bin", "least", "most"]),
        ("face", {"bin": "A-01", "least": "9", "most": "3"}, ["least"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_how_a_sku_is_planned_is_marked_at_once(
    boss: Desk, form: str, typed: dict[str, str], wrong: list[str]
):
    tee, mill = goods(boss)
    shop = boss.world.shop()
    boss.world.add(Shop(code="OTHER", name="Other shop", platform="taobao"))
    named = {"terms": {"supplier": str(mill)}, "share": {"shop": str(shop)}}.get(form, {})
    answer = boss.post(f"/supply/sku/{tee.id}/{form}", **typed, **named)
    assert (answer.status_code, sorted(marked(answer))) == (400, sorted(wrong))
    for name, value in typed.items():
        assert re.search(rf'<input[^>]* value="{re.escape(value)}"', answer.text), name
        assert answer.text.count(f'id="{name}-error"') <= 1
    assert f"{len(wrong)} to mend" in text(answer)
    for kept in (StockLevel, SupplierSku, ShopShare, FaceLevel):
        assert boss.world.all(kept) == []


def test_every_list_of_purchasing_is_had_as_a_file(boss: Desk):
    tee, _ = goods(boss)
    boss.world.shop()
    for path in ("/stock", "/supply/levels", "/supply/offers", "/supply/period"):
        rows = boss.get(f"{path}?export=csv").get_data(as_text=True).strip().splitlines()
        assert len(rows) == 2, path
        assert tee.code in rows[1]
        assert boss.get(f"{path}?export=xlsx").get_data()[:2] == b"PK"
    stock = boss.get("/stock?export=csv&only=dead").get_data(as_text=True).strip().splitlines()
    assert len(stock) == 1


def test_levels_come_from_a_list_and_what_is_wrong_in_it_is_named(boss: Desk):
    tee, mill = goods(boss)
    table = (
        "SKU,安全库存,补货点,补货至,供应商编码,单价,装箱数,颜色\n"
        f"{tee.code},3,9,40,MILL,12.5,6,\nNONE,1,2,3,,,\n{tee.code},9,3,40,,,\n"
        "NOPE,x,-2,3,NOBODY,-1,\n"
    )
    page = text(
        boss.post("/supply/levels/import", files=(io.BytesIO(table.encode()), "levels.csv"))
    )
    assert "1 changed, 0 unchanged, 3 refused" in page
    assert "Columns not read: 颜色." in page
    assert "5 单价 -1 This is not an amount of money." in page
    faults = re.findall(r" 5 (安全库存|SKU|补货点|供应商编码|单价) ", page)
    assert faults == ["安全库存", "单价", "SKU", "补货点", "供应商编码"]
    assert "There is no SKU with this code." in page
    level, terms = boss.world.one(StockLevel), boss.world.one(SupplierSku)
    assert (level.safety, level.reorder_at, level.order_up_to) == (3, 9, 40)
    assert (terms.supplier_id, terms.price_fen, terms.pack_pieces) == (mill, 1250, 6)


@pytest.mark.parametrize("percent", ["half", "101", "-1", "1.5", ""])
def test_a_share_that_is_none_is_marked_where_it_was_typed(boss: Desk, percent: str):
    goods(boss)
    other = boss.world.add(Shop(code="JD", name="Jingdong shop", platform="jd")).id
    shops = [boss.world.shop(), other]
    answer = boss.post("/supply/offers/share", shop=str(shops[1]), percent=percent)
    assert (answer.status_code, boss.world.all(ShopShare)) == (400, [])
    fields = re.findall(r'<input id="percent-(\d+)"[^>]* value="([^"]*)"([^>]*)>', answer.text)
    shown = {int(shop): (value, "aria-invalid" in marks) for shop, value, marks in fields}
    assert shown == {shops[0]: ("100", False), shops[1]: (percent, True)}


def test_what_shops_may_sell_is_exported_as_it_is_filtered(boss: Desk):
    goods(boss)
    boss.world.stock(boss.world.sku("CAP"), "A-02", 1)
    boss.world.shop()
    for query, codes in (("", ["CAP", "TEE"]), ("&q=ca", ["CAP"])):
        rows = boss.get(f"/supply/offers?export=csv&shop=TB{query}").text.splitlines()[1:]
        assert sorted(row.split(",")[1] for row in rows) == codes


@pytest.mark.parametrize("shop", ["x\r\ny", '"', "../x", "淘宝"])
def test_the_file_of_no_shop_or_an_odd_one_has_a_plain_name(boss: Desk, shop: str):
    client = boss.as_(Role.SUPERVISOR)
    answer = client.get("/supply/offers", query_string={"export": "csv", "shop": shop})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="offers-')


def test_a_share_changes_what_a_shop_may_sell(boss: Desk):
    tee, _ = goods(boss)
    shop = boss.world.shop()
    boss.post("/supply/offers/share", shop=str(shop), percent="50")
    assert boss.world.one(ShopShare).percent == 50
    row = boss.get("/supply/offers?export=csv&shop=TB").get_data(as_text=True).splitlines()[1]
    assert row.split(",")[4] == "2"
    boss.post(f"/supply/sku/{tee.id}/share", shop=str(shop), percent="100", kept="1")
    assert "4" in text(boss.get(f"/supply/sku/{tee.id}"))


def test_the_page_of_a_sku_shows_the_share_that_holds_until_one_of_its_own_is_given_up(boss: Desk):
    tee, _ = goods(boss)
    shop, here = boss.world.shop(), f"/supply/sku/{tee.id}"
    boss.post("/supply/offers/share", shop=str(shop), percent="50")
    boss.submit(here, f"{here}/share", kept="2")
    own = boss.world.one(ShopShare, sku_id=tee.id)
    assert (own.percent, own.kept) == (50, 2)
    assert offered(boss) == "3"
    boss.submit(here, f"{here}/share/drop")
    assert boss.world.all(ShopShare, sku_id=tee.id) == []
    assert offered(boss) == "2"
    assert f"{here}/share/drop" not in boss.get(here).get_data(as_text=True)


def test_a_percent_typed_beside_what_is_kept_keeps_nothing_anew(boss: Desk):
    tee, _ = goods(boss)
    shop, here = boss.world.shop(), f"/supply/sku/{tee.id}"
    boss.submit(here, f"{here}/share", kept="2")
    kept_at = boss.world.one(ShopShare).kept_at
    boss.submit(here, f"{here}/share", percent="50")
    share = boss.world.one(ShopShare)
    assert (share.shop_id, share.percent, share.kept, share.kept_at) == (shop, 50, 2, kept_at)
    boss.submit(here, f"{here}/share", kept="1")
    assert boss.world.one(ShopShare).kept_at > kept_at


def offered(boss: Desk) -> str:
    """Return the pieces of the one SKU that the shop may offer, as its file says."""
    row = boss.get("/supply/offers?export=csv&shop=TB").get_data(as_text=True).splitlines()[1]
    return row.split(",")[4]


def test_levels_had_as_a_file_and_read_back_change_nothing(boss: Desk):
    tee, mill = goods(boss)
    boss.world.sku("CAP")
    here = f"/supply/sku/{tee.id}"
    boss.post(f"{here}/level", safety="2", reorder_at="10", order_up_to="30")
    boss.post(f"{here}/terms", supplier=str(mill), pack_pieces="12", least_pieces="0", is_main="1")
    before = [row(x) for x in (*boss.world.all(StockLevel), *boss.world.all(SupplierSku))]
    file = (io.BytesIO(boss.get("/supply/levels?export=csv").get_data()), "levels.csv")
    page = boss.post("/supply/levels/import", files=file)
    assert page.status_code == 200
    after = [row(x) for x in (*boss.world.all(StockLevel), *boss.world.all(SupplierSku))]
    assert after == before


def row(found: object) -> dict[str, object]:
    return {name: x for name, x in vars(found).items() if not name.startswith("_")}


def changed(world: World, code: str, **values: object) -> None:
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == code).values(**values))


class Filling:
    """The one task of filling A-01 from R-01, at the tablet."""

    def __init__(self, boss: Desk) -> None:
        self.boss = boss
        self.tee, _ = goods(boss)
        boss.world.bin("R-01", kind=BinKind.RESERVE)
        boss.world.stock(self.tee, "R-01", 30)
        boss.post(f"/supply/sku/{self.tee.id}/face", bin="A-01", least="5", most="20")
        boss.post("/supply/filling/plan")
        self.task = boss.world.one(ReplenishTask)

    def scan(self, screen: str, barcode: str, **fields: str) -> str:
        given = {"screen": screen, "subject": str(self.task.id), "barcode": barcode, **fields}
        return text(self.boss.post("/replenish/scans", **given))


def test_a_pick_face_too_small_says_which_measure_is_broken_where_it_asks_why(boss: Desk):
    filling = Filling(boss)
    filling.scan("bin", "R-01")
    filling.scan("item", filling.tee.barcode, pieces="10")
    changed(boss.world, "A-01", length_mm=10, width_mm=10, height_mm=10)
    with boss.world.database.transaction() as session:
        session.execute(sa.update(Sku).values(length_mm=300, width_mm=200, height_mm=20))
    filling.scan("item", "A-01")
    shown = text(boss.get("/replenish"))
    assert "A piece is 300 × 200 × 20 mm, A-01 is 10 × 10 × 10 mm inside." in shown
    assert "10 in A-01." in filling.scan("why", "CMD-OK", why="bin_full")


def test_the_pick_face_is_filled_on_the_tablet(boss: Desk):
    filling = Filling(boss)
    tee, task, scan, world = filling.tee, filling.task, filling.scan, boss.world
    assert "R-01 → A-01" in text(boss.get("/replenish"))
    assert "16" in scan("tasks", f"TASK-{task.id}")
    assert "R-01: take 16." in scan("bin", "R-01")
    assert "10 in hand, 6 to go." in scan("item", tee.barcode, pieces="10")
    assert "10 in A-01." in scan("item", "A-01")
    scan("bin", "R-01")
    assert "How many are left in the bin" in scan("item", "CMD-SHORT")
    assert " 4 pieces" in scan("fewer", "CMD-WEIGHT-4")
    booked = scan("fewer", "CMD-WEIGHT-6")
    assert "14 fewer in R-01 than the book has. It is counted before" in booked
    assert world.balance("R-01", tee) == (20, 0, 20)
    waits = "14 × TEE not found in R-01"
    assert waits in text(boss.get("/supply/filling"))
    left_out = boss.get(f"/stock/bins/{world.one(Bin, code='R-01').id}")
    assert waits in text(left_out)
    assert f'/counts/{world.one(CountSession).id}"' in left_out.get_data(as_text=True)
    assert "6 in hand" in scan("item", tee.barcode, pieces="6")
    changed(world, "A-01", is_put_closed=True)
    assert "A-01 was closed meanwhile" in text(boss.get("/replenish"))
    assert "Put the goods back into R-01." in scan("item", "A-01")
    changed(world, "A-01", is_put_closed=False)
    assert "6 in A-01." in scan("item", "A-01")
    assert world.balance("A-01", tee) == (20, 0, 20)
    assert world.state(ReplenishTask, task.id) == "done"
    assert world.one(Bin, code="R-01").id == task.from_bin_id
    assert world.differences() == []


@pytest.mark.parametrize("number", ["9" * 25, "9" * 15, "²", "２", "0", "-1", ""])
def test_what_is_no_task_is_told_so(both: Desk, number: str):
    both.world.site()
    answer = both.post("/replenish/scans", screen="tasks", subject="", barcode=f"TASK-{number}")
    assert answer.status_code in (400, 409)


def test_a_task_that_ended_meanwhile_sends_nobody_to_its_bin(boss: Desk):
    filling = Filling(boss)
    boss.post(f"/supply/filling/{filling.task.id}/cancel")
    said = filling.scan("tasks", f"TASK-{filling.task.id}")
    assert "This was finished elsewhere" in said
    assert "Go to the reserve bin" not in said


def test_who_stands_at_an_emptied_bin_with_nothing_in_hand_may_choose_another_task(boss: Desk):
    filling = Filling(boss)
    world, scan = boss.world, filling.scan
    cap = world.sku("CAP")
    world.stock(cap, "R-01", 9)
    world.bin("A-02")
    boss.post(f"/supply/sku/{cap.id}/face", bin="A-02", least="5", most="8")
    boss.post("/supply/filling/plan")
    other = world.all(ReplenishTask)[-1].id
    scan("bin", "R-01")
    move(world, filling.tee, "R-01", "A-02", 30)
    assert "TEE" in text(boss.get("/replenish"))
    assert "R-01 → A-02" in scan("bin", "CMD-UNDO")
    assert "CAP" in scan("tasks", f"TASK-{other}")
    given = {"screen": "bin", "subject": str(other), "barcode": "R-01"}
    assert "R-01: take 8." in text(boss.post("/replenish/scans", **given))


def test_every_quantity_of_a_proposal_that_cannot_be_is_marked_and_the_others_stay(boss: Desk):
    tee, mill = goods(boss)
    mug, hat = boss.world.sku("MUG"), boss.world.sku("HAT")
    for one in (tee, mug, hat):
        here = f"/supply/sku/{one.id}"
        boss.post(f"{here}/level", safety="2", reorder_at="10", order_up_to="30")
        boss.post(f"{here}/terms", supplier=str(mill), price="1", pack_pieces="1",
                  least_pieces="0", is_main="1")  # fmt: skip
    sent = {f"pieces-{tee.id}": "1.5", f"pieces-{mug.id}": "0", f"pieces-{hat.id}": "77"}
    answer = boss.post(f"/supply/{mill}/order", chosen=[tee.id, mug.id], **sent)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert "2 to mend" in text(answer)
    for name, said in sent.items():
        assert f'name="{name}" value="{said}"' in page
    assert (f'id="pieces-{tee.id}-error"' in page, f'id="pieces-{mug.id}-error"' in page) == (
        True, True,
    )  # fmt: skip
    assert re.findall(r'name="chosen" value="(\d+)" checked', page) == [str(mug.id), str(tee.id)]
    assert boss.world.all(PurchaseOrder) == []


def test_a_period_is_shown_by_what_a_shop_sold_the_most_first(boss: Desk):
    world = boss.world
    tee, cap, mug = (world.sku(code) for code in ("TEE", "CAP", "MUG"))
    for n, sku in enumerate((tee, cap, mug)):
        world.stock(sku, f"A-0{n}", 10)
    world.bring(Stage.DISPATCHED, lines={tee: 2, cap: 5})
    other = world.add(Shop(code="PDD", name="Fields", platform="pdd")).id
    elsewhere = world.bring(Stage.DISPATCHED, lines={tee: 4, mug: 1})
    with world.database.transaction() as session:
        session.execute(
            sa.update(Order).where(Order.id == elsewhere.order_id).values(shop_id=other)
        )
    here = "/supply/period?first=2026-03-01&last=2026-03-03&sort=-sold"
    page = boss.get(here).get_data(as_text=True)
    assert re.findall(r">(TEE|CAP|MUG)</a>", page) == ["TEE", "CAP", "MUG"]
    assert 'aria-sort="descending"' in page
    assert "Returned" not in page
    rows = [line.split(",") for line in boss.get(f"{here}&shop=PDD&export=csv").text.splitlines()]
    at = [rows[0].index(name) for name in ("Sold", "Of it sold by the shop")]
    assert [(row[0].lstrip("\ufeff"), *(row[n] for n in at)) for row in rows[1:]] == [
        ("TEE", "6", "4"), ("MUG", "1", "1")
    ]  # fmt: skip
    assert boss.get("/supply/period?sort=-nothing&shop=NOPE").status_code == 200


def test_what_customers_sent_back_has_a_column_once_any_is_booked(boss: Desk):
    tee, _ = goods(boss)
    courier = boss.world.one(Bin, kind=BinKind.COURIER).code
    here = "/supply/period?first=2026-03-01&last=2026-03-03"
    bring(boss.world, tee, courier, 2, source="A-01", reason=MoveReason.DISPATCH)
    assert "Returned" not in boss.get(f"{here}&export=csv").text
    bring(boss.world, tee, "A-01", 1, source=courier, reason=MoveReason.CUSTOMER_RETURN)
    assert "Returned" in text(boss.get(here))
    rows = [line.split(",") for line in boss.get(f"{here}&export=csv").text.splitlines()]
    assert rows[1][rows[0].index("Returned")] == "1"


def test_a_kit_says_how_many_more_its_free_parts_make_and_sells_none_of_them(boss: Desk):
    gift, tee = boss.world.sku("GIFT"), boss.world.sku("TEE")
    boss.world.stock(tee, "A-01", 7)
    boss.world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="TEE", pieces=2),))
    for page in (f"/supply/sku/{gift.id}", f"/stock/sku/{gift.id}"):
        said = text(boss.get(page))
        assert "3 more can be made of free parts" in said
        assert re.search(r"May be sold:? 0\b", said)


def test_every_supplier_can_be_chosen_however_many_there_are(boss: Desk):
    goods(boss)
    with boss.world.database.transaction() as session:
        for n in range(501):
            session.add(Supplier(code=f"S{n:03d}", name=f"Mill {n:03d}", created_at=boss.world.now))
    assert '<option value="S500"' in boss.get("/stock").get_data(as_text=True)

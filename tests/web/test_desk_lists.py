"""Lists at the desk: filters, order and pages are exact; the file says what the page says."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from tests.builders import Stage
from tests.web.desk_site import Desk, links_to, words_of
from warehouse.catalog.models import Sku
from warehouse.commands import USUAL_ZONE
from warehouse.db import MOST_NAMED, utcnow
from warehouse.orders.models import HoldKind, Order, OrderState, Shop
from warehouse.people.models import Role
from warehouse.supplying.models import DayFlow, Flow
from warehouse.web.spreadsheets import BOM, cell
from warehouse.web.tables import PAGE_ROWS

MANY = 2 * PAGE_ROWS + 7
_NEXT = re.compile(r'href="([^"]+)" aria-label="(Next page|Page before)"')


def _fill(desk: Desk, count: int = MANY) -> list[Order]:
    """Make orders whose buyers are the other way round than their numbers."""
    world = desk.world
    shop_id = world.shop()
    tee = world.sku()
    with desk.database.transaction() as session:
        for n in range(count):
            at = world.tick()
            order = Order(
                shop_id=shop_id,
                order_no=f"N{n:04d}",
                shop_state="paid",
                buyer=f"buyer{(count - n) // 3:03d}",
                created_at=at,
                paid_at=at,
                received_at=at,
                promise_at=None if n % 5 == 0 else at,
            )
            session.add(order)
    assert tee.id
    return world.all(Order)


def _walk(desk: Desk, url: str, prefix: str) -> tuple[list[str], list[str]]:
    """Return what the pages list going forward, and then coming back."""
    forward, pages = [], [url]
    while url:
        answer = desk.get(url)
        forward += links_to(answer, prefix)
        marks = {name: unescape(a) for a, name in _NEXT.findall(answer.get_data(as_text=True))}
        url = marks.get("Next page", "")
        pages += [url] if url else []
    back: list[str] = []
    url = pages[-1]
    while url:
        answer = desk.get(url)
        back = links_to(answer, prefix) + back
        marks = {name: unescape(a) for a, name in _NEXT.findall(answer.get_data(as_text=True))}
        url = marks.get("Page before", "")
    return forward, back


@pytest.mark.parametrize("order", ["no", "-no", "buyer", "-buyer", "promise", "-promise", "-age"])
def test_pages_hold_every_order_once_in_order(both: Desk, order: str):
    orders = _fill(both)
    far = max(o.created_at for o in orders)
    values = {
        "no": lambda o: o.order_no,
        "buyer": lambda o: o.buyer,
        "promise": lambda o: ((o.promise_at is None) != order.startswith("-"), o.promise_at or far),
        "age": lambda o: o.paid_at,
    }
    value = values[order.lstrip("-")]
    wanted = sorted(orders, key=lambda o: (value(o), o.id), reverse=order.startswith("-"))

    forward, back = _walk(both, f"/orders?stage=all&sort={order}", "/orders/")

    assert forward == [f"/orders/{o.id}" for o in wanted]
    assert back == forward


@pytest.mark.parametrize("order", ["cover", "-cover"])
def test_goods_of_which_nobody_can_say_how_long_they_last_stand_last_either_way(
    both: Desk, order: str
):
    world = both.world
    goods = [world.sku(f"S{n:02}") for n in range(53)]
    for one in goods[:-2]:
        world.stock(one, "A-01", 60)
    today = utcnow().astimezone(USUAL_ZONE).date()
    days = [today - timedelta(days=n) for n in range(1, 31)]
    with world.database.transaction() as session:
        session.add_all(
            DayFlow(sku_id=one.id, kind=Flow.SOLD, day=day, pieces=-sold)
            for sold, one in enumerate(goods[:3], start=1)
            for day in days
        )
    known = [*goods[51:], goods[2], goods[1], goods[0]]  # none there: 0 days; 20, 30 and 60
    wanted = [*known, *goods[3:51]]
    if order.startswith("-"):
        wanted = [*reversed(known), *reversed(goods[3:51])]

    forward, back = _walk(both, f"/stock?sort={order}", "/stock/sku/")

    assert forward == [f"/stock/sku/{one.id}" for one in wanted]
    assert back == forward
    assert both.get(f"/stock?sort={order.replace('cover', 'may_sell')}").status_code == 200


def test_a_page_says_where_it_stands(desk: Desk):
    _fill(desk)
    answer = desk.get("/orders?sort=no")
    assert f"1-50 of {MANY}" in words_of(answer)
    following = unescape(_NEXT.search(answer.get_data(as_text=True))[1])
    assert f"51-100 of {MANY}" in words_of(desk.get(following))


def test_a_mark_of_another_list_begins_at_the_start(desk: Desk):
    _fill(desk)
    first = links_to(desk.get("/orders?sort=no"), "/orders/")
    mark = unescape(_NEXT.search(desk.get("/orders?sort=-no").get_data(as_text=True))[1])
    mark = mark.partition("after=")[2].partition("&")[0]
    for wrong in (mark, mark[:-1] + "x", "x", "W10.x", ""):
        answer = desk.get(f"/orders?sort=no&after={wrong}")
        assert links_to(answer, "/orders/") == first


def _numbers(desk: Desk, url: str) -> list[str]:
    found = links_to(desk.get(url), "/orders/")
    return sorted(desk.world.get(Order, int(a.rsplit("/", 1)[1])).order_no for a in found)


def test_heaps_and_filters_are_exact(both: Desk):
    world = both.world
    world.site()
    tee = world.sku()
    world.stock(tee, "A-01", 100)
    world.audited({tee: 1}, order_no="HELD", buyer_message="please hurry", buyer="100%_sure")
    world.audited({tee: 1}, order_no="CLEAN", buyer="anna")
    world.order({tee: 1}, order_no="NEW", buyer="anna", is_urgent=True)
    ready = world.released({tee: 1}, order_no="READY")
    late = world.order({tee: 1}, order_no="LATE", promise_at=world.now)
    done = world.bring(Stage.DISPATCHED, lines={tee: 1}, order_no="GONE")
    other = world.add(Shop(code="JD", name="other", platform="own"))
    world.order({tee: 1}, order_no="CANCEL", state=OrderState.CANCELLED)
    with both.database.transaction() as session:
        session.get_one(Order, late).shop_id = other.id

    heaps = {
        "to_audit": ["LATE", "NEW"],
        "held": ["HELD"],
        "clean": ["CLEAN"],
        "ready": ["READY"],
        "in_work": [],
        "late": ["LATE"],
        "dispatched": ["GONE"],
        "cancelled": ["CANCEL"],
        "all": sorted(["HELD", "CLEAN", "NEW", "READY", "LATE", "GONE", "CANCEL"]),
    }
    said = words_of(both.get("/orders"))
    for heap, numbers in heaps.items():
        assert _numbers(both, f"/orders?stage={heap}") == numbers, heap
    for words in ("to audit 2", "held 1", "clean 1", "waits for a wave 1", "in work 0", "late 1",
                  "dispatched 1", "cancelled 1", "all 7"):  # fmt: skip
        assert words in said
    assert _numbers(both, "/orders") == ["CLEAN", "HELD", "LATE", "NEW", "READY"]
    assert _numbers(both, "/orders?shop=JD") == ["LATE"]
    assert _numbers(both, "/orders?hold=remark") == ["HELD"]
    assert _numbers(both, "/orders?hold=refund") == []
    assert _numbers(both, "/orders?q=ANNA&stage=all") == ["CLEAN", "NEW"]
    assert _numbers(both, "/orders?q=100%25_") == ["HELD"]
    assert _numbers(both, "/orders?q=%25") == ["HELD"]
    assert _numbers(both, "/orders?urgent=1") == ["NEW"]
    assert _numbers(both, f"/orders?q={done.waybill_no}") == ["GONE"]
    assert _numbers(both, f"/orders?q=C{done.consignment_id:08d}") == ["GONE"]
    assert _numbers(both, "/orders?q=gon") == ["GONE"]
    assert _numbers(both, "/orders?courier=ZTO") == ["READY"]
    assert world.get(Order, ready.order_id).state is OrderState.RELEASED


def test_stock_is_what_stands_in_pickable_bins(both: Desk):
    world = both.world
    work = world.bring(Stage.PICKED)
    tee = work.goods["TEE"]
    fresh = world.add(Sku(code="LAMP", name="100%_light"))
    row = re.compile(rf'<tr>(?:(?!</tr>).)*?/stock/sku/{tee.id}"(?:(?!</tr>).)*?</tr>', re.S)
    body = both.get("/stock?sort=-on_hand").get_data(as_text=True)
    numbers = re.findall(r'class="number">(?:<b>)?(–|\d+)', row.search(body)[0])
    assert numbers[:4] == ["8", "–", "8", "–"]
    assert links_to(both.get(f"/stock?q={tee.barcode}"), "/stock/sku/") == [f"/stock/sku/{tee.id}"]
    assert links_to(both.get("/stock?q=%25_"), "/stock/sku/") == [f"/stock/sku/{fresh.id}"]
    assert links_to(both.get("/stock?only=none"), "/stock/sku/") == [f"/stock/sku/{fresh.id}"]
    assert links_to(both.get("/stock?only=unweighed"), "/stock/sku/") == [f"/stock/sku/{fresh.id}"]


@pytest.mark.parametrize(
    "url",
    ["/orders?stage=all", "/consignments", "/waves", "/parcels", "/handovers", "/stock",
     "/stock/bins", "/printers/jobs"],
)  # fmt: skip
def test_every_list_sorts_both_ways_and_exports(both: Desk, url: str):
    both.world.bring(Stage.DISPATCHED)
    both.world.bring(Stage.HALF_PICKED, lines={both.world.sku("HAT"): 3})
    page = both.get(url)
    assert page.status_code == 200
    for name in re.findall(r"[?&;]sort=(-?\w+)", page.get_data(as_text=True)):
        for order in (name.lstrip("-"), f"-{name.lstrip('-')}"):
            joined = f"{url}{'&' if '?' in url else '?'}sort={order}"
            assert both.get(joined).status_code == 200, joined
    answer = both.get(f"{url}{'&' if '?' in url else '?'}export=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.get_data().decode()
    assert text.startswith(BOM)
    rows = list(csv.reader(io.StringIO(text.removeprefix(BOM))))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 1


def test_a_file_holds_all_pages_and_no_formula(desk: Desk):
    orders = _fill(desk)
    world = desk.world
    world.order({world.sku("X"): 1}, order_no="=1+1", buyer='@SUM(A1),"x"\n2')
    text = desk.get("/orders?stage=all&sort=no&export=csv").get_data().decode().removeprefix(BOM)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + len(orders) + 1
    assert rows[1][0] == "'=1+1"
    assert rows[1][4] == '\'@SUM(A1),"x"\n2'
    assert rows[2][0] == "N0000"


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "－1"])
def test_no_cell_is_a_formula(desk: Desk, value: str):
    with desk.app.test_request_context():
        assert cell(value) == f"'{value}"


def test_numbers_stay_numbers(desk: Desk):
    with desk.app.test_request_context():
        assert [cell(v) for v in (-3, 0, None, True, "3")] == [-3, 0, "", "1", "3"]


EMPTY = {
    "/orders": "No orders yet",
    "/consignments": "No consignments yet",
    "/waves": "No wave yet",
    "/parcels": "No parcels yet",
    "/handovers": "No handovers yet",
    "/stock": "No SKUs yet",
    "/printers": "No printer yet",
    "/carriers": "No courier yet",
    "/mapping": "Every item is known",
    "/orders?stage=held": "No order is like that",
    "/search?q=nothing": "Nothing here carries that",
}


@pytest.mark.parametrize("url", EMPTY)
def test_an_empty_list_says_what_would_be_there(desk: Desk, url: str):
    assert EMPTY[url] in words_of(desk.get(url))


def test_consignments_and_parcels_are_filtered(both: Desk):
    gone = both.world.bring(Stage.DISPATCHED)
    both.world.stock(gone.goods["TEE"], "A-01", 5)
    ready = both.world.released({gone.goods["TEE"]: 1})
    here, there = (f"/consignments/{w.consignment_id}" for w in (ready, gone))
    number = both.world.get(Order, gone.order_id).order_no
    for query, wanted in {
        "state=ready": [here],
        "state=dispatched": [there],
        f"q=C{gone.consignment_id:08d}": [there],
        f"q={number}": [there],
        f"q={gone.waybill_no.lower()}": [there],
        "q=nothing": [],
        "courier=ZTO&state=ready": [here],
        "courier=SF": [],
    }.items():
        assert links_to(both.get(f"/consignments?{query}"), "/consignments/") == wanted, query
    parcel = f"/parcels/{gone.parcel_id}"
    for query, wanted in {
        "state=dispatched": [parcel],
        "state=open": [],
        f"q={gone.waybill_no}": [parcel],
        "q=P": [parcel],
    }.items():
        assert links_to(both.get(f"/parcels?{query}"), "/parcels/") == wanted, query


def test_a_search_that_finds_more_than_it_shows_says_so_and_its_file_has_all(both: Desk):
    order = both.world.order({both.world.sku(): 1}, order_no="N-0000")
    table = sa.inspect(Order).local_table
    many = sa.select(sa.literal(1).label("n")).cte(recursive=True)
    many = many.union_all(sa.select(many.c.n + 1).where(many.c.n < MOST_NAMED))
    made = {"id": table.c.id + many.c.n, "order_no": sa.func.concat("N-", many.c.n)}
    rows = sa.select(*(made.get(c.name, c) for c in table.columns))
    rows = rows.join_from(table, many, sa.true()).where(table.c.id == order)
    with both.database.transaction() as session:
        session.execute(sa.insert(table).from_select([c.name for c in table.columns], rows))
    told = "More are like that than stand here."
    assert told in words_of(both.get("/orders?q=N-"))
    assert told not in words_of(both.get("/orders?q=N-1"))
    with both.database.transaction() as session:
        last = sa.update(Order).where(Order.order_no == f"N-{MOST_NAMED}")
        session.execute(last.values(state=OrderState.CANCELLED))
    found = both.get("/orders?q=n-&stage=cancelled")
    assert told not in words_of(found)
    assert f"N-{MOST_NAMED}" in words_of(found)
    lines = both.get("/orders?q=N-&export=csv").get_data(as_text=True).splitlines()
    assert len(lines) == 1 + MOST_NAMED + 1


def test_a_packer_sees_no_list_of_orders(desk: Desk):
    assert desk.get("/orders", Role.PACKER).status_code == 403


def test_the_reason_stands_in_the_row_with_its_button(desk: Desk):
    world = desk.world
    world.site()
    tee = world.sku()
    world.stock(tee, "A-01", 100)
    order_id = world.audited({tee: 1}, buyer_message="knock twice")
    hold = next(h for h in world.get(Order, order_id).holds if h.kind is HoldKind.REMARK)
    body = desk.get("/orders").get_data(as_text=True)
    assert f'formaction="/orders/holds/{hold.id}/release"' in body
    assert "knock twice" in body
    counter = desk.get("/orders", Role.COUNTER).get_data(as_text=True)
    assert "formaction" not in counter

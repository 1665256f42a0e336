"""The desk under hostile words: shown as words, never as markup, and no address breaks a page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.builders import Stage
from tests.web.desk_site import Desk
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Sku
from warehouse.orders.models import Order, OrderLine, Shop
from warehouse.people.models import Person, Role

EVIL = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>{{7*7}}{name}%s\u202e😀𠮷"
MARKS = ("<script>alert", "<img src=x", "49{name}")
TEXTS = (
    "'; DROP TABLE shop_order; --", "%", "_", "\\", "\x00", "\x00a", "<b>", "{{7*7}}", "{0}",
    "-1", "0", "1e9", "9" * 30, "1 OR 1=1", "😀", "\u202e", "x" * 5_000, "..", "/", "all", "*",
    "\ud800",
)  # fmt: skip
PARAMS = (
    "q", "stage", "state", "shop", "courier", "hold", "sort", "after", "before", "from",
    "kind", "zone", "only", "printer", "known", "for", "role", "all", "export", "urgent",
    "sku", "bin", "supplier", "reason", "since", "until", "days", "class", "weeks", "day",
)  # fmt: skip
LISTS = {
    "/orders": Role.SUPERVISOR, "/consignments": Role.SUPERVISOR, "/waves": Role.SUPERVISOR,
    "/parcels": Role.SUPERVISOR, "/handovers": Role.SUPERVISOR, "/stock": Role.SUPERVISOR,
    "/stock/bins": Role.SUPERVISOR, "/printers/jobs": Role.SUPERVISOR,
    "/mapping": Role.SUPERVISOR, "/mapping/skus": Role.SUPERVISOR, "/imports": Role.SUPERVISOR,
    "/carriers/numbers": Role.SUPERVISOR, "/people": Role.ADMIN, "/search": Role.SUPERVISOR,
    "/stock/moves": Role.SUPERVISOR, "/lots": Role.SUPERVISOR, "/lots/serials": Role.SUPERVISOR,
    "/receiving": Role.SUPERVISOR, "/receiving/orders": Role.SUPERVISOR,
    "/receiving/suppliers": Role.SUPERVISOR, "/receiving/exchanges": Role.SUPERVISOR,
    "/counts": Role.SUPERVISOR, "/supply/levels": Role.SUPERVISOR,
    "/supply/offers": Role.SUPERVISOR, "/supply/period": Role.SUPERVISOR,
}  # fmt: skip


@pytest.mark.parametrize("url", LISTS)
def test_no_address_breaks_a_list(both: Desk, url: str):
    both.world.bring(Stage.DISPATCHED)
    client = both.as_(LISTS[url])
    for number, text in enumerate(TEXTS, start=list(LISTS).index(url) + both.database.is_sqlite):
        asked = dict.fromkeys(PARAMS[number % 15 :: 15], text.encode("utf-8", "surrogatepass"))
        answer = client.get(url, query_string=asked)  # of each list others
        assert answer.status_code in (200, 302), asked
        body = answer.get_data(as_text=True)
        assert "<b></" not in body
        assert 'value="<b>' not in body


def _poison(desk: Desk) -> tuple[int, ...]:
    """Make one consignment on its way whose every text is hostile."""
    world = desk.world
    names = (
        "buyer", "seller_memo", "receiver_name", "receiver_phone", "receiver_city",
        "receiver_province", "receiver_detail", "carrier_wish", "shop_state_text",
    )  # fmt: skip
    facts = dict.fromkeys(names, EVIL)
    goods = world.sku("EVIL")
    work = world.bring(Stage.CHECKED, lines={goods: 2})
    with desk.database.transaction() as session:
        session.execute(sa.update(Order).values(**facts, buyer_message=EVIL * 20))
        session.execute(sa.update(OrderLine).values(title=EVIL, properties=EVIL))
        session.execute(sa.update(Sku).values(name=EVIL, properties=EVIL))
        session.execute(sa.update(Shop).values(name=EVIL))
        session.execute(sa.update(Carrier).values(name=EVIL))
        session.execute(sa.update(Person).where(Person.id > 1).values(name=EVIL))
    return work.order_id, work.consignment_id, work.wave_id, goods.id


def test_hostile_words_are_shown_as_words(desk: Desk):
    order_id, consignment_id, wave_id, sku_id = _poison(desk)
    desk.post(f"/orders/{order_id}/hold", Role.CUSTOMER_SERVICE, note=EVIL)
    desk.post(f"/orders/{order_id}/receiver", Role.CUSTOMER_SERVICE, reason=EVIL)
    with desk.database.transaction() as session:
        session.execute(sa.update(Person).where(Person.id > 1).values(name=EVIL))
    for url in ("/orders?stage=all", f"/orders/{order_id}", "/consignments", f"/waves/{wave_id}",
                f"/consignments/{consignment_id}", "/waves", "/stock", f"/stock/sku/{sku_id}",
                "/search?q=script", "/printers", "/printers/jobs", "/handovers", "/carriers",
                "/carriers/1", "/mapping"):  # fmt: skip
        answer = desk.get(url)
        assert answer.status_code == 200, url
        body = answer.get_data(as_text=True)
        assert not any(mark in body for mark in MARKS), url
    for url in ("/people?all=1", f"/people/{desk.people[Role.SUPERVISOR]}", "/settings"):
        body = desk.get(url, Role.ADMIN).get_data(as_text=True)
        assert not any(mark in body for mark in MARKS), url
    shown = desk.get(f"/orders/{order_id}").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    full = desk.post(f"/orders/{order_id}/receiver", Role.CUSTOMER_SERVICE, reason="x")
    assert not any(mark in full.get_data(as_text=True) for mark in MARKS)


FORMS = {
    "/orders/chosen": ("action", "chosen", "note", "owner"),
    "/orders/1/hold": ("note", "owner"),
    "/orders/1/urgent": ("urgent",),
    "/orders/1/merge": ("with",),
    "/orders/1/cancel": ("note",),
    "/consignments/wave": ("chosen",),
    "/mapping/1": ("sku",),
    "/imports": ("shop", "files"),
    "/printers": ("name", "kind", "address", "dpi", "width_dots", "media", "darkness"),
    "/printers/routes": ("station", "printer_waybill"),
    "/carriers": ("code", "name", "number_pattern", "aliases"),
    "/carriers/1/ranges": ("prefix", "first", "last", "digits", "check_rule"),
    "/carriers/1/lists": ("text",),
    "/waves/1/list": ("reason",),
    "/waves/1/sheet": ("reason",),
    "/printers/jobs/1/route": ("printer_id",),
    "/printers/jobs/1/answer": ("answer",),
}
SYSTEM_FORMS = {
    "/people": ("name", "login", "locale", "roles"),
    "/people/2": ("name", "login", "locale", "roles"),
    "/people/2/pin": ("pin",),
    "/people/2/tokens": ("token_name",),
    "/people/badges": ("chosen",),
    "/settings": (
        "site_name",
        "paper_locale",
        "tolerance_g",
        "sender_name",
        "reason",
        "default_carrier_code",
    ),
}


@pytest.mark.parametrize("url", [*FORMS, *SYSTEM_FORMS])
def test_no_form_breaks(both: Desk, url: str):
    world = both.world
    world.bring(Stage.LABELLED)
    role = Role.ADMIN if url in SYSTEM_FORMS else Role.SUPERVISOR
    fields = FORMS.get(url) or SYSTEM_FORMS[url]
    good = {"name": "n", "kind": "zpl", "address": "10.0.0.9", "dpi": "203", "media": "",
            "width_dots": "832", "darkness": "0", "locale": "en", "prefix": "A", "first": "1",
            "last": "2", "digits": "3", "check_rule": "none", "code": "ABC", "station": "0",
            "tolerance_g": "30", "tolerance_percent": "5", "site_name": "x", "reason": "x",
            "stand_in_after_min": "0", "papers_kept_days": "90",
            "count_recount_pieces": "0", "count_recount_percent": "0", "count_recount_yuan": "0",
            "count_limit_pieces": "10", "count_limit_percent": "0", "count_limit_yuan": "500",
            "count_grace_s": "60", "hand_hours": "8",
            "is_check_required": "1", "is_weigh_required": "1", "is_label_match_required": "1",
            "is_four_eyes": "1", "paper_locale": "en"}  # fmt: skip
    usual = {name: good[name] for name in fields if name in good}
    for number, field in enumerate(fields):
        for text in TEXTS[number % 3 :: 3]:
            sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            answer = both.post(url, role, **{**usual, field: sent})
            assert answer.status_code in (200, 303, 400, 403, 404), (field, text)


def test_a_long_or_odd_command_id_is_refused(desk: Desk):
    order_id = desk.world.order({desk.world.sku(): 1})
    desk.get("/orders")
    with desk.world.nothing_written():
        for given in ("x" * 65, "a b", "é", "'--"):
            answer = desk.post(f"/orders/{order_id}/hold", note="x", command_id=given)
            assert answer.status_code == 303, given

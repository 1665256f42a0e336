"""The account of what suppliers have not settled, as the desk shows it."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from tests.commands.test_exchange import faulty, keys
from tests.dock import Dock
from tests.web.desk_site import Desk, words_of
from warehouse.commands import USUAL_ZONE
from warehouse.db import utcnow
from warehouse.people.models import Role
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeReturn
from warehouse.receiving.commands.exchange import (
    Faulty,
    MakeExchange,
    SendExchange,
    make_exchange,
    send_exchange,
)
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier

ACCOUNT = "/receiving/exchanges/open"


def lent(desk: Desk, **pieces: int) -> None:
    """Send pieces of the same goods to each of these suppliers."""
    dock = Dock(desk.world)
    faulty(dock, desk.world.sku("TEE"), sum(pieces.values()))
    for code, count in pieces.items():
        line = Faulty(key=keys(dock)["TEE"], pieces=count, fault="torn")
        made = desk.world.do(make_exchange, MakeExchange, supplier=code, lines=(line,))
        desk.world.do(send_exchange, SendExchange, exchange_id=made.subject_id)


def test_goods_sent_late_in_the_evening_are_a_day_out_in_the_morning(desk: Desk):
    Dock(desk.world).supplier()
    lent(desk, YZ=3)
    midnight = datetime.combine(utcnow().astimezone(USUAL_ZONE).date(), time(), tzinfo=USUAL_ZONE)
    for sent_at, days in ((midnight - timedelta(minutes=1), 1), (midnight, 0)):
        with desk.database.transaction() as session:
            session.execute(sa.update(Exchange).values(sent_at=sent_at))
        assert rows_of(desk)[0].split(",")[6] == str(days)


def rows_of(desk: Desk) -> list[str]:
    return desk.get(f"{ACCOUNT}?export=csv").get_data(as_text=True).splitlines()[1:]


def test_two_suppliers_of_one_name_have_an_account_each(desk: Desk):
    dock = Dock(desk.world)
    dock.supplier()
    desk.world.do(save_supplier, SaveSupplier, code="YZ2", name="YZ Knit")
    lent(desk, YZ=3, YZ2=4)
    totals = re.findall(r"<b>(\d+)</b>", desk.get(ACCOUNT).get_data(as_text=True))
    assert totals[:2] == ["4", "3"]


def test_a_wrong_settlement_is_taken_back_where_it_stands_by_those_who_buy(desk: Desk):
    Dock(desk.world).supplier()
    lent(desk, YZ=3)
    here = f"/receiving/exchanges/{desk.world.one(Exchange).id}"
    settled = {"line_id": str(desk.world.one(ExchangeLine).id), "kind": "replaced", "pieces": "3"}
    desk.post(f"{here}/settle", **settled)
    act = f"{here}/settled/{desk.world.one(ExchangeReturn).id}/take-back"
    assert desk.post(act, Role.RECEIVER, reason="a slip").status_code == 403
    assert "Say why." in desk.said(desk.post(act, reason=""))
    assert desk.world.one(Exchange).state == "settled"
    assert "3 pieces of" in desk.said(desk.submit(here, act, reason="one came"))
    assert desk.world.one(Exchange).state == "out"
    page = words_of(desk.get(here))
    assert "taken back" in page
    assert "Taken back: good ones came instead, 3 pieces: one came" in page
    assert act not in desk.get(here).get_data(as_text=True)
